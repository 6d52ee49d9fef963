"""Invented rows of the honours."""

from datetime import date
from typing import Final

from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party


def row_of(party: Party, draw: Draw, on: date) -> Row:
    """Return an honour that was given to a party on a day."""
    return {
        "name": party.name,
        "uscc": party.uscc,
        "honour": draw.pick(("守合同重信用企业", "市长质量奖", "诚信示范企业")),
        "number": f"青市监〔{on.year}〕{party.number}号",
        "authority": "青岛市市场监督管理局",
        "given_on": on.isoformat(),
        "until": f"{on.year + 3}-12-31",
        "withdrawn_on": "",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("a last day before the first", "until", "order", until="1999-01-01"),
    put("an honour without a decision", "number", "missing", number="— —"),
)
