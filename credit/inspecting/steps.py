"""Which entries speak of which draw, written in the append's transaction, and what they let.

The rule that must stay true: a draw is committed to once, has one seed and one value, and orders
each inspection once. It is decided under the lock of the log's head, so that of two who draw at one
moment nothing of the second is in the ledger twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, select

from base.bulk import insert_rows
from base.errors import Problem
from credit.inspecting.entries import (
    COMMITTED_KIND,
    DRAWN_KIND,
    CommitNote,
    DrawnNote,
    commit_of,
    drawn_of,
)
from credit.inspecting.tables import CREDIT_DRAW_STEP
from ledger.batch import Appended, Batch
from ledger.store import StoredEntry, read_entries

_COLUMNS: Final = ("log", "draw_id", "seq")


@dataclass(slots=True)
class _Draw:
    """What the entries of a draw tell so far."""

    is_committed: bool = False
    told: tuple[bytes, str] | None = None
    ordered: set[UUID] = field(default_factory=set)

    def refusal_of(self, note: CommitNote | DrawnNote) -> Problem | None:
        """Return why an entry would not count; None for one that may follow."""
        if isinstance(note, CommitNote):
            return _refusal("draw", "it is committed to already") if self.is_committed else None
        if self.told is None:
            return None
        if self.told != (note.seed, note.value):
            return _refusal("value", "it was drawn with another value already")
        if not note.orders or any(one.id in self.ordered for one in note.orders):
            return _refusal("draw", "somebody else has drawn it meanwhile")
        return None

    def take(self, note: CommitNote | DrawnNote) -> None:
        """Let an entry count."""
        if isinstance(note, CommitNote):
            self.is_committed = True
            return
        self.told = self.told or (note.seed, note.value)
        self.ordered.update(one.id for one in note.orders)


@dataclass(slots=True)
class DrawSteps:
    """The draws that one transaction speaks of, as they are after what it let in so far."""

    connection: Connection
    log: int
    found: dict[UUID, _Draw] = field(default_factory=dict)

    def refused(self, batch: Batch) -> Mapping[int, Problem]:
        """Return the entries of a batch that would say a draw, or some of it, a second time."""
        refusals: dict[int, Problem] = {}
        for at, draft in enumerate(batch.drafts):
            note = draft.note
            if not isinstance(note, CommitNote | DrawnNote):
                continue
            draw = self._draw(note.draw_id)
            problem = draw.refusal_of(note)
            if problem is None:
                draw.take(note)
            else:
                refusals[at] = problem
        return refusals

    def _draw(self, draw_id: UUID) -> _Draw:
        if draw_id not in self.found:
            draw = _Draw()
            for entry in entries_of_draw(self.connection, self.log, draw_id):
                is_commit = entry.header.kind == COMMITTED_KIND
                draw.take(commit_of(entry) if is_commit else drawn_of(entry))
            self.found[draw_id] = draw
        return self.found[draw_id]


def entries_of_draw(connection: Connection, log: int, draw_id: UUID) -> tuple[StoredEntry, ...]:
    """Return the entries of a draw, oldest first, and those of no other."""
    statement = (
        select(CREDIT_DRAW_STEP.c.seq)
        .where(CREDIT_DRAW_STEP.c.log == log, CREDIT_DRAW_STEP.c.draw_id == draw_id)
        .order_by(CREDIT_DRAW_STEP.c.seq)
    )
    seqs = list(connection.execute(statement).scalars())
    entries = read_entries(connection, log, seqs)
    return tuple(entries[seq] for seq in seqs)


def write_draw_steps(connection: Connection, log: int, appended: Sequence[Appended]) -> None:
    """Add the rows of the appended entries."""
    insert_rows(connection, CREDIT_DRAW_STEP, _COLUMNS, list(_rows(log, appended)))


def forget_draw_steps(connection: Connection, log: int) -> None:
    """Delete every row of a log that `rewrite_draw_steps` makes again."""
    connection.execute(delete(CREDIT_DRAW_STEP).where(CREDIT_DRAW_STEP.c.log == log))


def rewrite_draw_steps(connection: Connection, log: int, entries: Iterable[StoredEntry]) -> None:
    """Write the rows of these entries, as far as they speak of draws."""
    rows = [
        (log, commit_of(entry).draw_id, entry.seq)
        if entry.header.kind == COMMITTED_KIND
        else (log, drawn_of(entry).draw_id, entry.seq)
        for entry in entries
        if entry.header.kind in (COMMITTED_KIND, DRAWN_KIND)
    ]
    insert_rows(connection, CREDIT_DRAW_STEP, _COLUMNS, rows)


def _rows(log: int, appended: Sequence[Appended]) -> Iterator[tuple[int, UUID, int]]:
    for place in appended:
        for offset, at in enumerate(place.kept):
            note = place.batch.drafts[at].note
            if isinstance(note, CommitNote | DrawnNote):
                yield log, note.draw_id, place.first_seq + offset


def _refusal(path: str, message: str) -> Problem:
    return Problem(path=path, code="duplicate", message=message)
