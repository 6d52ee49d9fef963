"""Histories with words taken back, cycles, damage and limits."""

from trace.identifiers import find_ids
from trace.walk import WalkLimits, walk_back
from trace.walk_rows import RowReader
from typing import Any

import pytest
from sqlalchemy import text

from base.db import reading, transaction
from base.errors import NotFound
from tests.instances import Installation, at, serial
from tests.trace_room.story import (
    CARTON,
    CUP,
    LIMITS,
    PALLET,
    making,
    milk,
    minute_of,
    minutes_of,
    packing,
    seen,
    tell_yoghurt,
    told_history,
)


def test_a_declaration_takes_an_event_back_with_all_it_led_to(installation: Installation) -> None:
    packed = packing(1, PALLET, serial(1))
    installation.capture("carrier", packed, seen(2, PALLET))
    error = {"declarationTime": at(9), "reason": "did_not_occur"}
    assert minutes_of(installation, serial(1)) == [1, 2]

    installation.capture("carrier", {**packed, "errorDeclaration": error})

    (step,) = told_history(installation, serial(1)).steps
    assert step.error_declared_at is not None
    assert minute_of(step.event["eventTime"]) == 1
    installation.check()


def test_an_unpacking_that_was_taken_back_did_not_empty_the_pallet(
    installation: Installation,
) -> None:
    unpacking = packing(3, PALLET, action="DELETE")
    error = {"declarationTime": at(9), "reason": "did_not_occur"}
    installation.capture("carrier", packing(1, PALLET, serial(1)), unpacking, seen(5, PALLET))
    assert minutes_of(installation, serial(1)) == [1]

    installation.capture("carrier", {**unpacking, "errorDeclaration": error})

    assert minutes_of(installation, serial(1)) == [1, 5]
    installation.check()


def test_nobody_takes_back_what_another_party_said(installation: Installation) -> None:
    packed = packing(1, PALLET, serial(1))
    installation.capture("carrier", packed, seen(2, PALLET))
    error = {"declarationTime": at(9), "reason": "did_not_occur"}

    installation.capture("rival", {**packed, "errorDeclaration": error})

    steps = told_history(installation, serial(1)).steps
    assert [step.error_declared_at for step in steps] == [None, None]
    installation.check()


def test_things_that_contain_each_other_do_not_hang_the_walk(installation: Installation) -> None:
    installation.capture(
        "carrier",
        packing(1, PALLET, CARTON),
        packing(2, CARTON, PALLET),
        packing(3, PALLET, CARTON),
        seen(4, CARTON),
    )

    assert minutes_of(installation, CARTON) == [1, 2, 3, 4]
    installation.check()


def test_lots_made_of_each_other_do_not_hang_the_walk(installation: Installation) -> None:
    first, second = milk("A"), milk("B")

    def turn(minute: int, given: str, made: str) -> dict[str, Any]:
        outputs = [{"epcClass": made, "quantity": 1}]
        return making(minute, [given], [], outputQuantityList=outputs)

    installation.capture("plant", turn(1, first, second), turn(2, second, first))
    installation.capture("plant", turn(3, first, second), turn(4, second, first))

    assert minutes_of(installation, first) == [1, 2, 3, 4]
    installation.check()


def test_a_walk_that_stops_early_says_so(installation: Installation) -> None:
    tell_yoghurt(installation)
    whole = told_history(installation, serial(1, CUP))
    count = len(whole.steps)

    exact = told_history(installation, serial(1, CUP), WalkLimits(events_max=count, depth_max=64))
    few = told_history(installation, serial(1, CUP), WalkLimits(events_max=count - 1, depth_max=64))
    near = told_history(installation, serial(1, CUP), WalkLimits(events_max=1000, depth_max=1))

    assert (whole.truncated, exact.truncated, exact.steps) == (False, False, whole.steps)
    assert (few.truncated, len(few.steps)) == (True, count - 1)
    assert near.truncated
    assert {step.distance for step in near.steps} == {0}
    installation.check()


def test_a_pallet_in_daily_use_hides_no_journey(installation: Installation) -> None:
    limits = WalkLimits(events_max=20, depth_max=64)
    days = [
        event
        for day in range(100)
        for event in (
            packing(4 * day, PALLET, serial(day)),
            seen(4 * day + 1, PALLET),
            packing(4 * day + 2, PALLET, action="DELETE"),
        )
    ]
    installation.capture("carrier", *days)

    for day in (0, 50, 99):
        found = told_history(installation, serial(day), limits)
        assert [step.seq for step in found.steps] == [1 + 3 * day, 2 + 3 * day]
        assert not found.truncated
    installation.check()


def test_a_code_that_no_event_names_has_no_history(installation: Installation) -> None:
    with pytest.raises(NotFound):
        told_history(installation, serial(1))
    installation.check()


def test_a_damaged_event_is_marked_and_its_history_is_still_told(
    installation: Installation,
) -> None:
    installation.capture("carrier", seen(1, serial(1)), seen(2, serial(1)))
    with transaction(installation.engine) as connection:
        connection.execute(
            text("UPDATE ledger_payload SET public_salt = :salt WHERE seq = 1"),
            {"salt": bytes(16)},
        )

    steps = told_history(installation, serial(1)).steps

    assert [step.is_damaged for step in steps] == [True, False]
    assert steps[0].event["type"] == "ObjectEvent"


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM ledger_entry WHERE seq = 1",
        "DELETE FROM ledger_payload WHERE seq = 1",
        "UPDATE ledger_entry SET part_hashes = header WHERE seq = 1",
    ],
)
def test_an_event_whose_evidence_is_gone_is_marked_too(
    installation: Installation, damage: str
) -> None:
    installation.capture("carrier", seen(1, serial(1)), seen(2, serial(1)))
    with transaction(installation.engine) as connection:
        connection.execute(text(damage))

    steps = told_history(installation, serial(1)).steps

    assert [step.is_damaged for step in steps] == [True, False]


def test_one_log_knows_nothing_of_another(installation: Installation) -> None:
    installation.capture("carrier", seen(1, serial(1)))

    with reading(installation.engine) as connection:
        item = find_ids(connection, 1, [serial(1)])[serial(1)]
        assert find_ids(connection, 2, [serial(1)]) == {}
        assert walk_back(RowReader(connection, 2), item, LIMITS).found == {}
    installation.check()
