"""Findings about hands and places: who had the goods, in which order, and how far they went.

Pure. The rule that must stay true: nobody's standing comes from its own word, and nobody is accused
where the one before did not say whom it gave the goods to.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from trace.events.model import Role
from trace.findings.model import Evidence, FindingRule, Hit, is_same_whole_day, some_events
from trace.findings.steps import Says, is_arrival, says
from trace.movements import Movement
from trace.scans.distance import distance_km
from trace.scans.model import Place
from trace.state import Flow, flow_of
from trace.types import Action, EventType
from typing import Final
from uuid import UUID

GIVING: Final = frozenset({Flow.SHIPPED, Flow.SOLD, Flow.USED, Flow.GONE})
_SIDES: Final = (Role.SOURCE, Role.DESTINATION)
_SINGLE: Final = frozenset({Role.EPC, Role.INPUT, Role.OUTPUT, Role.CHILD, Role.PARENT})
_SECONDS_OF_AN_HOUR: Final = 3600
_PLACES_MAX: Final = 200
_MINUTE: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)


@dataclass(slots=True)
class Hands:
    """Who may have had a thing: its owner and maker, and whoever was handed it by one of them.

    `is_open` where one of them gave it away without saying to whom; then whoever received it did.
    """

    parties: set[UUID | None] = field(default_factory=set)
    is_open: bool = False


def hands_of(evidence: Evidence) -> Hands:
    """Return who may have had a thing, by the words of those who had it before."""
    # Of what nobody says who made it, anybody may have got some from outside of the record.
    is_made = any(_is_beginning(one) for one in evidence.movements)
    hands = Hands(parties=set(beginners(evidence)), is_open=not is_made)
    while True:
        known = (len(hands.parties), hands.is_open)
        for one in evidence.movements:
            if one.event.party_id in hands.parties:
                hands.parties |= parties_of(evidence, one, *_SIDES)
                hands.is_open |= flow_of(one) is Flow.SHIPPED and not _is_told_to(evidence, one)
            elif hands.is_open and is_arrival(one):
                hands.parties.add(one.event.party_id)
        if (len(hands.parties), hands.is_open) == known:
            return hands


def _is_told_to(evidence: Evidence, one: Movement) -> bool:
    """Return whether goods were sent to others of whom the register knows every one."""
    sides = parties_of(evidence, one, *_SIDES) - {one.event.party_id}
    # A destination that nobody registered may be anybody's.
    return bool(sides) and all(it in evidence.named for it in one.event.of(Role.DESTINATION))


def is_own_move(evidence: Evidence, one: Movement) -> bool:
    """Return whether goods were sent from one place of their holder to another one of its own."""
    ends = one.event.of(Role.DESTINATION)
    return bool(ends) and all(evidence.named.get(it) == one.event.party_id for it in ends)


def not_holder(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find who gave, used or sold goods that it neither made nor was handed."""
    giving = [
        one
        for one in evidence.movements
        if one.container is None and flow_of(one) in GIVING and not says(one, Says.TAKES_SAMPLES)
    ]
    if not giving:
        return []
    holders = hands_of(evidence).parties
    wrong: dict[UUID | None, list[Movement]] = {}
    for one in giving:
        if one.event.party_id not in holders:
            wrong.setdefault(one.event.party_id, []).append(one)
    return [
        Hit(
            key=str(party or ""),
            party_id=party,
            events=some_events(found),
            details={"count": len(found), "step": found[0].event.biz_step or ""},
        )
        for party, found in wrong.items()
    ]


