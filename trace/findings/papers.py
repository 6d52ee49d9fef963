"""Findings about days: goods, certificates and licences out of date, lists, late reports, scans.

Pure. The rule that must stay true: what is not registered is unknown and no finding; a licence has
run out only where there was one before.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from trace.events.model import Role
from trace.findings.births import is_birth
from trace.findings.custody import beginners, is_own_move, parties_of
from trace.findings.lateness import hours_for
from trace.findings.model import (
    Evidence,
    FindingRule,
    Hit,
    Listing,
    Paper,
    civil_day,
    is_whole_day,
    some_events,
)
from trace.movements import Movement
from trace.projections.reading import IndexedEvent
from trace.state import Flow, flow_of
from typing import Final
from uuid import UUID

_DEALING: Final = frozenset({Flow.MADE, Flow.SHIPPED, Flow.SOLD})
# CBV 2.0 7.2: words for goods that are not, or no longer, for sale.
UNFIT: Final = frozenset(
    {
        "damaged",
        "destroyed",
        "disposed",
        "expired",
        "inactive",
        "non_conformant",
        "non_sellable_other",
        "recalled",
        "returned",
    }
)
_SUBJECT_ROLES: Final = (
    (Role.LOT,),
    (Role.OUTPUT_CLASS, Role.EPC_CLASS),
    (Role.PARENT,),
    (Role.OUTPUT, Role.EPC),
    (Role.CHILD_CLASS, Role.CHILD),
    (Role.INPUT_CLASS, Role.INPUT),
)


def expired_goods(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find a sale or shipment after the last day that the label names: its own, else its lot's.

    Goods that go back, or are said to be unfit for sale, are sent as they should be.
    """
    days = [
        day for one in evidence.movements if is_birth(one) and (day := _last_day(evidence, one))
    ] or [day for label in evidence.lot_labels if (day := label.fact.expires_on) is not None]
    if not days:
        return []
    # Of a lot made in two goes the later day counts.
    last_day = max(days)
    back = set(beginners(evidence))
    late: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        flow = flow_of(one)
        is_sent = flow is Flow.SHIPPED and not _is_withdrawn(evidence, one, back)
        if (flow is Flow.SOLD or is_sent) and civil_day(one.event.event_at) > last_day:
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


def _last_day(evidence: Evidence, one: Movement) -> date | None:
    fact = evidence.facts.get(one.event.seq)
    return None if fact is None else fact.expires_on


def _is_withdrawn(evidence: Evidence, one: Movement, back: set[UUID | None]) -> bool:
    """Return whether goods were sent away as unfit, back to where they came from, or nowhere."""
    if one.event.disposition in UNFIT or is_own_move(evidence, one):
        return True
    return bool((parties_of(evidence, one, Role.DESTINATION) - {one.event.party_id}) & back)


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
    """Find goods that were made when a certificate of theirs had run out.

    What was made in its time may be sold after its last day.
    """
    born = (one for one in _leading(evidence) if is_birth(one))
    return _joined([hit for one in born for hit in _run_out(evidence.certificates, one)])


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
    """Find an event that was recorded too long after it happened.

    `limit` is how many hours are allowed where the class of the goods has no limit of its own.
    """
    hits = []
    for event in _led(evidence):
        after = _told_at(evidence, event) - event.event_at
        own = hours_for(evidence.limits.profile, civil_day(event.event_at))
        allowed = int(rule.limit) if own is None else own
        if after - _unsaid(event) > timedelta(hours=allowed):
            details = {"hours": after // timedelta(hours=1), "allowed": allowed}
            hits.append(
                Hit(key=str(event.seq), party_id=event.party_id, events=(event,), details=details)
            )
    return hits


def _told_at(evidence: Evidence, event: IndexedEvent) -> datetime:
    """Return when an event was reported: where it corrects a report, when that one was."""
    return min(evidence.first_told.get(event.seq, event.recorded_at), event.recorded_at)


def _unsaid(event: IndexedEvent) -> timedelta:
    """Return how much later an event may have happened than it says: to the end of a bare day."""
    return timedelta(days=1) if is_whole_day(event.event_at) else timedelta(0)


def clone_suspicion(rule: FindingRule, evidence: Evidence) -> list[Hit]:  # noqa: ARG001 -- one shape
    """Find a code of which the scans say that there may be several."""
    first = next((one.event for one in evidence.movements), None)
    if first is None:
        return []
    return [
        Hit(
            key=one.rule,
            # Who copied it nobody knows; its owner reads of it and is the one who was harmed.
            party_id=None,
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
