"""A block as runs of codes in one state, and how many there are of each."""

from itertools import pairwise
from random import Random
from typing import Any

from sqlalchemy import event

from base.db import reading
from parties.issuing.blocks import Block, BlockRequest, issue_block
from parties.issuing.ranges import RangeRequest, record_range
from parties.issuing.runs import RunCounter, RunState, runs_of, tallies_of
from parties.issuing.tables import RangeAction
from tests.instances import Installation
from tests.parties.issuing.desk import issuer_of, new_product
from tests.parties.samples import gtin_uri

FREE, ACTIVATED, VOID = RunState.FREE, RunState.ACTIVATED, RunState.VOID


def new_block(place: Installation, count: int, number: int) -> Block:
    product = new_product(place, "甲", gtin_uri(number))
    request = BlockRequest(kind="gs1_serial", count=count, product_id=product)
    return issue_block(issuer_of(place), place.party("甲"), request)


def record(place: Installation, block: Block, state: RunState, first: int, last: int) -> None:
    is_void = state is VOID
    request = RangeRequest(
        block_id=block.id,
        action=RangeAction.VOIDED if is_void else RangeAction.ACTIVATED,
        first=first,
        last=last,
        lot="" if is_void else "L1",
        reason="印错" if is_void else "",
    )
    record_range(issuer_of(place), place.party("甲"), request)


def use_up(place: Installation, block: Block, random: Random) -> list[RunState]:
    """Activate and void codes of a block at random; return the state of each."""
    states = [FREE] * block.count
    for _ in range(12):
        first = random.randrange(block.count)
        last = min(block.count - 1, first + random.randrange(6))
        some = set(states[first : last + 1])
        if some == {FREE}:
            record(place, block, ACTIVATED, first + 1, last + 1)
            states[first : last + 1] = [ACTIVATED] * (last - first + 1)
        elif VOID not in some:
            record(place, block, VOID, first + 1, last + 1)
            states[first : last + 1] = [VOID] * (last - first + 1)
    return states


def test_runs_and_counts_are_those_of_the_single_codes(place: Installation) -> None:
    random = Random(7)  # noqa: S311 -- the same blocks each time
    blocks = [new_block(place, count, number) for number, count in enumerate((1, 30, 61, 61), 1)]

    states = [use_up(place, block, random) for block in blocks[:-1]] + [[FREE] * 61]

    with reading(place.engine) as connection:
        tallies = tallies_of(connection, place.log, blocks)
        for block, wanted in zip(blocks, states, strict=True):
            counter = RunCounter()
            runs = list(counter.passing(runs_of(connection, block)))
            assert [run.state for run in runs for _ in range(run.count)] == wanted
            assert all(a.state is not b.state for a, b in pairwise(runs))
            assert tallies[block.id] == counter.tally
            assert counter.tally.void == wanted.count(VOID)
            assert counter.tally.activated == wanted.count(ACTIVATED)
            assert counter.first_free == next((run for run in runs if run.state is FREE), None)


def test_the_tallies_of_a_list_are_one_question(place: Installation) -> None:
    blocks = [new_block(place, 10, number) for number in range(1, 9)]
    for block in blocks:
        record(place, block, ACTIVATED, 2, 4)
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with reading(place.engine) as connection:
        event.listen(connection, "before_cursor_execute", hear)
        tallies = tallies_of(connection, place.log, blocks)

    assert sum("FROM" in statement for statement in asked) == 1
    assert [tallies[block.id].free for block in blocks] == [7] * 8


def test_no_block_has_no_tally(place: Installation) -> None:
    with reading(place.engine) as connection:
        assert tallies_of(connection, place.log, []) == {}
