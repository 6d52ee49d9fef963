"""A change as the interface and a subscriber's program are told of it.

The rule that must stay true: of a record that is told no more its id and list are told, and nothing
else, whatever the change said when it came about.
"""

from collections.abc import Mapping

from credit.checking import article_of
from credit.personal_texts import public_text
from credit.rulebook.model import Book, Measure
from credit.watching.feed import ToLift
from credit.watching.history import FactRow
from credit.watching.telling import Told


def change_told(told: Told, due: ToLift, book: Book) -> dict[str, object]:
    """Return a change by the names of the interface; `due` are one's measures to be lifted."""
    change = told.change
    return {
        "uscc": told.code,
        "name": told.name,
        "day": change.place.day,
        "kind": change.kind,
        "item": change.item,
        "list": change.list_id,
        "why": change.why,
        "record": None if told.record is None else _record(told.record),
        "measure": _measure(book.measures.get(change.item)),
        "before": change.before,
        "after": change.after,
        "to_lift": [
            {"id": one.id, "measure": one.measure, "applied_on": one.applied_on}
            for one in due.applications
        ],
        "to_lift_is_cut": due.is_cut,
    }


def _record(row: FactRow) -> Mapping[str, object]:
    return {
        "number": public_text(row.number),
        "title": public_text(row.title),
        "authority": row.authority_name,
        "article": article_of(row.body, row.list, row.starts_on or row.decided_on),
        "starts_on": row.starts_on,
        "stops_on": row.stops_on,
    }


def _measure(measure: Measure | None) -> Mapping[str, str] | None:
    if measure is None:
        return None
    return {
        "id": measure.id,
        "zh": measure.zh,
        "en": measure.en,
        "norm": measure.norm.zh,
        "article": measure.article,
    }
