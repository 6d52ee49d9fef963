"""Who traces sees what its own and its partners' events tell, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from trace.lineage import Direction, Reach
from trace.sieves import ALWAYS, Window
from trace.starts import Start
from trace.tracing import Trace, View, state_of_code, trace_events, trace_goods

import pytest

from base.errors import NotFound
from parties.actors import Actor, Role
from tests.instances import Installation, at, lot, open_installation
from tests.trace_room.story import CARTON, CUP, TANKER, making, milk, packing, seen_lot, to

REACH = Reach(items_max=1000, depth_max=16)
CHEESE = lot("C1", CUP)
CREAM = lot("K1", CUP)
AUTHORITY = Actor(id="key:1", role=Role.AUTHORITY)


@pytest.fixture
def dairy(database_url: str) -> Iterator[Installation]:
    """Two farms hand milk to a plant; it makes cheese of it, and a bakery makes cream of that."""
    installation = open_installation(database_url)
    to_plant, to_bakery = to(installation, "plant"), to(installation, "bakery")
    installation.capture("farm", seen_lot(0, milk("A"), bizStep="shipping", **to_plant))
    installation.capture("rival", seen_lot(1, milk("B"), bizStep="shipping", **to_plant))
    made = [{"epcClass": CHEESE, "quantity": 10, "uom": "KGM"}]
    event = making(5, [milk("A"), milk("B")], [], outputQuantityList=made)
    installation.capture("plant", event)
    installation.capture("plant", seen_lot(6, CHEESE, bizStep="shipping", **to_bakery))
    more = [{"epcClass": CREAM, "quantity": 5, "uom": "KGM"}]
    installation.capture("bakery", making(9, [CHEESE], [], outputQuantityList=more))
    yield installation
    installation.engine.dispose()


def traced(
    installation: Installation,
    who: str | None,
    uri: str,
    direction: Direction,
    window: Window = ALWAYS,
) -> Trace:
    actor = AUTHORITY if who is None else installation.party(who)
    asked = View(actor=actor, window=window)
    return trace_goods(installation.engine, installation.log, [uri], direction, REACH, asked)


def reached(trace: Trace) -> list[str]:
    return sorted(one.uri for one in trace.reached)


def test_the_authority_follows_the_whole_way(dairy: Installation) -> None:
    found = traced(dairy, None, milk("A"), Direction.FORWARD)

    assert reached(found) == sorted([milk("A"), CHEESE, CREAM])
    assert not found.is_partial


def test_a_farm_sees_nothing_of_what_the_plant_made(dairy: Installation) -> None:
    found = traced(dairy, "farm", milk("A"), Direction.FORWARD)

    assert reached(found) == [milk("A")]
    assert found.steps == ()
    assert found.is_partial


def test_a_plant_sees_its_own_making_and_not_that_of_its_customer(dairy: Installation) -> None:
    forward = traced(dairy, "plant", milk("A"), Direction.FORWARD)
    back = traced(dairy, "plant", CHEESE, Direction.BACKWARD)

    assert reached(forward) == sorted([milk("A"), CHEESE])
    assert reached(back) == sorted([milk("A"), milk("B"), CHEESE])


def test_a_customer_sees_no_suppliers_of_its_supplier(dairy: Installation) -> None:
    found = traced(dairy, "bakery", CREAM, Direction.BACKWARD)

    assert reached(found) == sorted([CHEESE, CREAM])


@pytest.mark.parametrize(("who", "uri"), [("farm", "B"), ("rival", "A"), ("bakery", "A")])
def test_what_one_never_heard_of_is_not_there(dairy: Installation, who: str, uri: str) -> None:
    with pytest.raises(NotFound):
        traced(dairy, who, milk(uri), Direction.FORWARD)
    with pytest.raises(NotFound):
        state_of_code(dairy.engine, dairy.log, milk(uri), dairy.party(who))


def test_the_state_is_told_from_what_its_reader_sees(dairy: Installation) -> None:
    farm, everybody = (
        state_of_code(dairy.engine, dairy.log, milk("A"), actor)
        for actor in (dairy.party("farm"), AUTHORITY)
    )

    assert farm.state.holder == dairy.party("farm").party_id
    assert [key[0] for key in farm.balance.flows] == [dairy.party("farm").party_id]
    assert everybody.state.holder == dairy.party("plant").party_id


def test_the_end_of_a_stay_is_told_to_those_who_see_who_ended_it(dairy: Installation) -> None:
    dairy.capture("farm", packing(0, TANKER, lots=(milk("A"),)))
    dairy.capture("farm", packing(2, TANKER, lots=(milk("A"),), action="DELETE"))

    (stay,) = traced(dairy, "farm", milk("A"), Direction.FORWARD).steps

    assert stay.until_at is not None


def test_a_time_keeps_the_steps_that_lie_in_it(dairy: Installation) -> None:
    start = datetime(2024, 5, 1, tzinfo=UTC)
    early = Window(since=start, until=start + timedelta(minutes=6))

    found = traced(dairy, None, milk("A"), Direction.FORWARD, window=early)

    assert reached(found) == sorted([milk("A"), CHEESE])


def test_the_goods_of_a_partys_events_are_traced_together(dairy: Installation) -> None:
    start = Start(party_id=dairy.party("rival").party_id)

    found = trace_events(
        dairy.engine, dairy.log, start, Direction.FORWARD, REACH, View(actor=AUTHORITY)
    )

    assert found.subjects == (milk("B"),)
    assert reached(found) == sorted([milk("B"), CHEESE, CREAM])


def test_goods_of_an_event_that_was_taken_back_are_not_begun_with(dairy: Installation) -> None:
    wrong = seen_lot(
        2,
        milk("WRONG"),
        bizStep="shipping",
        eventID="urn:uuid:7e5b0a4e-0000-4000-8000-000000000009",
    )
    error = {"declarationTime": at(30), "reason": "incorrect_data"}
    dairy.capture("rival", wrong)
    # By its eventID: what it says is not what it takes back.
    dairy.capture("rival", {**wrong, "disposition": "returned", "errorDeclaration": error})
    start = Start(party_id=dairy.party("rival").party_id)

    found = trace_events(
        dairy.engine, dairy.log, start, Direction.FORWARD, REACH, View(actor=AUTHORITY)
    )

    assert found.subjects == (milk("B"),)


def test_a_container_of_an_event_stands_for_what_was_in_it_then(dairy: Installation) -> None:
    dairy.capture("carrier", packing(20, CARTON, lots=(milk("X"),)))
    dairy.capture("carrier", packing(21, CARTON, lots=(milk("X"),), action="DELETE"))
    dairy.capture("carrier", packing(30, CARTON, lots=(milk("Y"),)))
    event = seen_lot(22, milk("Z"), bizStep="loading")
    del event["quantityList"]
    dairy.capture("mover", {**event, "epcList": [CARTON], "eventTime": "2024-05-01T00:20:30.000Z"})

    start = Start(party_id=dairy.party("mover").party_id)
    found = trace_events(
        dairy.engine, dairy.log, start, Direction.FORWARD, REACH, View(actor=AUTHORITY)
    )

    assert found.subjects == (milk("X"),)


def test_what_is_too_much_to_begin_with_is_said_to_be_cut(dairy: Installation) -> None:
    start = Start(party_id=dairy.party("plant").party_id)
    few = Reach(items_max=1, depth_max=4)

    found = trace_events(
        dairy.engine, dairy.log, start, Direction.FORWARD, few, View(actor=AUTHORITY)
    )

    assert found.is_cut
