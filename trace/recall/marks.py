"""Whether a code is recalled: what pages and the resolver ask, in the moment they are asked.

The rule that must stay true: only the newest scope counts, a mock recall never shows, and a recall
that was completed goes on to warn: what was not found is still somewhere.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.identifiers import key_of
from trace.recall.model import Outcome
from trace.recall.tables import RECALL, RECALL_CLOSE, RECALL_LINE, RECALL_SCOPE
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select

_URIS_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallMark:
    """A recall that reaches a code; `binds` where it is of the goods and not of what is in them."""

    recall_id: UUID
    number: str
    level: int
    reason: str
    binds: bool
    at: datetime
    seq: int


def recalls_of(connection: Connection, log: int, uris: Collection[str]) -> tuple[RecallMark, ...]:
    """Return the recalls that reach one of these codes, the gravest first."""
    found: dict[UUID, RecallMark] = {}
    for marks in marks_among(connection, log, uris).values():
        for mark in marks:
            known = found.get(mark.recall_id)
            found[mark.recall_id] = mark if known is None or mark.binds else known
    return _by_gravity(found.values())


def marks_among(
    connection: Connection, log: int, uris: Collection[str]
) -> dict[str, tuple[RecallMark, ...]]:
    """Return the recalls that reach each of these codes, the gravest first; none has no row."""
    wanted = sorted(set(uris))
    found: dict[str, dict[UUID, RecallMark]] = {}
    for start in range(0, len(wanted), _URIS_AT_ONCE):
        for row in connection.execute(_rows(log, wanted[start : start + _URIS_AT_ONCE])):
            known = found.setdefault(row.uri, {}).get(row.id)
            found[row.uri][row.id] = RecallMark(
                recall_id=row.id,
                number=row.number,
                level=row.level,
                reason=row.reason,
                binds=row.binds or (known is not None and known.binds),
                at=row.recorded_at,
                seq=row.seq,
            )
    return {uri: _by_gravity(marks.values()) for uri, marks in found.items()}


def _by_gravity(marks: Iterable[RecallMark]) -> tuple[RecallMark, ...]:
    return tuple(sorted(marks, key=lambda one: (not one.binds, one.level, one.seq)))


def _rows(log: int, uris: Sequence[str]) -> Select[*tuple[Any, ...]]:
    newest = (
        select(func.max(RECALL_SCOPE.c.version))
        .where(RECALL_SCOPE.c.log == log, RECALL_SCOPE.c.recall_id == RECALL.c.id)
        .correlate(RECALL)
        .scalar_subquery()
    )
    ended = RECALL_CLOSE
    return (
        select(RECALL, RECALL_LINE.c.binds, RECALL_LINE.c.uri)
        .join(
            RECALL_SCOPE,
            and_(RECALL_SCOPE.c.log == log, RECALL_SCOPE.c.id == RECALL_LINE.c.scope_id),
        )
        .join(RECALL, and_(RECALL.c.log == log, RECALL.c.id == RECALL_LINE.c.recall_id))
        .outerjoin(ended, and_(ended.c.log == log, ended.c.recall_id == RECALL.c.id))
        .where(
            RECALL_LINE.c.log == log,
            RECALL_LINE.c.item.in_({key_of(uri) for uri in uris}),
            RECALL_LINE.c.uri.in_(uris),
            RECALL.c.is_mock.is_(False),
            RECALL_SCOPE.c.version == newest,
            or_(ended.c.seq.is_(None), ended.c.outcome != Outcome.WITHDRAWN.value),
        )
    )