def receive_before_ship(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find a receipt more than `grace` before whoever sent the goods says that they left."""
    shipped = [one for one in evidence.movements if flow_of(one) is Flow.SHIPPED]
    if not shipped:
        return []
    received: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        if flow_of(one) is Flow.RECEIVED:
            received.setdefault(one.event.party_id, []).append(one)
    hits = []
    for party, receipts in received.items():
        pair = _first_wrong_pair(rule, _towards(evidence, shipped, receipts[0]), receipts)
        if pair is not None:
            receipt, sent = pair
            minutes = (sent.event.event_at - receipt.event.event_at) // _MINUTE
            hits.append(
                Hit(
                    key=str(party or ""),
                    party_id=party,
                    events=some_events([receipt, sent]),
                    details={"minutes": minutes},
                )
            )
    return hits


def _first_wrong_pair(
    rule: FindingRule, shipped: list[Movement], receipts: list[Movement]
) -> tuple[Movement, Movement] | None:
    """Return a receipt and its shipment that left later, None where they can be matched in order.

    A lot comes in several goes. Where shipments are fewer, some receipt has one that is not on
    record; where they are more, the last are still on their way.
    """
    surplus = max(len(receipts) - len(shipped), 0)
    for receipt, sent in zip(receipts[surplus:], shipped, strict=False):
        if is_same_whole_day(receipt.event.event_at, sent.event.event_at):
            continue
        if receipt.event.event_at + rule.grace < sent.event.event_at:
            return receipt, sent
    return None


def _towards(evidence: Evidence, shipped: list[Movement], receipt: Movement) -> list[Movement]:
    """Return the shipments that may be the received one: those that name the receiver, if any."""
    party = receipt.event.party_id
    others = [one for one in shipped if one.event.party_id != party]
    named = [one for one in others if party in parties_of(evidence, one, Role.DESTINATION)]
    if named:
        return named
    senders = parties_of(evidence, receipt, Role.SOURCE)
    untold = [one for one in others if not parties_of(evidence, one, Role.DESTINATION)]
    return [one for one in untold if one.event.party_id in senders] or untold


def parties_of(evidence: Evidence, one: Movement, *roles: Role) -> set[UUID]:
    """Return the parties that an event names in these roles, as far as the register knows them."""
    return {evidence.named[item] for item in one.event.of(*roles) if item in evidence.named}


def impossible_travel(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find two places that no goods pass between at `limit` kilometres an hour.

    A single thing goes from one place to the next. A lot is in many places at once: it must only
    have been able to come from one of those where it was before.
    """
    is_single = bool(evidence.movements) and all(
        one.role in _SINGLE for one in evidence.movements if one.role is not Role.LOT
    )
    before: dict[Place, Movement] = {}
    worst: tuple[int, Movement, Movement] | None = None
    for one in evidence.movements:
        place = _place(evidence, one)
        if place is None:
            continue
        if before and place not in before:
            told = [(distance_km(at, place), earlier) for at, earlier in before.items()]
            too_fast = [
                (km, earlier) for km, earlier in told if _is_too_fast(rule, km, earlier, one)
            ]
            if len(too_fast) == len(told):
                km, earlier = min(too_fast, key=lambda pair: (pair[0], pair[1].event.seq))
                worst = max(worst or (km, earlier, one), (km, earlier, one), key=lambda it: it[0])
        if is_single:
            before = {place: one}
        elif len(before) < _PLACES_MAX:
            before.setdefault(place, one)
    if worst is None:
        return []
    km, earlier, later = worst
    minutes = (later.event.event_at - earlier.event.event_at) // _MINUTE
    return [
        Hit(
            key="",
            party_id=later.event.party_id,
            events=some_events([earlier, later]),
            details={"km": km, "minutes": minutes},
        )
    ]


def _is_too_fast(rule: FindingRule, km: int, earlier: Movement, later: Movement) -> bool:
    if is_same_whole_day(earlier.event.event_at, later.event.event_at):
        return False
    seconds = (later.event.event_at - earlier.event.event_at + rule.grace) // _SECOND
    return km * _SECONDS_OF_AN_HOUR > int(rule.limit) * seconds


def _place(evidence: Evidence, one: Movement) -> Place | None:
    """Return where an event happened; a label may be printed, and a deal made, anywhere.

    The business location of what leaves may be where it is going to (EPCIS 2.0: where it is
    thought to be after the event).
    """
    if one.role is Role.LOT or one.event.type == EventType.TRANSACTION:
        return None
    afterwards = None if says(one, Says.LEAVES) else one.event.biz_location
    for item in (one.event.read_point, afterwards):
        if item is not None and item in evidence.places:
            return evidence.places[item]
    return None


def beginners(evidence: Evidence) -> Iterable[UUID | None]:
    """Yield whose goods it is and who made it, or spoke of it first where nobody did.

    First is who recorded it first, and also whose event happened first: the next one may have been
    quicker to record.
    """
    if evidence.owner is not None:
        yield evidence.owner
    made = [one for one in evidence.movements if _is_beginning(one)]
    told = made or evidence.movements
    if told:
        yield min(told, key=lambda one: one.event.seq).event.party_id
        yield min(told, key=lambda one: one.moment).event.party_id


def _is_beginning(one: Movement) -> bool:
    is_filled = one.role is Role.PARENT and one.event.action == Action.ADD
    return is_filled or flow_of(one) is Flow.MADE
