"""Taking packs out of the trade and undoing it: mixed results, once only, as events."""

from datetime import timedelta
from trace.drugs.model import State

import pytest

from base.errors import InvalidInput
from tests.instances import Installation
from tests.trace_room.drugs.counter import (
    CASE,
    PACKS,
    codes_of,
    deliver,
    do,
    make,
    own_medicine,
    pack,
    receive,
    refusals,
    seen,
    ship,
)

SUPPLIED, ACTIVE = State.SUPPLIED, State.ACTIVE


def test_a_supply_is_one_event_of_the_packs_that_may_be_supplied(
    installation: Installation,
) -> None:
    own_medicine(installation)
    deliver(installation, *PACKS)
    installation.capture("pharmacy", seen(3, PACKS[1], bizStep="dispensing"))
    before = installation.entry_count()

    done = do(installation, "pharmacy", SUPPLIED, *PACKS[:3])

    assert refusals(done) == [None, "already_in_state", None]
    assert {one.seq for one in done} == {before, None}
    assert installation.entry_count() == before + 1
    assert codes_of(installation, *PACKS[:4]) == ["supplied", "supplied", "supplied", "active"]
    installation.seal()
    installation.check()


def test_the_same_request_again_records_nothing_and_gives_the_same_answer(
    installation: Installation,
) -> None:
    deliver(installation, *PACKS)
    first = do(installation, "pharmacy", SUPPLIED, *PACKS[:2], key="k1")
    entries = installation.entry_count()

    again = do(installation, "pharmacy", SUPPLIED, *PACKS[:2], key="k1")
    without_key = do(installation, "pharmacy", SUPPLIED, *PACKS[:2])

    assert [(one.refusal, one.seq) for one in again] == [(one.refusal, one.seq) for one in first]
    assert refusals(without_key) == ["already_in_state", "already_in_state"]
    assert installation.entry_count() == entries


def test_a_request_that_says_when_is_the_same_one_without_a_key(
    installation: Installation,
) -> None:
    deliver(installation, *PACKS)
    at = installation.clock.now() - timedelta(minutes=5)

    first = do(installation, "pharmacy", SUPPLIED, PACKS[0], at=at)
    again = do(installation, "pharmacy", SUPPLIED, PACKS[0], at=at)

    assert (refusals(first), refusals(again)) == ([None], [None])
    assert first[0].seq == again[0].seq


def test_a_case_is_supplied_pack_by_pack(installation: Installation) -> None:
    deliver(installation, *PACKS)
    pack(installation, 3, "pharmacy", CASE, *PACKS)
    installation.capture("pharmacy", seen(4, PACKS[4], disposition="stolen"))

    done = do(installation, "pharmacy", SUPPLIED, CASE)

    assert refusals(done) == [None, None, None, None, "stolen"]
    assert codes_of(installation, *PACKS) == ["supplied"] * 4 + ["stolen"]


@pytest.mark.parametrize(
    ("state", "maker", "wholesaler", "pharmacy"),
    [
        (State.SUPPLIED, False, False, True),
        (State.DESTROYED, True, False, True),
        (State.STOLEN, True, False, True),
        (State.SAMPLE, False, False, True),
        (State.FREE_SAMPLE, True, False, False),
        (State.EXPORTED, False, False, True),
        (State.CHECKED_OUT, False, False, True),
        (State.LOCKED, True, False, True),
        (State.INACTIVE, True, False, True),
    ],
)
def test_who_may_bring_a_pack_into_which_state(
    installation: Installation, state: State, maker: bool, wholesaler: bool, pharmacy: bool
) -> None:
    own_medicine(installation)
    make(installation, *PACKS)
    ship(installation, 1, "maker", "wholesaler", *PACKS)
    receive(installation, 2, "wholesaler", *PACKS)
    ship(installation, 3, "wholesaler", "pharmacy", *PACKS)
    receive(installation, 4, "pharmacy", *PACKS)

    said = {
        name: refusals(do(installation, name, state, PACKS[number]))
        for number, name in enumerate(("maker", "wholesaler", "pharmacy", "stranger"))
    }

    refused = ["not_in_your_hands"]
    assert said == {
        "maker": [None] if maker else refused,
        "wholesaler": [None] if wholesaler else refused,
        "pharmacy": [None] if pharmacy else refused,
        "stranger": refused,
    }


def test_a_supply_is_undone_in_ten_days_by_the_same_pharmacy_if_it_is_still_there(
    installation: Installation,
) -> None:
    deliver(installation, *PACKS)
    do(installation, "pharmacy", SUPPLIED, *PACKS[:2])

    handed = do(installation, "pharmacy", ACTIVE, PACKS[0])
    other = do(installation, "maker", ACTIVE, PACKS[0], still_here=True)
    wrong = do(installation, "pharmacy", ACTIVE, PACKS[0], undoes=State.LOCKED)
    undone = do(installation, "pharmacy", ACTIVE, PACKS[0], still_here=True, undoes=SUPPLIED)
    installation.clock.instant += timedelta(days=10, seconds=1)
    late = do(installation, "pharmacy", ACTIVE, PACKS[1], still_here=True)

    assert [refusals(one)[0] for one in (handed, other, wrong, undone, late)] == [
        "handed_over",
        "undo_by_another",
        "other_reason",
        None,
        "undo_too_late",
    ]
    assert codes_of(installation, *PACKS[:2]) == ["active", "supplied"]


@pytest.mark.parametrize("state", [State.DESTROYED, State.STOLEN])
def test_what_was_burnt_or_stolen_never_comes_back(
    installation: Installation, state: State
) -> None:
    deliver(installation, *PACKS)
    do(installation, "pharmacy", state, PACKS[0])

    done = do(installation, "pharmacy", ACTIVE, PACKS[0], still_here=True)

    assert refusals(done) == ["never_undone"]


def test_a_recalled_pack_may_be_destroyed_and_not_supplied(installation: Installation) -> None:
    own_medicine(installation)
    deliver(installation, *PACKS)
    installation.capture("maker", seen(5, *PACKS, disposition="recalled"))

    supplied = do(installation, "pharmacy", SUPPLIED, PACKS[0])
    destroyed = do(installation, "pharmacy", State.DESTROYED, PACKS[0])

    assert (refusals(supplied), refusals(destroyed)) == (["recalled"], [None])


def test_what_is_unknown_or_does_not_agree_is_never_touched(installation: Installation) -> None:
    deliver(installation, *PACKS)
    entries = installation.entry_count()
    another_lot = "(01)06901234567892(21)S1(10)L9"

    done = do(installation, "pharmacy", SUPPLIED, another_lot, "(01)06901234567892(21)X")

    assert refusals(done) == ["batch_mismatch", "unknown_product"]
    assert installation.entry_count() == entries


@pytest.mark.parametrize("site", ["https://id.gs1.org/414/6901234567892", "nowhere"])
def test_an_operation_happens_at_a_site_of_ones_own(installation: Installation, site: str) -> None:
    deliver(installation, *PACKS)

    with pytest.raises(InvalidInput) as refused:
        do(installation, "pharmacy", SUPPLIED, PACKS[0], site=site)

    assert [problem.path for problem in refused.value.problems] == ["site"]


def test_nothing_is_done_in_the_future(installation: Installation) -> None:
    deliver(installation, *PACKS)
    tomorrow = installation.clock.now() + timedelta(days=1)

    with pytest.raises(InvalidInput) as refused:
        do(installation, "pharmacy", SUPPLIED, PACKS[0], at=tomorrow)

    assert [problem.path for problem in refused.value.problems] == ["happened_at"]
