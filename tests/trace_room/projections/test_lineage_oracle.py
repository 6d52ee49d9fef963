"""Traces against a second reckoning, and the projection against one made anew.

Stories of every kind are recorded in any order of time, with declarations by their recorders and by
strangers, and the projector reads them in pieces of any size.
"""

import itertools
import random
from collections.abc import Callable
from trace.identifiers import find_ids
from trace.lineage import Direction, Reach
from trace.projections.checking import Difference, differing_links
from trace.projections.lineage import advance, bring_up, rebuild
from trace.projections.tables import EVENT_QUANTITY, LINK
from trace.tracing import trace_goods
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from base.db import reading, transaction
from codes.canonical import canonical_uri
from ledger.store import read_head
from tests.instances import Installation, at
from tests.trace_room.drawn import built, declaration, dense_event, names_of
from tests.trace_room.lineage_oracle import LineageOracle
from tests.trace_room.oracle import Fact

REACH = Reach(items_max=1000, depth_max=200)
_EXAMPLES = itertools.count()
_EVENTS = 10_000


def rows_of(installation: Installation) -> list[list[Any]]:
    with reading(installation.engine) as connection:
        return [
            sorted(map(tuple, connection.execute(select(table))), key=str)
            for table in (LINK, EVENT_QUANTITY)
        ]


def assert_rebuild_is_live(installation: Installation) -> None:
    bring_up(installation.engine, installation.log)
    live = rows_of(installation)
    with transaction(installation.engine) as connection:
        size = read_head(connection, installation.log).size
        rebuild(connection, installation.log, size)
    assert rows_of(installation) == live
    assert differences_of(installation) == []


def differences_of(installation: Installation) -> list[Difference]:
    with reading(installation.engine) as connection:
        size = read_head(connection, installation.log).size
        return list(differing_links(connection, installation.log, size))


def record(
    installation: Installation,
    drawn: list[Any],
    declared: list[tuple[int, bool]],
    example: int,
) -> list[Fact]:
    """Record each event, then the declarations; the projector follows after every one of them."""
    names = names_of(example)
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
        advance(installation.engine, installation.log, receipt.first_seq + receipt.count)
    return facts


def traced(installation: Installation, uri: str, direction: Direction) -> set[str]:
    found = trace_goods(installation.engine, installation.log, [uri], direction, REACH)
    assert not found.is_cut
    return {one.uri for one in found.reached if one.depth}


def over_small_stories(installation: Installation) -> Callable[[Any], Any]:
    many = 60 if installation.engine.dialect.name == "sqlite" else 15
    limits = settings(
        # The two databases are asked the same; the one in a file answers faster.
        max_examples=many,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    draw = given(
        st.lists(dense_event(), min_size=6, max_size=14), st.lists(declaration, max_size=2)
    )
    return lambda test: limits(draw(test))


@pytest.mark.parametrize("turn", ["forwards", "backwards", "shuffled"])
def test_a_trace_finds_what_trying_every_path_finds(installation: Installation, turn: str) -> None:
    @over_small_stories(installation)
    def compare(drawn: list[Any], declared: list[tuple[int, bool]]) -> None:
        example = next(_EXAMPLES)
        ordered = sorted(drawn, key=lambda one: one[1], reverse=turn == "backwards")
        if turn == "shuffled":
            random.Random(example).shuffle(ordered)  # noqa: S311 -- the same order in every run
        oracle = LineageOracle(record(installation, ordered, declared, example))
        names = {name: canonical_uri(name) for many in names_of(example).values() for name in many}
        with reading(installation.engine) as connection:
            known = find_ids(connection, installation.log, names.values())
        for name, uri in names.items():
            if uri not in known:
                continue
            there = {canonical_uri(one) for one in oracle.forward(name)}
            back = {canonical_uri(one) for one in oracle.backward(name)}
            assert traced(installation, uri, Direction.FORWARD) == there
            assert traced(installation, uri, Direction.BACKWARD) == back

    compare()
    assert_rebuild_is_live(installation)
    installation.check()


def test_a_projection_made_anew_is_the_one_that_followed_event_by_event(
    installation: Installation,
) -> None:
    @over_small_stories(installation)
    def compare(drawn: list[Any], declared: list[tuple[int, bool]]) -> None:
        record(installation, drawn, declared, next(_EXAMPLES))
        assert_rebuild_is_live(installation)

    compare()
    installation.check()


def test_ten_thousand_events_that_come_late_and_are_taken_back_end_as_if_read_at_once(
    installation: Installation,
) -> None:
    chance = random.Random(4)  # noqa: S311 -- the same story in every run
    kinds = ("see", "see_lot", "make", "pack", "pack_lot", "unpack", "turn", "join", "eat")
    recorded: list[dict[str, Any]] = []
    while len(recorded) < _EVENTS:
        events = []
        for _ in range(500):
            example = chance.randrange(40)
            named = {
                "items": sorted(chance.sample(range(4), chance.randint(1, 2))),
                "others": sorted(chance.sample(range(4), chance.randint(1, 2))),
                "box": chance.randrange(4),
                "is_box": chance.random() < 0.5,
                "lot": chance.choice([None, 0, 1, 2, 3]),
            }
            minute = chance.randrange(10_000)
            events.append(built(chance.choice(kinds), minute, named, names_of(example), example))
        error = {"declarationTime": at(20_000), "reason": "did_not_occur"}
        wrong = chance.sample(recorded, 15) if recorded else []
        recorded += events
        installation.capture(
            "maker", *events, *({**one, "errorDeclaration": error} for one in wrong)
        )
        with reading(installation.engine) as connection:
            size = read_head(connection, installation.log).size
        advance(installation.engine, installation.log, chance.randint(size - 300, size))
        # What waits to be read, declarations among it, is no difference.
        if len(recorded) % 2500 == 0:
            assert differences_of(installation) == []

    assert_rebuild_is_live(installation)
    assert all(rows_of(installation))
    installation.check()
