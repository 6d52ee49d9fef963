"""The state of a recall read from its rows."""

from trace.recall.life import Life, NoticeState
from trace.recall.model import AnswerKind, Outcome
from trace.recall.tables import (
    RECALL,
    RECALL_ANSWER,
    RECALL_CLOSE,
    RECALL_ESCALATION,
    RECALL_NOTICE,
    RECALL_SCOPE,
)
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, func, select


def read_life(connection: Connection, log: int, recall_id: UUID) -> Life:
    """Return a recall so far; one that nobody opened is not opened."""
    opened = select(RECALL.c.seq).where(RECALL.c.log == log, RECALL.c.id == recall_id)
    if connection.execute(opened).one_or_none() is None:
        return Life()
    life = Life(is_opened=True, version=_version(connection, log, recall_id))
    for row in _rows(connection, RECALL_NOTICE, log, recall_id):
        life.notices[row.party_id] = NoticeState(id=row.id, line_count=row.line_count)
    by_notice = {state.id: state for state in life.notices.values()}
    for row in _rows(connection, RECALL_ANSWER, log, recall_id):
        state = by_notice.get(row.notice_id)
        if state is not None:
            state.is_acknowledged = True
            state.is_answered |= row.kind != AnswerKind.ACKNOWLEDGED.value
    for row in _rows(connection, RECALL_ESCALATION, log, recall_id):
        state = by_notice.get(row.notice_id)
        if state is not None:
            state.is_escalated = True
    for row in _rows(connection, RECALL_CLOSE, log, recall_id):
        life.outcome = Outcome(row.outcome)
    return life


def _version(connection: Connection, log: int, recall_id: UUID) -> int:
    newest = select(func.max(RECALL_SCOPE.c.version)).where(
        RECALL_SCOPE.c.log == log, RECALL_SCOPE.c.recall_id == recall_id
    )
    return connection.execute(newest).scalar() or 0


def _rows(connection: Connection, table: Table, log: int, recall_id: UUID) -> list[Any]:
    statement = select(table).where(table.c.log == log, table.c.recall_id == recall_id)
    return list(connection.execute(statement.order_by(table.c.seq)))
