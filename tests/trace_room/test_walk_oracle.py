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
from tests.trace_room.drawn import built, declaration, drawn_event, names_of
from tests.trace_room.oracle import Fact, history_of

LIMITS = WalkLimits(events_max=1000, depth_max=200)
_EXAMPLES = itertools.count()


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
    @given(st.lists(drawn_event(), min_size=2, max_size=10), st.lists(declaration, max_size=2))
    def compare(drawn: list[Any], declared: list[tuple[int, bool]]) -> None:
        example = next(_EXAMPLES)
        names = names_of(example)
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
    events = [built(kind, minute, named, names, example) for kind, minute, named in drawn]
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
