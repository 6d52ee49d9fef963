"""The steps of cases as rows, written in the append's transaction, and what they let follow.

The rule that must stay true: whether a step may be taken is decided under the lock of the log's
head, where nobody else can decide about the same case at the same time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from trace.projections.tables import PROJECTION_CURSOR
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, select

from base.bulk import insert_rows
from base.errors import Problem
from credit.cases.competence import LISTING
from credit.cases.entries import CASE_KIND, DUE_KIND, case_note_of, due_note_of
from credit.cases.kinds import OBJECTION
from credit.cases.life import Life, life_of
from credit.cases.model import CaseNote, DueNote
from credit.judging.entries import JUDGED_KIND, UNDONE_KIND
from credit.judging.standing import stands_as
from credit.tables import CREDIT_CASE, CREDIT_STEP, CURSOR
from credit.unfolded import unfolded_entries
from ledger.batch import Appended, Batch
from ledger.store import StoredEntry, read_entries

OPEN_ALREADY: Final = "A case of this kind about this record is open already."
JUDGED_SINCE: Final = "A person said a moment ago who somebody is: look at the record again."
_JUDGEMENTS: Final = (JUDGED_KIND, UNDONE_KIND)
_COLUMNS: Final = ("log", "seq", "case_id")
_READ: Final[Mapping[str, Callable[[StoredEntry], CaseNote | DueNote]]] = MappingProxyType(
    {CASE_KIND: case_note_of, DUE_KIND: due_note_of}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """A step as it was taken, and the entries by which its deadline was counted anew since."""

    entry: StoredEntry
    note: CaseNote
    recounts: tuple[tuple[StoredEntry, DueNote], ...]

    @property
    def as_counted(self) -> CaseNote:
        """Return the note with its deadline as it was counted last."""
        if not self.recounts:
            return self.note
        last = self.recounts[-1][1]
        return replace(self.note, due_on=last.due_on, is_provisional=last.is_provisional)


@dataclass(slots=True)
class CaseSteps:
    """The cases that one transaction speaks of, as they are after what it let in so far."""

    connection: Connection
    log: int
    found: dict[UUID, Life] = field(default_factory=dict)

    def refused(self, batch: Batch) -> Mapping[int, Problem]:
        """Return the steps of a batch that cannot be taken; a batch holds one case."""
        refusals: dict[int, Problem] = {}
        for at, draft in enumerate(batch.drafts):
            if isinstance(draft.note, DueNote):
                refusals.update(self._not_newest(at, draft.note))
            if not isinstance(draft.note, CaseNote):
                continue
            life = self._life(draft.note.case_id)
            problem = life.refusal_of(draft.note)
            if problem is None and not life.notes:
                problem = self._cannot_begin(draft.note)
            if problem is None:
                self.found[draft.note.case_id] = life.after(draft.note)
            else:
                refusals[at] = problem
        return refusals

    def _cannot_begin(self, note: CaseNote) -> Problem | None:
        """Return why a case cannot be opened."""
        return self._open_already(note) or self._noticed_already(note) or self._judged_since(note)

    def _noticed_already(self, note: CaseNote) -> Problem | None:
        """Return why a notice cannot be given: the party has one of the same act, as which case."""
        if note.kind != LISTING:
            return None
        here = stands_as(self.connection, self.log, note.subject_id)
        for one in sorted({*self.found, *_maybe_open(self.connection, self.log, note)}):
            life = self._life(one)
            if one == note.case_id or not life.is_same_notice(note):
                continue
            if stands_as(self.connection, self.log, life.notes[0].subject_id) == here:
                return _noticed(one)
        return None

    def _open_already(self, note: CaseNote) -> Problem | None:
        """Return why a case cannot be opened: one of its kind about one of its facts is open."""
        others = {*self.found, *_maybe_open(self.connection, self.log, note)} - {note.case_id}
        if any(self._life(one).is_beside(note) for one in others):
            return Problem(path="facts", code="case_open", message=OPEN_ALREADY)
        return None

    def _judged_since(self, note: CaseNote) -> Problem | None:
        """Return why a case cannot be opened yet: nobody has read whose its records are by now.

        It would be parted from them. An objection may be about that very thing.
        """
        if not note.fact_ids or note.kind == OBJECTION:
            return None
        if not unfolded_entries(self.connection, self.log, _JUDGEMENTS):
            return None
        return Problem(path="facts", code="judged_since", message=JUDGED_SINCE)

    def _not_newest(self, at: int, note: DueNote) -> Iterator[tuple[int, Problem]]:
        """Yield the refusal of a deadline whose step is not the case's newest, or moved since."""
        steps = steps_of_case(self.connection, self.log, note.case_id)
        last = steps[-1] if steps else None
        is_newest = last is not None and last.entry.seq == note.step_seq
        if last is None or not is_newest or last.as_counted.due_on != note.was_on:
            message = "the case has moved on since this deadline was counted"
            yield at, Problem(path="of", code="state", message=message)

    def _life(self, case_id: UUID) -> Life:
        if case_id not in self.found:
            self.found[case_id] = life_of(notes_of(self.connection, self.log, case_id))
        return self.found[case_id]


