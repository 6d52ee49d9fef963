"""The last look before a batch becomes an entry, under the lock of the log's head.

The rule that must stay true: the entry's root is that of the rows that are kept at that moment, and
a batch is one entry. A taker that was away for so long that another one wrote rows in its place is
refused here, however its claim stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, select, update

from base.errors import Problem
from credit.intake.batches import BatchState
from credit.intake.entries import RowsNote
from credit.tables import CREDIT_BATCH
from ledger.batch import Appended, Batch

_OPEN = (BatchState.WAITING.value, BatchState.HELD.value)


@dataclass(slots=True)
class KeptRows:
    """The batches of feeds that one transaction makes entries of."""

    connection: Connection
    log: int
    told: set[UUID] = field(default_factory=set)

    def refused(self, batch: Batch) -> Mapping[int, Problem]:
        """Return the drafts of batches whose rows are others by now, or an entry already."""
        refusals: dict[int, Problem] = {}
        for at, draft in enumerate(batch.drafts):
            note = draft.note
            if not isinstance(note, RowsNote):
                continue
            if note.batch_id in self.told or not self._are_kept(note):
                refusals[at] = Problem(
                    path="batch",
                    code="duplicate",
                    message="it was taken by somebody else in the meantime",
                )
            self.told.add(note.batch_id)
        return refusals

    def _are_kept(self, note: RowsNote) -> bool:
        """Return whether the rows are those of the entry to be.

        Whoever writes them just now is not waited for: the head of the log is locked, and his rows
        would be others.
        """
        own = CREDIT_BATCH.c
        statement = select(own.id).where(
            own.log == self.log,
            own.id == note.batch_id,
            own.root == note.root,
            own.seq.is_(None),
            own.state.in_(_OPEN),
        )
        locked = statement.with_for_update(skip_locked=True)
        return self.connection.execute(locked).first() is not None


def write_entered(connection: Connection, log: int, appended: Sequence[Appended]) -> None:
    """Write with the entry of a batch where it is, so that nobody takes the batch once more."""
    for place in appended:
        for offset, at in enumerate(place.kept):
            note = place.batch.drafts[at].note
            if isinstance(note, RowsNote):
                own = update(CREDIT_BATCH).where(
                    CREDIT_BATCH.c.log == log, CREDIT_BATCH.c.id == note.batch_id
                )
                connection.execute(own.values(seq=place.first_seq + offset))
