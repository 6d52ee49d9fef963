"""Ready-made events for a holder of recalled goods: set aside, sent back, destroyed.

The rule that must stay true: the recall itself moves no stock. What became of goods is what their
holder records of them, through the one door; this only spells it, for its own lines, with what the
scope says it should have. Goods whose amount nobody told are named without one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from trace.recall.entries import decimal_text
from trace.recall.model import Line
from trace.recall.reading import Recall
from types import MappingProxyType
from typing import Final

from base.clock import format_instant
from base.strict_json import JsonObject, JsonValue, loads
from codes.canonical import Level, level_of


class Act(StrEnum):
    """What a holder does with recalled goods."""

    SET_ASIDE = "set_aside"
    RETURNED = "returned"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    action: str
    step: str
    disposition: str


_WORDS: Final = MappingProxyType(
    {
        Act.SET_ASIDE: _Words(action="OBSERVE", step="holding", disposition="recalled"),
        Act.RETURNED: _Words(action="OBSERVE", step="shipping", disposition="returned"),
        Act.DESTROYED: _Words(action="DELETE", step="destroying", disposition="destroyed"),
    }
)


def ready_events(recall: Recall, lines: Sequence[Line], act: Act, at: datetime) -> list[JsonObject]:
    """Return an event for each place where a holder has some of its lines' goods."""
    by_place: dict[str | None, list[Line]] = {}
    for line in lines:
        if not line.is_gone and line.quantity != 0:
            by_place.setdefault(line.place, []).append(line)
    return [_event(recall, place, many, act, at) for place, many in by_place.items()]


def _event(
    recall: Recall, place: str | None, lines: Sequence[Line], act: Act, at: datetime
) -> JsonObject:
    words = _WORDS[act]
    event: JsonObject = {
        "type": "ObjectEvent",
        "eventTime": format_instant(at),
        "eventTimeZoneOffset": "+08:00",
        "action": words.action,
        "bizStep": words.step,
        "disposition": words.disposition,
        "sx:recallNumber": recall.number,
        "sx:recallClass": str(recall.level),
        "sx:recallReason": recall.reason,
    }
    things: list[JsonValue] = [line.uri for line in lines if _is_thing(line)]
    if things:
        event["epcList"] = things
    amounts: list[JsonValue] = [dict(_amount(line)) for line in lines if not _is_thing(line)]
    if amounts:
        event["quantityList"] = amounts
    if place is not None:
        event |= {"readPoint": {"id": place}, "bizLocation": {"id": place}}
    if act is Act.DESTROYED:
        event |= {"sx:disposalReason": "recall", "sx:disposalMethod": "destroy"}
    return event


def _is_thing(line: Line) -> bool:
    return level_of(line.uri) is Level.INSTANCE


def _amount(line: Line) -> Iterator[tuple[str, JsonValue]]:
    yield "epcClass", line.uri
    if line.quantity is not None:
        text = decimal_text(line.quantity).encode()
        yield "quantity", loads(text, bytes_max=len(text), depth_max=1)
        if line.uom is not None:
            yield "uom", line.uom
