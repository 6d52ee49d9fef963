"""Reads EPCIS 2.0 documents and single events from bytes.

The rule that must stay true: events stay exactly as they were sent. What is checked here is the
envelope and each event's shape; meaning is `trace.events.rules`' business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import jsonschema_rs

from base.errors import InputTooLarge, Problem
from base.strict_json import JsonObject, JsonValue, loads
from schemas.epcis import shape
from schemas.epcis.context import read_namespaces
from schemas.epcis.refusals import PROBLEMS_MAX, problems_of, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLimits:
    """What one request may send; `depth_max` counts nested arrays and objects."""

    bytes_max: int = 10 * 1024 * 1024
    events_max: int = 10_000
    depth_max: int = 32


class DocumentKind(StrEnum):
    """What was sent."""

    CAPTURE = "EPCISDocument"
    QUERY_RESULT = "EPCISQueryDocument"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One request's events, verbatim, and what its envelope says about them.

    `namespaces` maps each prefix in force to its namespace; an event's own `@context` may add to
    it (`schemas.epcis.context.event_namespaces`). `path` is where the events stand in what was
    sent; it is empty for a single event.
    """

    kind: DocumentKind
    context: JsonValue
    namespaces: Mapping[str, str]
    events: tuple[JsonObject, ...]
    path: tuple[str | int, ...]
    sender: str | None = None
    receiver: str | None = None
    instance_id: str | None = None
    header: JsonObject | None = None

    def event_path(self, index: int) -> tuple[str | int, ...]:
        """Return where an event stands in what was sent."""
        return (*self.path, index) if self.path else ()


def _compiled(schema: shape.Schema) -> jsonschema_rs.Draft202012Validator:
    # The linear-time engine: a pattern can never be made to run away by its input.
    return jsonschema_rs.Draft202012Validator(
        schema, pattern_options=jsonschema_rs.RegexOptions(), offline=True
    )


_EVENTS: Final = {kind: _compiled(schema) for kind, schema in shape.EVENT_SHAPES.items()}
_CAPTURE: Final = _compiled(shape.CAPTURE_SHAPE)
_QUERY_RESULT: Final = _compiled(shape.QUERY_RESULT_SHAPE)

EVENT_TYPES: Final = tuple(_EVENTS)
"""The five event types of ISO/IEC 19987 clause 7.4."""

_CAPTURE_PATH: Final[tuple[str, ...]] = ("epcisBody", "eventList")
_QUERY_PATH: Final[tuple[str, ...]] = ("epcisBody", "queryResults", "resultsBody", "eventList")


def read_document(data: bytes, *, limits: DocumentLimits) -> Document:
    """Return an EPCISDocument or EPCISQueryDocument whose envelope is right.

    Its events are objects and no more is known about them: see `shape_problems`. Raises
    `InputTooLarge` over a limit and `InvalidInput` with the envelope's problems.
    """
    root = _read_object(data, limits)
    path: tuple[str, ...]
    if root.get("type") == DocumentKind.QUERY_RESULT:
        kind, validator, path = DocumentKind.QUERY_RESULT, _QUERY_RESULT, _QUERY_PATH
    else:
        kind, validator, path = DocumentKind.CAPTURE, _CAPTURE, _CAPTURE_PATH
    problems = [] if root.get("type") == kind else [_wrong_document_type(root)]
    if problems or not validator.is_valid(root):
        room = PROBLEMS_MAX - len(problems)
        problems += problems_of(validator, root, path=(), problems_max=room)
        raise refusal(problems)
    namespaces, wrong = read_namespaces(root["@context"], path="@context")
    if wrong:
        raise refusal(wrong)
    return Document(
        kind=kind,
        context=root["@context"],
        namespaces=namespaces,
        events=_events(root, path, limits.events_max),
        path=path,
        sender=_text(root.get("sender")),
        receiver=_text(root.get("receiver")),
        instance_id=_text(root.get("instanceIdentifier")),
        header=_object(root.get("epcisHeader")),
    )


def read_event(data: bytes, *, limits: DocumentLimits) -> Document:
    """Return one bare event (`POST /events`) as a document; its shape is not checked here."""
    root = _read_object(data, limits)
    context = root.get("@context")
    namespaces, wrong = read_namespaces([] if context is None else context, path="@context")
    if wrong:
        raise refusal(wrong)
    return Document(
        kind=DocumentKind.EVENT, context=context, namespaces=namespaces, events=(root,), path=()
    )


def shape_problems(
    event: JsonObject, *, path: Sequence[str | int] = (), problems_max: int = PROBLEMS_MAX
) -> list[Problem]:
    """Return what is wrong with an event's shape; `path` is where it stands in what was sent."""
    kind = event.get("type")
    validator = _EVENTS.get(kind) if isinstance(kind, str) else None
    if validator is None:
        at = (*path, "type")
        return problems_of(_ANY_TYPE, kind, path=at, problems_max=1)
    if validator.is_valid(event):
        return []
    return problems_of(validator, event, path=path, problems_max=problems_max)


_ANY_TYPE: Final = _compiled({"enum": list(EVENT_TYPES)})


def _read_object(data: bytes, limits: DocumentLimits) -> JsonObject:
    root = loads(data, bytes_max=limits.bytes_max, depth_max=limits.depth_max)
    if not isinstance(root, dict):
        raise refusal([Problem(path="", code="type", message="must be a JSON object")])
    if b"\\u0000" in data and _has_nul(root):
        raise refusal([Problem(path="", code="nul", message="no text may hold the character NUL")])
    return root


def _has_nul(value: JsonValue) -> bool:
    """Tell whether a text or a name holds NUL, which databases cannot store."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in key or _has_nul(part) for key, part in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def _wrong_document_type(root: JsonObject) -> Problem:
    if root.get("type") in EVENT_TYPES:
        message = "is a single event: send it to /events, or in the eventList of an EPCISDocument"
    else:
        message = "must be EPCISDocument or EPCISQueryDocument"
    return Problem(path="type", code="document_type", message=message)


def _events(root: JsonObject, path: Sequence[str], events_max: int) -> tuple[JsonObject, ...]:
    """Return the event list, which the envelope's schema has found to be there."""
    node: JsonValue = root
    for name in path:
        node = node[name] if isinstance(node, dict) else None
    listed = node if isinstance(node, list) else []
    where = ".".join(path)
    if len(listed) > events_max:
        message = f"{where} has {len(listed)} events; at most {events_max} are accepted"
        raise InputTooLarge(message)
    events = tuple(event for event in listed if isinstance(event, dict))
    if len(events) != len(listed):
        raise refusal(
            [
                Problem(path=f"{where}[{i}]", code="type", message="must be an object")
                for i, event in enumerate(listed)
                if not isinstance(event, dict)
            ]
        )
    return events


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _object(value: JsonValue) -> JsonObject | None:
    return value if isinstance(value, dict) else None
