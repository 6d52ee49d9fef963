"""Where goods went, by walking the events themselves: a second opinion on every recall.

The rule that must stay true: nothing of `trace` is used here. It follows ISO/IEC 19987 alone: what
goes into a transformation comes out of it, a lot is in its items, and what is packed goes with its
container from the ADD to the DELETE.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from base.strict_json import JsonObject, JsonValue

_EVER: Final = ("", "~")
"""From before the first to after the last moment, as instants of one offset compare as texts."""

Span = tuple[str, str]


@dataclass(slots=True)
class EventWalk:
    """What the events say of what leads where; add all of them, then ask.

    Instants are compared as they are written: all events of the city have the same offset.
    """

    _used: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    _items: dict[str, list[str]] = field(default_factory=dict)
    _packings: dict[str, list[tuple[str, int, str, str, int]]] = field(default_factory=dict)
    _stays: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    _lots: dict[str, list[str]] = field(default_factory=dict)
    _count: int = 0

    def add(self, event: JsonObject) -> None:
        """Take in an event."""
        self._count += 1
        kind, at = event["type"], str(event["eventTime"])
        if kind == "TransformationEvent":
            outputs = tuple(_named(event, "outputEPCList", "outputQuantityList"))
            for one in _named(event, "inputEPCList", "inputQuantityList"):
                self._used.setdefault(one, []).append((at, outputs))
        if kind == "TransformationEvent" or event.get("action") == "ADD":
            self._add_items(event)
        if kind == "AggregationEvent":
            parent, action = str(event["parentID"]), str(event["action"])
            for child, amount in _children(event):
                packing = (at, self._count, action, child, amount)
                self._packings.setdefault(parent, []).append(packing)

    def _add_items(self, event: JsonObject) -> None:
        label = event.get("ilmd")
        lot = label.get("cbvmda:lotNumber") if isinstance(label, dict) else None
        if lot is None:
            return
        is_making = event["type"] == "TransformationEvent"
        for item in _named(event, "epcList", "outputEPCList"):
            product = item.partition("/21/")[0]
            self._items.setdefault(f"{product}/10/{lot}", []).append(item)
            if is_making:
                self._lots.setdefault(item, []).append(f"{product}/10/{lot}")

    def close(self) -> None:
        """Work out who was in what, when every event was taken in."""
        for parent, packings in self._packings.items():
            inside: dict[str, tuple[str, int]] = {}
            for at, _, action, child, amount in sorted(packings):
                since, held = inside.get(child, (at, 0))
                if action == "ADD":
                    inside[child] = (since, held + amount)
                elif child in inside:
                    if held > amount > 0:
                        inside[child] = (since, held - amount)
                    else:
                        del inside[child]
                        self._stays.setdefault(child, []).append((parent, since, at))
            for child, (since, _) in inside.items():
                self._stays.setdefault(child, []).append((parent, since, _EVER[1]))
        self._packings.clear()

    def forward(self, root: str) -> set[str]:
        """Return everything that a lot or item leads to, itself included."""
        return {code for code, _ in self._walked({root})}

    def recalled(self, root: str) -> set[str]:
        """Return what a recall of a lot is about: containers only while something of it is in.

        What was made is recalled with all of its lot.
        """
        roots = {root}
        while True:
            walked = self._walked(roots)
            lots = {lot for code, _ in walked for lot in self._lots.get(code, ())} - {
                code for code, _ in walked
            }
            if not lots:
                break
            roots |= lots
        return {code for code, (_, until) in walked if until == _EVER[1]}

    def _walked(self, roots: Iterable[str]) -> set[tuple[str, Span]]:
        waiting = [(root, _EVER) for root in roots]
        seen: set[tuple[str, Span]] = set(waiting)
        while waiting:
            code, span = waiting.pop()
            for reached in self._next(code, span):
                if reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)
        return seen

    def _next(self, code: str, span: Span) -> Iterable[tuple[str, Span]]:
        for at, outputs in self._used.get(code, ()):
            if span[0] <= at < span[1]:
                yield from ((one, _EVER) for one in outputs)
        if span == _EVER:
            yield from ((one, _EVER) for one in self._items.get(code, ()))
        for parent, since, until in self._stays.get(code, ()):
            both = (max(since, span[0]), min(until, span[1]))
            if both[0] < both[1]:
                yield parent, both


def _named(event: JsonObject, *names: str) -> Iterable[str]:
    for name in names:
        value = event.get(name)
        for one in value if isinstance(value, list) else ():
            yield str(one["epcClass"]) if isinstance(one, dict) else str(one)


def _children(event: JsonObject) -> Iterable[tuple[str, int]]:
    for child in _named(event, "childEPCs"):
        yield child, 0
    listed: JsonValue = event.get("childQuantityList")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping):
            yield str(one["epcClass"]), int(str(one.get("quantity", 0)))
