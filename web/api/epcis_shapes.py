"""EPCIS 2.0 answers: capture jobs and query documents as the standard's JSON has them."""

from collections.abc import Mapping, Sequence
from trace.capture_problems import DUPLICATE, is_advice
from trace.captures import Capture
from trace.reading import ReadEvent
from trace.refusal_words import zh_of
from typing import Any, Final
from urllib.parse import quote

import marshmallow as ma

from base.clock import Clock, format_instant
from base.errors import Problem
from base.strict_json import JsonObject, JsonValue
from schemas.visibility import SUXIN_NAMESPACE
from web.api.fields import StrictSchema, WholeText

CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_SX: Final = {"sx": f"{SUXIN_NAMESPACE}:"}


class CaptureErrorOut(ma.Schema):
    """One refused event."""

    type = ma.fields.String(metadata={"description": "epcisException:… (EPCIS 2.0 12)"})
    title = ma.fields.String()
    title_zh = ma.fields.String(metadata={"description": "The same in Chinese."})
    status = ma.fields.Integer()
    path = ma.fields.String(metadata={"description": "Field of the document."})
    code = ma.fields.String(metadata={"description": "Stable word for programs."})


class ReceiptOut(ma.Schema):
    """Where the events of a capture are: `count` entries from `firstSeq` on, durable."""

    log = ma.fields.Integer()
    firstSeq = ma.fields.Integer(allow_none=True)  # noqa: N815 -- the spelling of EPCIS's own members
    count = ma.fields.Integer()
    published = ma.fields.Boolean(metadata={"description": "Covered by a signed checkpoint."})


class AdviceOut(ma.Schema):
    """What a recorded event lacks, or says in a way that its profile does not ask for."""

    path = ma.fields.String()
    code = ma.fields.String()
    title = ma.fields.String()
    title_zh = ma.fields.String(metadata={"description": "The same in Chinese."})


class ProblemCountsOut(ma.Schema):
    """How many problems a document had of each kind, listed or not."""

    errors = ma.fields.Integer()
    advice = ma.fields.Integer()
    alreadyRecorded = ma.fields.Integer()  # noqa: N815 -- EPCIS's spelling


class CaptureOut(ma.Schema):
    """A capture job (EPCIS 2.0, GET /capture/{captureID})."""

    captureID = ma.fields.String()  # noqa: N815 -- EPCIS's spelling
    createdAt = ma.fields.String()  # noqa: N815 -- EPCIS's spelling
    finishedAt = ma.fields.String(allow_none=True)  # noqa: N815 -- EPCIS's spelling
    running = ma.fields.Boolean()
    success = ma.fields.Boolean()
    captureErrorBehaviour = ma.fields.String()  # noqa: N815 -- EPCIS's spelling
    eventCount = ma.fields.Integer()  # noqa: N815 -- EPCIS's spelling
    errors = ma.fields.List(ma.fields.Nested(CaptureErrorOut))
    advice = ma.fields.List(
        ma.fields.Nested(AdviceOut),
        metadata={"description": "What recorded events lack that is no reason to refuse them."},
    )
    alreadyRecorded = ma.fields.List(ma.fields.Nested(CaptureErrorOut))  # noqa: N815 -- EPCIS's spelling
    problemCounts = ma.fields.Nested(  # noqa: N815 -- EPCIS's spelling
        ProblemCountsOut,
        metadata={"description": "How many there are of each; the lists above hold the first."},
    )
    receipt = ma.fields.Nested(ReceiptOut)


class PagingQuery(StrictSchema):
    """How much of a list is asked for."""

    class Meta:
        """Filters of the query itself are read by `trace.query`, by its own table."""

        unknown = ma.INCLUDE

    perPage = WholeText(load_default=30)  # noqa: N815 -- EPCIS's spelling
    nextPageToken = ma.fields.String(load_default=None, validate=ma.validate.Length(max=200))  # noqa: N815 -- EPCIS's spelling


