"""Invented rows of the permits."""

from datetime import date
from typing import Final

from credit.feeds.model import SubjectKind
from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party, uscc_of

_AUTHORITY: Final = ("青岛市市场监督管理局", uscc_of(9, kind="11"))
_YEARS: Final = 5
_KINDS: Final = {
    SubjectKind.PERSON: "01",
    SubjectKind.ENTERPRISE: "02",
    SubjectKind.ORGANISATION: "03",
    SubjectKind.SOLE_TRADER: "04",
}


def row_of(party: Party, draw: Draw, on: date) -> Row:
    """Return a permit that was given to a party on a day."""
    return {
        "xk_xdr_mc": party.name,
        "xk_xdr_lb": _KINDS[party.kind],
        "xk_xdr_shxym": party.uscc,
        "xk_frdb": party.representative,
        "xk_xdr_zjlx": "01" if party.person_number else "",
        "xk_xdr_zjhm": party.person_number,
        "xk_xkws": "食品生产许可决定书",
        "xk_wsh": f"SC{draw.below(90) + 10}{party.number:08d}{on:%Y%m}",
        "xk_xklb": "01",
        "xk_xkzs": "食品生产许可证",
        "xk_xkbh": f"SC1{party.number:013d}",
        "xk_nr": draw.pick(("糕点", "乳制品", "肉制品", "饮料", "水产制品")),
        "xk_jdrq": on.isoformat(),
        "xk_yxqz": on.isoformat(),
        "xk_yxqzi": f"{on.year + _YEARS}-{on.month:02d}-28",
        "xk_xkjg": _AUTHORITY[0],
        "xk_xkjgdm": _AUTHORITY[1],
        "xk_zt": "1",
        "bz": "",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("a last day before the first", "xk_yxqzi", "order", xk_yxqzi="1999-01-01"),
    put("a kind of permit that was never given out", "xk_xklb", "unknown_word", xk_xklb="99"),
    put("a permit without an authority", "xk_xkjg", "missing", xk_xkjg="无"),
    put(
        "a sole trader typed as a legal person",
        "xk_xdr_lb",
        "sole_trader_as_legal_person",
        xk_xdr_lb="02",
        xk_xdr_shxym=uscc_of(77, kind="92"),
    ),
)
