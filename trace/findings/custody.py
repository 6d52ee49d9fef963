"""Findings about hands and places: who had the goods, in which order, and how far they went.

Pure. The rule that must stay true: nobody's standing comes from its own word, and nobody is accused
where the one before did not say whom it gave the goods to.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from trace.events.model import Role
from trace.findings.model import Evidence, FindingRule, Hit, some_events
from trace.movements import Movement
from trace.scans.distance import distance_km
from trace.scans.model import Place
from trace.state import Flow, flow_of
from trace.types import Action, EventType
from typing import Final
from uuid import UUID

_GIVING: Final = frozenset({Flow.SHIPPED, Flow.SOLD, Flow.USED, Flow.GONE})
_SIDES: Final = (Role.SOURCE, Role.DESTINATION)
_SINGLE: Final = frozenset({Role.EPC, Role.INPUT, Role.OUTPUT, Role.CHILD, Role.PARENT})
# CBV 2.0 7.1: steps by which goods leave a hand, though they give no balance.
_LEAVING_STEPS: Final = frozenset({"shipping", "departing", "transporting", "consigning"})
# Inspection by whatever word a maker has for it; the profiles use these.
_TESTING_STEPS: Final = frozenset({"inspecting", "accepting", "urn:suxin:epcis:testing"})
# Finished goods of these profiles are tested before they leave: Food Safety Law art. 52, Drug
# Administration Law art. 47, Vaccine Administration Law art. 26.
_TESTED_PROFILES: Final = frozenset(
    {"baijiu", "dairy", "drug", "edible_oil", "meat_egg", "packaged_food", "vaccine", "vet_drug"}
)
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
    hands = Hands(parties=set(_beginners(evidence)))
    while True:
        known = (len(hands.parties), hands.is_open)
        for one in evidence.movements:
            if one.event.party_id in hands.parties:
                sides = {evidence.named[it] for it in one.event.of(*_SIDES) if it in evidence.named}
                hands.parties |= sides
                is_told = bool(sides - {one.event.party_id})
                hands.is_open |= flow_of(one) is Flow.SHIPPED and not is_told
            elif hands.is_open and flow_of(one) is Flow.RECEIVED:
                hands.parties.add(one.event.party_id)
        if (len(hands.parties), hands.is_open) == known:
            return hands


def not_holder(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find who gave, used or sold goods that it neither made nor was handed."""
    giving = [
        one for one in evidence.movements if one.container is None and flow_of(one) in _GIVING
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


def missing_step(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find a step that must come before another one that is on record."""
    return [
        *_sold_without_receipt(evidence),
        *_received_without_shipping(evidence),
        *_shipped_without_test(evidence),
    ]


def _sold_without_receipt(evidence: Evidence) -> Iterable[Hit]:
    makers = set(_beginners(evidence))
    received = {one.event.party_id for one in evidence.movements if flow_of(one) is Flow.RECEIVED}
    gave: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        is_giving = one.container is None and flow_of(one) in _GIVING
        if is_giving and one.event.party_id not in received | makers:
            gave.setdefault(one.event.party_id, []).append(one)
    if not gave:
        return
    holders = hands_of(evidence).parties
    for party, found in gave.items():
        # Whoever was not even handed the goods is no holder, which is a finding of its own.
        if party in holders and not _is_carrier(evidence, party):
            yield _missing("receiving", party, found)


def _is_carrier(evidence: Evidence, party: UUID | None) -> bool:
    return any(
        one.event.party_id == party
        and one.event.biz_step in ("transporting", "loading", "departing")
        for one in evidence.movements
    )


def _received_without_shipping(evidence: Evidence) -> Iterable[Hit]:
    makers = {one.event.party_id for one in evidence.movements if flow_of(one) is Flow.MADE}
    if not makers:
        return
    leaving = {
        one.event.party_id
        for one in evidence.movements
        if flow_of(one) is Flow.SHIPPED or one.event.biz_step in _LEAVING_STEPS
    }
    got: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        party = one.event.party_id
        if flow_of(one) is Flow.RECEIVED and party not in makers and not leaving - {party}:
            got.setdefault(party, []).append(one)
    for party, found in got.items():
        yield _missing("shipping", party, found)


def _shipped_without_test(evidence: Evidence) -> Iterable[Hit]:
    if evidence.limits.profile not in _TESTED_PROFILES:
        return
    # A lot of a plant: what a farm brings forth is tested by whoever takes it in.
    makers = {one.event.party_id for one in evidence.movements if one.role is Role.OUTPUT_CLASS}
    shipped = [
        one
        for one in evidence.movements
        if flow_of(one) is Flow.SHIPPED and one.event.party_id in makers
    ]
    if not shipped or any(one.event.biz_step in _TESTING_STEPS for one in evidence.movements):
        return
    yield _missing("inspecting", shipped[0].event.party_id, shipped)


def _missing(step: str, party: UUID | None, seen: list[Movement]) -> Hit:
    return Hit(
        key=f"{step}:{party or ''}",
        party_id=party,
        events=some_events(seen),
        details={"missing": step, "step": seen[0].event.biz_step or "transforming"},
    )


def receive_before_ship(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find a receipt more than `grace` before whoever sent the goods says that they left."""
    shipped = [one for one in evidence.movements if flow_of(one) is Flow.SHIPPED]
    if not shipped:
        return []
    first: dict[UUID | None, Movement] = {}
    for one in evidence.movements:
        if flow_of(one) is Flow.RECEIVED:
            first.setdefault(one.event.party_id, one)
    hits = []
    for party, receipt in first.items():
        towards = _towards(evidence, shipped, receipt)
        sent = min(towards, key=lambda one: one.moment, default=None)
        if sent is not None and receipt.event.event_at + rule.grace < sent.event.event_at:
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


def _towards(evidence: Evidence, shipped: list[Movement], receipt: Movement) -> list[Movement]:
    """Return the shipments that may be the received one: those that name the receiver, if any."""
    party = receipt.event.party_id
    others = [one for one in shipped if one.event.party_id != party]
    named = [one for one in others if party in _parties(evidence, one, Role.DESTINATION)]
    if named:
        return named
    senders = _parties(evidence, receipt, Role.SOURCE)
    untold = [one for one in others if not _parties(evidence, one, Role.DESTINATION)]
    return [one for one in untold if one.event.party_id in senders] or untold


def _parties(evidence: Evidence, one: Movement, role: Role) -> set[UUID]:
    return {evidence.named[item] for item in one.event.of(role) if item in evidence.named}


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
    seconds = (later.event.event_at - earlier.event.event_at + rule.grace) // _SECOND
    return km * _SECONDS_OF_AN_HOUR > int(rule.limit) * seconds


def _place(evidence: Evidence, one: Movement) -> Place | None:
    """Return where an event happened; a label may be printed, and a deal made, anywhere."""
    if one.role is Role.LOT or one.event.type == EventType.TRANSACTION:
        return None
    for item in (one.event.read_point, one.event.biz_location):
        if item is not None and item in evidence.places:
            return evidence.places[item]
    return None


def _beginners(evidence: Evidence) -> Iterable[UUID | None]:
    """Yield whose goods it is and who made it, or spoke of it first where nobody did."""
    if evidence.owner is not None:
        yield evidence.owner
    made = [one for one in evidence.movements if _is_beginning(one)]
    first = min(made or evidence.movements, key=lambda one: one.event.seq, default=None)
    if first is not None:
        yield first.event.party_id


def _is_beginning(one: Movement) -> bool:
    is_filled = one.role is Role.PARENT and one.event.action == Action.ADD
    return is_filled or flow_of(one) is Flow.MADE
