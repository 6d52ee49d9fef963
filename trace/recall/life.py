"""What may happen to a recall, and when: one state, moved by notes.

Pure. The rule that must stay true: a recall is opened once, its scopes are numbered without a gap,
what is said is said to the newest notice, and it is done only when every holder has answered or an
answer was explained in its place.
"""

from dataclasses import dataclass, field
from trace.recall.model import (
    AnswerKind,
    AnswerNote,
    CloseNote,
    EscalationNote,
    NoticeNote,
    OpenNote,
    Outcome,
    RecallNote,
    ScopeNote,
)
from uuid import UUID

from base.errors import Problem


@dataclass(slots=True, kw_only=True)
class NoticeState:
    """How far one holder is with its newest notice."""

    id: UUID
    line_count: int
    is_acknowledged: bool = False
    is_answered: bool = False
    is_escalated: bool = False

    @property
    def is_settled(self) -> bool:
        """Return whether nothing more is asked of the holder."""
        return self.is_answered or self.line_count == 0


@dataclass(slots=True, kw_only=True)
class Life:
    """A recall so far. `notices` are the newest by party."""

    is_opened: bool = False
    version: int = 0
    outcome: Outcome | None = None
    notices: dict[UUID, NoticeState] = field(default_factory=dict)

    def admit(self, note: RecallNote) -> Problem | None:
        """Take a note in, or say why it comes at the wrong time and change nothing."""
        problem = self._refusal(note)
        if problem is None:
            self.take(note)
        return problem

    def take(self, note: RecallNote) -> None:
        """Move by a note that was admitted, now or when its entry was appended."""
        if isinstance(note, OpenNote):
            self.is_opened = True
        elif isinstance(note, ScopeNote):
            self.version = note.version
        elif isinstance(note, NoticeNote):
            self.notices[note.party_id] = NoticeState(id=note.id, line_count=note.line_count)
        elif isinstance(note, AnswerNote):
            self._answer(note)
        elif isinstance(note, EscalationNote):
            self._of(note.party_id, note.notice_id).is_escalated = True
        elif isinstance(note, CloseNote):
            self.outcome = note.outcome

    def unsettled(self) -> tuple[UUID, ...]:
        """Return the parties whose answer is still awaited."""
        return tuple(party for party, one in self.notices.items() if not one.is_settled)

    def _answer(self, note: AnswerNote) -> None:
        state = self._of(note.party_id, note.notice_id)
        state.is_acknowledged = True
        state.is_answered = state.is_answered or note.kind is not AnswerKind.ACKNOWLEDGED

    def _of(self, party_id: UUID, notice_id: UUID) -> NoticeState:
        state = self.notices.get(party_id)
        if state is None or state.id != notice_id:
            # What was said to a notice that a newer one replaced counts no more.
            return NoticeState(id=notice_id, line_count=0)
        return state

    def _refusal(self, note: RecallNote) -> Problem | None:
        if isinstance(note, OpenNote):
            return _problem("", "number", "was opened already") if self.is_opened else None
        if not self.is_opened or self.outcome is not None:
            code, word = ("closed", "is closed") if self.is_opened else ("unknown", "is not open")
            return _problem("", code, f"the recall {word}")
        if isinstance(note, ScopeNote) and note.version != self.version + 1:
            return _problem("version", "stale", f"the newest scope is number {self.version}")
        if isinstance(note, AnswerNote | EscalationNote):
            return self._stale(note)
        if isinstance(note, CloseNote) and note.outcome is Outcome.COMPLETED:
            return self._unfinished()
        return None

    def _stale(self, note: AnswerNote | EscalationNote) -> Problem | None:
        state = self.notices.get(note.party_id)
        if state is None or state.id != note.notice_id:
            return _problem("notice_id", "stale", "a newer notice took the place of this one")
        if isinstance(note, EscalationNote) and (state.is_escalated or state.is_settled):
            return _problem("notice_id", "escalated", "was escalated or answered already")
        return None

    def _unfinished(self) -> Problem | None:
        count = len(self.unsettled())
        if count:
            message = f"{count} holders have not answered; explain each in its place first"
            return _problem("", "unanswered", message)
        return None


def recall_of(note: RecallNote) -> UUID:
    """Return the recall that a note is about."""
    return note.id if isinstance(note, OpenNote) else note.recall_id


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, message=message)
