"""The one door in: every event, whoever sends it, reaches the ledger through `submit`.

codes and shape → rules of meaning → right to record → split by visibility → journal. One rule: a
document is recorded whole or not at all, unless its sender said to proceed past wrong events; and
whatever is refused is named by its path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from trace.births import Births
from trace.captures import Capture, CaptureNote, ErrorBehaviour, whole_capture
from trace.declaring import without_copied_persons
from trace.disclosure import split_event
from trace.events.check import check_events
from trace.events.hashing import event_hash
from trace.events.model import Event, Role, read
from trace.index import CLASS_ROLES, INSTANCE_ROLES, EventIndex, EventNote, dedup_hash
from trace.profiling import Arriving, Knowledge, Profiled, advice_of, profile_events
from trace.recall.index import RecallIndex
from trace.recall.warning import recalled_advice
from uuid import UUID

from sqlalchemy import Engine

from base.clock import Clock
from base.config import Settings
from base.errors import Forbidden, InvalidInput, Problem
from base.strict_json import JsonObject
from ledger.batch import Batch, Idempotency, Receipt
from ledger.draft import Draft, make_draft, new_salts
from ledger.indexes import JoinedIndexes
from ledger.items import items_root
from ledger.journal import Journal, JournalLimits
from ledger.opening import DEFAULT_LOG
from ledger.parts import Leaves, Part, element_path
from parties.access import Action, Denied, Subject, may
from parties.actors import Actor
from parties.classes import ProductClasses
from parties.directory import Owners
from parties.ids import new_id
from parties.issuing.index import IssuingIndex
from schemas.epcis import Document, DocumentLimits, event_namespaces
from schemas.visibility import DEFAULT_TABLE

EVENT_KIND = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What capturing needs: the journal of the log, the register's owners, clock and limits."""

    journal: Journal
    owners: Owners
    knowledge: Knowledge
    clock: Clock
    future_max: timedelta


def open_desk(settings: Settings, engine: Engine, clock: Clock, owners: Owners) -> Desk:
    """Return the desk of a process, with the journal of its log."""
    journal = Journal(
        engine=engine,
        log=DEFAULT_LOG,
        index=JoinedIndexes(
            EventIndex(DEFAULT_LOG), IssuingIndex(DEFAULT_LOG), RecallIndex(DEFAULT_LOG)
        ),
        clock=clock,
        limits=JournalLimits(
            queue_entries_max=settings.append_queue_entries_max,
            batch_entries_max=settings.append_batch_entries_max,
        ),
        skew_max_ms=settings.clock_skew_max_ms,
    )
    future_max = timedelta(seconds=settings.future_max_s)
    return Desk(
        journal=journal,
        owners=owners,
        knowledge=Knowledge(
            classes=ProductClasses(engine, clock),
            owners=owners,
            births=Births(engine=engine, log=DEFAULT_LOG, owners=owners),
        ),
        clock=clock,
        future_max=future_max,
    )


