"""How warnings stand since they were worked out: by which run, and what of it counts no more.

The rule that must stay true: a warning is worked out by runs alone; between two of them it is told
as it was found, with each fact marked that its rule would not count any more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from credit.facts import standing_on
from credit.tables import CREDIT_ENTRY, CREDIT_FACT
from credit.warning.entries import NIGHT_KIND
from credit.warning.of_facts import counted_on
from credit.warning.people import pieces
from credit.warning.reading import WarningRow
from credit.warning.rules import WarningRule, Watch, warning_rules
from credit.warning.tables import CREDIT_WARNING_STEP
from ledger.store import read_entries

_FACT = CREDIT_FACT.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The entry by which a warning was worked out last, and its facts that count no more.

    `is_hollow` where none of the facts that it stands on counts any more, and it stands on no entry
    beside them: the next run ends it.
    """

    seq: int
    at: datetime
    gone: frozenset[UUID]
    is_hollow: bool


def since_worked_out(
    connection: Connection, log: int, rows: Sequence[WarningRow], day: date
) -> dict[UUID, Since]:
    """Return how these warnings stand on a day, by their ids."""
    made = _worked_out(connection, log, rows)
    cited: dict[str, set[UUID]] = {}
    for row in rows:
        cited.setdefault(row.code, set()).update(row.fact_ids)
    counting = {
        code: _counting(connection, log, warning_rules().get(code), facts, day)
        for code, facts in sorted(cited.items())
    }
    found = {}
    for row in rows:
        seq, at = made.get(row.id, (row.opened_seq, row.opened_at))
        gone = frozenset(row.fact_ids) - counting[row.code]
        is_hollow = bool(gone) and len(gone) == len(set(row.fact_ids)) and not row.seqs
        found[row.id] = Since(seq=seq, at=at, gone=gone, is_hollow=is_hollow)
    return found


def _worked_out(
    connection: Connection, log: int, rows: Sequence[WarningRow]
) -> Mapping[UUID, tuple[int, datetime]]:
    """Return the newest run that found each warning, or its ground gone, and when."""
    step, entry = CREDIT_WARNING_STEP.c, CREDIT_ENTRY.c
    newest: dict[UUID, int] = {}
    for some in pieces(sorted(row.id for row in rows)):
        statement = (
            select(step.warning_id, func.max(step.seq))
            .join(CREDIT_ENTRY, (entry.log == step.log) & (entry.seq == step.seq))
            .where(step.log == log, step.warning_id.in_(some), entry.kind == NIGHT_KIND)
            .group_by(step.warning_id)
        )
        newest.update((row[0], int(row[1])) for row in connection.execute(statement))
    at = {row.opened_seq: row.opened_at for row in rows}
    at |= {row.last_seq: row.last_at for row in rows}
    # A run that added grounds, with an act behind it, stands in neither end of the warning.
    between = sorted(set(newest.values()) - at.keys())
    entries = read_entries(connection, log, between) if between else {}
    at |= {seq: one.header.recorded_at for seq, one in entries.items()}
    return {one: (seq, at[seq]) for one, seq in newest.items()}


def _counting(
    connection: Connection,
    log: int,
    rule: WarningRule | None,
    facts: Collection[UUID],
    day: date,
) -> set[UUID]:
    """Return those of these facts that a rule would still count on a day."""
    found: set[UUID] = set()
    for some in pieces(sorted(facts)):
        statement = select(_FACT.id).where(
            _FACT.log == log,
            _FACT.id.in_(some),
            _FACT.is_latest,
            _FACT.subject_id.is_not(None),
            _counts(rule, day),
        )
        found.update(connection.execute(statement).scalars())
    return found


def _counts(rule: WarningRule | None, day: date) -> ColumnElement[bool]:
    if rule is not None and rule.watch is Watch.FACTS:
        return counted_on(rule, day)
    # What shows that another party is on a list counts as long as it is on it.
    return and_(standing_on(day), or_(_FACT.stops_on.is_(None), _FACT.stops_on > day))
