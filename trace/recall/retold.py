"""One recall told again from its entries alone.

Pure. One rule: what counts is what the newest entries say, as the rows of a live recall do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from trace.recall.model import (
    AnswerNote,
    CloseNote,
    EscalationNote,
    LinesNote,
    NoticeNote,
    OpenNote,
    ScopeNote,
)
from trace.recall.rows import Placed
from uuid import UUID

from base.errors import InvalidInput


@dataclass(slots=True, kw_only=True)
class Holder:
    """A holder's newest notice with what was said to it, and those that it replaced."""

    notice: NoticeNote
    told_at: datetime
    seq: int
    answers: list[tuple[Placed, AnswerNote]] = field(default_factory=list)
    escalation: Placed | None = None
    earlier: list["Holder"] = field(default_factory=list)

    @property
    def told(self) -> "tuple[Holder, ...]":
        """Return every notice to the holder, the first one first."""
        return (*self.earlier, self)

    @property
    def is_escalated(self) -> bool:
        """Return whether it was found late, at this notice or at one before."""
        return any(one.escalation is not None for one in self.told)


@dataclass(slots=True, kw_only=True)
class Retold:
    """A recall; `lines` are those of the newest scope, `holders` in order of their parties."""

    opening: OpenNote
    opened_at: datetime
    opened_by: str
    seq: int
    scopes: list[ScopeNote] = field(default_factory=list)
    lines: list[LinesNote] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    closing: CloseNote | None = None
    closed_at: datetime | None = None
    closing_seq: int | None = None


def retell(placed: Iterable[Placed]) -> Retold:
    """Return the recall that these entries tell; raises `InvalidInput` where none opens it."""
    told: Retold | None = None
    newest: dict[UUID, Holder] = {}
    for one in sorted(placed, key=lambda entry: entry.seq):
        note = one.note
        if isinstance(note, OpenNote):
            told = Retold(opening=note, opened_at=one.recorded_at, opened_by=one.actor, seq=one.seq)
        elif told is None:
            raise InvalidInput("report: no entry opens the recall")
        else:
            _take(told, newest, one)
    if told is None:
        raise InvalidInput("report: no entry opens the recall")
    told.holders = [holder for _, holder in sorted(newest.items())]
    return told


def _take(told: Retold, newest: dict[UUID, Holder], one: Placed) -> None:
    note = one.note
    if isinstance(note, ScopeNote):
        told.scopes.append(note)
        told.lines = []
    elif isinstance(note, LinesNote):
        told.lines.append(note)
    elif isinstance(note, NoticeNote):
        known = newest.get(note.party_id)
        newest[note.party_id] = Holder(
            notice=note,
            told_at=one.recorded_at,
            seq=one.seq,
            earlier=[] if known is None else list(known.told),
        )
    elif isinstance(note, AnswerNote):
        holder = newest.get(note.party_id)
        if holder is not None and holder.notice.id == note.notice_id:
            holder.answers.append((one, note))
    elif isinstance(note, EscalationNote):
        holder = newest.get(note.party_id)
        if holder is not None and holder.notice.id == note.notice_id:
            holder.escalation = one
    elif isinstance(note, CloseNote):
        told.closing, told.closed_at, told.closing_seq = note, one.recorded_at, one.seq
