"""Pallets in the FSMA 204 spreadsheet: what was on them at that time, and nothing else."""

from typing import Any

import pytest

from tests.parties.samples import gtin_uri
from tests.web.epcis_world import get, post_document
from tests.web.house import House
from tests.web.issuing_world import new_product, new_site
from tests.web.submission_world import FSMA, PLANT, SHOP, amount, event, pages_of, rows_of, sides

PALLET = "https://id.gs1.org/00/069012345000000011"
CASE = "https://id.gs1.org/00/069012345000000028"
FIRST, SECOND = gtin_uri(1) + "/10/P1", gtin_uri(1) + "/10/P2"
EACH = [gtin_uri(1) + f"/21/s{number}" for number in (1, 2)]


def packing(hour: int, parent: str, action: str = "ADD", **what: Any) -> dict[str, Any]:
    step = "unpacking" if action == "DELETE" else "packing"
    return event(hour, "AggregationEvent", action=action, bizStep=step, parentID=parent, **what)


def moved(hour: int, step: str, what: str = PALLET) -> dict[str, Any]:
    return event(hour, action="OBSERVE", bizStep=step, epcList=[what], **sides(PLANT, SHOP))


EVENTS = [
    event(
        1,
        action="ADD",
        bizStep="commissioning",
        epcList=EACH,
        ilmd={"cbvmda:lotNumber": "P2"},
    ),
    packing(2, CASE, childEPCs=EACH),
    packing(3, PALLET, childEPCs=[CASE], childQuantityList=amount(FIRST, 12)),
    packing(4, PALLET, "DELETE", childQuantityList=amount(FIRST, 2)),
    moved(5, "shipping"),
    moved(6, "receiving"),
    packing(7, PALLET, "DELETE"),
    packing(8, PALLET, childQuantityList=amount(gtin_uri(1) + "/10/P3", 7)),
    moved(9, "shipping"),
]


@pytest.fixture(name="told")
def told_fixture(house: House) -> House:
    new_product(house, name="生菜")
    for number in (1, 2, 3):
        new_site(house, number)
    answer = post_document(house, *EVENTS)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return house


def lots_of(house: House, sheet: str, query: str) -> list[tuple[Any, Any, Any, Any]]:
    rows = rows_of(pages_of(get(house, f"{FSMA}?{query}"))[sheet])
    names = ("Traceability lot code", "Quantity", "Unit of measure", "In logistic unit")
    return [tuple(row[name] for name in names) for row in rows]


def test_a_pallet_that_moves_has_a_row_for_each_lot_on_it_then(told: House) -> None:
    load = [(FIRST, 10, "kg", PALLET), (SECOND, 2, None, PALLET)]

    shipped = lots_of(told, "Shipping", "since=2026-02-01")
    received = lots_of(told, "Receiving", "since=2026-02-01")

    assert sorted(shipped[:2]) == load
    assert shipped[2:] == [(gtin_uri(1) + "/10/P3", 7, "kg", PALLET)]
    assert sorted(received) == load


@pytest.mark.parametrize(
    ("lot", "much"), [(FIRST, (10, "kg")), (SECOND, (2, None))], ids=["by amount", "in a case"]
)
def test_a_lot_is_found_where_only_its_pallet_is_named(
    told: House, lot: str, much: tuple[int, str | None]
) -> None:
    for sheet in ("Shipping", "Receiving"):
        assert lots_of(told, sheet, f"lots={lot}") == [(lot, *much, PALLET)]


def test_a_lot_that_came_onto_an_emptied_pallet_has_its_own_journey_alone(told: House) -> None:
    third = gtin_uri(1) + "/10/P3"

    assert lots_of(told, "Shipping", f"lots={third}") == [(third, 7, "kg", PALLET)]
    assert lots_of(told, "Receiving", f"lots={third}") == []


def test_a_pallet_of_unknown_content_keeps_a_row_of_its_own(house: House) -> None:
    new_site(house, 1)
    post_document(house, moved(5, "shipping"))

    assert lots_of(house, "Shipping", "since=2026-02-01") == [(PALLET, 1, None, None)]


def test_the_front_page_says_how_many_events_are_left_out(told: House) -> None:
    front = pages_of(get(told, f"{FSMA}?since=2026-02-01"))["Read me"]

    said = {row[0].value: row[1].value for row in front.iter_rows(max_row=12)}
    assert said["Events"] == "3"
    assert str(said["Events left out"]).startswith("6: ")
