"""The walk against a second reckoning: small histories of every kind, in every order of time."""

import itertools
import random
from trace.history import walk_of
from trace.identifiers import read_uris
from trace.walk import WalkLimits
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.db import reading
from base.errors import NotFound
from codes.canonical import canonical_uri
from tests.instances import Installation, at
from tests.trace_room.oracle import Fact, history_of

LIMITS = WalkLimits(events_max=1000, depth_max=200)
_GTIN = "06901234567892"
_EXAMPLES = itertools.count()

_things = st.integers(0, 3)
_minutes = st.integers(0, 5)


def _names(example: int) -> dict[str, list[str]]:
    """Return identifiers that no other example uses."""
    stem = f"https://id.gs1.org/01/{_GTIN}"
    return {
        "thing": [f"{stem}/21/X{example}T{n}" for n in range(4)],
        "lot": [f"{stem}/10/X{example}L{n}" for n in range(4)],
        "box": [f"https://id.gs1.org/8003/{_GTIN}X{example}B{n}" for n in range(4)],
    }


@st.composite
def _event(draw: st.DrawFn) -> tuple[str, int, dict[str, Any]]:
    """Draw (kind, minute, what it names by number)."""
    kind = draw(
        st.sampled_from(["see", "see_lot", "make", "pack", "pack_lot", "unpack", "turn", "join"])
    )
    some = st.lists(_things, min_size=1, max_size=2, unique=True)
    named = {
        "items": sorted(draw(some)),
        "others": sorted(draw(some)),
        "box": draw(_things),
        "is_box": draw(st.booleans()),
        "lot": draw(st.none() | _things),
    }
    return kind, draw(_minutes), named


def _built(  # noqa: PLR0911 -- one for each kind
    kind: str, minute: int, named: dict[str, Any], names: Any, example: int
) -> Any:
    things = [names["thing"][n] for n in named["items"]]
    lots = [{"epcClass": names["lot"][n], "quantity": 2} for n in named["items"]]
    boxes = [names["box"][n] for n in named["items"] if n != named["box"]]
    event: dict[str, Any] = {
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "type": "ObjectEvent",
        "action": "OBSERVE",
    }
    if kind == "see":
        return event | {"epcList": boxes if named["is_box"] and boxes else things}
    if kind == "see_lot":
        return event | {"quantityList": lots}
    if kind == "make":
        lot = 0 if named["lot"] is None else named["lot"]
        return event | {
            "action": "ADD",
            "epcList": things,
            "ilmd": {"cbvmda:lotNumber": f"X{example}L{lot}"},
        }
    box = {"type": "AggregationEvent", "parentID": names["box"][named["box"]]}
    children = boxes if named["is_box"] and boxes else things
    if kind == "pack":
        return event | box | {"action": "ADD", "childEPCs": children}
    if kind == "pack_lot":
        return event | box | {"action": "ADD", "childQuantityList": lots}
    if kind == "unpack":
        emptied = {} if named["lot"] is None else {"childEPCs": children}
        return event | box | {"action": "DELETE", **emptied}
    del event["action"]
    inputs = [{"epcClass": names["lot"][n], "quantity": 1} for n in named["others"]]
    event["type"] = "TransformationEvent"
    if kind == "join":
        event["transformationID"] = f"urn:example:transformation:{example}:{named['box']}"
        if named["is_box"]:
            return event | {"inputEPCList": things}
        return event | {"outputQuantityList": lots}
    event |= {"inputQuantityList": inputs, "outputEPCList": things}
    if named["lot"] is not None:
        event["ilmd"] = {"cbvmda:lotNumber": f"X{example}L{named['lot']}"}
    return event


_declaration = st.tuples(st.integers(0, 9), st.booleans())


@pytest.mark.parametrize("turn", ["forwards", "backwards", "shuffled"])
def test_a_walk_finds_what_a_replay_of_every_event_finds(
    installation: Installation, turn: str
) -> None:
    @settings(
        # The two databases are asked the same; the one in a file answers faster.
        max_examples=80 if installation.engine.dialect.name == "sqlite" else 25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(_event(), min_size=2, max_size=10), st.lists(_declaration, max_size=2))
    def compare(drawn: list[Any], declared: list[tuple[int, bool]]) -> None:
        example = next(_EXAMPLES)
        names = _names(example)
        ordered = sorted(drawn, key=lambda one: one[1], reverse=turn == "backwards")
        if turn == "shuffled":
            random.Random(example).shuffle(ordered)  # noqa: S311 -- the same order in every run
        facts = _recorded(installation, ordered, declared, names, example)
        for item in (*names["thing"], *names["lot"], *names["box"]):
            assert _walked(installation, item) == history_of(facts, item)

    compare()
    installation.check()


def _recorded(
    installation: Installation,
    drawn: list[Any],
    declared: list[tuple[int, bool]],
    names: dict[str, list[str]],
    example: int,
) -> list[Fact]:
    """Record each event, then the declarations, one by one; return what became of them."""
    events = [_built(kind, minute, named, names, example) for kind, minute, named in drawn]
    sent = [("maker", event) for event in events]
    for number, is_own in declared:
        error = {"declarationTime": at(60), "reason": "did_not_occur"}
        event = {**events[number % len(events)], "errorDeclaration": error}
        sent.append(("maker" if is_own else "stranger", event))
    facts: list[Fact] = []
    for party, event in sent:
        receipt = installation.capture(party, event)
        if receipt.count:
            facts.append(Fact(seq=receipt.first_seq, party=party, event=event))
    return facts


def _walked(installation: Installation, item: str) -> dict[int, Any]:
    with reading(installation.engine) as connection:
        try:
            walk = walk_of(connection, 1, canonical_uri(item), LIMITS)
        except NotFound:
            return {}
        ids = {number for found in walk.found.values() for number in found.items}
        uris = read_uris(connection, 1, ids)
    assert not walk.is_truncated
    return {
        found.seq: (
            found.distance,
            found.relation.value,
            frozenset(uris[number] for number in found.items),
        )
        for found in walk.found.values()
    }
