"""Invented rows of the list of abnormal operations."""

from datetime import date
from typing import Final

from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party


def row_of(party: Party, draw: Draw, on: date) -> Row:
    """Return the listing of a party on a day."""
    return {
        "name": party.name,
        "uscc": party.uscc,
        "ground": draw.pick(("未按期公示年度报告", "通过登记的住所无法联系")),
        "listed_on": on.isoformat(),
        "list_no": f"青异〔{on.year}〕{party.number}号",
        "authority": "青岛市市场监督管理局",
        "removed_on": "",
        "removed_why": "",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("a ground that no list has", "ground", "unknown_word", ground="人缘不好"),
    put("a removal before the listing", "removed_on", "order", removed_on="1999-01-01"),
    put(
        "an authority whose kind nobody knows", "authority", "unknown_authority", authority="某某处"
    ),
)
