"""Seven critical tracking events of lettuce and fish, as their recorder told them."""

from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from werkzeug.test import TestResponse

from tests.parties.samples import gln_uri, gtin_uri
from tests.web.epcis_world import post_document
from tests.web.house import House
from tests.web.issuing_world import new_product, new_site

FSMA = "/api/v1/submissions/fsma204.xlsx"
LETTUCE = gtin_uri(1) + "/10/L1"
PACKED = gtin_uri(1) + "/10/P1"
SALAD = gtin_uri(1) + "/10/S1"
FISH = gtin_uri(1) + "/10/F1"
FARM, PLANT, SHOP = gln_uri(1), gln_uri(2), gln_uri(3)
PAPER = "urn:epcglobal:cbv:bt:6901234000016:BOL-1"


def amount(lot: str, quantity: float = 12.5) -> list[dict[str, Any]]:
    return [{"epcClass": lot, "quantity": quantity, "uom": "KGM"}]


def event(hour: int, kind: str = "ObjectEvent", **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "eventTime": f"2026-02-27T{hour:02d}:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "bizTransactionList": [{"type": "bol", "bizTransaction": PAPER}],
        "readPoint": {"id": FARM},
        **more,
    }


def sides(source: str, destination: str) -> dict[str, Any]:
    return {
        "sourceList": [{"type": "location", "source": source}],
        "destinationList": [{"type": "location", "destination": destination}],
    }


CHAIN: dict[str, dict[str, Any]] = {
    "Harvesting": event(
        1,
        action="ADD",
        bizStep="sx:harvesting",
        disposition="active",
        quantityList=amount(LETTUCE),
        ilmd={"sx:variety": "=Romaine", "sx:cte": "veg_fruit/harvest"},
        **{"sx:plotNumber": "A-07"},
        **sides(FARM, PLANT),
    ),
    "Cooling": event(
        2,
        action="OBSERVE",
        bizStep="sx:cooling",
        quantityList=amount(LETTUCE),
        **sides(FARM, PLANT),
    ),
    "Initial packing": event(
        3,
        "TransformationEvent",
        bizStep="packing",
        bizLocation={"id": PLANT},
        inputQuantityList=amount(LETTUCE),
        outputQuantityList=amount(PACKED, 12),
        **{"sx:farmName": "Farm 1"},
    ),
    "First land-based receiving": event(
        4,
        action="ADD",
        bizStep="commissioning",
        quantityList=amount(FISH, 3),
        ilmd={"sx:species": "Larimichthys crocea", "sx:landingPort": "Ningbo"},
        **{"sx:catchArea": "FAO 61"},
    ),
    "Shipping": event(
        5,
        action="OBSERVE",
        bizStep="shipping",
        disposition="in_transit",
        quantityList=amount(PACKED, 12),
        **sides(PLANT, SHOP),
    ),
    "Receiving": event(
        6,
        action="OBSERVE",
        bizStep="receiving",
        bizLocation={"id": SHOP},
        quantityList=amount(PACKED, 12),
        **sides(PLANT, SHOP),
    ),
    "Transformation": event(
        17,
        "TransformationEvent",
        bizStep="commissioning",
        inputQuantityList=amount(PACKED, 4),
        outputQuantityList=amount(SALAD, 3.5),
    ),
}


def tell(house: House) -> None:
    """Register the places and the product, and capture the chain."""
    new_product(house, name="生菜")
    for number in (1, 2, 3):
        new_site(house, number)
    answer = post_document(house, *CHAIN.values())
    assert answer.status_code == 202, answer.get_data(as_text=True)


def pages_of(answer: TestResponse) -> dict[str, Worksheet]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    book = openpyxl.load_workbook(BytesIO(answer.get_data()))
    return {page.title: page for page in book.worksheets}


def rows_of(page: Worksheet) -> list[dict[str, Any]]:
    """Return the rows of a sheet by the first line of their headers; an empty cell is None."""
    heads = [str(cell.value).partition("\n")[0] for cell in page[1]]
    return [
        dict(zip(heads, (_read(cell.value) for cell in row), strict=True))
        for row in page.iter_rows(min_row=2)
    ]


def _read(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value or None
