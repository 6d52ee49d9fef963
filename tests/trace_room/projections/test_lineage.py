"""Where goods went and came from: only with what they were really together with."""

from trace.lineage import Direction, Reach
from trace.tracing import Trace, trace_goods
from typing import Any

import pytest

from base.errors import NotFound
from tests.instances import Installation, at, serial
from tests.trace_room.story import CARTON, PALLET, making, packing, seen, to

REACH = Reach(items_max=10_000, depth_max=64)


def eating(minute: int, eaten: str, *made: str) -> dict[str, Any]:
    """Return the making of single things out of a single thing."""
    return making(minute, [], list(made), inputEPCList=[eaten])


def trace(installation: Installation, uri: str, direction: Direction) -> Trace:
    return trace_goods(installation.engine, installation.log, [uri], direction, REACH)


def forward(installation: Installation, uri: str) -> set[str]:
    found = trace(installation, uri, Direction.FORWARD)
    return {one.uri for one in found.reached if one.depth}


def backward(installation: Installation, uri: str) -> set[str]:
    found = trace(installation, uri, Direction.BACKWARD)
    return {one.uri for one in found.reached if one.depth}


def test_a_pallet_emptied_and_refilled_gives_nothing_of_its_first_load_to_the_second(
    installation: Installation,
) -> None:
    installation.capture(
        "carrier",
        packing(1, PALLET, serial(1)),
        packing(2, PALLET, serial(1), action="DELETE"),
        packing(3, PALLET, serial(2)),
        seen(4, PALLET, bizStep="shipping"),
    )

    assert forward(installation, serial(1)) == {PALLET}
    assert backward(installation, PALLET) == {serial(1), serial(2)}
    assert backward(installation, serial(2)) == set()


@pytest.mark.parametrize("kind", ["AggregationEvent", "AssociationEvent"])
def test_what_a_container_was_used_for_takes_along_what_was_in_it_then(
    installation: Installation, kind: str
) -> None:
    installation.capture(
        "maker",
        {**packing(1, PALLET, serial(1)), "type": kind},
        {**packing(2, PALLET, action="DELETE"), "type": kind},
        {**packing(3, PALLET, serial(2)), "type": kind},
        eating(4, PALLET, serial(9)),
        {**packing(5, PALLET, serial(3)), "type": kind},
    )

    assert backward(installation, serial(9)) == {PALLET, serial(2)}
    assert serial(9) in forward(installation, serial(2))
    assert serial(9) not in forward(installation, serial(1))
    assert serial(9) not in forward(installation, serial(3))


def test_a_late_unpacking_ends_a_stay_as_if_it_had_come_in_time(
    installation: Installation,
) -> None:
    installation.capture("maker", packing(1, PALLET, serial(1)), eating(4, PALLET, serial(9)))
    assert serial(9) in forward(installation, serial(1))

    installation.capture("maker", packing(2, PALLET, serial(1), action="DELETE"))

    assert serial(9) not in forward(installation, serial(1))


def test_a_declaration_takes_a_making_back(installation: Installation) -> None:
    event = eating(1, serial(1), serial(2))
    installation.capture("maker", event)
    assert forward(installation, serial(1)) == {serial(2)}

    error = {"declarationTime": at(30), "reason": "did_not_occur"}
    installation.capture("maker", {**event, "errorDeclaration": error})

    assert forward(installation, serial(1)) == set()


def test_what_one_party_says_no_other_takes_back(installation: Installation) -> None:
    event = eating(1, serial(1), serial(2))
    installation.capture("maker", event)

    error = {"declarationTime": at(30), "reason": "did_not_occur"}
    installation.capture("rival", {**event, "errorDeclaration": error})

    assert forward(installation, serial(1)) == {serial(2)}


def test_a_circle_of_makings_ends(installation: Installation) -> None:
    installation.capture(
        "maker",
        eating(1, serial(1), serial(2)),
        eating(2, serial(2), serial(3)),
        eating(3, serial(3), serial(1)),
    )

    assert forward(installation, serial(1)) == {serial(2), serial(3)}
    assert backward(installation, serial(1)) == {serial(2), serial(3)}


def test_each_step_names_the_entry_that_says_so(installation: Installation) -> None:
    receipt = installation.capture("maker", eating(1, serial(1), serial(2)))

    found = trace(installation, serial(1), Direction.FORWARD)

    assert {step.seq for step in found.steps} == {receipt.first_seq}
    assert [step.kind.name for step in found.steps] == ["USED_IN", "MADE_BY"]


def test_a_walk_beyond_its_reach_says_so(installation: Installation) -> None:
    installation.capture("maker", eating(1, serial(1), *map(serial, range(2, 30))))

    few = Reach(items_max=10, depth_max=64)
    near = Reach(items_max=1000, depth_max=1)
    for reach in (few, near):
        found = trace_goods(
            installation.engine, installation.log, [serial(1)], Direction.FORWARD, reach
        )
        assert found.is_cut


def test_a_code_that_no_event_names_is_not_found(installation: Installation) -> None:
    with pytest.raises(NotFound):
        trace(installation, serial(1), Direction.FORWARD)


def test_a_stranger_who_unpacks_a_pallet_hides_nothing_of_what_is_on_it(
    installation: Installation,
) -> None:
    installation.capture("maker", packing(1, PALLET, serial(1)))
    installation.capture("rival", packing(2, PALLET, action="DELETE"))
    installation.capture("maker", eating(4, PALLET, serial(9)))

    assert serial(9) in forward(installation, serial(1))
    assert serial(1) in backward(installation, serial(9))


def test_whoever_was_handed_the_pallet_may_unpack_it(installation: Installation) -> None:
    installation.capture(
        "maker", packing(1, PALLET, serial(1)), seen(2, PALLET, **to(installation, "shop"))
    )
    installation.capture("shop", packing(3, PALLET, action="DELETE"))
    installation.capture("shop", eating(4, PALLET, serial(9)))

    assert serial(9) not in forward(installation, serial(1))


def test_whoever_was_handed_the_pallet_may_unpack_the_case_on_it(
    installation: Installation,
) -> None:
    installation.capture(
        "maker",
        packing(1, CARTON, serial(1)),
        packing(2, PALLET, CARTON),
        seen(3, PALLET, **to(installation, "shop")),
    )
    installation.capture(
        "shop",
        packing(4, PALLET, action="DELETE"),
        packing(5, CARTON, serial(1), action="DELETE"),
        eating(6, CARTON, serial(9)),
    )

    assert serial(9) not in forward(installation, serial(1))
