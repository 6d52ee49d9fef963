"""The picture of the chain as data: which places stand beside each other, and who hands to whom."""

from collections.abc import Sequence
from typing import Final

from web.pages.flow import Stop
from web.pages.model import Chain, ChainNode, Lang, StepState
from web.pages.stages import PlacedStep

LANES_MAX: Final = 4
"""More places side by side cannot be read on a phone of 360 pixels; the rest become a number."""


def build_chain(stops: Sequence[Stop], lang: Lang) -> Chain:
    """Return the places of the way, side by side where their rank is the same.

    A stop whose every step was withdrawn, or whose name is not known, draws no place: what came
    to it goes on to where it led.
    """
    drawn = [stop for stop in stops if _label(stop, lang)]
    ranks = sorted({stop.rank for stop in drawn})
    keys: dict[int, str] = {}
    nodes: list[ChainNode] = []
    height: dict[int, float] = {}
    for rank, old_rank in enumerate(ranks):
        row = _ordered([stop for stop in drawn if stop.rank == old_rank], stops, height)
        shown = row if len(row) <= LANES_MAX else row[: LANES_MAX - 1]
        lanes = len(shown) + (len(row) > len(shown))
        for lane, stop in enumerate(row):
            keys[id(stop)] = f"{rank}:{min(lane, lanes - 1)}"
        nodes += [_node(stop, lang, rank, lane, lanes) for lane, stop in enumerate(shown)]
        if len(row) > len(shown):
            nodes.append(_rest(row[len(shown) :], rank, lanes))
    links = [
        (keys[id(stop)], keys[id(following)]) for stop in drawn for following in _onward(stop, keys)
    ]
    return Chain(nodes=tuple(nodes), links=tuple(dict.fromkeys(links)))


def _ordered(row: Sequence[Stop], stops: Sequence[Stop], height: dict[int, float]) -> list[Stop]:
    """Return the stops of one rank so that few links cross, and note how high each one lies.

    A stop lies as high as those it comes from do on average; suppliers that join here stand around.
    """
    from_where = {
        id(stop): [
            height[id(other)] for other in stops if stop in other.onward and id(other) in height
        ]
        for stop in row
    }
    arriving = [stop for stop in row if from_where[id(stop)]]
    joining = [stop for stop in row if not from_where[id(stop)]]
    arriving.sort(key=lambda stop: sum(from_where[id(stop)]) / len(from_where[id(stop)]))
    lanes = list(arriving) if arriving else joining
    for at, stop in enumerate(joining if arriving else ()):
        lanes.insert(len(lanes) if at % 2 == 0 else 0, stop)
    height.update({id(stop): lane - (len(lanes) - 1) / 2 for lane, stop in enumerate(lanes)})
    return lanes


def state_of(item: PlacedStep) -> StepState:
    """Return whether the step stands, was withdrawn by its party, or lost its evidence."""
    if item.step.is_damaged:
        return "damaged"
    return "withdrawn" if item.step.error_declared_at is not None else "sound"


def place_name(item: PlacedStep, lang: Lang) -> str:
    """Return the name of the place, or nothing where it is not known."""
    if item.site is None:
        return ""
    return (item.site.name_en if lang == "en" else "") or item.site.name_zh


def party_name(item: PlacedStep, lang: Lang) -> str:
    """Return the name of the party, or nothing where it is not known."""
    if item.party is None:
        return ""
    return (item.party.name_en if lang == "en" else "") or item.party.name_zh


def _onward(stop: Stop, keys: dict[int, str]) -> list[Stop]:
    """Return the next drawn stops, through those that are not drawn."""
    found: list[Stop] = []
    waiting = list(stop.onward)
    while waiting:
        following = waiting.pop(0)
        if id(following) in keys:
            found.append(following)
        else:
            waiting.extend(following.onward)
    return found


def _label(stop: Stop, lang: Lang) -> str:
    for item in stop.steps:
        if state_of(item) == "withdrawn":
            continue
        place, party = place_name(item, lang), party_name(item, lang)
        return (party or place) if stop.stage == "transport" else (place or party)
    return ""


def _node(stop: Stop, lang: Lang, rank: int, lane: int, lanes: int) -> ChainNode:
    is_damaged = any(state_of(item) == "damaged" for item in stop.steps)
    return ChainNode(
        key=f"{rank}:{lane}",
        label=_label(stop, lang),
        stage=stop.stage,
        rank=rank,
        lane=lane,
        lanes=lanes,
        state="damaged" if is_damaged else "sound",
    )


def _rest(stops: Sequence[Stop], rank: int, lanes: int) -> ChainNode:
    return ChainNode(
        key=f"{rank}:{lanes - 1}",
        label="",
        stage=stops[0].stage,
        rank=rank,
        lane=lanes - 1,
        lanes=lanes,
        more=len(stops),
    )
