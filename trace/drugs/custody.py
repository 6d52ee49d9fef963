"""The whole chain of one pack, 全过程: who made it, who handed it to whom, which link is missing.

The rule that must stay true: the verdict is the same for every reader; a link is shown to those who
see the chain parts of its events, and to both its sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from trace.drugs.contents import contents_of
from trace.drugs.hands import Gap, HandOver, Hands
from trace.drugs.pack_codes import PackCode
from trace.drugs.verification import Checked, Pharmacy, verify
from trace.events.model import Role
from trace.identifiers import find_ids, read_uris
from trace.movements import Movement, movements_of
from trace.reading import read_rows, visible_of
from trace.state import Flow, flow_of
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading
from base.errors import NotFound
from ledger.parts import Part
from parties.actors import Actor
from parties.actors import Role as Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One hand-over as its reader sees it; a side that said nothing has no time and no entry.

    `missing` are packs of the shipment that its taker never received; None where the shipment has
    more packs than the service compares.
    """

    giver: UUID | None
    receivers: tuple[UUID, ...]
    shipped_at: datetime | None
    shipped_seq: int | None
    received_at: datetime | None
    received_seq: int | None
    gaps: tuple[Gap, ...]
    missing: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody who did something with a pack that was in other hands."""

    party_id: UUID | None
    holder: UUID | None
    at: datetime
    seq: int
    step: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """The chain of a pack. `hidden` counts the links and strangers that its reader does not see.

    It is None for whoever has no part in the chain: how many hands a pack went through is theirs.
    """

    checked: Checked
    is_whole: bool
    gaps: tuple[Gap, ...]
    maker: UUID | None
    made_at: datetime | None
    made_seq: int | None
    links: tuple[Link, ...]
    strangers: tuple[Stranger, ...]
    hidden: int | None
    holder: UUID | None
    is_on_the_way: bool


def custody_of(pharmacy: Pharmacy, actor: Actor, code: PackCode) -> Custody:
    """Return the chain of a pack; raises `NotFound` where no event names it."""
    found = verify(pharmacy, [code])
    one = found[0] if len(found) == 1 and not found[0].through else None
    if one is None or not one.pack.is_named:
        raise NotFound("No event names a pack with this code.")
    with reading(pharmacy.engine) as connection:
        missing = {
            at: _missing(connection, pharmacy, over) for at, over in enumerate(one.hands.handovers)
        }
        visible = _visible(connection, pharmacy, actor, one)
    overs = [
        replace(over, gaps=(*over.gaps, Gap.PACKS_DIFFER)) if missing[at] else over
        for at, over in enumerate(one.hands.handovers)
    ]
    hands = replace(one.hands, handovers=tuple(overs))
    return _custody(one, hands, missing, visible, actor)


def _custody(
    one: Checked,
    hands: Hands,
    missing: Mapping[int, tuple[str, ...] | None],
    visible: frozenset[int],
    actor: Actor,
) -> Custody:
    made = one.pack.made_by
    links = [
        _link(over, missing[at])
        for at, over in enumerate(hands.handovers)
        if _is_side(over, actor) or _seqs(over) <= visible
    ]
    strangers = [
        Stranger(
            party_id=bad.movement.event.party_id,
            holder=bad.holder,
            at=bad.movement.event.event_at,
            seq=bad.movement.event.seq,
            step=bad.movement.event.biz_step,
        )
        for bad in hands.intrusions
        if bad.movement.event.seq in visible
    ]
    hidden = len(hands.handovers) + len(hands.intrusions) - len(links) - len(strangers)
    is_told = not hidden or (actor.party_id is not None and actor.party_id in hands.may_act)
    return Custody(
        checked=one,
        is_whole=hands.is_whole,
        gaps=_gaps(hands),
        maker=hands.maker,
        made_at=made.event.event_at if made is not None else None,
        made_seq=made.event.seq if made is not None else None,
        links=tuple(links),
        strangers=tuple(strangers),
        hidden=hidden if _has_part(hands, actor) else None,
        holder=hands.holder if is_told else None,
        is_on_the_way=hands.on_the_way is not None,
    )


def _has_part(hands: Hands, actor: Actor) -> bool:
    if actor.role in (Standing.AUTHORITY, Standing.AUDITOR):
        return True
    of_chain = {hands.maker, *hands.may_act}
    for over in hands.handovers:
        of_chain |= {over.giver, *over.receivers}
    return actor.party_id is not None and actor.party_id in of_chain


def _gaps(hands: Hands) -> tuple[Gap, ...]:
    told = {gap for over in hands.handovers for gap in over.gaps}
    told |= set() if hands.is_made else {Gap.NOT_MADE}
    told |= {Gap.NOT_THE_HOLDER} if hands.intrusions else set()
    return tuple(gap for gap in Gap if gap in told)


def _link(over: HandOver, missing: tuple[str, ...] | None) -> Link:
    shipped = over.shipped.event if over.shipped is not None else None
    received = over.received.event if over.received is not None else None
    return Link(
        giver=over.giver,
        receivers=tuple(sorted(over.receivers)),
        shipped_at=shipped.event_at if shipped is not None else None,
        shipped_seq=shipped.seq if shipped is not None else None,
        received_at=received.event_at if received is not None else None,
        received_seq=received.seq if received is not None else None,
        gaps=over.gaps,
        missing=missing,
    )


def _missing(connection: Connection, pharmacy: Pharmacy, over: HandOver) -> tuple[str, ...] | None:
    """Return the packs of a shipment that its taker never said to have; None for too many."""
    if over.shipped is None or over.received is None:
        return ()
    event = over.shipped.event
    named = read_uris(connection, pharmacy.log, event.of(Role.EPC)).values()
    inside = contents_of(connection, pharmacy.log, named, event.event_at)
    packs = {uri for name in named for uri in inside.get(name, (name,))}
    if len(packs) > pharmacy.packs_max:
        return None
    ids = find_ids(connection, pharmacy.log, packs)
    taker = over.received.event.party_id
    moved = movements_of(connection, pharmacy.log, ids.values())
    return tuple(
        sorted(uri for uri, item in ids.items() if not _is_received(moved.get(item, ()), taker))
    )


def _is_received(movements: tuple[Movement, ...], taker: UUID | None) -> bool:
    return any(one.event.party_id == taker and flow_of(one) is Flow.RECEIVED for one in movements)


def _visible(
    connection: Connection, pharmacy: Pharmacy, actor: Actor, one: Checked
) -> frozenset[int]:
    seqs = sorted({movement.event.seq for movement in one.pack.movements})
    rows = read_rows(connection, pharmacy.log, seqs)
    parts = visible_of(connection, pharmacy.log, rows, actor)
    return frozenset(seq for seq, shown in parts.items() if Part.CHAIN in shown)


def _seqs(over: HandOver) -> frozenset[int]:
    sides = (over.shipped, over.received)
    return frozenset(side.event.seq for side in sides if side is not None)


def _is_side(over: HandOver, actor: Actor) -> bool:
    own = actor.party_id
    taker = over.received.event.party_id if over.received is not None else None
    return own is not None and (own in (over.giver, taker) or own in over.receivers)
