"""Which events a submission is made of.

The rule that must stay true: what was declared wrong is in no submission, a producer submits its
own records and nobody else's, and more than is allowed is refused, never silently cut.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.identifiers import find_ids
from trace.reading import ReadEvent, read_events
from trace.tables import EVENT, EVENT_ITEM
from trace.withdrawn import is_declared_wrong
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, select

from base.errors import InvalidInput, NotFound, Problem
from parties.access import Action, has_role_for
from parties.actors import Actor

_CHUNK: Final = 200
"""How many events are held at once: a workbook of a hundred thousand rows needs no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a submission covers: lots by canonical URI, a time, a party; empty is all.

    The time is that of events, from `since` up to, and not at, `until`.
    """

    lots: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    party_id: UUID | None = None


def events_for(
    connection: Connection,
    log: int,
    wanted: Wanted,
    actor: Actor,
    *,
    events_max: int,
    carried: Collection[int] = (),
) -> Iterator[list[ReadEvent]]:
    """Return the events as `actor` may see them, by time, some at once.

    `carried` are events that name the lots by what they were in: they count as if they named them.
    What is asked is looked at before the first is read: raises `InvalidInput`, `NotFound`.
    """
    party_id = wanted.party_id
    if not has_role_for(actor, Action.BROWSE):
        if actor.party_id is None or party_id not in (None, actor.party_id):
            raise NotFound("There is no such party, or it is not yours.")
        party_id = actor.party_id
    seqs = _seqs(connection, log, wanted, party_id, carried, rows_max=events_max + 1)
    if len(seqs) > events_max:
        message = f"These are more than {events_max} events: ask for fewer lots or a shorter time."
        told = f"超过 {events_max} 个事件：请减少批次或缩短时间。"
        problem = Problem(path="since", code="too_many", message=message, message_zh=told)
        raise InvalidInput(message, problems=(problem,))
    return _in_chunks(connection, log, seqs, actor)


def _in_chunks(
    connection: Connection, log: int, seqs: list[int], actor: Actor
) -> Iterator[list[ReadEvent]]:
    for start in range(0, len(seqs), _CHUNK):
        some = seqs[start : start + _CHUNK]
        found = read_events(connection, log, some, actor)
        yield [found[seq] for seq in some]


def _seqs(
    connection: Connection,
    log: int,
    wanted: Wanted,
    party_id: UUID | None,
    carried: Collection[int],
    *,
    rows_max: int,
) -> list[int]:
    sought = [EVENT.c.log == log, EVENT.c.declared_at.is_(None), ~is_declared_wrong(log)]
    if party_id is not None:
        sought.append(EVENT.c.party_id == party_id)
    if wanted.since is not None:
        sought.append(EVENT.c.event_at >= wanted.since)
    if wanted.until is not None:
        sought.append(EVENT.c.event_at < wanted.until)
    if not wanted.lots:
        return [seq for _, seq in _moments(connection, sought, rows_max)]
    ids = find_ids(connection, log, wanted.lots)
    naming = select(EVENT_ITEM.c.seq).where(
        EVENT_ITEM.c.log == log, EVENT_ITEM.c.item.in_(list(ids.values()))
    )
    found = set(_moments(connection, [*sought, EVENT.c.seq.in_(naming)], rows_max))
    others = sorted(carried)
    for start in range(0, len(others), _CHUNK):
        some = EVENT.c.seq.in_(others[start : start + _CHUNK])
        found.update(_moments(connection, [*sought, some], rows_max))
    return [seq for _, seq in sorted(found)][:rows_max]


def _moments(
    connection: Connection, sought: Sequence[ColumnElement[bool]], rows_max: int
) -> list[tuple[datetime, int]]:
    statement = (
        select(EVENT.c.event_at, EVENT.c.seq)
        .where(and_(*sought))
        .order_by(EVENT.c.event_at, EVENT.c.seq)
        .limit(rows_max)
    )
    return [(at, seq) for at, seq in connection.execute(statement)]
