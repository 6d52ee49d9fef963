"""Says for each step where it belongs: its words, its place, its party, its stage of the chain."""

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
    steps: tuple[PlacedStep, ...]


def place_steps(steps: Sequence[HistoryStep], directory: Directory) -> tuple[PlacedStep, ...]:
    """Return each step with its stage, in the given order.

    A journey is a journey wherever it is recorded. Any other step takes the stage of whose place it
    is; where that says nothing, its own if it is sure, then that of a surer step at its place.
    """
    stages = _stages_of_places(steps)
    return tuple(_placed(step, directory, stages) for step in steps)


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
    owner = directory.parties.get(site.party_id) if site else party
    stage = PARTY_STAGES.get(owner.kind) if owner else None
    if words.is_sure and (words.stage == "transport" or stage is None):
        stage = words.stage
    stage = stage or stages.get(uri, words.stage)
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
