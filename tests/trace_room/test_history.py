"""The history of a thing from the farm to the shop, and only what was true at its time."""

from trace.history import History, history
from trace.identifiers import find_ids
from trace.walk import WalkLimits, walk_back
from trace.walk_rows import RowReader
from typing import Any

import pytest
from sqlalchemy import text

from base.db import reading, transaction
from base.errors import NotFound
from parties.actors import ANONYMOUS
from tests.instances import Installation, at, lot, observation, serial
from tests.parties.samples import gs1

LIMITS = WalkLimits(events_max=1000, depth_max=64)
MILK, CUP = "06901234567885", "06901234567892"
CARTON = "https://id.gs1.org/00/" + gs1("06901234500000001")
PALLET = "https://id.gs1.org/00/" + gs1("06901234500000002")
TANKER = "https://id.gs1.org/8003/06901234567878T1"


def _packing(
    minute: int, parent: str, *children: str, action: str = "ADD", lots: tuple[str, ...] = ()
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "type": "AggregationEvent",
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "action": action,
        "parentID": parent,
    }
    if children:
        event["childEPCs"] = list(children)
    if lots:
        event["childQuantityList"] = [{"epcClass": uri, "quantity": 8} for uri in lots]
    return event


def _making(minute: int, inputs: list[str], outputs: list[str], **more: Any) -> dict[str, Any]:
    event = {
        "type": "TransformationEvent",
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [{"epcClass": uri, "quantity": 8, "uom": "KGM"} for uri in inputs],
        "outputEPCList": outputs,
        **more,
    }
    return {name: value for name, value in event.items() if value not in (None, [])}


def _seen(minute: int, item: str, **more: Any) -> dict[str, Any]:
    return observation(item, eventTime=at(minute), **more)


def _seen_lot(minute: int, uri: str, **more: Any) -> dict[str, Any]:
    named = [{"epcClass": uri, "quantity": 8, "uom": "KGM"}]
    return observation("", eventTime=at(minute), epcList=None, quantityList=named, **more)


def _history(installation: Installation, item: str, limits: WalkLimits = LIMITS) -> History:
    with reading(installation.engine) as connection:
        return history(connection, 1, item, ANONYMOUS, limits)


def _minutes(installation: Installation, item: str) -> list[int]:
    """Return the minutes at which the events of a history happened, in its order."""
    steps = _history(installation, item).steps
    return [_minute(step.event["eventTime"]) for step in steps]


def _minute(time: object) -> int:
    hour, minute = str(time)[11:16].split(":")
    return int(hour) * 60 + int(minute)


def _milk(name: str) -> str:
    return lot(name, MILK)


def _to(installation: Installation, destination: str) -> dict[str, Any]:
    """Return the words by which a recorder hands goods on."""
    place = installation.site_of(destination)
    return {"destinationList": [{"type": "possessing_party", "destination": place}]}


def _tell_yoghurt(installation: Installation) -> None:
    """Three farms' milk in one tanker, cups, a carton on a pallet, the shop."""
    farms = [_milk(f"F{n}") for n in range(3)]
    to_carrier = _to(installation, "carrier")
    for number, uri in enumerate(farms):
        told = _seen_lot(number, uri, bizStep="collecting", **to_carrier)
        installation.capture(f"farm {number}", told)
    installation.capture("carrier", _packing(5, TANKER, lots=tuple(farms)))
    installation.capture("carrier", _seen(6, TANKER, bizStep="transporting"))
    installation.capture("carrier", _packing(7, TANKER, action="DELETE"))
    installation.capture("carrier", _seen(8, TANKER, bizStep="inspecting"))
    cups = [serial(n, CUP) for n in range(1, 5)]
    ilmd = {"cbvmda:lotNumber": "Y1"}
    installation.capture("plant", _making(10, farms, cups, ilmd=ilmd))
    installation.capture("plant", _seen_lot(12, lot("Y1", CUP), bizStep="inspecting"))
    installation.capture("plant", _packing(13, CARTON, *cups[:2]))
    installation.capture("plant", {**_packing(14, PALLET, CARTON), **to_carrier})
    to_shop = _to(installation, "shop")
    installation.capture("carrier", _seen(20, PALLET, bizStep="transporting", **to_shop))
    installation.capture("shop", _packing(25, PALLET, action="DELETE"))
    installation.capture("shop", _packing(26, CARTON, *cups[:2], action="DELETE"))
    installation.capture("shop", _seen(30, cups[0], bizStep="retail_selling"))


def test_a_cup_has_the_history_of_its_milk_and_of_what_carried_it(
    installation: Installation,
) -> None:
    _tell_yoghurt(installation)

    steps = _history(installation, serial(1, CUP)).steps

    told = {_minute(step.event["eventTime"]): (step.relation, step.distance) for step in steps}
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
    _tell_yoghurt(installation)

    assert _minutes(installation, serial(4, CUP)) == [0, 1, 2, 5, 6, 10, 12]
    installation.check()


