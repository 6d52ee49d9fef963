"""Findings about days: goods, certificates and licences out of date, lists, late reports, scans.

Pure. The rule that must stay true: what is not registered is unknown and no finding; a licence has
run out only where there was one before.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from trace.events.model import Role
from trace.findings.model import (
    Evidence,
    FindingRule,
    Hit,
    Listing,
    Paper,
    civil_day,
    some_events,
)
from trace.movements import Movement
from trace.projections.reading import IndexedEvent
from trace.state import Flow, flow_of
from typing import Final
from uuid import UUID

_DEALING: Final = frozenset({Flow.MADE, Flow.SHIPPED, Flow.SOLD})
_SUBJECT_ROLES: Final = (
    (Role.LOT,),
    (Role.OUTPUT_CLASS, Role.EPC_CLASS),
    (Role.PARENT,),
    (Role.OUTPUT, Role.EPC),
    (Role.CHILD_CLASS, Role.CHILD),
    (Role.INPUT_CLASS, Role.INPUT),
)


def expired_goods(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find a sale after the last day that the label names."""
    days = [
        fact.expires_on
        for one in evidence.movements
        if flow_of(one) is Flow.MADE
        and (fact := evidence.facts.get(one.event.seq)) is not None
        and fact.expires_on is not None
    ]
    if not days:
        return []
    # Of a lot made in two goes the later day counts.
    last_day = max(days)
    late: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        if flow_of(one) is Flow.SOLD and civil_day(one.event.event_at) > last_day:
            late.setdefault(one.event.party_id, []).append(one)
    return [
        Hit(
            key=str(party or ""),
            party_id=party,
            events=some_events(found),
            details={
                "expires_on": last_day.isoformat(),
                "sold_on": civil_day(found[0].event.event_at).isoformat(),
            },
        )
        for party, found in late.items()
    ]


def expired_licence(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find who made, sent or sold goods when a licence of its own had run out."""
    hits: list[Hit] = []
    for one in _leading(evidence):
        party = one.event.party_id
        if party is None:
            continue
        hits += _run_out(evidence.licences.get(party, ()), one)
    return _joined(hits)


def expired_certificate(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find goods that were made, sent or sold when a certificate of theirs had run out."""
    return _joined(
        [hit for one in _leading(evidence) for hit in _run_out(evidence.certificates, one)]
    )


def listed_party(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find who dealt in goods while it was on a list."""
    hits = [
        _listed(one.event, listing)
        for one in _leading(evidence)
        if one.event.party_id is not None
        for listing in evidence.listings.get(one.event.party_id, ())
        if listing.covers(civil_day(one.event.event_at))
    ]
    return _joined(hits)


def late_report(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find an event that was recorded more than `limit` hours after it happened."""
    allowed = timedelta(hours=int(rule.limit))
    return [
        Hit(
            key=str(event.seq),
            party_id=event.party_id,
            events=(event,),
            details={
                "hours": int((event.recorded_at - event.event_at) // timedelta(hours=1)),
                "allowed": int(rule.limit),
            },
        )
        for event in _led(evidence)
        if event.recorded_at - event.event_at > allowed
    ]


def clone_suspicion(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find a code of which the scans say that there may be several."""
    first = next((one.event for one in evidence.movements), None)
    if first is None:
        return []
    return [
        Hit(
            key=one.rule,
            party_id=evidence.owner,
            events=(first,),
            details={"scan_rule": one.rule},
            first_at=one.first_at,
            last_at=one.last_at,
        )
        for one in evidence.suspicions
    ]


def lead_of(event: IndexedEvent) -> int | None:
    """Return the one thing that a finding about an event as a whole is told of.

    An event of five hundred codes is late once: its lot is, or the first that it names.
    """
    for roles in _SUBJECT_ROLES:
        found = event.of(*roles)
        if found:
            return min(found)
    return None


def _led(evidence: Evidence) -> Iterable[IndexedEvent]:
    events = {
        one.event.seq: one.event
        for one in evidence.movements
        if one.container is None and lead_of(one.event) == evidence.item
    }
    return events.values()


def _leading(evidence: Evidence) -> Iterable[Movement]:
    """Yield the making, sending and selling of goods in events that lead with this thing."""
    seen: set[int] = set()
    for one in evidence.movements:
        if one.container is not None or one.event.seq in seen or not _is_dealing(one):
            continue
        if lead_of(one.event) == evidence.item:
            seen.add(one.event.seq)
            yield one


def _is_dealing(one: Movement) -> bool:
    # A lot is named for the codes that are made of it.
    return one.role is Role.LOT or flow_of(one) in _DEALING


def _run_out(papers: Sequence[Paper], one: Movement) -> Iterable[Hit]:
    day = civil_day(one.event.event_at)
    for kind in dict.fromkeys(paper.kind for paper in papers):
        of_kind = [paper for paper in papers if paper.kind == kind]
        ended = [
            (paper.until_on, paper.number)
            for paper in of_kind
            if paper.until_on is not None and paper.until_on < day
        ]
        if not ended or any(paper.is_valid_on(day) for paper in of_kind):
            continue
        until_on, number = max(ended)
        yield Hit(
            key=f"{one.event.party_id}:{kind}",
            party_id=one.event.party_id,
            events=(one.event,),
            details=_paper(kind, number, until_on, day),
        )


def _listed(event: IndexedEvent, listing: Listing) -> Hit:
    return Hit(
        key=f"{event.party_id}:{listing.list_name}",
        party_id=event.party_id,
        events=(event,),
        details={"list": listing.list_name, "on": civil_day(event.event_at).isoformat()},
    )


def _paper(kind: str, number: str, until_on: date, day: date) -> dict[str, str | int]:
    return {
        "kind": kind,
        "number": number,
        "until_on": until_on.isoformat(),
        "on": day.isoformat(),
    }


def _joined(hits: Sequence[Hit]) -> list[Hit]:
    """Return one hit for each key: the first one's words, with the events of all."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.key, []).append(hit)
    return [
        Hit(
            key=key,
            party_id=many[0].party_id,
            events=tuple(sorted({e.seq: e for hit in many for e in hit.events}.values(), key=_seq)),
            details=many[0].details,
        )
        for key, many in found.items()
    ]


def _seq(event: IndexedEvent) -> int:
    return event.seq
