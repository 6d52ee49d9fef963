"""What becomes of issued codes: activated once, void for ever, known again by their text."""

from threading import Barrier, Thread
from typing import Any

import pytest

from base.db import reading
from base.errors import AppError, InvalidInput, NotFound
from ledger.batch import Idempotency
from parties.issuing.blocks import Block, BlockRequest, issue_block, texts_of
from parties.issuing.ranges import CodeRange, RangeRequest, ranges_of, record_range
from parties.issuing.state import CodeState, states_of
from parties.issuing.tables import RangeAction
from tests.instances import Installation
from tests.parties.issuing.desk import issuer_of, new_product
from tests.parties.samples import gtin_uri

ACTIVATED, VOIDED = RangeAction.ACTIVATED, RangeAction.VOIDED
GTIN_URI = gtin_uri(1)


def new_block(place: Installation, *, count: int = 100, kind: str = "gs1_serial") -> Block:
    request = BlockRequest(kind=kind, count=count, product_id=new_product(place, "甲", GTIN_URI))
    return issue_block(issuer_of(place), place.party("甲"), request)


def record(
    place: Installation,
    block: Block,
    action: RangeAction,
    first: int,
    last: int,
    **options: Any,
) -> CodeRange:
    detail = {"lot": "L1"} if action is ACTIVATED else {"reason": "印错"}
    request = RangeRequest(
        **{"block_id": block.id, "action": action, "first": first, "last": last, **detail}
        | options.pop("fields", {})
    )
    actor = place.party(options.pop("name", "甲"))
    return record_range(issuer_of(place), actor, request, **options)


def uri_of(place: Installation, block: Block, number: int) -> str:
    (text,) = texts_of(block, place.secret, first=number, count=1)
    return (
        f"{GTIN_URI}/21/{text}" if block.kind.name == "gs1_serial" else f"urn:suxin:serial:{text}"
    )


def state_of(place: Installation, uri: str) -> CodeState | None:
    with reading(place.engine) as connection:
        return states_of(connection, place.secret, place.log, [uri]).get(uri)


def known(place: Installation, block: Block, number: int) -> CodeState:
    state = state_of(place, uri_of(place, block, number))
    assert state is not None
    return state


@pytest.mark.parametrize("kind", ["gs1_serial", "suxin_serial"])
def test_a_code_tells_its_block_number_and_lot(place: Installation, kind: str) -> None:
    block = new_block(place, kind=kind)
    record(place, block, ACTIVATED, 11, 20, fields={"lot": "M7"})

    states = {number: known(place, block, number) for number in (1, 10, 11, 20, 21, 100)}

    assert {state.block_id for state in states.values()} == {block.id}
    assert [state.number for state in states.values()] == list(states)
    assert [number for number, state in states.items() if state.is_activated] == [11, 20]
    assert {state.lot for state in states.values()} == {"", "M7"}
    assert not any(state.is_void for state in states.values())


def test_a_code_that_was_never_given_out_is_unknown(place: Installation) -> None:
    block = new_block(place, count=1)
    text = uri_of(place, block, 1)

    assert state_of(place, f"{GTIN_URI}/21/HELLO1") is None
    assert state_of(place, text[:-1] + ("0" if text[-1] != "0" else "1")) is None
    assert state_of(place, text.replace(GTIN_URI, gtin_uri(2))) is None
    assert state_of(place, GTIN_URI) is None


@pytest.mark.parametrize(
    ("first", "last"), [(1, 10), (5, 5), (10, 11), (1, 100), (10, 10), (20, 30), (19, 19)]
)
def test_no_code_is_activated_twice(place: Installation, first: int, last: int) -> None:
    block = new_block(place)
    record(place, block, ACTIVATED, 5, 10)
    record(place, block, ACTIVATED, 15, 20)
    size = place.entry_count()

    with pytest.raises(InvalidInput, match="activated already") as refused:
        record(place, block, ACTIVATED, first, last)

    assert refused.value.problems[0].path == "first"
    assert place.entry_count() == size


@pytest.mark.parametrize(("first", "last"), [(1, 4), (11, 14), (21, 100)])
def test_the_codes_beside_a_range_are_free(place: Installation, first: int, last: int) -> None:
    block = new_block(place)
    record(place, block, ACTIVATED, 5, 10)
    record(place, block, ACTIVATED, 15, 20)

    assert record(place, block, ACTIVATED, first, last).count == last - first + 1


def test_void_is_final_for_what_was_activated_and_what_was_not(place: Installation) -> None:
    block = new_block(place)
    record(place, block, ACTIVATED, 1, 10)

    record(place, block, VOIDED, 6, 15)

    for action in (ACTIVATED, VOIDED):
        with pytest.raises(InvalidInput, match="number 6 is void, and void is final"):
            record(place, block, action, 2, 20)
        with pytest.raises(InvalidInput, match="number 15 is void, and void is final"):
            record(place, block, action, 15, 16)
    assert [known(place, block, number).is_void for number in (5, 6, 15, 16)] == [
        False,
        True,
        True,
        False,
    ]


def test_ranges_of_two_series_do_not_touch(place: Installation) -> None:
    first, second = new_block(place), new_block(place, kind="suxin_serial")
    record(place, first, ACTIVATED, 1, 100)

    assert record(place, second, ACTIVATED, 1, 100).count == 100


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"first": 0}, "first"),
        ({"last": 101}, "first"),
        ({"first": 9, "last": 8}, "first"),
        ({"lot": ""}, "lot"),
        ({"lot": "x" * 21}, "lot"),
        ({"lot": "批次"}, "lot"),
        ({"action": VOIDED, "reason": ""}, "reason"),
        ({"action": VOIDED, "reason": " "}, "reason"),
        ({"action": VOIDED, "reason": "x" * 201}, "reason"),
    ],
)
def test_a_bad_range_names_its_field_and_records_nothing(
    place: Installation, fields: dict[str, Any], path: str
) -> None:
    block = new_block(place)
    size = place.entry_count()

    with pytest.raises(InvalidInput) as refused:
        record(place, block, ACTIVATED, 1, 2, fields=fields)

    assert refused.value.problems[0].path == path
    assert place.entry_count() == size


def test_nobody_touches_the_codes_of_another_party(place: Installation) -> None:
    block = new_block(place)

    for action in (ACTIVATED, VOIDED):
        with pytest.raises(NotFound):
            record(place, block, action, 1, 2, name="乙")


def test_the_same_request_under_one_key_is_one_range(place: Installation) -> None:
    block = new_block(place)
    once = Idempotency(key="k1", request_hash=bytes(32))

    first = record(place, block, ACTIVATED, 1, 2, idempotency=once)
    again = record(place, block, ACTIVATED, 1, 2, idempotency=once)

    assert first == again
    with reading(place.engine) as connection:
        assert ranges_of(connection, block, rows_max=10) == [first]


def test_of_many_who_activate_the_same_codes_at_once_one_does(place: Installation) -> None:
    block = new_block(place)
    barrier, done, refused = Barrier(5), list[CodeRange](), list[AppError]()

    def activate(lot: str) -> None:
        barrier.wait()
        try:
            done.append(record(place, block, ACTIVATED, 1, 10, fields={"lot": lot}))
        except AppError as error:
            refused.append(error)

    threads = [Thread(target=activate, args=(f"L{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 1
    assert [error.problems[0].code for error in refused] == ["activated"] * 4
    assert known(place, block, 1).lot == done[0].lot
    place.check()
