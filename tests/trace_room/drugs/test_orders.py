"""Whatever comes first, the state of a pack is the same; and a recall of the desk reaches it."""

from itertools import permutations
from trace.drugs.model import State

from tests.instances import Installation, lot, serial
from tests.trace_room.drugs.counter import (
    codes_of,
    deliver,
    do,
    look,
    own_medicine,
    pack,
    receive,
    refusals,
    seen,
    told,
    unpack,
)
from tests.trace_room.recall.world import opened


def test_events_recorded_in_any_order_give_the_same_state(installation: Installation) -> None:
    own_medicine(installation)
    orders = list(permutations(range(4)))
    packs = [serial(number) for number in range(len(orders))]
    deliver(installation, *packs)

    for uri, order in zip(packs, orders, strict=True):
        site = {"bizLocation": {"id": installation.site_of("pharmacy")}}
        event_id = f"urn:uuid:{packs.index(uri):08d}-1111-4111-8111-111111111111"
        wrong = seen(5, uri, disposition="stolen", bizStep="decommissioning", eventID=event_id)
        declared = {"declarationTime": told(9), "reason": "did_not_occur"}
        told_so = [
            seen(3, uri, bizStep="dispensing", disposition="dispensed", **site),
            seen(4, uri, bizStep="stocking", disposition="active", **site),
            wrong,
            {**wrong, "errorDeclaration": declared},
        ]
        for at in order:
            installation.capture("pharmacy", told_so[at])

    assert set(codes_of(installation, *packs)) == {"active"}


def test_a_case_that_is_filled_again_keeps_its_packs_apart(installation: Installation) -> None:
    first, second = serial(1), serial(2)
    deliver(installation, first, second)
    case = "https://id.gs1.org/00/069012345000000011"
    pack(installation, 3, "pharmacy", case, first)
    unpack(installation, 4, "pharmacy", case)
    pack(installation, 6, "pharmacy", case, second)

    installation.capture("pharmacy", seen(5, case, bizStep="dispensing"))
    receive(installation, 7, "pharmacy", case)

    assert codes_of(installation, first, second) == ["active", "active"]
    assert [one.pack.uri for one in look(installation, case)] == [second]


def test_a_recall_of_the_desk_reaches_the_packs_of_its_lot(installation: Installation) -> None:
    own_medicine(installation)
    deliver(installation, serial(1), serial(2))

    opened(installation, lot("L1"))
    done = do(installation, "pharmacy", State.SUPPLIED, serial(1))

    assert codes_of(installation, serial(1), serial(2)) == ["recalled", "recalled"]
    assert refusals(done) == ["recalled"]
