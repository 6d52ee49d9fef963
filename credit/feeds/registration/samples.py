"""Invented rows of the register of enterprises."""

from datetime import date
from typing import Final

from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party


def row_of(party: Party, draw: Draw, on: date) -> Row:  # noqa: ARG001 -- every sampler has one shape
    """Return the row of a party: it is registered, whatever the day."""
    return {
        "name": party.name,
        "uscc": party.uscc,
        "kind": "04" if party.kind == "sole_trader" else "02",
        "reg_no": f"3702{party.number:011d}",
        "org_code": party.org_code,
        "former_names": f"青岛第{party.number}食品厂" if draw.happens(10) else "",
        "representative": party.representative,
        "region": party.region,
        "industry": party.industry,
        "address": f"青岛市市南区香港中路{party.number % 400 + 1}号",
        "capital": f"{draw.below(1000) + 1}.000000",
        "established_on": party.established_on.isoformat(),
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("the organisation code of another party", "org_code", "other_party", org_code="12345678-8"),
    put("a region of five digits", "region", "bad_code", region="37020"),
    put("an end of a party that goes on", "ended_on", "order", ended_on="2026-01-01"),
)
