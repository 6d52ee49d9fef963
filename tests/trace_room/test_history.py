"""The history of a thing from the farm to the shop, and only what was true at its time."""

from tests.instances import Installation, lot, serial
from tests.trace_room.story import (
    CARTON,
    CUP,
    PALLET,
    making,
    milk,
    minute_of,
    minutes_of,
    packing,
    seen,
    seen_lot,
    tell_yoghurt,
    told_history,
)


def test_a_cup_has_the_history_of_its_milk_and_of_what_carried_it(
    installation: Installation,
) -> None:
    tell_yoghurt(installation)

    steps = told_history(installation, serial(1, CUP)).steps

    told = {minute_of(step.event["eventTime"]): (step.relation, step.distance) for step in steps}
    assert told == {
        0: ("input", 1),
        1: ("input", 1),
        2: ("input", 1),
        5: ("input", 1),
        6: ("container", 2),
        10: ("self", 0),
        12: ("lot", 0),
        13: ("self", 0),
        14: ("container", 1),
        20: ("container", 2),
        26: ("self", 0),
        30: ("self", 0),
    }
    installation.check()


def test_a_cup_that_was_never_packed_has_no_journey(installation: Installation) -> None:
    tell_yoghurt(installation)

    assert minutes_of(installation, serial(4, CUP)) == [0, 1, 2, 5, 6, 10, 12]
    installation.check()


def test_a_step_says_what_it_put_in_and_what_it_packed_into(installation: Installation) -> None:
    tell_yoghurt(installation)

    steps = {
        minute_of(step.event["eventTime"]): step
        for step in told_history(installation, serial(1, CUP)).steps
    }

    assert steps[10].inputs == tuple(milk(f"F{n}") for n in range(3))
    assert steps[10].lots == (lot("Y1", CUP),)
    assert steps[13].containers == (CARTON,)
    assert steps[14].containers == (PALLET,)
    installation.check()


def test_a_pallet_filled_again_does_not_mix_its_loads(installation: Installation) -> None:
    early, late = serial(1), serial(2)
    installation.capture(
        "carrier",
        packing(1, PALLET, early),
        seen(2, PALLET),
        packing(3, PALLET, early, action="DELETE"),
        seen(4, PALLET),
        packing(5, PALLET, late),
        seen(6, PALLET),
        packing(7, PALLET, action="DELETE"),
        seen(8, PALLET),
    )

    assert minutes_of(installation, early) == [1, 2, 3]
    assert minutes_of(installation, late) == [5, 6]
    installation.check()


def test_a_pallet_emptied_and_filled_in_the_same_minute_does_not_mix_its_loads(
    installation: Installation,
) -> None:
    early, late = serial(1), serial(2)
    installation.capture(
        "carrier",
        packing(1, PALLET, early),
        packing(5, PALLET, action="DELETE"),
        packing(5, PALLET, late),
        seen(6, PALLET),
    )

    assert minutes_of(installation, early) == [1]
    assert minutes_of(installation, late) == [5, 6]
    installation.check()


def test_what_was_recorded_late_counts_by_when_it_happened(installation: Installation) -> None:
    early, late = serial(1), serial(2)
    installation.capture("carrier", seen(6, PALLET))
    installation.capture("carrier", packing(5, PALLET, late))
    installation.capture("carrier", packing(3, PALLET, action="DELETE"))
    installation.capture("carrier", seen(2, PALLET))
    installation.capture("carrier", packing(1, PALLET, early))

    assert minutes_of(installation, early) == [1, 2]
    assert minutes_of(installation, late) == [5, 6]
    installation.check()


def test_a_thing_put_into_a_box_that_is_on_its_way_goes_along(installation: Installation) -> None:
    installation.capture(
        "carrier",
        packing(1, PALLET, CARTON),
        seen(2, PALLET),
        packing(3, CARTON, serial(1)),
        seen(4, PALLET),
        packing(5, PALLET, CARTON, action="DELETE"),
        seen(6, PALLET),
    )

    assert minutes_of(installation, serial(1)) == [3, 4, 5]
    installation.check()


def test_an_input_is_followed_until_it_was_used_and_not_after(installation: Installation) -> None:
    installation.capture(
        "plant",
        seen_lot(1, milk("A")),
        making(5, [milk("A")], [serial(1)]),
        seen_lot(6, milk("A")),
        making(7, [milk("A")], [serial(2)]),
    )

    assert minutes_of(installation, serial(1)) == [1, 5]
    assert minutes_of(installation, serial(2)) == [1, 6, 7]
    installation.check()


def test_one_input_of_two_stages_counts_until_the_later_use(installation: Installation) -> None:
    base, salt = milk("BASE"), milk("SALT")
    installation.capture(
        "plant",
        making(2, [salt], [], outputQuantityList=[{"epcClass": base, "quantity": 1}]),
        seen_lot(3, salt, bizStep="inspecting"),
        making(5, [base, salt], [serial(1)]),
        seen_lot(6, salt, bizStep="inspecting"),
    )

    assert minutes_of(installation, serial(1)) == [2, 3, 5]
    installation.check()


def test_a_transformation_id_joins_what_went_in_with_what_came_out(
    installation: Installation,
) -> None:
    run = "urn:epc:id:gdti:0614141.06012.1234"
    installation.capture(
        "plant",
        seen_lot(1, milk("A")),
        making(2, [milk("A")], [], transformationID=run),
        making(3, [], [serial(1)], transformationID=run),
        making(4, [milk("B")], [], transformationID=run),
    )

    found = told_history(installation, serial(1))

    assert [minute_of(step.event["eventTime"]) for step in found.steps] == [1, 2, 3]
    # It is its maker's own number, and no viewer of the public parts hears of it.
    assert run not in str(found)
    assert "gdti" not in str(found)
    installation.check()
