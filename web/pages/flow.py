"""Follows the goods from place to place, so that the page can be read along their way.

A place is where steps happened, and for a journey it is the carrier. The rule that must stay true:
the way has no circle. Goods that come back to a place are at a new stop of their way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from base.strict_json import JsonValue
from web.pages.event_reading import text_at
from web.pages.model import Stage
from web.pages.stages import PlacedStep, StageGroup


@dataclass(slots=True, kw_only=True, eq=False)
class Stop:
    """A place on the way; `rank` counts the stops that lie before it at least."""

    stage: Stage
    steps: list[PlacedStep]
    onward: "list[Stop]" = field(default_factory=list)
    rank: int = 0


def follow(placed: Sequence[PlacedStep]) -> tuple[Stop, ...]:
    """Return the stops in the order of the way; `placed` ascends by the time of the event."""
    stops: list[Stop] = []
    latest: dict[str, Stop] = {}
    where: dict[str, Stop] = {}
    own: Stop | None = None
    for item in placed:
        is_input = item.step.relation == "input"
        sources = _unique(where[name] for name in _carried(item) if name in where)
        if not sources and own is not None and not is_input:
            # A new name for the same goods (a serial, a case) begins where they are.
            sources = [own]
        identity = _identity(item)
        stop = latest.get(identity)
        if stop is None or any(source is not stop and leads_to(stop, source) for source in sources):
            stop = latest[identity] = Stop(stage=item.stage, steps=[])
            stops.append(stop)
        stop.steps.append(item)
        for source in sources:
            _link(source, stop)
        where.update(dict.fromkeys(item.step.items, stop))
        own = own if is_input else stop
    for stop in stops:
        _lead_on(stop, placed, stops, own)
    for stop in stops:
        _drop_detours(stop)
    _rank(stops)
    return tuple(sorted(stops, key=lambda stop: stop.rank))


def leads_to(first: Stop, second: Stop) -> bool:
    """Return whether goods can come from the first stop to the second."""
    seen = {id(first)}
    waiting = [first]
    while waiting:
        stop = waiting.pop()
        if stop is second:
            return True
        for following in stop.onward:
            if id(following) not in seen:
                seen.add(id(following))
                waiting.append(following)
    return False


def groups_of(stops: Sequence[Stop]) -> tuple[StageGroup, ...]:
    """Return the steps by stage along the way; neighbouring stops of one stage stand together."""
    groups: list[StageGroup] = []
    for stop in stops:
        earlier: tuple[PlacedStep, ...] = ()
        if groups and groups[-1].stage == stop.stage:
            earlier = groups.pop().steps
        groups.append(StageGroup(stage=stop.stage, steps=(*earlier, *stop.steps)))
    return tuple(groups)


def _identity(item: PlacedStep) -> str:
    site = item.site.uri if item.site else ""
    party = str(item.party.id) if item.party else ""
    # On the road the carrier is what stays; elsewhere it is the place.
    if item.stage == "transport":
        return f"road {party or site}"
    return f"place {site or party}"


def _carried(item: PlacedStep) -> Iterator[str]:
    """Yield the identifiers that a step takes up, the publicly named inputs of a making too."""
    yield from item.step.items
    if text_at(item.step.event, "type") == "TransformationEvent":
        yield from _classes(item.step.event.get("inputQuantityList"))


def _classes(quantities: JsonValue) -> Iterator[str]:
    for quantity in quantities if isinstance(quantities, list) else ():
        if isinstance(quantity, dict):
            yield text_at(quantity, "epcClass")


def _unique(stops: Iterator[Stop]) -> list[Stop]:
    return list({id(stop): stop for stop in stops}.values())


def _link(source: Stop, target: Stop) -> None:
    if source is not target and target not in source.onward:
        source.onward.append(target)


def _lead_on(
    stop: Stop, placed: Sequence[PlacedStep], stops: Sequence[Stop], end: Stop | None
) -> None:
    """Link an ingredient's last stop to where the goods went on, when no identifier says it.

    That is the next step in time that stands nearer to the scanned item.
    """
    if stop.onward or stop is end:
        return
    last = stop.steps[-1]
    at = next(index for index, item in enumerate(placed) if item is last)
    for item in placed[at + 1 :]:
        if item.step.distance < last.step.distance:
            target = next(other for other in stops if item in other.steps)
            if not leads_to(target, stop):
                _link(stop, target)
            return


def _drop_detours(stop: Stop) -> None:
    """Forget a next stop that is also reached through another one.

    A cup in a case is named where it is packed and where it is taken out; the stops between are
    those of the case.
    """
    stop.onward = [
        following
        for following in stop.onward
        if not any(other is not following and leads_to(other, following) for other in stop.onward)
    ]


def _rank(stops: Sequence[Stop]) -> None:
    """Give each stop the length of the longest way to it, and a first stop that of its next one.

    A supplier that joins late stands beside those it joins, not at the far left.
    """
    arriving = {id(stop): 0 for stop in stops}
    for stop in stops:
        for following in stop.onward:
            arriving[id(following)] += 1
    first = [stop for stop in stops if not arriving[id(stop)]]
    ready = list(first)
    while ready:
        stop = ready.pop()
        for following in stop.onward:
            following.rank = max(following.rank, stop.rank + 1)
            arriving[id(following)] -= 1
            if not arriving[id(following)]:
                ready.append(following)
    for stop in first:
        if stop.onward:
            stop.rank = min(following.rank for following in stop.onward) - 1
