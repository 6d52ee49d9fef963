"""Entries of credit that were appended and are in no row yet: hardly ever more than one or two.

The rule that must stay true: who asks for both reads these first and the rows after. What is
folded in between then stands in both; the other way round it would stand in neither.
"""

from collections.abc import Collection, Sequence
from trace.projections.tables import PROJECTION_CURSOR

from sqlalchemy import Connection, select

from credit.tables import CREDIT_ENTRY, CURSOR
from ledger.store import StoredEntry, read_entries


def unfolded_entries(
    connection: Connection, log: int, kinds: Collection[str]
) -> Sequence[StoredEntry]:
    """Return the entries of some kinds that were not folded yet, the oldest first."""
    entry, cursor = CREDIT_ENTRY.c, PROJECTION_CURSOR.c
    folded = select(cursor.next_seq).where(cursor.log == log, cursor.name == CURSOR)
    start = connection.execute(folded).scalar() or 0
    statement = select(entry.seq).where(
        entry.log == log, entry.kind.in_(sorted(kinds)), entry.seq >= start
    )
    seqs = sorted(connection.execute(statement).scalars())
    entries = read_entries(connection, log, seqs) if seqs else {}
    return [entries[seq] for seq in seqs]