def test_a_step_says_what_it_put_in_and_what_it_packed_into(installation: Installation) -> None:
    _tell_yoghurt(installation)

    steps = {
        _minute(step.event["eventTime"]): step
        for step in _history(installation, serial(1, CUP)).steps
    }

    assert steps[10].inputs == tuple(_milk(f"F{n}") for n in range(3))
    assert steps[10].lots == (lot("Y1", CUP),)
    assert steps[13].containers == (CARTON,)
    assert steps[14].containers == (PALLET,)
    installation.check()


def test_a_pallet_filled_again_does_not_mix_its_loads(installation: Installation) -> None:
    early, late = serial(1), serial(2)
    installation.capture(
        "carrier",
        _packing(1, PALLET, early),
        _seen(2, PALLET),
        _packing(3, PALLET, early, action="DELETE"),
        _seen(4, PALLET),
        _packing(5, PALLET, late),
        _seen(6, PALLET),
        _packing(7, PALLET, action="DELETE"),
        _seen(8, PALLET),
    )

    assert _minutes(installation, early) == [1, 2, 3]
    assert _minutes(installation, late) == [5, 6]
    installation.check()


def test_a_pallet_emptied_and_filled_in_the_same_minute_does_not_mix_its_loads(
    installation: Installation,
) -> None:
    early, late = serial(1), serial(2)
    installation.capture(
        "carrier",
        _packing(1, PALLET, early),
        _packing(5, PALLET, action="DELETE"),
        _packing(5, PALLET, late),
        _seen(6, PALLET),
    )

    assert _minutes(installation, early) == [1]
    assert _minutes(installation, late) == [5, 6]
    installation.check()


def test_what_was_recorded_late_counts_by_when_it_happened(installation: Installation) -> None:
    early, late = serial(1), serial(2)
    installation.capture("carrier", _seen(6, PALLET))
    installation.capture("carrier", _packing(5, PALLET, late))
    installation.capture("carrier", _packing(3, PALLET, action="DELETE"))
    installation.capture("carrier", _seen(2, PALLET))
    installation.capture("carrier", _packing(1, PALLET, early))

    assert _minutes(installation, early) == [1, 2]
    assert _minutes(installation, late) == [5, 6]
    installation.check()


def test_a_thing_put_into_a_box_that_is_on_its_way_goes_along(installation: Installation) -> None:
    installation.capture(
        "carrier",
        _packing(1, PALLET, CARTON),
        _seen(2, PALLET),
        _packing(3, CARTON, serial(1)),
        _seen(4, PALLET),
        _packing(5, PALLET, CARTON, action="DELETE"),
        _seen(6, PALLET),
    )

    assert _minutes(installation, serial(1)) == [3, 4, 5]
    installation.check()


def test_an_input_is_followed_until_it_was_used_and_not_after(installation: Installation) -> None:
    installation.capture(
        "plant",
        _seen_lot(1, _milk("A")),
        _making(5, [_milk("A")], [serial(1)]),
        _seen_lot(6, _milk("A")),
        _making(7, [_milk("A")], [serial(2)]),
    )

    assert _minutes(installation, serial(1)) == [1, 5]
    assert _minutes(installation, serial(2)) == [1, 6, 7]
    installation.check()


def test_one_input_of_two_stages_counts_until_the_later_use(installation: Installation) -> None:
    base, salt = _milk("BASE"), _milk("SALT")
    installation.capture(
        "plant",
        _making(2, [salt], [], outputQuantityList=[{"epcClass": base, "quantity": 1}]),
        _seen_lot(3, salt, bizStep="inspecting"),
        _making(5, [base, salt], [serial(1)]),
        _seen_lot(6, salt, bizStep="inspecting"),
    )

    assert _minutes(installation, serial(1)) == [2, 3, 5]
    installation.check()


def test_a_transformation_id_joins_what_went_in_with_what_came_out(
    installation: Installation,
) -> None:
    run = "urn:epc:id:gdti:0614141.06012.1234"
    installation.capture(
        "plant",
        _seen_lot(1, _milk("A")),
        _making(2, [_milk("A")], [], transformationID=run),
        _making(3, [], [serial(1)], transformationID=run),
        _making(4, [_milk("B")], [], transformationID=run),
    )

    found = _history(installation, serial(1))

    assert [_minute(step.event["eventTime"]) for step in found.steps] == [1, 2, 3]
    # It is its maker's own number, and no viewer of the public parts hears of it.
    assert run not in str(found)
    assert "gdti" not in str(found)
    installation.check()


