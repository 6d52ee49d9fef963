"""Invented rows of the list of serious violations."""

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
        "list_no": f"青市监列〔{on.year}〕{party.number}-{draw.below(100)}号",
        "ground": "未取得食品生产许可从事食品生产",
        "article": "《市场监督管理严重违法失信名单管理办法》第五条第一项",
        "listed_on": on.isoformat(),
        "authority": "青岛市市场监督管理局",
        "removed_no": "",
        "removed_on": "",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("a listing without an article", "article", "missing", article="无"),
    put("a listing without an authority", "authority", "missing", authority="/"),
    put("a removal without its decision", "removed_no", "half_removed", removed_on="2099-01-01"),
    put(
        "a removal before the listing",
        "removed_on",
        "order",
        removed_on="1999-01-01",
        removed_no="青市监移〔1999〕1号",
    ),
)
