"""The EPCIS 2.0 REST binding: capture, jobs, events (ISO/IEC 19987 12).

One rule: this door reads headers and writes answers; what happens to a document is decided in
`trace.capture` and nowhere here.
"""

from collections.abc import Mapping
from hashlib import sha256
from trace.capture import Submission, submit_for_job
from trace.captures import Capture, ErrorBehaviour, list_captures, read_capture
from trace.query import PARAMETERS, events_by_id, query_events
from trace.reading import read_events
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
import orjson
from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from base.db import reading
from base.errors import InvalidInput, LedgerCorrupt, NotFound, Problem
from ledger.batch import Idempotency
from ledger.store import read_sealed_size
from parties.access import Action, Allowed, Subject, may
from schemas.epcis import read_document, read_event
from web.api import epcis_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.auth import current_actor, requires
from web.bodies import read_body
from web.captures import queue_document
from web.idempotency import idempotency_key
from web.services import services

BLUEPRINT = ApiBlueprint(
    "epcis", __name__, url_prefix="/epcis", description="EPCIS 2.0: capture and query of events."
)

# Named and not imported: the queue is between this door and the one that works it off.


_JSON_TYPES: Final = ("application/json", "application/ld+json")
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "object"}} for kind in _JSON_TYPES},
    }
}
_FILTERS: Final = {
    "parameters": [
        {
            "in": "query",
            "name": name,
            "schema": {"type": "string"},
            "description": "EPCIS 2.0 8.2.7.1; several values with | between them.",
        }
        for name in PARAMETERS
    ]
}


@BLUEPRINT.after_request
def _announce(response: Response) -> Response:
    """Announce versions and limits on every answer (EPCIS 2.0 12.4)."""
    settings = services().settings
    # Added at once: each single setting of a header walks all of them, and no view sets these.
    response.headers.extend(
        (
            ("GS1-EPCIS-Version", "2.0.0"),
            ("GS1-CBV-Version", "2.0.0"),
            ("GS1-EPCIS-Capture-Limit", str(settings.capture_events_max)),
            ("GS1-EPCIS-Capture-File-Size-Limit", str(settings.capture_bytes_max)),
            ("GS1-Capture-Error-Behaviour", ErrorBehaviour.ROLLBACK.value),
        )
    )
    return response


@BLUEPRINT.route("/capture", methods=["POST"])
@requires(Action.CAPTURE)
@BLUEPRINT.doc(**_BODY)
@BLUEPRINT.response(202, shapes.CaptureOut)
def post_capture() -> Response:
    """Record an EPCIS document and return its capture job.

    The events of a document are durable when this answers, unless its job says that it is still
    running: large documents wait for a worker. An event recorded already is noted in
    `alreadyRecorded` and is no error.
    """
    parts, actor = services(), current_actor()
    behaviour = _error_behaviour()
    body = _read_json_body()
    document = read_document(body, limits=parts.document_limits)
    if len(document.events) > parts.settings.capture_direct_events_max:
        capture = queue_document(
            parts,
            actor,
            body,
            behaviour=behaviour,
            event_count=len(document.events),
            idempotency=_idempotency(body, behaviour),
        )
    else:
        submission = Submission(
            actor=actor,
            document=document,
            behaviour=behaviour,
            idempotency=_idempotency(body, behaviour),
        )
        capture_id, known = submit_for_job(parts.desk, submission)
        if known is not None:
            # Recorded a moment ago, so not published yet; the job says when it is.
            return _accepted(shapes.capture_json(known, sealed_size=0))
        capture = _read_capture(capture_id)
    return _accepted(_json_of(capture))


@BLUEPRINT.route("/capture", methods=["GET"])
@requires(Action.READ_JOB)
@BLUEPRINT.arguments(shapes.CapturePaging, location="query")
@BLUEPRINT.response(200, shapes.CaptureOut(many=True))
def get_captures(query: dict[str, Any]) -> tuple[list[dict[str, Any]], int, dict[str, str]]:
    """Return the newest capture jobs: a producer's own, or everybody's for whoever may."""
    parts, actor = services(), current_actor()
    per_page = min(query["perPage"], parts.settings.page_size_max)
    with reading(parts.engine) as connection:
        page = list_captures(
            connection,
            parts.log,
            party_id=actor.party_id,
            per_page=per_page,
            token=query["nextPageToken"],
        )
        sealed = read_sealed_size(connection, parts.log)
    jobs = [shapes.capture_json(capture, sealed_size=sealed) for capture in page.captures]
    return jobs, 200, _link("/epcis/capture", {}, per_page, page.next_token)


@BLUEPRINT.route("/capture/<uuid:capture_id>", methods=["GET"])
@requires(Action.READ_JOB)
@BLUEPRINT.response(200, shapes.CaptureOut)
def get_capture(capture_id: UUID) -> dict[str, Any]:
    """Return a capture job."""
    capture = _read_capture(capture_id)
    own = frozenset() if capture.party_id is None else frozenset({capture.party_id})
    if not isinstance(may(current_actor(), Action.READ_JOB, Subject(party_ids=own)), Allowed):
        # Somebody else's job is not there at all, as an unknown one.
        raise NotFound("There is no capture job of this id.")
    return _json_of(capture)


