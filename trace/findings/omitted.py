"""Findings about steps that are not on record though a later one is.

Pure. The rule that must stay true: a party is asked about its own records alone. That somebody else
recorded nothing is no finding about whoever did.
"""

from collections.abc import Iterable
from trace.events.model import Role
from trace.findings.custody import GIVING, beginners, hands_of, is_own_move, parties_of
from trace.findings.model import Evidence, FindingRule, Hit, some_events
from trace.findings.steps import Says, is_arrival, says
from trace.movements import Movement
from trace.state import Flow, flow_of
from typing import Final
from uuid import UUID

# Finished goods of these profiles are tested before they leave: Food Safety Law art. 52, Drug
# Administration Law art. 47, Vaccine Administration Law art. 26.
_TESTED_PROFILES: Final = frozenset(
    {"baijiu", "dairy", "drug", "edible_oil", "meat_egg", "packaged_food", "vaccine", "vet_drug"}
)


def missing_step(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find a step that must come before another one that is on record."""
    return [
        *_sold_without_receipt(evidence),
        *_received_without_shipping(evidence),
        *_shipped_without_test(evidence),
    ]


def _sold_without_receipt(evidence: Evidence) -> Iterable[Hit]:
    makers = set(beginners(evidence))
    received = {one.event.party_id for one in evidence.movements if is_arrival(one)}
    gave: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        is_giving = one.container is None and flow_of(one) in GIVING
        if not is_giving or says(one, Says.TAKES_SAMPLES):
            continue
        if one.event.party_id not in received | makers:
            gave.setdefault(one.event.party_id, []).append(one)
    if not gave:
        return
    holders = hands_of(evidence).parties
    for party, found in gave.items():
        # Whoever was not even handed the goods is no holder, which is a finding of its own.
        if party in holders and not _is_carrier(evidence, party):
            yield _missing("receiving", party, found, accused=party)


def _is_carrier(evidence: Evidence, party: UUID | None) -> bool:
    return any(
        one.event.party_id == party and says(one, Says.CARRIES) for one in evidence.movements
    )


def _received_without_shipping(evidence: Evidence) -> Iterable[Hit]:
    makers = {one.event.party_id for one in evidence.movements if flow_of(one) is Flow.MADE}
    if not makers:
        return
    leaving = {
        one.event.party_id
        for one in evidence.movements
        if flow_of(one) is Flow.SHIPPED or says(one, Says.LEAVES)
    }
    got: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        party = one.event.party_id
        if flow_of(one) is not Flow.RECEIVED or party in makers or leaving - {party}:
            continue
        if not _is_named(evidence, party):
            got.setdefault(party, []).append(one)
    for party, found in got.items():
        # Whoever received them did its duty, and upon its word alone nobody else is accused.
        yield _missing("shipping", party, found, accused=None)


def _is_named(evidence: Evidence, party: UUID | None) -> bool:
    """Return whether somebody else says that it gave the goods to a party, by whatever step."""
    return any(
        one.event.party_id != party and party in parties_of(evidence, one, Role.DESTINATION)
        for one in evidence.movements
    )


def _shipped_without_test(evidence: Evidence) -> Iterable[Hit]:
    if evidence.limits.profile not in _TESTED_PROFILES:
        return
    # A lot of a plant: what a farm brings forth is tested by whoever takes it in.
    makers = {one.event.party_id for one in evidence.movements if one.role is Role.OUTPUT_CLASS}
    shipped = [
        one
        for one in evidence.movements
        if flow_of(one) is Flow.SHIPPED
        and one.event.party_id in makers
        and not is_own_move(evidence, one)
    ]
    if not shipped or any(says(one, Says.TESTS) for one in evidence.movements):
        return
    party = shipped[0].event.party_id
    yield _missing("inspecting", party, shipped, accused=party)


def _missing(step: str, party: UUID | None, seen: list[Movement], *, accused: UUID | None) -> Hit:
    return Hit(
        key=f"{step}:{party or ''}",
        party_id=accused,
        events=some_events(seen),
        details={"missing": step, "step": seen[0].event.biz_step or "transforming"},
    )
