"""Which movements of a thing are heard: those of parties that have a standing in it.

The rule of `docs/adr/0010`, for many things at once: a party speaks for a thing that it owns or
began, or that it was handed by one who speaks for it. It must stay true that nobody's standing
comes from its own word; so nobody empties a pallet, or has a thing, that it was never given.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from trace.edges import STAYS, Edge
from trace.events.model import Role
from trace.identifiers import read_uris
from trace.movements import Movement, movements_of
from trace.projections.reading import IndexedEvent
from trace.standing import Speaker, Word, beginners, begins
from trace.tables import EVENT
from uuid import UUID

from sqlalchemy import Connection

from base.bulk import find_rows
from parties.names import owners_of_goods, parties_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The movements of a thing that count, and who speaks for it."""

    movements: tuple[Movement, ...]
    speakers: frozenset[Speaker]


def heard_of(connection: Connection, log: int, items: Collection[int]) -> dict[int, Heard]:
    """Return what counts of each thing's movements, in their order."""
    return heard_among(connection, log, movements_of(connection, log, items))


def heard_among(
    connection: Connection, log: int, movements: Mapping[int, Sequence[Movement]]
) -> dict[int, Heard]:
    """Return what counts of movements that were read already."""
    owners = _owners(connection, log, movements)
    events = {one.event.seq: one.event for many in movements.values() for one in many}
    named = _named_parties(connection, log, events.values())
    return {item: _heard(found, owners.get(item), named) for item, found in movements.items()}


def _heard(
    movements: Sequence[Movement], owner: UUID | None, named: Mapping[int, Sequence[UUID]]
) -> Heard:
    speakers: set[Speaker] = {owner} if owner is not None else set(beginners(map(_word, movements)))
    while True:
        known = len(speakers)
        for one in movements:
            if one.event.party_id in speakers:
                speakers.update(named.get(one.event.seq, ()))
        if len(speakers) == known:
            heard = tuple(one for one in movements if one.event.party_id in speakers)
            return Heard(movements=heard, speakers=frozenset(speakers))


def _word(movement: Movement) -> Word:
    event = movement.event
    # A container that comes into being brings nothing of its content into being.
    is_itself = movement.container is None
    is_begun = is_itself and begins(event.type, event.action, movement.role)
    return Word(event.seq, event.party_id, is_begun)


def _owners(connection: Connection, log: int, items: Collection[int]) -> dict[int, UUID]:
    uris = read_uris(connection, log, items)
    owners = owners_of_goods(connection, uris.values())
    return {item: owners[uri] for item, uri in uris.items() if uri in owners}


def _named_parties(
    connection: Connection, log: int, events: Iterable[IndexedEvent]
) -> dict[int, tuple[UUID, ...]]:
    """Return which parties each event names as a side; an event is looked through once.

    One making names thousands of things: to look through it again for each is their square.
    """
    sides = {event.seq: event.of(Role.SOURCE, Role.DESTINATION) for event in events}
    uris = read_uris(connection, log, {side for some in sides.values() for side in some})
    parties = parties_named(connection, uris.values())
    return {
        seq: tuple(parties[uris[side]] for side in some if uris.get(side) in parties)
        for seq, some in sides.items()
        if some
    }


def with_heard_ends(connection: Connection, log: int, edges: Sequence[Edge]) -> list[Edge]:
    """Return the edges, with those stays open again that nobody with a standing ended.

    Whoever packed may unpack; others are looked up. A stay that stays open leads further than it
    may have to: a recall reaches too much rather than too little.
    """
    stays = [one for one in edges if one.kind in STAYS and one.until_seq is not None]
    parties = _parties_of(connection, log, stays)
    asked = {
        one.dst for one in stays if parties.get(one.seq) != parties.get(one.until_seq or one.seq)
    }
    if not asked:
        return list(edges)
    heard = {
        item: {one.event.seq for one in found.movements}
        for item, found in heard_of(connection, log, asked).items()
    }
    return [
        one
        if one.until_seq is None or one.dst not in asked or one.until_seq in heard[one.dst]
        else one.without_end()
        for one in edges
    ]


def _parties_of(connection: Connection, log: int, stays: Iterable[Edge]) -> dict[int, object]:
    """Return who recorded what began and ended these stays, as the database keeps parties."""
    seqs = sorted({seq for one in stays for seq in (one.seq, one.until_seq) if seq is not None})
    rows = find_rows(connection, EVENT, ("seq", "party_id"), log, seqs)
    return {row[0]: row[1] for row in rows}
