"""One result for an inspection, decided under the lock of the log's head.

The rule that must stay true: a result that would not count is in no entry; of two that come at the
same time the second is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, select

from base.errors import Problem
from credit.inspecting.entries import RESULT_KIND, ResultNote, result_of
from credit.inspecting.tables import CREDIT_INSPECTION
from credit.unfolded import unfolded_entries
from ledger.batch import Batch


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
        # What was appended and is in no row yet is read first: see `credit.unfolded`.
        unread = unfolded_entries(self.connection, self.log, (RESULT_KIND,))
        if any(result_of(one).inspection_id == inspection_id for one in unread):
            return True
        own = CREDIT_INSPECTION.c
        known = select(own.result).where(own.log == self.log, own.id == inspection_id)
        return bool(self.connection.execute(known).scalar())
