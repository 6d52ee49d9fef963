"""The rows of law that the clock of a fact stands on, as a report and a page tell them.

The rule that must stay true: a reason is worked out from the record as it was kept, by the rules of
the day of its decision; what cannot be worked out is left out and never made up.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from credit.feeds.model import FactKind, Record
from credit.folding.values import penalty_of
from credit.intake.records import read_row
from credit.model import Because
from credit.records import FactRow
from credit.reporting.facts import Told
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book, Regime
from credit.rules.counting import limit_of
from credit.rules.listing import NoTerm, term_of
from credit.rules.publicity import publicity_of
from credit.tables import CREDIT_ROW

_KEYS: Final = 300
_NOTHING: Final = Because()


def records_of(
    connection: Connection, log: int, told: Sequence[Told | FactRow]
) -> Mapping[UUID, Record]:
    """Return the kept records behind facts, by fact; what was erased or decided here has none."""
    placed = {(one.batch_id, one.position): one.id for one in told if one.kind == FactKind.PENALTY}
    batches = sorted({batch for batch, _ in placed if batch is not None})
    found: dict[UUID, Record] = {}
    for batch in batches:
        positions = [at for one, at in placed if one == batch and at is not None]
        for start in range(0, len(positions), _KEYS):
            statement = select(CREDIT_ROW.c.position, CREDIT_ROW.c.body).where(
                CREDIT_ROW.c.log == log,
                CREDIT_ROW.c.batch_id == batch,
                CREDIT_ROW.c.position.in_(positions[start : start + _KEYS]),
            )
            for row in connection.execute(statement):
                record = None if row.body is None else read_row(row.body).record
                if record is not None:
                    found[placed[batch, row.position]] = record
    return found


def because_of(one: Told | FactRow, record: Record | None, book: Book) -> Because:
    """Return why a fact's clock is what it is; nothing where no row fixes one."""
    if one.kind == FactKind.PENALTY:
        penalty = None if record is None else penalty_of(record)
        return _NOTHING if penalty is None else publicity_of(penalty, book).because
    found = credit_lists().get(one.list_id)
    start_on = one.starts_on or one.decided_on
    if start_on is None or (found is None and one.kind != FactKind.INSPECTION):
        return _NOTHING
    if found is None:
        return _limit(book, start_on, Regime.ANY)
    try:
        term = term_of(
            book,
            found.period,
            found.regime,
            starts_on=start_on,
            item=str(one.body.get("item", "")),
            restricted_until_on=one.ends_on,
        )
    except NoTerm:
        return _limit(book, start_on, found.regime)
    return term.because


def _limit(book: Book, start_on: date, regime: Regime) -> Because:
    """Return why something ends whose period no row fixes."""
    found = limit_of(book, start_on, regime)
    return _NOTHING if found is None else Because(rules=(found[0],))
