"""Findings about recalled goods that went on: sold, used or sent on by who knew of the recall.

Pure. The rule that must stay true: nobody is accused of what it did before it heard of the recall,
nor of what serves it: goods set aside, sent back, sampled or destroyed.
"""

from collections.abc import Sequence
from datetime import datetime
from trace.events.model import Role
from trace.findings.custody import beginners, is_own_move, parties_of
from trace.findings.model import (
    Evidence,
    FindingRule,
    Hit,
    civil_day,
    is_whole_day,
    some_events,
)
from trace.findings.papers import UNFIT
from trace.findings.steps import Says, says
from trace.movements import Movement
from trace.recall.hearing import HeardRecall
from trace.state import Flow, flow_of, state_of
from typing import Final
from uuid import UUID

_GOING_ON: Final = frozenset({Flow.SHIPPED, Flow.SOLD, Flow.USED})
_SERVING: Final = (Says.TAKES_SAMPLES, Says.TESTS, Says.VOIDS)


def recalled_goods(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find who sold, used or sent on recalled goods more than `grace` after it had heard of it."""
    if any(one.role is Role.PARENT for one in evidence.movements):
        # Of a container its content is asked: an empty crate may go anywhere.
        return []
    hits = []
    for recall in evidence.recalls:
        found: dict[UUID, list[Movement]] = {}
        for at, one in enumerate(evidence.movements):
            party = one.event.party_id
            heard_at = None if party is None else recall.heard_at.get(party)
            if party is None or heard_at is None or flow_of(one) not in _GOING_ON:
                continue
            before = evidence.movements[:at]
            if _is_after(rule, one, heard_at) and not _serves(evidence, recall, before, one):
                found.setdefault(party, []).append(one)
        hits += [_hit(recall, party, many) for party, many in found.items()]
    return hits


def _hit(recall: HeardRecall, party: UUID, found: Sequence[Movement]) -> Hit:
    return Hit(
        key=f"{recall.number}:{party}",
        party_id=party,
        events=some_events(found),
        details={
            "number": recall.number,
            "moved_on": civil_day(found[0].event.event_at).isoformat(),
        },
    )


def _is_after(rule: FindingRule, one: Movement, heard_at: datetime) -> bool:
    at = one.event.event_at
    if is_whole_day(at):
        # A bare day may be any hour of it.
        return civil_day(at) > civil_day(heard_at)
    return at > heard_at + rule.grace


def _serves(
    evidence: Evidence, recall: HeardRecall, before: Sequence[Movement], one: Movement
) -> bool:
    """Return whether a movement serves the recall, or is none of the goods."""
    if one.event.disposition in UNFIT or any(says(one, what) for what in _SERVING):
        return True
    if flow_of(one) is Flow.SHIPPED and _is_sent_back(evidence, recall, before, one):
        return True
    # What was sold out of a crate that nobody unpacked does not go on with the crate.
    state = None if one.container is None else state_of(before)
    return state is not None and state.is_gone


def _is_sent_back(
    evidence: Evidence, recall: HeardRecall, before: Sequence[Movement], one: Movement
) -> bool:
    """Return whether goods went to who had them before, or nobody knows to whom they went."""
    ends = one.event.of(Role.DESTINATION)
    if not all(end in evidence.named for end in ends) or is_own_move(evidence, one):
        return True
    to = parties_of(evidence, one, Role.DESTINATION) - {one.event.party_id}
    back = {*beginners(evidence), *(it.event.party_id for it in before)}
    return not to or bool(to & {*back, evidence.owner, recall.party_id})
