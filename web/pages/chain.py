"""The picture of the chain as data: which places stand beside each other, and who hands to whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from web.pages.model import Chain, ChainNode, Lang, StepState
from web.pages.stages import PlacedStep, StageGroup

LANES_MAX: Final = 4
"""More places side by side cannot be read on a phone of 360 pixels; the rest become a number."""


@dataclass(slots=True, kw_only=True)
class _Spot:
    """A place of one group while it is being gathered."""

    key: str
    label: str
    items: set[str] = field(default_factory=set)
    state: StepState = "sound"


def build_chain(groups: Sequence[StageGroup], lang: Lang) -> Chain:
    """Return the places of each group as one rank, linked to the next by the goods they share.

    A step whose own party declared it to be wrong draws no place.
    """
    ranks = [(group, spots) for group in groups if (spots := _spots(group, lang))]
    nodes: list[ChainNode] = []
    links: list[tuple[str, str]] = []
    for rank, (group, spots) in enumerate(ranks):
        shown = _shown(spots)
        hidden = len(spots) - len(shown)
        lanes = len(shown) + (1 if hidden else 0)
        for lane, spot in enumerate(shown):
            nodes.append(_node(spot, group, rank, lane, lanes))
        if hidden:
            rest = _Spot(key="rest", label="")
            nodes.append(_node(rest, group, rank, lanes - 1, lanes, more=hidden))
    for rank in range(len(ranks) - 1):
        links.extend(_links(rank, ranks[rank][1], ranks[rank + 1][1]))
    return Chain(nodes=tuple(nodes), links=tuple(dict.fromkeys(links)))


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


def _spots(group: StageGroup, lang: Lang) -> list[_Spot]:
    spots: dict[str, _Spot] = {}
    for item in group.steps:
        state = state_of(item)
        label = _label(item, group, lang)
        if state == "withdrawn" or not label:
            continue
        spot = spots.setdefault(label, _Spot(key=label, label=label))
        spot.items.update(item.step.items)
        if state == "damaged":
            spot.state = "damaged"
    return list(spots.values())


def _label(item: PlacedStep, group: StageGroup, lang: Lang) -> str:
    # On the road the carrier is the constant; the places passed are its timeline.
    if group.stage == "transport":
        return party_name(item, lang) or place_name(item, lang)
    return place_name(item, lang) or party_name(item, lang)


def _shown(spots: list[_Spot]) -> list[_Spot]:
    return spots if len(spots) <= LANES_MAX else spots[: LANES_MAX - 1]


def _node(
    spot: _Spot, group: StageGroup, rank: int, lane: int, lanes: int, *, more: int = 0
) -> ChainNode:
    return ChainNode(
        key=f"{rank}:{lane}",
        label=spot.label,
        stage=group.stage,
        rank=rank,
        lane=lane,
        lanes=lanes,
        more=more,
        state=spot.state,
    )


def _links(rank: int, here: list[_Spot], there: list[_Spot]) -> Iterable[tuple[str, str]]:
    """Yield (from, to) node keys of two neighbouring ranks; every place has a way in and out."""
    reached: set[int] = set()
    for lane, spot in enumerate(here):
        shared = [at for at, other in enumerate(there) if spot.items & other.items]
        targets = shared or list(range(len(there)))
        reached.update(targets)
        for target in targets:
            yield _key(rank, lane, here), _key(rank + 1, target, there)
    for target in range(len(there)):
        if target not in reached:
            for lane in range(len(here)):
                yield _key(rank, lane, here), _key(rank + 1, target, there)


def _key(rank: int, lane: int, spots: list[_Spot]) -> str:
    last = LANES_MAX - 1
    return f"{rank}:{min(lane, last) if len(spots) > LANES_MAX else lane}"