class CapturePaging(StrictSchema):
    """How much of the list of jobs is asked for."""

    perPage = WholeText(load_default=30)  # noqa: N815 -- EPCIS's spelling
    nextPageToken = ma.fields.String(load_default=None, validate=ma.validate.Length(max=200))  # noqa: N815 -- EPCIS's spelling


def capture_json(capture: Capture, *, sealed_size: int) -> dict[str, Any]:
    """Return a job; `sealed_size` is the size of the newest checkpoint."""
    duplicates = [problem for problem in capture.problems if problem.code == DUPLICATE]
    errors = [
        problem
        for problem in capture.problems
        if problem.code != DUPLICATE and not is_advice(problem)
    ]
    count = capture.kept_count or 0
    first = capture.first_seq
    return {
        "captureID": str(capture.id),
        "createdAt": format_instant(capture.created_at),
        "finishedAt": format_instant(capture.finished_at) if capture.finished_at else None,
        "running": capture.is_running,
        "success": capture.is_success,
        "captureErrorBehaviour": capture.behaviour.value,
        "eventCount": capture.event_count,
        "errors": [_error_json(problem, 400) for problem in errors],
        "advice": _advice_json(capture),
        "alreadyRecorded": [_error_json(problem, 409) for problem in duplicates],
        "problemCounts": {
            "errors": capture.counts.refused,
            "advice": capture.counts.advice,
            "alreadyRecorded": capture.counts.already_recorded,
        },
        "receipt": {
            "log": capture.log,
            "firstSeq": first,
            "count": count,
            "published": first is not None and first + count <= sealed_size,
        },
    }


def query_document(events: Sequence[ReadEvent], clock: Clock, base_url: str) -> dict[str, Any]:
    """Return an EPCISQueryDocument with the events as their reader may see them."""
    return {
        "@context": [CONTEXT, _SX],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": format_instant(clock.now()),
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {"eventList": [event_json(event, base_url) for event in events]},
            }
        },
    }


def event_json(event: ReadEvent, base_url: str) -> JsonObject:
    """Return one event with its record time and the place of its proof."""
    answer: JsonObject = {}
    namespaces: Mapping[str, str] = {
        prefix: name for prefix, name in event.namespaces.items() if prefix != "sx"
    }
    own = event.namespaces.get("sx")
    if own is not None and own != _SX["sx"]:
        namespaces = {**namespaces, "sx": own}
    if namespaces:
        answer["@context"] = [dict(namespaces)]
    answer.update(event.event)
    answer["recordTime"] = format_instant(event.recorded_at)
    if event.event_hash is not None:
        answer.setdefault("eventID", event.event_hash)
    if own is None or own == _SX["sx"]:
        answer["sx:proof"] = f"{base_url}/ledger/proof/{event.log}/{event.seq}"
        if event.is_damaged:
            answer["sx:damaged"] = True
    return answer


def add_advice(answer: JsonObject, capture: Capture) -> None:
    """Say with an event that was recorded alone what it lacks that is no reason to refuse it."""
    advice = _advice_json(capture)
    if advice and "sx:proof" in answer:
        answer["sx:advice"] = advice


def _advice_json(capture: Capture) -> list[JsonValue]:
    return [
        {
            "path": problem.path,
            "code": problem.code,
            "title": problem.message,
            "title_zh": zh_of(problem),
        }
        for problem in capture.problems
        if is_advice(problem)
    ]


def event_url(event_id: str) -> str:
    """Return the path of an event by its id."""
    return f"/epcis/events/{quote(event_id, safe='')}"


def _error_json(problem: Problem, status: int) -> dict[str, Any]:
    kind = "ResourceAlreadyExistsException" if status == 409 else "ValidationException"
    return {
        "type": f"epcisException:{kind}",
        "title": problem.message,
        "title_zh": zh_of(problem),
        "status": status,
        "path": problem.path,
        "code": problem.code,
    }
