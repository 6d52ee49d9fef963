"""Invented rows of the major tax violations."""

from datetime import date
from typing import Final

from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party


def row_of(party: Party, draw: Draw, on: date) -> Row:
    """Return a case of a party that was published on a day."""
    return {
        "nsrmc": party.name,
        "nsrsbh": party.uscc,
        "zzjgdm": party.org_code,
        "ajsbq": f"{on.year}年第{(on.month + 2) // 3}季度",
        "fddbr": f"{party.representative}，男，身份证",
        "ajxz": draw.pick(("偷税", "虚开普通发票", "走逃(失联)", "虚开增值税专用发票")),
        "wfss": f"少缴增值税{draw.below(900) + 100}.3万元",
        "flyj": "《税收征收管理法》第六十三条，处以罚款",
        "gbrq": on.isoformat(),
        "jg": "国家税务总局青岛市税务局稽查局",
        "tzrq": "",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("an authority that is none of tax", "jg", "unknown_authority", jg="青岛市公安局"),
    put("an end before the publication", "tzrq", "order", tzrq="1999-01-01"),
    put("a case without an article", "flyj", "missing", flyj="无"),
    put("a nature of a case that no list has", "ajxz", "unknown_word", ajxz="态度恶劣"),
)
