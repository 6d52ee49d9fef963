"""Goods that tests of findings tell of: a lot by weight, and a product of a class."""

from datetime import UTC, datetime
from typing import Any

from base.db import transaction
from parties.drafts import ProductDraft
from parties.register import register_product
from tests.instances import Installation, lot
from tests.trace_room.story import seen_lot

RICE = lot("RICE")


def amount(minute: int, kilos: float, uri: str = RICE, **more: Any) -> dict[str, Any]:
    named = [{"epcClass": uri, "quantity": kilos, "uom": "KGM"}]
    return seen_lot(minute, uri, **more) | {"quantityList": named}


def product_of(
    installation: Installation,
    name: str,
    class_code: str,
    now: datetime = datetime(2024, 1, 1, tzinfo=UTC),
) -> Any:
    """Register the product that the lot and the serials of the tests are of."""
    party_id = installation.party(name).party_id
    assert party_id is not None
    uri = "https://id.gs1.org/01/06901234567892"
    draft = ProductDraft(party_id=party_id, uri=uri, name_zh="货", class_code=class_code)
    with transaction(installation.engine) as connection:
        card = register_product(connection, draft, now=now)
    installation.desk.owners.forget(uri)
    return card
