"""The columns of a fact: what its record says, and what the rules of its day make of it.

The rule that must stay true: a period that cannot be told is NULL and never a guess.
"""

from typing import Any, Final

import orjson

from credit.facts import FactState
from credit.feeds.model import FactKind, Record
from credit.model import Penalty
from credit.rulebook.code_lists import code_lists
from credit.rulebook.model import Regime
from credit.rulebook.reading import rulebook
from credit.rules.publicity import publicity_of
from credit.tables import NAME_CHARS_MAX, NUMBER_CHARS_MAX, TITLE_CHARS_MAX

_UNTOLD: Final = {"severity": None, "is_published": False, "repairable_on": None, "stops_on": None}


def fact_values(record: Record) -> dict[str, Any]:
    """Return the columns that follow from the record."""
    return {
        "kind": record.kind.value,
        "state": FactState.ACTIVE if record.ended_on is None else FactState.ENDED,
        "authority": record.authority,
        "authority_name": record.authority_name[:NAME_CHARS_MAX],
        "number": record.number[:NUMBER_CHARS_MAX],
        "title": record.title[:TITLE_CHARS_MAX],
        "decided_on": record.decided_on,
        "starts_on": record.starts_on,
        "ends_on": record.ends_on,
        "ended_on": record.ended_on,
        "body": orjson.dumps(_body(record)).decode(),
        **(_publicity(record) if record.kind is FactKind.PENALTY else _UNTOLD),
    }


def penalty_of(record: Record) -> Penalty | None:
    """Return a penalty as the rules look at it; None where the day or the authority is not told."""
    authority = code_lists().authorities.codes.get(record.authority)
    if record.decided_on is None or authority is None:
        return None
    return Penalty(
        decided_on=record.decided_on,
        regime=authority.regime or Regime.CREDIT_CHINA,
        kinds=record.kinds,
        fields=record.fields,
        procedure=record.procedure,
        stated=record.stated,
        published_on=record.published_on,
        fulfilled_on=record.fulfilled_on,
        restricted_until_on=record.ends_on,
    )


def _publicity(record: Record) -> dict[str, Any]:
    penalty = penalty_of(record)
    if penalty is None:
        return _UNTOLD
    found = publicity_of(penalty, rulebook())
    return {
        "severity": None if found.severity is None else found.severity.value,
        "is_published": found.is_published,
        "repairable_on": found.repairable_on,
        "stops_on": found.stops_on,
    }


def _body(record: Record) -> dict[str, Any]:
    return {
        "kinds": sorted(record.kinds),
        "fields": sorted(record.fields),
        "procedure": record.procedure,
        "published_on": record.published_on,
        "fulfilled_on": record.fulfilled_on,
        "item": record.item,
        "grade": record.grade,
        "details": record.details,
    }
