"""Invented rows of the sampling inspections."""

from datetime import date
from typing import Final

from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party

_FAILED_PERCENT: Final = 8


def row_of(party: Party, draw: Draw, on: date) -> Row:
    """Return a sample that was taken from a party on a day."""
    has_failed = draw.happens(_FAILED_PERCENT)
    return {
        "sample_no": f"XBJ{on:%y%m%d}{party.number:08d}{draw.below(100):02d}",
        "name": party.name,
        "uscc": party.uscc,
        "role": draw.pick(("生产", "销售")),
        "product": draw.pick(("牛奶", "韭菜", "大米", "花蛤", "鸡蛋")),
        "lot": f"{on:%Y%m%d}",
        "result": "不合格" if has_failed else "合格",
        "failed_item": "氯霉素" if has_failed else "",
        "sampled_on": on.isoformat(),
        "authority": "山东省市场监督管理局",
        "laboratory": "青岛市食品检验中心",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put(
        "a failure that names nothing",
        "failed_item",
        "contradiction",
        result="不合格",
        failed_item="",
    ),
    put(
        "what failed in a passed sample",
        "failed_item",
        "contradiction",
        result="合格",
        failed_item="铅",
    ),
    put("a result that no list has", "result", "unknown_word", result="基本合格"),
)
