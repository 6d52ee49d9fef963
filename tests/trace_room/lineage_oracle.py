"""A second, slow and plain reckoning of where things go to and come from.

It shares no code with `trace`: for every moment at which something happened it replays what was in
what, and then spreads from event to event until nothing is added. Its input is what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.trace_room.oracle import Fact, Moment, is_withdrawn

_IN = {"input", "input_class"}
_OUT = {"output", "output_class"}
_CHILD = {"child", "child_class"}


@dataclass(slots=True)
class _Making:
    """What went into one making and at which time, and what came out of it."""

    inputs: set[tuple[str, Moment]] = field(default_factory=set)
    outputs: set[str] = field(default_factory=set)


class LineageOracle:
    """Answers by trying everything; for stories of a few events."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        standing = [
            fact
            for fact in facts
            if "errorDeclaration" not in fact.event and not is_withdrawn(fact, facts)
        ]
        self.makings: dict[str, _Making] = {}
        self.of_lot: set[tuple[str, str]] = set()
        for fact in standing:
            self._read(fact)
        moments = sorted(fact.moment for fact in standing)
        self.content = {one: _content_at(standing, one) for one in moments}

    def _read(self, fact: Fact) -> None:
        event: Mapping[str, Any] = fact.event
        named = list(fact.named())
        if event["type"] == "TransformationEvent":
            making = self.makings.setdefault(
                event.get("transformationID", str(fact.seq)), _Making()
            )
            making.inputs |= {(item, fact.moment) for role, item in named if role in _IN}
            making.outputs |= {item for role, item in named if role in _OUT}
        if event["type"] == "TransformationEvent" or event.get("action") == "ADD":
            lots = {item for role, item in named if role == "lot"}
            items = {item for role, item in named if role in ("epc", "output")}
            self.of_lot |= {(lot, item) for lot in lots for item in items}

    def forward(self, root: str) -> set[str]:
        """Return everything that a thing is in or became part of, without itself."""
        goods: set[str] = set()
        fresh = {root}
        while fresh - goods:
            goods |= fresh
            fresh = {item for lot, item in self.of_lot if lot in goods}
            for making in self.makings.values():
                if any(goods & ({item} | self._in(item, moment)) for item, moment in making.inputs):
                    fresh |= making.outputs
        containers = {
            outer
            for content in self.content.values()
            for outer, inner in content.items()
            if inner & goods
        }
        return (goods | containers) - {root}

    def backward(self, root: str) -> set[str]:
        """Return everything that a thing is made of, or ever held, without itself."""
        found: set[str] = set()
        fresh = {root}.union(*(content.get(root, set()) for content in self.content.values()))
        while fresh - found:
            found |= fresh
            fresh = {lot for lot, item in self.of_lot if item in found}
            for making in self.makings.values():
                if making.outputs & found:
                    for item, moment in making.inputs:
                        fresh |= {item} | self._in(item, moment)
        return found - {root}

    def _in(self, container: str, moment: Moment) -> set[str]:
        return self.content[moment].get(container, set())


def _content_at(facts: Sequence[Fact], moment: Moment) -> dict[str, set[str]]:
    """Return all that is in each container, at whatever depth, after everything up to a moment."""
    direct: dict[str, set[str]] = {}
    for fact in sorted(facts, key=lambda one: one.moment):
        parent = fact.event.get("parentID")
        if parent is None or fact.moment > moment:
            continue
        children = {item for role, item in fact.named() if role in _CHILD}
        inside = direct.setdefault(parent, set())
        if fact.event["action"] == "ADD":
            inside |= children
        elif fact.event["action"] == "DELETE":
            inside -= children or set(inside)
    return {parent: _inner(direct, parent) for parent in direct}


def _inner(direct: Mapping[str, set[str]], parent: str) -> set[str]:
    found: set[str] = set()
    waiting = set(direct.get(parent, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting |= direct.get(one, set())
    return found
