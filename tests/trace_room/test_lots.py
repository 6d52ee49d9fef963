"""The lots of a product, for those who may see them; and which goods a reader knows."""

from collections.abc import Iterator
from trace.identifiers import find_ids
from trace.lots import Lots, lots_of_product
from trace.sieves import known_to

import pytest

from base.db import reading
from parties.actors import Actor, Role
from tests.instances import Installation, lot, open_installation
from tests.trace_room.story import CUP, making, milk, seen_lot, to

AUTHORITY = Actor(id="key:1", role=Role.AUTHORITY)
CHEESE = lot("C0", CUP).partition("/10/")[0]
LOTS = tuple(lot(f"C{number}", CUP) for number in range(4))


@pytest.fixture
def dairy(database_url: str) -> Iterator[Installation]:
    """Let a plant make four lots of cheese, one after the other, and ship the second of them."""
    installation = open_installation(database_url)
    to_plant, to_bakery = to(installation, "plant"), to(installation, "bakery")
    installation.capture("farm", seen_lot(0, milk("A"), bizStep="shipping", **to_plant))
    for number, one in enumerate(LOTS):
        made = [{"epcClass": one, "quantity": 10, "uom": "KGM"}]
        event = making(5 + number, [milk("A")], [], outputQuantityList=made)
        installation.capture("plant", event)
    installation.capture("plant", seen_lot(20, LOTS[1], bizStep="shipping", **to_bakery))
    yield installation
    installation.engine.dispose()


def lots(dairy: Installation, who: str | None, *, rows_max: int = 9, events_max: int = 9) -> Lots:
    owner = dairy.party("plant").party_id
    assert owner is not None
    actor = AUTHORITY if who is None else dairy.party(who)
    with reading(dairy.engine) as connection:
        return lots_of_product(
            connection,
            dairy.log,
            (CHEESE, owner),
            actor,
            rows_max=rows_max,
            events_max=events_max,
        )


@pytest.mark.parametrize("who", [None, "plant"])
def test_the_lot_that_was_named_last_comes_first(dairy: Installation, who: str | None) -> None:
    found = lots(dairy, who)

    assert found.uris == (LOTS[1], LOTS[3], LOTS[2], LOTS[0])
    assert (found.has_more, found.is_whole) == (False, True)


def test_a_customer_is_told_of_the_lots_that_it_was_sent(dairy: Installation) -> None:
    assert lots(dairy, "bakery").uris == (LOTS[1],)
    assert lots(dairy, "farm").uris == ()


def test_what_is_left_out_is_said(dairy: Installation) -> None:
    few, newest = lots(dairy, None, rows_max=2), lots(dairy, None, events_max=2)

    assert (few.uris, few.has_more) == ((LOTS[1], LOTS[3]), True)
    assert (newest.uris, newest.is_whole) == ((LOTS[1], LOTS[3]), False)


def test_a_party_knows_what_its_own_and_its_partners_events_name(dairy: Installation) -> None:
    with reading(dairy.engine) as connection:
        ids = find_ids(connection, dairy.log, [*LOTS, milk("A")])

        def known(who: str, most: int | None = None) -> set[str]:
            return set(known_to(connection, dairy.log, ids, dairy.party(who), most))

        assert known("plant") == {*LOTS, milk("A")}
        assert known("bakery") == {LOTS[1]}
        assert known("farm") == {milk("A")}
        assert len(known("plant", 2)) == 2
        assert known_to(connection, dairy.log, ids, AUTHORITY) == ids