def document_limits(settings: Settings) -> DocumentLimits:
    """Return what one document may hold."""
    return DocumentLimits(
        bytes_max=settings.capture_bytes_max,
        events_max=settings.capture_events_max,
        depth_max=settings.capture_depth_max,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A document with who sends it and how it is to be treated.

    An event that is recorded already is noted and left out, since a sender that repeats a document
    wants it recorded once; with `is_single` (POST /events) it is a conflict.
    """

    actor: Actor
    document: Document
    behaviour: ErrorBehaviour = ErrorBehaviour.ROLLBACK
    idempotency: Idempotency | None = None
    capture_id: UUID | None = None
    is_stored: bool = False
    is_single: bool = False


def submit(desk: Desk, submission: Submission) -> tuple[UUID, Receipt]:
    """Record a document's events; return the capture's id and the receipt, durable.

    Raises `InvalidInput` or `Forbidden` with a problem for each refused event where the document
    is to be rolled back; with `proceed`, refused events are left out and named in the capture.
    Raises `Conflict` for a single event that is recorded already, and for an idempotency key
    that was used for another body.
    """
    receipt, _ = _record(desk, submission)
    return UUID(receipt.subject), receipt


def submit_for_job(desk: Desk, submission: Submission) -> tuple[UUID, Capture | None]:
    """Do as `submit`; return the capture too where it need not be read: every event was new."""
    receipt, note = _record(desk, submission)
    return UUID(receipt.subject), whole_capture(receipt, note, actor=submission.actor.id)


def refusals_of(desk: Desk, actor: Actor, document: Document) -> dict[int, list[Problem]]:
    """Return what `submit` would refuse now, by the place of the event; nothing is recorded."""
    found: dict[int, list[Problem]] = {}
    now = desk.clock.now()
    for at, problem in check_events(document, now=now, future_max=desk.future_max):
        found.setdefault(at, []).append(problem)
    readings = [
        _read(document, at, event) for at, event in enumerate(document.events) if at not in found
    ]
    found |= _without_right(desk, actor, readings)
    readings = [one for one in readings if one.at not in found]
    said = profile_events(desk.knowledge, readings, now=now)
    for one, profiled in zip(readings, said, strict=True):
        if profiled.refusals:
            found[one.at] = list(profiled.refusals)
    return found


def warnings_of(desk: Desk, document: Document) -> tuple[Problem, ...]:
    """Return of which recalls `submit` would warn now; nothing is recorded."""
    readings = [_read(document, at, event) for at, event in enumerate(document.events)]
    return recalled_advice(desk.journal.engine, desk.journal.log, readings)


def _record(desk: Desk, submission: Submission) -> tuple[Receipt, CaptureNote]:
    """Check the events, seal them and append them."""
    now = desk.clock.now()
    problems: dict[int, list[Problem]] = {}
    for at, problem in check_events(submission.document, now=now, future_max=desk.future_max):
        problems.setdefault(at, []).append(problem)
    _stop_unless_proceeding(submission, problems, InvalidInput)
    readings = [
        _read(submission.document, at, event)
        for at, event in enumerate(submission.document.events)
        if at not in problems
    ]
    foreign = _without_right(desk, submission.actor, readings)
    _stop_unless_proceeding(submission, foreign, Forbidden)
    problems |= foreign
    readings = [one for one in readings if one.at not in foreign]
    said = profile_events(desk.knowledge, readings, now=now)
    profiled = {one.at: found for one, found in zip(readings, said, strict=True)}
    lacking = {at: list(one.refusals) for at, one in profiled.items() if one.refusals}
    _stop_unless_proceeding(submission, lacking, InvalidInput)
    problems |= lacking
    readings = [one for one in readings if one.at not in lacking]
    capture_id = submission.capture_id or new_id(now)
    note = CaptureNote(
        id=capture_id,
        party_id=submission.actor.party_id,
        created_at=now,
        behaviour=submission.behaviour,
        event_count=len(submission.document.events),
        problems=[problem for at in sorted(problems) for problem in problems[at]],
        # First what must not be overlooked: of many only the first are kept.
        advice=(
            *recalled_advice(desk.journal.engine, desk.journal.log, readings),
            *advice_of(readings, [profiled[one.at] for one in readings]),
        ),
        is_stored=submission.is_stored,
    )
    batch = Batch(
        actor=submission.actor.id,
        subject=str(capture_id),
        drafts=_drafts(readings, profiled, submission, capture_id),
        idempotency=submission.idempotency,
        may_skip=not submission.is_single,
        note=note,
    )
    return desk.journal.append(batch), note


def _stop_unless_proceeding(
    submission: Submission,
    problems: Mapping[int, Sequence[Problem]],
    error: type[InvalidInput] | type[Forbidden],
) -> None:
    if not problems or submission.behaviour is ErrorBehaviour.PROCEED:
        return
    flat = [problem for at in sorted(problems) for problem in problems[at]]
    count = len(submission.document.events)
    raise error(
        f"{len(problems)} of {count} events are refused, so nothing was recorded:"
        f" {flat[0].path} {flat[0].message}".rstrip(),
        problems=flat,
    )


def _read(document: Document, at: int, sent: JsonObject) -> Arriving:
    namespaces = event_namespaces(sent, document.namespaces)
    return Arriving(
        at=at,
        path=f"epcisBody.eventList[{at}]" if document.path else "",
        sent=sent,
        event=read(sent, namespaces),
        namespaces=namespaces,
        hash_id=event_hash(sent, namespaces),
    )


def _without_right(
    desk: Desk, actor: Actor, readings: Sequence[Arriving]
) -> dict[int, list[Problem]]:
    """Return the events that this actor may not record, with the reason."""
    claims = [_claimed_uris(reading.event) for reading in readings]
    owners = desk.owners.owners_of({uri for claimed in claims for uri in claimed})
    refused: dict[int, list[Problem]] = {}
    for reading, claimed in zip(readings, claims, strict=True):
        found = {owners[uri] for uri in claimed}
        subject = Subject(party_ids=frozenset(owner for owner in found if owner is not None))
        decision = may(actor, Action.CAPTURE, subject)
        if isinstance(decision, Denied):
            problem = Problem(path=reading.path, code="not_yours", message=decision.reason)
            refused[reading.at] = [problem]
    return refused


def _claimed_uris(event: Event) -> frozenset[str]:
    """Return the sites where an event says it happened, and the products it brings into being.

    An ObjectEvent with ADD brings into being whatever its business step says (ISO/IEC 19987
    7.4.2), and it alone gives a thing its lot and dates.
    """
    claimed = {uri for uri in (event.read_point, event.biz_location) if uri is not None}
    if event.action == "ADD" and event.type == "ObjectEvent":
        claimed.update(item.uri for item in event.items if item.role in (Role.EPC, Role.EPC_CLASS))
    claimed.update(
        item.uri for item in event.items if item.role in (Role.OUTPUT, Role.OUTPUT_CLASS)
    )
    return frozenset(claimed)


def _drafts(
    readings: Sequence[Arriving],
    profiled: Mapping[int, Profiled],
    submission: Submission,
    capture_id: UUID,
) -> list[Draft]:
    parts = tuple(Part)
    width = len(parts)
    salts = new_salts(width * len(readings))
    document = submission.document
    envelope: Leaves = {
        f"/document/{name}": value
        for name, value in (
            ("sender", document.sender),
            ("receiver", document.receiver),
            ("instanceIdentifier", document.instance_id),
        )
        if value is not None
    }
    # What ties an event to its document is for those who see the chain part.
    envelope["/capture"] = str(capture_id)
    return [
        _draft(
            reading,
            profiled[reading.at].profiles,
            submission.actor.id,
            envelope,
            dict(zip(parts, salts[at * width : (at + 1) * width], strict=True)),
        )
        for at, reading in enumerate(readings)
    ]


def _draft(
    reading: Arriving,
    profiles: Sequence[str],
    actor: str,
    envelope: Leaves,
    salts: Mapping[Part, bytes],
) -> Draft:
    """Split an event by visibility and seal its parts."""
    leaves = split_event(reading.sent, reading.namespaces)
    if reading.event.error_declaration is not None:
        leaves = without_copied_persons(leaves)
    public = leaves.setdefault(Part.PUBLIC, {})
    chain: Leaves = leaves.setdefault(Part.CHAIN, {})
    public["/visibility"] = DEFAULT_TABLE
    for at, profile in enumerate(profiles):
        public[element_path("/profiles", at)] = profile
    # The CBV event hash covers hidden fields and has no salt: in public it would let anybody test
    # guesses about them.
    chain["/eventHash"] = reading.hash_id
    chain.update(envelope)
    items = {item.uri for item in reading.event.items if item.role in INSTANCE_ROLES}
    if items:
        public["/itemsRoot"] = items_root(salts[Part.CHAIN], items).hex()
    classes = sorted({item.uri for item in reading.event.items if item.role in CLASS_ROLES})
    for at, uri in enumerate(classes):
        public[element_path("/classes", at)] = uri
    note = EventNote(
        event=reading.event,
        event_id=reading.event.event_id or reading.hash_id,
        dedup_hash=dedup_hash(reading.hash_id, actor, reading.sent.get("errorDeclaration")),
        hash_id=reading.hash_id,
        path=reading.path,
    )
    return make_draft(kind=EVENT_KIND, leaves=leaves, salts=salts, note=note)
