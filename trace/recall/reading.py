"""Recalls read from their rows: one, a list, its lines, its notices with their answers.

One rule: what is current is what the newest rows say; nothing here decides who may see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from trace.recall.deadlines import Step, domains
from trace.recall.entries import read_amount, read_criteria
from trace.recall.model import Amount, AnswerKind, Criteria, Line, Outcome
from trace.recall.tables import (
    RECALL,
    RECALL_ANSWER,
    RECALL_CLOSE,
    RECALL_ESCALATION,
    RECALL_LINE,
    RECALL_NOTICE,
    RECALL_SCOPE,
)
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, exists, or_, select

from base.errors import NotFound
from base.strict_json import JsonValue, loads

_JSON_BYTES_MAX: Final = 1 << 22
_JSON_DEPTH_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How and when a recall ended."""

    seq: int
    outcome: Outcome
    note: str
    closed_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A recall as it stands; `party_id` is None where the authority opened it."""

    id: UUID
    log: int
    seq: int
    number: str
    domain: str
    level: int
    is_mock: bool
    party_id: UUID | None
    opened_by: str
    reason: str
    opened_at: datetime
    closing: Closing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRow:
    """A scope without its lines."""

    id: UUID
    seq: int
    recall_id: UUID
    version: int
    at_size: int
    at_root: bytes
    criteria: Criteria
    reason: str
    line_count: int
    added_count: int
    removed_count: int
    is_cut: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was said to a notice, and by whom."""

    id: UUID
    seq: int
    kind: AnswerKind
    amounts: tuple[Amount, ...]
    note: str
    said_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The newest notice to a holder with what was said to it.

    It is to be read by `due_at` and counted by `count_due_at`. `escalated_at` is when it was found
    late; `earlier` was said to notices that it replaced, and `was_late` where one of them was late.
    """

    id: UUID
    seq: int
    recall_id: UUID
    scope_id: UUID
    party_id: UUID
    line_count: int
    due_at: datetime
    count_due_at: datetime
    at: datetime
    answers: tuple[Answer, ...]
    escalated_at: datetime | None
    earlier: tuple[Answer, ...] = ()
    was_late: bool = False

    @property
    def waits_until(self) -> datetime:
        """Return the time that counts now: to read the notice, and then to count."""
        return self.count_due_at if self.answers else self.due_at

    @property
    def acknowledged_at(self) -> datetime | None:
        """Return when the holder first said anything, or it was explained in its place."""
        return self.answers[0].at if self.answers else None

    @property
    def final(self) -> Answer | None:
        """Return the newest answer that settles the notice."""
        settled = (one for one in reversed(self.answers) if one.kind is not AnswerKind.ACKNOWLEDGED)
        return next(settled, None)

    @property
    def counted(self) -> Answer | None:
        """Return the newest count, which stands though something was explained after it."""
        return next((one for one in reversed(self.answers) if one.kind is AnswerKind.COUNTED), None)

    @property
    def is_settled(self) -> bool:
        """Return whether nothing more is asked of the holder."""
        return self.line_count == 0 or self.final is not None

    def is_overdue(self, now: datetime) -> bool:
        """Return whether the holder let its time pass: having read the notice is no counting."""
        return not self.is_settled and now > self.waits_until


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallQuery:
    """Which recalls, newest first; `party_id` are those it opened or holds lines of.

    `before` is the entry number of the last one of the page before.
    """

    rows_max: int
    party_id: UUID | None = None
    is_open: bool | None = None
    is_public: bool = False
    before: int | None = None


def read_recall(connection: Connection, log: int, recall_id: UUID) -> Recall:
    """Return a recall; raises `NotFound`."""
    row = connection.execute(_recalls(log).where(RECALL.c.id == recall_id)).one_or_none()
    if row is None:
        raise NotFound("There is no recall with that id.")
    return recall_of_row(row)


def list_recalls(connection: Connection, log: int, query: RecallQuery) -> list[Recall]:
    """Return a page of recalls, newest first."""
    statement = _recalls(log)
    if query.party_id is not None:
        told = exists().where(
            RECALL_NOTICE.c.log == log,
            RECALL_NOTICE.c.recall_id == RECALL.c.id,
            RECALL_NOTICE.c.party_id == query.party_id,
        )
        statement = statement.where(or_(RECALL.c.party_id == query.party_id, told))
    if query.is_open is not None:
        ended = RECALL_CLOSE.c.seq
        statement = statement.where(ended.is_(None) if query.is_open else ended.is_not(None))
    if query.is_public:
        statement = statement.where(RECALL.c.is_mock.is_(False))
    if query.before is not None:
        statement = statement.where(RECALL.c.seq < query.before)
    rows = connection.execute(statement.order_by(RECALL.c.seq.desc()).limit(query.rows_max))
    return [recall_of_row(row) for row in rows]


def scopes_of(connection: Connection, log: int, recall_id: UUID) -> list[ScopeRow]:
    """Return every scope of a recall, the first one first."""
    statement = (
        select(RECALL_SCOPE)
        .where(RECALL_SCOPE.c.log == log, RECALL_SCOPE.c.recall_id == recall_id)
        .order_by(RECALL_SCOPE.c.version)
    )
    return [_scope_of(row) for row in connection.execute(statement)]


def newest_scope(connection: Connection, log: int, recall_id: UUID) -> ScopeRow:
    """Return the scope that counts; raises `NotFound` where there is no such recall."""
    found = scopes_of(connection, log, recall_id)
    if not found:
        raise NotFound("There is no recall with that id.")
    return found[-1]


def lines_of(
    connection: Connection,
    log: int,
    scope_id: UUID,
    *,
    holder: UUID | None = None,
    start: int = 0,
    rows_max: int | None = None,
) -> list[Line]:
    """Return lines of a scope in their order, `start` of them passed over; one holder's, or all."""
    statement = select(RECALL_LINE).where(
        RECALL_LINE.c.log == log, RECALL_LINE.c.scope_id == scope_id
    )
    if holder is None:
        # Positions count the lines of all, from 0 on.
        statement = statement.where(RECALL_LINE.c.position >= start)
    else:
        statement = statement.where(RECALL_LINE.c.holder == holder).offset(start)
    statement = statement.order_by(RECALL_LINE.c.position)
    rows = connection.execute(statement if rows_max is None else statement.limit(rows_max))
    return [line_of_row(row) for row in rows]