def test_a_declaration_takes_an_event_back_with_all_it_led_to(installation: Installation) -> None:
    packing = _packing(1, PALLET, serial(1))
    installation.capture("carrier", packing, _seen(2, PALLET))
    error = {"declarationTime": at(9), "reason": "did_not_occur"}
    assert _minutes(installation, serial(1)) == [1, 2]

    installation.capture("carrier", {**packing, "errorDeclaration": error})

    (step,) = _history(installation, serial(1)).steps
    assert step.error_declared_at is not None
    assert _minute(step.event["eventTime"]) == 1
    installation.check()


def test_an_unpacking_that_was_taken_back_did_not_empty_the_pallet(
    installation: Installation,
) -> None:
    unpacking = _packing(3, PALLET, action="DELETE")
    error = {"declarationTime": at(9), "reason": "did_not_occur"}
    installation.capture("carrier", _packing(1, PALLET, serial(1)), unpacking, _seen(5, PALLET))
    assert _minutes(installation, serial(1)) == [1]

    installation.capture("carrier", {**unpacking, "errorDeclaration": error})

    assert _minutes(installation, serial(1)) == [1, 5]
    installation.check()


def test_nobody_takes_back_what_another_party_said(installation: Installation) -> None:
    packing = _packing(1, PALLET, serial(1))
    installation.capture("carrier", packing, _seen(2, PALLET))
    error = {"declarationTime": at(9), "reason": "did_not_occur"}

    installation.capture("rival", {**packing, "errorDeclaration": error})

    steps = _history(installation, serial(1)).steps
    assert [step.error_declared_at for step in steps] == [None, None]
    installation.check()


def test_things_that_contain_each_other_do_not_hang_the_walk(installation: Installation) -> None:
    installation.capture(
        "carrier",
        _packing(1, PALLET, CARTON),
        _packing(2, CARTON, PALLET),
        _packing(3, PALLET, CARTON),
        _seen(4, CARTON),
    )

    assert _minutes(installation, CARTON) == [1, 2, 3, 4]
    installation.check()


def test_lots_made_of_each_other_do_not_hang_the_walk(installation: Installation) -> None:
    first, second = _milk("A"), _milk("B")

    def turn(minute: int, given: str, made: str) -> dict[str, Any]:
        outputs = [{"epcClass": made, "quantity": 1}]
        return _making(minute, [given], [], outputQuantityList=outputs)

    installation.capture("plant", turn(1, first, second), turn(2, second, first))
    installation.capture("plant", turn(3, first, second), turn(4, second, first))

    assert _minutes(installation, first) == [1, 2, 3, 4]
    installation.check()


def test_a_walk_that_stops_early_says_so(installation: Installation) -> None:
    _tell_yoghurt(installation)
    whole = _history(installation, serial(1, CUP))
    count = len(whole.steps)

    exact = _history(installation, serial(1, CUP), WalkLimits(events_max=count, depth_max=64))
    few = _history(installation, serial(1, CUP), WalkLimits(events_max=count - 1, depth_max=64))
    near = _history(installation, serial(1, CUP), WalkLimits(events_max=1000, depth_max=1))

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
            _packing(4 * day, PALLET, serial(day)),
            _seen(4 * day + 1, PALLET),
            _packing(4 * day + 2, PALLET, action="DELETE"),
        )
    ]
    installation.capture("carrier", *days)

    for day in (0, 50, 99):
        found = _history(installation, serial(day), limits)
        assert [step.seq for step in found.steps] == [1 + 3 * day, 2 + 3 * day]
        assert not found.truncated
    installation.check()


def test_a_code_that_no_event_names_has_no_history(installation: Installation) -> None:
    with pytest.raises(NotFound):
        _history(installation, serial(1))
    installation.check()


def test_a_damaged_event_is_marked_and_its_history_is_still_told(
    installation: Installation,
) -> None:
    installation.capture("carrier", _seen(1, serial(1)), _seen(2, serial(1)))
    with transaction(installation.engine) as connection:
        connection.execute(
            text("UPDATE ledger_payload SET public_salt = :salt WHERE seq = 1"),
            {"salt": bytes(16)},
        )

    steps = _history(installation, serial(1)).steps

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
    installation.capture("carrier", _seen(1, serial(1)), _seen(2, serial(1)))
    with transaction(installation.engine) as connection:
        connection.execute(text(damage))

    steps = _history(installation, serial(1)).steps

    assert [step.is_damaged for step in steps] == [True, False]


def test_one_log_knows_nothing_of_another(installation: Installation) -> None:
    installation.capture("carrier", _seen(1, serial(1)))

    with reading(installation.engine) as connection:
        item = find_ids(connection, 1, [serial(1)])[serial(1)]
        assert find_ids(connection, 2, [serial(1)]) == {}
        assert walk_back(RowReader(connection, 2), item, LIMITS).found == {}
    installation.check()
