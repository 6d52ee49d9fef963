"""Which holders of open recalls let a time pass: to read their notice, or to count.

The rule that must stay true: it looks for notices whose time is up, in every open recall, and never
through the newest recalls; drills come after everything that is real.
"""

from datetime import datetime
from trace.recall.model import AnswerKind
from trace.recall.reading import Notice, Recall, notices_of, read_recall
from trace.recall.tables import (
    RECALL,
    RECALL_ANSWER,
    RECALL_CLOSE,
    RECALL_ESCALATION,
    RECALL_NOTICE,
)
from uuid import UUID

from sqlalchemy import Connection, Select, exists, func, select


def late_among(
    connection: Connection, log: int, now: datetime, *, rows_max: int, is_new: bool = False
) -> list[tuple[Recall, Notice]]:
    """Return the late holders of at most `rows_max` recalls, the longest late first.

    With `is_new` only those that nobody has recorded as late.
    """
    return [
        (recall, notice)
        for recall_id in _recalls(connection, log, now, rows_max=rows_max, is_new=is_new)
        for recall in [read_recall(connection, log, recall_id)]
        for notice in notices_of(connection, log, recall_id)
        if notice.is_overdue(now) and not (is_new and notice.escalated_at is not None)
    ]


def waiting_for(
    connection: Connection, log: int, party_id: UUID, *, rows_max: int
) -> list[tuple[Recall, Notice]]:
    """Return what open recalls still ask of a party, what is due first before the rest."""
    statement = _waiting(log).where(RECALL_NOTICE.c.party_id == party_id).limit(rows_max)
    return [
        (read_recall(connection, log, recall_id), notice)
        for recall_id in connection.execute(statement).scalars().all()
        for notice in notices_of(connection, log, recall_id, party_id=party_id)
        if not notice.is_settled
    ]


def _recalls(
    connection: Connection, log: int, now: datetime, *, rows_max: int, is_new: bool
) -> list[UUID]:
    statement = _waiting(log).where(RECALL_NOTICE.c.due_at < now).limit(rows_max)
    if is_new:
        is_recorded = exists().where(
            RECALL_ESCALATION.c.log == log, RECALL_ESCALATION.c.notice_id == RECALL_NOTICE.c.id
        )
        statement = statement.where(~is_recorded)
    return list(connection.execute(statement).scalars())


def _waiting(log: int) -> Select[UUID]:
    """Return the open recalls with a notice that counts and is not answered, by their times."""
    told, newer = RECALL_NOTICE, RECALL_NOTICE.alias()
    is_closed = exists().where(
        RECALL_CLOSE.c.log == log, RECALL_CLOSE.c.recall_id == told.c.recall_id
    )
    is_replaced = exists().where(
        newer.c.log == log,
        newer.c.recall_id == told.c.recall_id,
        newer.c.party_id == told.c.party_id,
        newer.c.seq > told.c.seq,
    )
    is_settled = exists().where(
        RECALL_ANSWER.c.log == log,
        RECALL_ANSWER.c.recall_id == told.c.recall_id,
        RECALL_ANSWER.c.notice_id == told.c.id,
        RECALL_ANSWER.c.kind != AnswerKind.ACKNOWLEDGED.value,
    )
    return (
        select(told.c.recall_id)
        .join(RECALL, (RECALL.c.log == told.c.log) & (RECALL.c.id == told.c.recall_id))
        .where(told.c.log == log, told.c.line_count > 0)
        .where(~is_closed, ~is_replaced, ~is_settled)
        .group_by(told.c.recall_id, RECALL.c.is_mock)
        .order_by(RECALL.c.is_mock, func.min(told.c.due_at), told.c.recall_id)
    )