def units_in(connection: Connection, log: int, scope_id: UUID) -> frozenset[str | None]:
    """Return the units in which a scope counts; None counts pieces."""
    statement = select(RECALL_LINE.c.uom).where(
        RECALL_LINE.c.log == log, RECALL_LINE.c.scope_id == scope_id
    )
    return frozenset(connection.execute(statement.distinct()).scalars())


def notices_of(
    connection: Connection, log: int, recall_id: UUID, *, party_id: UUID | None = None
) -> list[Notice]:
    """Return the newest notice to each holder, or to one, in the order of their parties."""
    told = _of_recall(connection, RECALL_NOTICE, log, recall_id)
    if not told:
        return []
    recall = read_recall(connection, log, recall_id)
    said = _of_recall(connection, RECALL_ANSWER, log, recall_id)
    late = _of_recall(connection, RECALL_ESCALATION, log, recall_id)
    return notices_from(recall, told, said, late, party_id=party_id)


def notices_from(
    recall: Recall,
    told: Sequence[Any],
    said: Sequence[Any],
    escalated: Sequence[Any],
    *,
    party_id: UUID | None = None,
) -> list[Notice]:
    """Return the newest notice to each holder, or to one, from the rows of one recall."""
    newest: dict[UUID, Any] = {}
    replaced: dict[UUID, list[UUID]] = {}
    for row in told:
        if party_id in (None, row.party_id):
            if row.party_id in newest:
                replaced.setdefault(row.party_id, []).append(newest[row.party_id].id)
            newest[row.party_id] = row
    answers: dict[UUID, list[Answer]] = {}
    for row in said:
        answers.setdefault(row.notice_id, []).append(_answer_of(row))
    late = {row.notice_id: row.recorded_at for row in escalated}
    return [
        Notice(
            id=row.id,
            seq=row.seq,
            recall_id=recall.id,
            scope_id=row.scope_id,
            party_id=row.party_id,
            line_count=row.line_count,
            due_at=row.due_at,
            count_due_at=_count_due_at(recall, row.recorded_at) or row.due_at,
            at=row.recorded_at,
            answers=tuple(answers.get(row.id, ())),
            escalated_at=late.get(row.id),
            earlier=tuple(
                one for old in replaced.get(row.party_id, ()) for one in answers.get(old, ())
            ),
            was_late=any(old in late for old in replaced.get(row.party_id, ())),
        )
        for _, row in sorted(newest.items())
    ]