def _maybe_open(connection: Connection, log: int, note: CaseNote) -> Iterator[UUID]:
    """Yield the cases that may be open about a note's facts: as far as read, and what came since.

    The rows of cases follow the log, and another step may have landed that nobody has read yet.
    """
    if not note.fact_ids and note.kind != LISTING:
        return
    case, step, cursor = CREDIT_CASE.c, CREDIT_STEP.c, PROJECTION_CURSOR.c
    known = select(case.id).where(
        case.log == log,
        case.subject_id == stands_as(connection, log, note.subject_id),
        case.kind == note.kind,
        case.is_open,
    )
    read = select(cursor.next_seq).where(cursor.log == log, cursor.name == CURSOR)
    since = select(step.case_id).where(
        step.log == log, step.seq >= func.coalesce(read.scalar_subquery(), 0)
    )
    yield from connection.execute(known.union(since)).scalars()


def _noticed(case_id: UUID) -> Problem:
    return Problem(
        path="decision",
        code="noticed_already",
        message=f"The party was given notice of this act already, in case {case_id}: go on there, "
        "or tell the other act by its number, ground or article.",
        message_zh=f"这一行为已告知当事人，正在案件{case_id}中办理；"
        "另一行为请写明其文号，或者不同的事由、条款。",
    )


def notes_of(connection: Connection, log: int, case_id: UUID) -> tuple[CaseNote, ...]:
    """Return the notes of a case, oldest first; none where there is no such case."""
    return tuple(step.note for step in steps_of_case(connection, log, case_id))


def steps_of_case(connection: Connection, log: int, case_id: UUID) -> tuple[CaseStep, ...]:
    """Return the steps of a case, oldest first."""
    statement = (
        select(CREDIT_STEP.c.seq)
        .where(CREDIT_STEP.c.log == log, CREDIT_STEP.c.case_id == case_id)
        .order_by(CREDIT_STEP.c.seq)
    )
    seqs = list(connection.execute(statement).scalars())
    entries = read_entries(connection, log, seqs)
    steps: list[CaseStep] = []
    for entry in (entries[seq] for seq in seqs):
        if entry.header.kind == CASE_KIND:
            steps.append(CaseStep(entry=entry, note=case_note_of(entry), recounts=()))
        else:
            # Only a deadline of the newest step is counted anew.
            recounts = (*steps[-1].recounts, (entry, due_note_of(entry)))
            steps[-1] = replace(steps[-1], recounts=recounts)
    return tuple(steps)


def write_steps(connection: Connection, log: int, appended: Sequence[Appended]) -> None:
    """Add the rows of the appended steps."""
    insert_rows(connection, CREDIT_STEP, _COLUMNS, list(_rows(log, appended)))


def forget_steps(connection: Connection, log: int) -> None:
    """Delete every row of a log that `rewrite_steps` makes again."""
    connection.execute(delete(CREDIT_STEP).where(CREDIT_STEP.c.log == log))


def rewrite_steps(connection: Connection, log: int, entries: Iterable[StoredEntry]) -> None:
    """Write the rows of these entries, as far as they are steps."""
    rows = [
        (log, entry.seq, _READ[entry.header.kind](entry).case_id)
        for entry in entries
        if entry.header.kind in _READ
    ]
    insert_rows(connection, CREDIT_STEP, _COLUMNS, rows)


def _rows(log: int, appended: Sequence[Appended]) -> Iterator[tuple[int, int, UUID]]:
    for place in appended:
        for offset, at in enumerate(place.kept):
            note = place.batch.drafts[at].note
            if isinstance(note, CaseNote | DueNote):
                yield log, place.first_seq + offset, note.case_id
