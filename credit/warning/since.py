"""How warnings stand since they were worked out: by which run, and what of it counts no more.

The rule that must stay true: a warning is worked out by runs alone; between two of them it is told
as it was found, with each fact that its rule would not count any more, since when and why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from credit.tables import CREDIT_ENTRY
from credit.warning.entries import NIGHT_KIND
from credit.warning.gone import Gone, gone_among
from credit.warning.people import pieces
from credit.warning.reading import WarningRow
from credit.warning.rules import warning_rules
from credit.warning.tables import CREDIT_WARNING_STEP
from ledger.store import read_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The entry by which a warning was worked out last, and which of its facts count no more.

    `is_hollow` where none of the facts that it stands on counts any more, and it stands on no entry
    beside them: the next run ends it.
    """

    seq: int
    at: datetime
    gone: Mapping[UUID, Gone]
    is_hollow: bool


def since_worked_out(
    connection: Connection, log: int, rows: Sequence[WarningRow], day: date
) -> dict[UUID, Since]:
    """Return how these warnings stand on a day, by their ids."""
    made = _worked_out(connection, log, rows)
    cited: dict[str, set[UUID]] = {}
    for row in rows:
        cited.setdefault(row.code, set()).update(row.fact_ids)
    gone_of = {
        code: gone_among(connection, log, warning_rules().get(code), facts, day)
        for code, facts in sorted(cited.items())
    }
    found = {}
    for row in rows:
        seq, at = made.get(row.id, (row.opened_seq, row.opened_at))
        of_rule = gone_of[row.code]
        gone = {one: of_rule[one] for one in row.fact_ids if one in of_rule}
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