def _count_due_at(recall: Recall, told_at: datetime) -> datetime | None:
    domain = domains().get(recall.domain)
    return None if domain is None else domain.due_at(recall.level, Step.COUNT, told_at)


def line_of_row(row: Row[Any]) -> Line:
    """Return a line from its row."""
    return Line(
        uri=row.uri,
        depth=row.depth,
        binds=row.binds,
        holder=row.holder,
        place=row.place,
        quantity=None if row.quantity is None else Decimal(row.quantity),
        sold=None if row.sold is None else Decimal(row.sold),
        uom=row.uom,
        is_gone=row.is_gone,
        shown_by=tuple(int(seq) for seq in row.shown_by.split(",") if seq),
    )


def recall_of_row(row: Row[Any]) -> Recall:
    """Return a recall from its row joined with its end."""
    closing = None
    if row.close_seq is not None:
        closing = Closing(
            seq=row.close_seq,
            outcome=Outcome(row.outcome),
            note=row.note,
            closed_by=row.closed_by,
            at=row.closed_at,
        )
    return Recall(
        id=row.id,
        log=row.log,
        seq=row.seq,
        number=row.number,
        domain=row.domain,
        level=row.level,
        is_mock=row.is_mock,
        party_id=row.party_id,
        opened_by=row.opened_by,
        reason=row.reason,
        opened_at=row.recorded_at,
        closing=closing,
    )


def _recalls(log: int) -> Select[*tuple[Any, ...]]:
    ended = RECALL_CLOSE
    return (
        select(
            RECALL,
            ended.c.seq.label("close_seq"),
            ended.c.outcome,
            ended.c.note,
            ended.c.closed_by,
            ended.c.recorded_at.label("closed_at"),
        )
        .outerjoin(ended, (ended.c.log == RECALL.c.log) & (ended.c.recall_id == RECALL.c.id))
        .where(RECALL.c.log == log)
    )


def _scope_of(row: Row[Any]) -> ScopeRow:
    return ScopeRow(
        id=row.id,
        seq=row.seq,
        recall_id=row.recall_id,
        version=row.version,
        at_size=row.at_size,
        at_root=row.at_root,
        criteria=read_criteria(_json(row.criteria)),
        reason=row.reason,
        line_count=row.line_count,
        added_count=row.added_count,
        removed_count=row.removed_count,
        is_cut=row.is_cut,
        at=row.recorded_at,
    )


def _answer_of(row: Row[Any]) -> Answer:
    amounts = _json(row.amounts)
    return Answer(
        id=row.id,
        seq=row.seq,
        kind=AnswerKind(row.kind),
        amounts=tuple(map(read_amount, amounts if isinstance(amounts, list) else ())),
        note=row.note,
        said_by=row.said_by,
        at=row.recorded_at,
    )


def _json(text: str) -> JsonValue:
    return loads(text.encode(), bytes_max=_JSON_BYTES_MAX, depth_max=_JSON_DEPTH_MAX)


def _of_recall(connection: Connection, table: Any, log: int, recall_id: UUID) -> Sequence[Any]:
    statement = select(table).where(table.c.log == log, table.c.recall_id == recall_id)
    return connection.execute(statement.order_by(table.c.seq)).all()
