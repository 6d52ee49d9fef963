"""The rows of recalls, written in the append's transaction.

One rule: under the head's lock and from what the ledger holds. Whether a note comes at the right
time is decided here, where nobody else can decide about the same recall at the same time.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from trace.recall.life import Life, recall_of
from trace.recall.lives import read_life
from trace.recall.model import RecallNote
from trace.recall.rows import Placed, write_rows
from typing import get_args
from uuid import UUID

from sqlalchemy import Connection

from base.errors import Problem
from ledger.batch import Appended, Batch

_NOTES = get_args(RecallNote)


@dataclass(slots=True)
class _Lives:
    """The recalls that this transaction speaks of, as they are after what it let in so far."""

    connection: Connection
    log: int
    found: dict[UUID, Life] = field(default_factory=dict)

    def of(self, note: RecallNote) -> Life:
        recall_id = recall_of(note)
        if recall_id not in self.found:
            self.found[recall_id] = read_life(self.connection, self.log, recall_id)
        return self.found[recall_id]


class RecallIndex:
    """Writes the rows of recalls of one log."""

    def __init__(self, log: int) -> None:
        self._log = log

    def admit(
        self, connection: Connection, batches: Sequence[Batch]
    ) -> Sequence[Mapping[int, Problem]]:
        """Refuse what comes too early, too late or twice."""
        lives = _Lives(connection, self._log)
        refusals: list[Mapping[int, Problem]] = []
        for batch in batches:
            notes = [
                (at, draft.note)
                for at, draft in enumerate(batch.drafts)
                if isinstance(draft.note, _NOTES)
            ]
            for _, note in notes:
                lives.of(note)
            before = deepcopy(lives.found) if notes else {}
            refused = {
                at: problem
                for at, note in notes
                if (problem := lives.of(note).admit(note)) is not None
            }
            if refused and not batch.may_skip:
                # The whole batch stays out, and with it what it would have changed.
                lives.found = before
            refusals.append(refused)
        return refusals

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Add the rows of the appended notes."""
        write_rows(connection, self._log, list(_placed(appended)))


def _placed(appended: Sequence[Appended]) -> Iterator[Placed]:
    for place in appended:
        for offset, at in enumerate(place.kept):
            note = place.batch.drafts[at].note
            if isinstance(note, _NOTES):
                yield Placed(
                    seq=place.first_seq + offset,
                    recorded_at=place.recorded_at,
                    actor=place.batch.actor,
                    note=note,
                )