@BLUEPRINT.route("/events", methods=["POST"])
@requires(Action.CAPTURE)
@BLUEPRINT.doc(**_BODY)
@BLUEPRINT.response(201)
def post_event() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Record one event; 409 where it is recorded already.

    `sx:advice` says what the event lacks that was no reason to refuse it.
    """
    parts, actor = services(), current_actor()
    body = _read_json_body()
    submission = Submission(
        actor=actor,
        document=read_event(body, limits=parts.document_limits),
        idempotency=_idempotency(body, ErrorBehaviour.ROLLBACK),
        is_single=True,
    )
    capture_id, known = submit_for_job(parts.desk, submission)
    capture = known or _read_capture(capture_id)
    if capture.first_seq is None:
        raise LedgerCorrupt(f"capture {capture_id} of a single event names no entry")
    with reading(parts.engine) as connection:
        events = read_events(connection, parts.log, [capture.first_seq], actor)
    answer = shapes.event_json(events[capture.first_seq], parts.settings.effective_public_url)
    shapes.add_advice(answer, capture)
    return answer, 201, {"Location": shapes.event_url(str(answer["eventID"]))}


@BLUEPRINT.route("/events", methods=["GET"])
@requires(Action.QUERY)
@BLUEPRINT.doc(**_FILTERS)
@BLUEPRINT.arguments(shapes.PagingQuery, location="query", unknown=ma.INCLUDE)
@BLUEPRINT.response(200)
def get_events(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Return the events that fit every filter, newest first, as the key's holder may see them."""
    parts, actor = services(), current_actor()
    token = query.pop("nextPageToken")
    per_page = min(query.pop("perPage"), parts.settings.page_size_max)
    asked = {str(name): str(value) for name, value in query.items()}
    with reading(parts.engine) as connection:
        page = query_events(
            connection,
            parts.log,
            asked,
            actor,
            per_page=per_page,
            values_max=parts.settings.query_values_max,
            token=token,
        )
    document = shapes.query_document(page.events, parts.clock, parts.settings.effective_public_url)
    return document, 200, _link("/epcis/events", asked, per_page, page.next_token)


@BLUEPRINT.route("/events/<path:event_id>", methods=["GET"])
@requires(Action.QUERY)
@BLUEPRINT.response(200)
def get_event(event_id: str) -> dict[str, Any]:
    """Return the event of this id with its error declarations, for whoever may see its id."""
    parts = services()
    # A hash id holds a question mark (RFC 6920), which a client may have left unescaped.
    query = request.query_string.decode("ascii", "replace")
    wanted = f"{event_id}?{query}" if event_id.startswith("ni:") and query else event_id
    with reading(parts.engine) as connection:
        events = events_by_id(connection, parts.log, wanted, current_actor())
    return shapes.query_document(events, parts.clock, parts.settings.effective_public_url)


def _link(path: str, asked: Mapping[str, str], per_page: int, token: str | None) -> dict[str, str]:
    """Return the header that names the next page (RFC 8288), nothing on the last one."""
    if token is None:
        return {}
    arguments = {**asked, "perPage": str(per_page), "nextPageToken": token}
    return {"Link": f'<{path}?{urlencode(arguments)}>; rel="next"'}


def _accepted(job: dict[str, Any]) -> Response:
    # Written here and not by the shape: a test holds the two against each other.
    return Response(
        orjson.dumps(job),
        202,
        {"Location": f"/epcis/capture/{job['captureID']}"},
        content_type="application/json",
    )


def _read_json_body() -> bytes:
    if request.mimetype not in _JSON_TYPES:
        raise UnsupportedMediaType("Send EPCIS 2.0 as application/json or application/ld+json.")
    return read_body(request, services().settings.capture_bytes_max)


def _error_behaviour() -> ErrorBehaviour:
    text = request.headers.get("GS1-Capture-Error-Behaviour", ErrorBehaviour.ROLLBACK.value)
    try:
        return ErrorBehaviour(text)
    except ValueError:
        message = "is rollback or proceed"
        problem = Problem(path="GS1-Capture-Error-Behaviour", code="header", message=message)
        raise InvalidInput(f"GS1-Capture-Error-Behaviour {message}", problems=(problem,)) from None


def _idempotency(body: bytes, behaviour: ErrorBehaviour) -> Idempotency | None:
    key = idempotency_key()
    if key is None:
        return None
    asked = sha256(f"{request.path}\n{behaviour.value}\n".encode() + body).digest()
    return Idempotency(key=key, request_hash=asked)


def _read_capture(capture_id: UUID) -> Capture:
    parts = services()
    with reading(parts.engine) as connection:
        return read_capture(connection, parts.log, capture_id)


def _json_of(capture: Capture) -> dict[str, Any]:
    parts = services()
    with reading(parts.engine) as connection:
        sealed = read_sealed_size(connection, parts.log)
    return shapes.capture_json(capture, sealed_size=sealed)
