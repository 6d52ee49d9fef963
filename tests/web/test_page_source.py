"""What the pages are given from the register."""

import json
from trace.history import History
from typing import Any

from tests.parties.samples import gtin_uri
from tests.web.house import House
from web.page_source import LedgerPages


def register(house: House, path: str, **values: Any) -> str:
    body = {"party_id": str(house.party_id), **values}
    response = house.ask("POST", f"/api/v1/{path}", role="operator", json=body)
    return str(json.loads(response.get_data())["id"])


def test_a_page_gets_the_certificates_of_its_own_lot_alone(house: House) -> None:
    product = register(house, "products", uri=gtin_uri(1), name_zh="酸奶")
    for number, lot in (("of the product", None), ("of A/1", "A/1"), ("of B", "B")):
        register(
            house,
            "certificates",
            product_id=product,
            lot=lot,
            kind="factory",
            number=number,
            issuer="x",
            from_on="2026-01-01",
        )
    pages = LedgerPages(services=house.services)

    shown = {}
    for tail in ("/21/S1", "/10/A%2F1", "/10/B", "/10/C"):
        subject = gtin_uri(1) + tail
        whole = History(subject=subject, steps=(), truncated=False, log=house.services.log, size=0)
        shown[tail] = {card.number for card in pages.load_directory(whole).certificates}

    assert shown == {
        "/21/S1": {"of the product"},
        "/10/A%2F1": {"of the product", "of A/1"},
        "/10/B": {"of the product", "of B"},
        "/10/C": {"of the product"},
    }
