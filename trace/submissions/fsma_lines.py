"""One event as the lines of a submission: what it is about, one line for each lot or item.

The rule that must stay true: a line says what its event says, and a making has a line for each
input and then one for each output: who made how much of what from which lots is nowhere guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from trace.events.identifiers import canonical
from trace.events.times import read_instant
from trace.reading import ReadEvent
from typing import Final

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import BIZ_TRANSACTION_TYPE, SOURCE_DEST_TYPE, STANDARD_PREFIXES
from schemas.profiles.naming import renamed, step_word
from schemas.profiles.reading import objects

_PLAIN: Final = (("epcList", "quantityList"), ("childEPCs", "childQuantityList"))
_INPUTS: Final = ("inputEPCList", "inputQuantityList")
_OUTPUTS: Final = ("outputEPCList", "outputQuantityList")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One lot or item of an event; `quantity` is None where the event does not say how much.

    `inside` is the logistic unit that the event names in its stead.
    """

    uri: str
    quantity: Decimal | None
    uom: str
    is_input: bool = False
    inside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event that a submission is made of, its terms under our own prefixes."""

    seq: int
    read: ReadEvent
    event: JsonObject
    namespaces: Mapping[str, str]
    step: str
    lines: tuple[Line, ...]

    def place(self, name: str) -> str:
        """Return the canonical code of `readPoint` or `bizLocation`, or nothing."""
        found = self.event.get(name)
        uri = found.get("id") if isinstance(found, dict) else None
        return canonical(uri, self.namespaces) if isinstance(uri, str) else ""

    def side(self, name: str, *words: str) -> str:
        """Return the first source or destination of one of these types, or nothing."""
        key = name.removesuffix("List")
        for word in words:
            for one in objects(self.event.get(name)):
                kind, uri = one.get("type"), one.get(key)
                if not isinstance(kind, str) or not isinstance(uri, str):
                    continue
                if SOURCE_DEST_TYPE.by_any.get(kind) == word:
                    return canonical(uri, self.namespaces)
        return ""

    def papers(self) -> list[tuple[str, str]]:
        """Return the type and number of each reference document."""
        found: list[tuple[str, str]] = []
        for one in objects(self.event.get("bizTransactionList")):
            kind, number = one.get("type"), one.get("bizTransaction")
            if isinstance(number, str):
                word = BIZ_TRANSACTION_TYPE.by_any.get(kind, kind) if isinstance(kind, str) else ""
                found.append((word, number))
        return found

    def said(self, term: str) -> str:
        """Return what the event, or the birth of the lot in it, says under a term."""
        ilmd = self.event.get("ilmd")
        value = self.event.get(term)
        if value is None and isinstance(ilmd, dict):
            value = ilmd.get(term)
        return _text(value)

    def happened_at(self) -> datetime:
        """Return the instant of the event."""
        return read_instant(str(self.event["eventTime"]))

    def day(self) -> date:
        """Return the day of the event on the clock of its own place."""
        text, zone = self.event["eventTime"], self.event.get("eventTimeZoneOffset")
        instant = read_instant(str(text))
        if isinstance(zone, str) and zone[:1] in ("+", "-"):
            offset = datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").utcoffset()
            if offset is not None:
                instant = instant.astimezone(timezone(offset))
        return instant.date()


def told_of(read: ReadEvent) -> Told:
    """Return an event with its lines."""
    namespaces = {**STANDARD_PREFIXES, **read.namespaces}
    event = renamed(read.event, namespaces)
    step = event.get("bizStep")
    return Told(
        seq=read.seq,
        read=read,
        event=event,
        namespaces=namespaces,
        step=step_word(step, namespaces) if isinstance(step, str) else "",
        lines=tuple(_lines(event, namespaces)),
    )


def _lines(event: JsonObject, namespaces: Mapping[str, str]) -> Iterator[Line]:
    for names in _PLAIN:
        yield from _listed(event, namespaces, names, is_input=False)
    yield from _listed(event, namespaces, _INPUTS, is_input=True)
    yield from _listed(event, namespaces, _OUTPUTS, is_input=False)


def _listed(
    event: JsonObject, namespaces: Mapping[str, str], names: tuple[str, str], *, is_input: bool
) -> Iterator[Line]:
    items = event.get(names[0])
    for uri in items if isinstance(items, list) else ():
        if isinstance(uri, str):
            yield Line(
                uri=canonical(uri, namespaces), quantity=Decimal(1), uom="", is_input=is_input
            )
    for one in objects(event.get(names[1])):
        uri = one.get("epcClass")
        if isinstance(uri, str):
            yield Line(
                uri=canonical(uri, namespaces),
                quantity=_number(one.get("quantity")),
                uom=_text(one.get("uom")),
                is_input=is_input,
            )


def _number(value: JsonValue) -> Decimal | None:
    if value is None or isinstance(value, bool | str | list | dict):
        return None
    return Decimal(str(value))


def _text(value: JsonValue) -> str:
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(_text(one) for one in value.values())
    return "" if value is None else str(value)


Sources = Mapping[str, str]
"""The place where each lot was given its code (21 CFR 1.1310, traceability lot code source)."""
