"""Who has heard of which recall that binds a thing, and since when.

The rule that must stay true: a party has heard once it said anything to its own notice, or once the
time to read it was up; of goods that its notice did not list it has heard nothing. Drills, recalls
that were withdrawn and goods that the newest scope leaves out bind nobody.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from trace.identifiers import key_of
from trace.recall.model import AnswerKind, Outcome
from trace.recall.tables import (
    RECALL,
    RECALL_ANSWER,
    RECALL_CLOSE,
    RECALL_LINE,
    RECALL_NOTICE,
    RECALL_SCOPE,
)
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Connection, Row, Select, Table, and_, or_, select, union

_AT_ONCE: Final = 400
_WHOLE: Final = (RECALL_SCOPE, RECALL_CLOSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRecall:
    """A recall that binds a thing: whose it is, and from when on each party knew of it."""

    number: str
    party_id: UUID | None
    heard_at: Mapping[UUID, datetime]


class _Notice(NamedTuple):
    scope_id: UUID
    party_id: UUID
    heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A recall with its scopes, the first one first, and its notices."""

    number: str
    party_id: UUID | None
    scopes: tuple[UUID, ...]
    notices: tuple[_Notice, ...]


def heard_recalls(
    connection: Connection, log: int, uris: Collection[str]
) -> dict[str, tuple[HeardRecall, ...]]:
    """Return the recalls that bind each of these codes, in their order; none has no row."""
    lines: dict[UUID, dict[str, set[tuple[UUID, UUID | None]]]] = {}
    for row in _lines(connection, log, uris):
        by_uri = lines.setdefault(row.recall_id, {})
        by_uri.setdefault(row.uri, set()).add((row.scope_id, row.holder))
    found: dict[str, tuple[HeardRecall, ...]] = {}
    for told, by_uri in _recalls(connection, log, lines):
        for uri, of_uri in by_uri.items():
            current = _since_it_binds(told.scopes, {scope for scope, _ in of_uri})
            if current:
                found[uri] = (*found.get(uri, ()), _heard(told, current, of_uri))
    return found


def _since_it_binds(scopes: tuple[UUID, ...], binding: set[UUID]) -> tuple[UUID, ...]:
    """Return the newest scopes in a row that name a thing; what was left out begins anew."""
    kept = []
    for scope in reversed(scopes):
        if scope not in binding:
            break
        kept.append(scope)
    return tuple(kept)


def _heard(
    told: _Told, current: Collection[UUID], lines: Collection[tuple[UUID, UUID | None]]
) -> HeardRecall:
    heard: dict[UUID, datetime] = {}
    for one in told.notices:
        if one.scope_id in current and (one.scope_id, one.party_id) in lines:
            heard[one.party_id] = min(one.heard_at, heard.get(one.party_id, one.heard_at))
    return HeardRecall(number=told.number, party_id=told.party_id, heard_at=heard)


def _lines(
    connection: Connection, log: int, uris: Collection[str]
) -> Iterator[Row[*tuple[Any, ...]]]:
    wanted = sorted(uris)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        yield from connection.execute(
            select(
                RECALL_LINE.c.recall_id,
                RECALL_LINE.c.scope_id,
                RECALL_LINE.c.uri,
                RECALL_LINE.c.holder,
            ).where(
                RECALL_LINE.c.log == log,
                RECALL_LINE.c.item.in_({key_of(uri) for uri in some}),
                RECALL_LINE.c.uri.in_(some),
                RECALL_LINE.c.binds,
            )
        )


def _recalls(
    connection: Connection,
    log: int,
    lines: Mapping[UUID, dict[str, set[tuple[UUID, UUID | None]]]],
) -> Iterator[tuple[_Told, dict[str, set[tuple[UUID, UUID | None]]]]]:
    ended = RECALL_CLOSE
    wanted = sorted(lines)
    for start in range(0, len(wanted), _AT_ONCE):
        statement = (
            select(RECALL.c.id, RECALL.c.number, RECALL.c.party_id)
            .outerjoin(ended, and_(ended.c.log == log, ended.c.recall_id == RECALL.c.id))
            .where(
                RECALL.c.log == log,
                RECALL.c.id.in_(wanted[start : start + _AT_ONCE]),
                RECALL.c.is_mock.is_(False),
                or_(ended.c.seq.is_(None), ended.c.outcome != Outcome.WITHDRAWN.value),
            )
            .order_by(RECALL.c.seq)
        )
        for row in connection.execute(statement).all():
            told = _Told(
                number=row.number,
                party_id=row.party_id,
                scopes=_scopes(connection, log, row.id),
                notices=tuple(_notices(connection, log, row.id)),
            )
            yield told, lines[row.id]


def _scopes(connection: Connection, log: int, recall_id: UUID) -> tuple[UUID, ...]:
    statement = select(RECALL_SCOPE.c.id).where(
        RECALL_SCOPE.c.log == log, RECALL_SCOPE.c.recall_id == recall_id
    )
    return tuple(connection.execute(statement.order_by(RECALL_SCOPE.c.version)).scalars())


def _notices(connection: Connection, log: int, recall_id: UUID) -> Iterator[_Notice]:
    answered: dict[UUID, datetime] = {}
    said = select(RECALL_ANSWER.c.notice_id, RECALL_ANSWER.c.recorded_at).where(
        RECALL_ANSWER.c.log == log,
        RECALL_ANSWER.c.recall_id == recall_id,
        # What was explained in a holder's place, the holder need not have heard.
        RECALL_ANSWER.c.kind != AnswerKind.EXPLAINED.value,
    )
    for row in connection.execute(said.order_by(RECALL_ANSWER.c.seq)):
        answered.setdefault(row.notice_id, row.recorded_at)
    sent = select(RECALL_NOTICE).where(
        RECALL_NOTICE.c.log == log, RECALL_NOTICE.c.recall_id == recall_id
    )
    for row in connection.execute(sent.order_by(RECALL_NOTICE.c.seq)):
        heard_at = min(row.due_at, answered.get(row.id, row.due_at))
        yield _Notice(row.scope_id, row.party_id, heard_at)


def changed_by_recalls(connection: Connection, log: int, start: int, end: int) -> set[int]:
    """Return the things of which the entries `start` … `end - 1` say something in a recall.

    A new scope and an end concern every line: what an older scope named may be free again. A notice
    and an answer concern the lines of their holder alone.
    """
    whole = union(*(_written(table, table.c.recall_id, log, start, end) for table in _WHOLE))
    scopes = select(RECALL_SCOPE.c.id).where(
        RECALL_SCOPE.c.log == log, RECALL_SCOPE.c.recall_id.in_(whole)
    )
    notices = union(
        _written(RECALL_NOTICE, RECALL_NOTICE.c.id, log, start, end),
        _written(RECALL_ANSWER, RECALL_ANSWER.c.notice_id, log, start, end),
    )
    line, notice = RECALL_LINE, RECALL_NOTICE
    of_holders = select(line.c.item).join(
        notice,
        and_(
            notice.c.log == line.c.log,
            notice.c.scope_id == line.c.scope_id,
            notice.c.party_id == line.c.holder,
        ),
    )
    found = union(
        select(line.c.item).where(line.c.log == log, line.c.scope_id.in_(scopes)),
        of_holders.where(line.c.log == log, notice.c.id.in_(notices)),
    )
    return set(connection.execute(found).scalars())


def _written(table: Table, column: Column[UUID], log: int, start: int, end: int) -> Select[UUID]:
    return select(column).where(table.c.log == log, table.c.seq >= start, table.c.seq < end)
