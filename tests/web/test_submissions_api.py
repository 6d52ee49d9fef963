"""The FSMA 204 spreadsheet: every cell is what its event says, and every row names its event."""

from datetime import date
from trace.reading import read_events
from typing import Any

import pytest

from base.db import reading
from ledger.parts import Part
from parties.actors import Actor, Role
from tests.parties.samples import NOW
from tests.web.epcis_world import check, get, new_key, post_document
from tests.web.house import House
from tests.web.submission_world import (
    CHAIN,
    FARM,
    FISH,
    FSMA,
    LETTUCE,
    PACKED,
    PAPER,
    PLANT,
    SALAD,
    SHOP,
    pages_of,
    rows_of,
    tell,
)

DAY, LATE = date(2026, 2, 27), date(2026, 2, 28)
PRODUCT = "Yoghurt; 200克"
SINCE = f"{FSMA}?since=2026-02-01"
PAPERS = {"Reference document type": "bol", "Reference document number": PAPER}


def place(uri: str) -> str:
    number = (FARM, PLANT, SHOP).index(uri) + 1
    return f"Farm 1; Plant {number}; {uri}"


GOODS = {
    "Commodity": "Yoghurt",
    "Quantity": 12.5,
    "Unit of measure": "kg",
    "Immediate subsequent recipient location description": place(PLANT),
}
MOVED = {
    "Traceability lot code": PACKED,
    "Quantity": 12,
    "Unit of measure": "kg",
    "Product description": PRODUCT,
    "Traceability lot code source location": place(PLANT),
    **PAPERS,
}
EXPECTED: dict[str, list[dict[str, Any]]] = {
    "Harvesting": [
        {
            **GOODS,
            **PAPERS,
            "Variety": "=Romaine",
            "Farm location description": place(FARM),
            "Field or growing area name": "A-07",
            "Date of harvesting": DAY,
        }
    ],
    "Cooling": [
        {
            **GOODS,
            **PAPERS,
            "Cooling location description": place(FARM),
            "Date of cooling": DAY,
            "Farm location description": place(FARM),
        }
    ],
    "Initial packing": [
        {
            "Commodity received": "Yoghurt",
            "Quantity received": 12.5,
            "Unit of measure received": "kg",
        },
        {
            "Traceability lot code assigned": PACKED,
            "Product description": PRODUCT,
            "Quantity packed": 12,
            "Unit of measure packed": "kg",
        },
    ],
    "First land-based receiving": [
        {
            "Traceability lot code assigned": FISH,
            "Species or acceptable market name": "Larimichthys crocea",
            "Product description": PRODUCT,
            "Quantity": 3,
            "Unit of measure": "kg",
            "Harvest locations": "FAO 61",
            "First land-based receiver location (traceability lot code source)": place(FARM),
            "Landing date": DAY,
            **PAPERS,
        }
    ],
    "Shipping": [
        {
            **MOVED,
            "Immediate subsequent recipient location description": place(SHOP),
            "Ship-from location description": place(PLANT),
            "Date shipped": DAY,
        }
    ],
    "Receiving": [
        {
            **MOVED,
            "Immediate previous source location description": place(PLANT),
            "Receiving location description": place(SHOP),
            "Date received": DAY,
        }
    ],
    "Transformation": [
        {
            "Input traceability lot code": PACKED,
            "Input product description": PRODUCT,
            "Input quantity used": 4,
            "Input unit of measure": "kg",
        },
        {
            "New traceability lot code": SALAD,
            "Output product description": PRODUCT,
            "Output quantity": 3.5,
            "Output unit of measure": "kg",
        },
    ],
}
for packed in EXPECTED["Initial packing"]:
    packed |= {
        **PAPERS,
        "Harvester business name": "Farm 1",
        "Packing location description (traceability lot code source)": place(PLANT),
        "Date of initial packing": DAY,
    }
for made in EXPECTED["Transformation"]:
    made |= {
        **PAPERS,
        "Transformation location description (traceability lot code source)": place(FARM),
        # 17:00 in Greenwich is the next day where it happened.
        "Date transformation was completed": LATE,
    }


def cited(house: House, name: str) -> dict[str, Any]:
    """Return what a row of this event cites, read from the ledger itself."""
    with reading(house.services.engine) as connection:
        found = read_events(
            connection, house.services.log, range(50), Actor(id="test", role=Role.AUDITOR)
        )
    wanted = CHAIN[name]["eventTime"]
    one = next(one for one in found.values() if one.event["eventTime"] == wanted)
    assert Part.CHAIN in one.parts
    return {
        "Recorded by": "Farm 1",
        "Event time": wanted,
        "Ledger entry": one.seq,
        "Event hash": one.event_hash,
        "Record kept until": date(NOW.year + 2, NOW.month, NOW.day),
    }


def test_every_cell_of_the_seven_sheets_is_what_its_event_says(house: House) -> None:
    tell(house)

    pages = pages_of(get(house, SINCE, role="authority"))

    assert list(pages) == ["Read me", *EXPECTED]
    for name, expected in EXPECTED.items():
        rows = rows_of(pages[name])
        assert [{k: v for k, v in row.items() if v is not None} for row in rows] == [
            {**row, **cited(house, name)} for row in expected
        ], name
    check(house)


def test_a_text_that_looks_like_a_formula_stays_text(sqlite_house: House) -> None:
    tell(sqlite_house)

    page = pages_of(get(sqlite_house, SINCE))["Harvesting"]

    cell = next(cell for cell in page[2] if cell.value == "=Romaine")
    assert cell.data_type == "s"


def test_rows_of_a_lot_are_those_that_name_it(sqlite_house: House) -> None:
    tell(sqlite_house)

    pages = pages_of(get(sqlite_house, f"{FSMA}?lots={LETTUCE},{FISH}"))

    counts = {name: len(rows_of(pages[name])) for name in EXPECTED}
    assert counts == {
        "Harvesting": 1,
        "Cooling": 1,
        "Initial packing": 2,
        "First land-based receiving": 1,
        "Shipping": 0,
        "Receiving": 0,
        "Transformation": 0,
    }


def test_a_producer_gets_its_own_records_alone(sqlite_house: House) -> None:
    tell(sqlite_house)
    stranger, _ = new_key(sqlite_house, 9)

    own = pages_of(get(sqlite_house, SINCE))
    other = pages_of(get(sqlite_house, SINCE, key=stranger))
    asked = get(sqlite_house, f"{SINCE}&party={sqlite_house.party_id}", key=stranger)

    assert len(rows_of(own["Shipping"])) == 1
    assert sum(len(rows_of(other[name])) for name in EXPECTED) == 0
    assert asked.status_code == 404


def test_what_was_declared_wrong_is_left_out(sqlite_house: House) -> None:
    tell(sqlite_house)
    wrong = {
        **CHAIN["Shipping"],
        "errorDeclaration": {
            "declarationTime": "2026-02-28T00:00:00.000Z",
            "reason": "did_not_occur",
        },
    }
    assert post_document(sqlite_house, wrong).status_code == 202

    pages = pages_of(get(sqlite_house, SINCE))

    assert rows_of(pages["Shipping"]) == []
    assert len(rows_of(pages["Receiving"])) == 1


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("", "since"),
        ("since=2026-02-02&until=2026-02-01", "until"),
        ("since=1066-01-01", "since"),
        ("lots=" + ",".join(["6901234000016"] * 101), "lots"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_path(
    sqlite_house: House, query: str, path: str
) -> None:
    answer = get(sqlite_house, f"{FSMA}?{query}")

    assert answer.status_code in (400, 422)
    assert answer.get_json()["errors"][0]["path"] == path
