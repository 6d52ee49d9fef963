"""Findings that followed event by event are those that follow from all events at once.

Small stories in any order of time, with late events and with events that are taken back; the
evaluator reads them in pieces of any size.
"""

import itertools
import random
from collections import Counter
from trace.findings import evaluator
from trace.findings.tables import FINDING
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from base.db import reading
from tests.instances import Installation, at
from tests.trace_room.drawn import built, dense_event, drawn_event, names_of
from tests.trace_room.findings.desk import assert_rebuild_is_live, follow
from tests.trace_room.findings.goods import product_of
from tests.trace_room.findings.places import sites_apart

_EXAMPLES = itertools.count()
_STEPS = ("shipping", "receiving", "retail_selling", "transporting", "inspecting")
_PARTIES = ("maker", "shop", "stranger")


def dressed(
    event: dict[str, Any], chance: random.Random, places: tuple[str, str]
) -> tuple[str, Any]:
    """Return a recorder, and the event with a step, a place and readings, as chance has it.

    The goods and the places with coordinates are the maker's.
    """
    more: dict[str, Any] = {}
    party = "maker"
    if event.get("action") == "OBSERVE" and event["type"] == "ObjectEvent":
        party = chance.choice(_PARTIES)
    if party == "maker":
        more["readPoint"] = {"id": chance.choice(places)}
    if event.get("action") == "OBSERVE" and event["type"] == "ObjectEvent":
        more["bizStep"] = chance.choice(_STEPS)
        minute = chance.randrange(600)
        more["sensorElementList"] = [
            {
                "sensorMetadata": {"time": at(minute)},
                "sensorReport": [
                    {"type": "Temperature", "value": chance.choice([3, 5, 30]), "uom": "CEL"}
                ],
            }
        ]
    if event.get("action") == "ADD" and "ilmd" in event:
        event["ilmd"]["cbvmda:itemExpirationDate"] = "2024-04-30"
    return party, event | more


def told_codes(installation: Installation) -> Counter[str]:
    with reading(installation.engine) as connection:
        return Counter(connection.execute(select(FINDING.c.code)).scalars())


def test_working_everything_out_anew_changes_nothing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 16 if installation.engine.dialect.name == "sqlite" else 5
    product_of(installation, "maker", "toys")
    places = sites_apart(installation, "maker")
    seen: Counter[str] = Counter()

    @settings(
        max_examples=many,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        st.lists(dense_event() | drawn_event(), min_size=4, max_size=9),
        st.lists(st.integers(0, 11), max_size=2),
        st.integers(0, 1 << 16),
    )
    def compare(drawn: list[Any], wrong: list[int], seed: int) -> None:
        example = next(_EXAMPLES)
        chance = random.Random(seed)  # noqa: S311 -- the same story in every run
        monkeypatch.setattr(evaluator, "CHUNK", chance.choice([1, 3, 1000]))
        names = names_of(example)
        # What is told of is often moved as well.
        moved = [(chance.choice(("see", "see_lot")), one[1], one[2]) for one in drawn]
        story = [
            dressed(built(kind, minute, named, names, example), chance, places)
            for pair in zip(drawn, moved, strict=True)
            for kind, minute, named in pair
        ]
        error = {"declarationTime": at(60), "reason": "did_not_occur"}
        for number in wrong:
            party, event = story[number % len(story)]
            story.append((party, {**event, "errorDeclaration": error}))
        for party, event in story:
            installation.capture(party, event)
            if chance.random() < 0.5:
                follow(installation, items_at_once=chance.choice([1, 500]))
        assert_rebuild_is_live(installation)
        seen.update(told_codes(installation))

    compare()

    assert {"not_holder", "impossible_travel"} <= seen.keys()
    installation.check()
