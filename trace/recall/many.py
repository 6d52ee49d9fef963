"""Questions about many recalls at once, for lists of them.

One rule: how many questions go to the database does not depend on how many recalls are listed.
"""

from collections.abc import Mapping, Sequence
from trace.recall.reading import Notice, Recall, notices_from
from trace.recall.tables import (
    RECALL,
    RECALL_ANSWER,
    RECALL_CLOSE,
    RECALL_ESCALATION,
    RECALL_NOTICE,
)
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, exists, func, select

_AT_ONCE: Final = 400


def notices_among(
    connection: Connection, log: int, recalls: Sequence[Recall]
) -> Mapping[UUID, Sequence[Notice]]:
    """Return the newest notice to each holder of each recall, as `notices_of` does for one."""
    wanted = [recall.id for recall in recalls]
    told = _by_recall(connection, RECALL_NOTICE, log, wanted)
    said = _by_recall(connection, RECALL_ANSWER, log, wanted)
    late = _by_recall(connection, RECALL_ESCALATION, log, wanted)
    return {
        recall.id: notices_from(
            recall, told.get(recall.id, ()), said.get(recall.id, ()), late.get(recall.id, ())
        )
        for recall in recalls
    }


def _by_recall(
    connection: Connection, table: Any, log: int, recalls: Sequence[UUID]
) -> Mapping[UUID, Sequence[Any]]:
    found: dict[UUID, list[Any]] = {}
    for start in range(0, len(recalls), _AT_ONCE):
        some = recalls[start : start + _AT_ONCE]
        statement = select(table).where(table.c.log == log, table.c.recall_id.in_(some))
        for row in connection.execute(statement.order_by(table.c.seq)):
            found.setdefault(row.recall_id, []).append(row)
    return found


def open_count(connection: Connection, log: int, party_id: UUID) -> int:
    """Return how many recalls a party opened and did not close, drills included."""
    is_closed = exists().where(RECALL_CLOSE.c.log == log, RECALL_CLOSE.c.recall_id == RECALL.c.id)
    statement = select(func.count()).where(
        RECALL.c.log == log, RECALL.c.party_id == party_id, ~is_closed
    )
    return int(connection.execute(statement.select_from(RECALL)).scalar_one())
