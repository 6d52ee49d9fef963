"""A second, slow and plain reckoning of a history, to compare the walk with.

It shares no code with `trace.walk`: it replays every event in order to learn what was in what and
when, then tries every path. Its input is what was sent, not what was indexed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Moment = tuple[str, float]

_START: Final[Moment] = ("", -1)
_END: Final[Moment] = ("9", 0)
_NEARNESS: Final = ("self", "lot", "container", "input")
_NAMED: Final = {"epc", "epc_class"}
_OUT: Final = {"output", "output_class"}
_CHILD: Final = {"child", "child_class"}
_IN: Final = {"input", "input_class"}
_TELLS: Final[Mapping[str, set[str]]] = {
    "self": _NAMED | _OUT | _CHILD | _IN | {"parent", "lot"},
    "lot": _NAMED | _OUT | _CHILD,
    "container": _NAMED | _CHILD,
    "input": _NAMED | _OUT | _CHILD | {"lot", "transformation"},
}
_FIELDS: Final = {
    "epcList": "epc",
    "childEPCs": "child",
    "inputEPCList": "input",
    "outputEPCList": "output",
    "quantityList": "epc_class",
    "childQuantityList": "child_class",
    "inputQuantityList": "input_class",
    "outputQuantityList": "output_class",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One recorded event: its entry number, who recorded it, what was sent."""

    seq: int
    party: str
    event: Mapping[str, Any]

    @property
    def moment(self) -> Moment:
        return self.event["eventTime"], self.seq

    @property
    def content(self) -> str:
        left_out = ("eventID", "errorDeclaration")
        return repr(sorted((k, v) for k, v in self.event.items() if k not in left_out))

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield each role and identifier."""
        for name, role in _FIELDS.items():
            for element in self.event.get(name, ()):
                yield role, element["epcClass"] if isinstance(element, dict) else element
        if "parentID" in self.event:
            yield "parent", self.event["parentID"]
        if "transformationID" in self.event:
            yield "transformation", self.event["transformationID"]
        lot = self.event.get("ilmd", {}).get("cbvmda:lotNumber")
        for name in ("epcList", "outputEPCList"):
            for item in self.event.get(name, ()):
                if lot is not None:
                    yield "lot", f"{item.partition('/21/')[0]}/10/{lot}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the search is: an identifier, how it belongs, how far, and in which time."""

    item: str
    relation: str
    distance: int
    since: Moment
    until: Moment


def history_of(facts: Sequence[Fact], item: str) -> dict[int, tuple[int, str, frozenset[str]]]:
    """Return distance, relation and identifiers by entry number of every event that belongs."""
    standing = [fact for fact in facts if not is_withdrawn(fact, facts)]
    stays = _stays(standing)
    found: dict[int, tuple[int, str, frozenset[str]]] = {}
    waiting = [_Place(item, "self", 0, _START, _END)]
    seen: set[tuple[str, str, Moment, Moment]] = set()
    while waiting:
        # The nearest first, so that a cycle ends where it comes round with a greater distance.
        waiting.sort(key=lambda place: -place.distance)
        place = waiting.pop()
        name = (place.item, place.relation, place.since, place.until)
        if name in seen:
            continue
        seen.add(name)
        for fact, _ in _told(place, facts):
            _keep(found, fact.seq, place)
        waiting.extend(_following(place, standing, stays))
    return found


def is_withdrawn(fact: Fact, facts: Sequence[Fact]) -> bool:
    def names(declaration: Fact) -> bool:
        event_id = fact.event.get("eventID")
        is_same_id = event_id is not None and declaration.event.get("eventID") == event_id
        return is_same_id or declaration.content == fact.content

    return any(
        "errorDeclaration" in other.event and other.party == fact.party and names(other)
        for other in facts
    )


def _stays(facts: Sequence[Fact]) -> list[tuple[str, str, Moment, Moment]]:
    """Replay the packing and unpacking: (child, parent, from, until) of every stay."""
    open_: dict[tuple[str, str], list[Moment]] = {}
    stays: list[tuple[str, str, Moment, Moment]] = []
    for fact in sorted(facts, key=lambda one: one.moment):
        parent = fact.event.get("parentID")
        if parent is None or "errorDeclaration" in fact.event:
            continue
        children = [item for role, item in fact.named() if role in _CHILD]
        if fact.event["action"] == "ADD":
            for child in children:
                open_.setdefault((child, parent), []).append(fact.moment)
        elif fact.event["action"] == "DELETE":
            emptied = [(child, parent) for child in children] if children else list(open_)
            for pair in emptied:
                if pair[1] == parent:
                    stays += [(*pair, start, fact.moment) for start in open_.pop(pair, [])]
    stays += [(*pair, start, _END) for pair, starts in open_.items() for start in starts]
    return stays


def _told(place: _Place, facts: Sequence[Fact]) -> Iterator[tuple[Fact, str]]:
    for fact in facts:
        if "errorDeclaration" in fact.event or not place.since <= fact.moment <= place.until:
            continue
        for role, item in fact.named():
            if item == place.item and role in _TELLS[place.relation]:
                yield fact, role


def _following(
    place: _Place, facts: Sequence[Fact], stays: Sequence[tuple[str, str, Moment, Moment]]
) -> Iterator[_Place]:
    for child, parent, start, end in stays:
        since, until = max(start, place.since), min(end, place.until)
        if child == place.item and since <= until:
            yield _Place(parent, "container", place.distance + 1, since, until)
    for fact, role in _told(place, facts):
        is_made = fact.event["type"] == "TransformationEvent" and role not in _IN
        is_created = is_made or (
            fact.event["type"] == "ObjectEvent" and fact.event["action"] == "ADD"
        )
        for other_role, other in fact.named():
            if is_made and (other_role in _IN or other_role == "transformation"):
                until = min((fact.event["eventTime"], float("inf")), place.until)
                yield _Place(other, "input", place.distance + 1, _START, until)
            elif is_created and other_role == "lot" and place.relation != "lot":
                yield _Place(other, "lot", place.distance, _START, place.until)


def _keep(found: dict[int, tuple[int, str, frozenset[str]]], seq: int, place: _Place) -> None:
    distance, relation, items = found.get(seq, (place.distance, place.relation, frozenset()))
    nearest = min((distance, relation), (place.distance, place.relation), key=_rank)
    # A transformationID joins events; it is no thing through which an event belongs.
    is_thing = ":transformation:" not in place.item
    found[seq] = (*nearest, items | ({place.item} if is_thing else frozenset()))


def _rank(pair: tuple[int, str]) -> tuple[int, int]:
    return pair[0], _NEARNESS.index(pair[1])
