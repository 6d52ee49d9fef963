"""Which links a walk may follow: those of the time that was asked for, and those its reader sees.

The rule that must stay true: a producer follows a link only where it may read the chain part of the
event that says so. What lies beyond is not reached, not counted and not hinted at.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from trace.edges import STAYS, Edge
from trace.events.model import Role
from trace.movements import Movement
from trace.partners import SIDE_ROLES, own_side_ids
from trace.projections.tables import LinkKind
from trace.reading import read_rows, visible_of
from trace.tables import EVENT, EVENT_ITEM, IDENTIFIER
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from ledger.parts import Part
from parties.access import visible_parts
from parties.actors import Actor

_CHUNK: Final = 500

Sieve: TypeAlias = Callable[[Sequence[Edge]], Sequence[Edge]]
"""Returns which of some links are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that was asked for: from `since` up to, and not at, `until`; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, edge: Edge) -> bool:
        """Return whether a link lies in the time; a stay does where some of it does."""
        if self.until is not None and edge.from_at >= self.until:
            return False
        if self.since is None or edge.from_at >= self.since:
            return True
        return edge.kind in STAYS and (edge.until_at is None or edge.until_at > self.since)


ALWAYS: Final = Window()


def sees_everything(actor: Actor | None) -> bool:
    """Return whether a reader sees the chain part of every event; None is the service itself."""
    return actor is None or "chain" in visible_parts(actor)


def _sees_inputs(actor: Actor | None) -> bool:
    return actor is None or "authority" in visible_parts(actor)


def sieve_for(
    connection: Connection, log: int, actor: Actor | None, window: Window
) -> Sieve | None:
    """Return what keeps the links in the time that the reader may see; None where all are kept."""
    if sees_everything(actor) and _sees_inputs(actor) and window == ALWAYS:
        return None

    def keep(edges: Sequence[Edge]) -> Sequence[Edge]:
        timely = [edge for edge in edges if window.holds(edge)]
        seen = seen_seqs(connection, log, {edge.seq for edge in timely}, actor)
        # What was used on goods is in the authority's part of an event.
        hidden = {edge.seq for edge in timely if edge.kind == LinkKind.USED_ON}
        hidden -= seen_seqs(connection, log, hidden, actor, Part.AUTHORITY)
        return [
            edge
            for edge in timely
            if edge.seq in seen and not (edge.kind == LinkKind.USED_ON and edge.seq in hidden)
        ]

    return keep


def seen_seqs(
    connection: Connection,
    log: int,
    seqs: Collection[int],
    actor: Actor | None,
    part: Part = Part.CHAIN,
) -> frozenset[int]:
    """Return those of the events of which a reader may see a part, the chain's by itself."""
    if actor is None or (sees_everything(actor) and part.name.lower() in visible_parts(actor)):
        return frozenset(seqs)
    rows = read_rows(connection, log, sorted(seqs))
    parts = visible_of(connection, log, rows, actor)
    return frozenset(seq for seq, some in parts.items() if part in some)


def known_to(
    connection: Connection,
    log: int,
    ids: Mapping[str, int],
    actor: Actor | None,
    most: int | None = None,
) -> dict[str, int]:
    """Return those identifiers that an event which the reader may see names as goods.

    At most `most`, the first of them; one statement asks about many.
    """
    if actor is None or sees_everything(actor):
        return dict(islice(ids.items(), most))
    if actor.party_id is None:
        return {}
    is_known = or_(
        _in_own_event(log, actor.party_id),
        _handed_over(log, own_side_ids(connection, log, actor.party_id)),
    )
    found: dict[str, int] = {}
    asked_of = list(ids.items())
    for start in range(0, len(asked_of), _CHUNK):
        some = asked_of[start : start + _CHUNK]
        named = (IDENTIFIER.c.log == log, IDENTIFIER.c.id.in_([item for _, item in some]))
        statement = select(IDENTIFIER.c.id).where(*named, is_known)
        known = frozenset(connection.execute(statement).scalars())
        found |= {uri: item for uri, item in some if item in known}
        if most is not None and len(found) >= most:
            break
    return dict(islice(found.items(), most))


def seen_movements(
    connection: Connection, log: int, movements: Sequence[Movement], actor: Actor | None
) -> tuple[Movement, ...]:
    """Return those movements of a thing that the reader may see.

    What happened to a container is shown where the packing is its reader's to see as well.
    """
    return seen_movements_among(connection, log, {0: movements}, actor)[0]


def seen_movements_among(
    connection: Connection,
    log: int,
    movements: Mapping[int, Sequence[Movement]],
    actor: Actor | None,
) -> dict[int, tuple[Movement, ...]]:
    """Return the same of many things, whose events are looked up together."""
    if sees_everything(actor):
        return {item: tuple(many) for item, many in movements.items()}
    seqs = {one.event.seq for many in movements.values() for one in many}
    seen = seen_seqs(connection, log, seqs, actor)
    # An event is looked through once, however many of its things are asked of.
    events = {one.event.seq: one.event for many in movements.values() for one in many}
    parents = {seq: event.of(Role.PARENT) for seq, event in events.items() if seq in seen}
    return {item: _seen_of(many, parents) for item, many in movements.items()}


def _seen_of(
    movements: Sequence[Movement], parents: Mapping[int, Sequence[int]]
) -> tuple[Movement, ...]:
    """Return the movements of seen events, which are told with the containers they name."""
    packings = {
        item
        for one in movements
        if one.container is None
        for item in parents.get(one.event.seq, ())
    }
    return tuple(
        one
        for one in movements
        if one.event.seq in parents and (one.container is None or one.container in packings)
    )


def _in_own_event(log: int, party_id: UUID) -> ColumnElement[bool]:
    """Return the condition that an event of the party names an identifier as goods.

    An `exists` ends with the first event: what everybody handles costs no more than the rest.
    """
    return exists().where(
        EVENT_ITEM.c.log == log,
        EVENT_ITEM.c.item == IDENTIFIER.c.id,
        EVENT_ITEM.c.role.not_in(SIDE_ROLES),
        EVENT.c.log == log,
        EVENT.c.seq == EVENT_ITEM.c.seq,
        EVENT.c.party_id == party_id,
    )


def _handed_over(log: int, own: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that an event names the goods and, as a side of it, one of `own`."""
    side = EVENT_ITEM.alias("side")
    return exists().where(
        EVENT_ITEM.c.log == log,
        EVENT_ITEM.c.item == IDENTIFIER.c.id,
        EVENT_ITEM.c.role.not_in((*SIDE_ROLES, int(Role.NAMED_INPUT))),
        side.c.log == log,
        side.c.seq == EVENT_ITEM.c.seq,
        side.c.item.in_(own),
        side.c.role.in_(SIDE_ROLES),
    )
