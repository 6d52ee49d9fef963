"""Puts the steps of a history in the order a reader walks: farm, road, plant, storage, shop.

Steps of the ingredients stand together by stage and place, because three farms milk at the same
hours; steps of the product itself stay in the order of time, because it is in one place at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from trace.events.identifiers import known
from trace.history import HistoryStep
from typing import Final

from codes.model import CodeError
from parties.directory import PartyCard, SiteCard, register_uris
from web.pages.event_reading import place_uri, text_at
from web.pages.model import Directory, Stage
from web.pages.words import PARTY_STAGES, StepWords, step_key, step_words

_PLACE_ORDER: Final[tuple[Stage, ...]] = ("farm", "plant", "shop", "storage")
"""A place where several things happen is named after the first of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedStep:
    """A step with its words, its place, its party and the stage it belongs to."""

    step: HistoryStep
    key: str
    words: StepWords
    stage: Stage
    site: SiteCard | None
    party: PartyCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageGroup:
    """Steps that are read together."""

    stage: Stage
    is_input: bool
    steps: tuple[PlacedStep, ...]


def place_steps(steps: Sequence[HistoryStep], directory: Directory) -> tuple[PlacedStep, ...]:
    """Return each step with its stage, in the given order.

    A step that can happen anywhere (receiving, inspecting) takes the stage that a surer step gave
    its place, then the kind of its party, then its own usual stage.
    """
    stages = _stages_of_places(steps)
    return tuple(_placed(step, directory, stages) for step in steps)


def group_by_stage(placed: Sequence[PlacedStep]) -> tuple[StageGroup, ...]:
    """Return the groups in reading order: ingredients first, then the product in time."""
    inputs: dict[Stage, list[PlacedStep]] = {}
    for item in placed:
        if item.step.relation == "input":
            inputs.setdefault(item.stage, []).append(item)
    groups = [
        StageGroup(stage=stage, is_input=True, steps=_by_place(members))
        for stage, members in inputs.items()
    ]
    for item in placed:
        if item.step.relation == "input":
            continue
        if groups and groups[-1].stage == item.stage:
            groups[-1] = StageGroup(
                stage=item.stage, is_input=False, steps=(*groups[-1].steps, item)
            )
        else:
            groups.append(StageGroup(stage=item.stage, is_input=False, steps=(item,)))
    return tuple(groups)


def _by_place(members: Sequence[PlacedStep]) -> tuple[PlacedStep, ...]:
    """Return the steps of the place that began first, then those of the next one."""
    places: dict[str, list[PlacedStep]] = {}
    for item in members:
        places.setdefault(_known(place_uri(item.step.event)), []).append(item)
    return tuple(item for steps in places.values() for item in steps)


def _stages_of_places(steps: Sequence[HistoryStep]) -> Mapping[str, Stage]:
    seen: dict[str, set[Stage]] = {}
    for step in steps:
        words = _words_of(step)[1]
        if words.is_sure and words.stage in _PLACE_ORDER:
            seen.setdefault(_known(place_uri(step.event)), set()).add(words.stage)
    return {
        uri: next(stage for stage in _PLACE_ORDER if stage in stages)
        for uri, stages in seen.items()
        if uri
    }


def _placed(step: HistoryStep, directory: Directory, stages: Mapping[str, Stage]) -> PlacedStep:
    key, words = _words_of(step)
    uri = _known(place_uri(step.event))
    site = next(
        (directory.sites[name] for name in register_uris(uri) if name in directory.sites), None
    )
    party_id = step.party_id or (site.party_id if site else None)
    party = directory.parties.get(party_id) if party_id else None
    usual = PARTY_STAGES.get(party.kind, words.stage) if party else words.stage
    stage = words.stage if words.is_sure else stages.get(uri, usual)
    return PlacedStep(step=step, key=key, words=words, stage=stage, site=site, party=party)


def _known(uri: str) -> str:
    """Return the one spelling of a place, under which the register holds it."""
    try:
        return known(uri)
    except CodeError:
        # What cannot be read names no registered place; the step is still shown.
        return uri


def _words_of(step: HistoryStep) -> tuple[str, StepWords]:
    key = step_key(text_at(step.event, "type"), text_at(step.event, "bizStep"))
    return key, step_words(key)
