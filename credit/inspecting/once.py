"""One result for an inspection, decided under the lock of the log's head.

The rule that must stay true: a result that would not count is in no entry; of two that come at the
same time the second is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from trace.projections.tables import PROJECTION_CURSOR
from uuid import UUID

from sqlalchemy import Connection, select

from base.errors import Problem
from credit.inspecting.entries import RESULT_KIND, ResultNote, result_of
from credit.inspecting.tables import CREDIT_INSPECTION
from credit.tables import CREDIT_ENTRY
from ledger.batch import Batch
from ledger.store import read_entries

_CURSOR = "credit"


@dataclass(slots=True)
class FirstResults:
    """The inspections that one transaction tells results of."""

    connection: Connection
    log: int
    told: set[UUID] = field(default_factory=set)

    def refused(self, batch: Batch) -> Mapping[int, Problem]:
        """Return the results of a batch whose inspection has one already."""
        refusals: dict[int, Problem] = {}
        for at, draft in enumerate(batch.drafts):
            note = draft.note
            if not isinstance(note, ResultNote):
                continue
            if note.inspection_id in self.told or self._has_result(note.inspection_id):
                refusals[at] = Problem(
                    path="result",
                    code="duplicate",
                    message="it has its result already",
                )
            self.told.add(note.inspection_id)
        return refusals

    def _has_result(self, inspection_id: UUID) -> bool:
        own, entry, cursor = CREDIT_INSPECTION.c, CREDIT_ENTRY.c, PROJECTION_CURSOR.c
        known = select(own.result).where(own.log == self.log, own.id == inspection_id)
        if self.connection.execute(known).scalar():
            return True
        # What was appended and is in no row yet: hardly ever more than one or two.
        folded = select(cursor.next_seq).where(cursor.log == self.log, cursor.name == _CURSOR)
        start = self.connection.execute(folded).scalar() or 0
        statement = select(entry.seq).where(
            entry.log == self.log, entry.kind == RESULT_KIND, entry.seq >= start
        )
        seqs = list(self.connection.execute(statement).scalars())
        entries = read_entries(self.connection, self.log, seqs) if seqs else {}
        return any(result_of(one).inspection_id == inspection_id for one in entries.values())
