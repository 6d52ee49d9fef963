"""Invented rows of the penalties."""

from datetime import date
from typing import Final

from credit.feeds.model import SubjectKind
from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party, uscc_of

AUTHORITIES: Final = (
    ("青岛市农业农村局", uscc_of(8, kind="11"), "青农罚", "农产品质量安全"),
    ("青岛市市场监督管理局", uscc_of(9, kind="11"), "青市监罚", "食品"),
    ("青岛市生态环境局", uscc_of(10, kind="11"), "青环罚", "其他"),
    ("青岛市应急管理局", uscc_of(11, kind="11"), "青应急罚", "安全生产"),
)
_ACTS: Final = (
    ("销售农药残留超标的农产品", "《农产品质量安全法》第七十条", "较大数额罚款"),
    ("未履行进货查验义务", "《食品安全法》第一百二十六条", "警告"),
    ("经营标签不符合规定的食品", "《食品安全法》第一百二十五条", "罚款;没收违法所得"),
    ("未按规定公示检查结果", "《安全生产法》第九十七条", "罚款"),
)
_KINDS: Final = {
    SubjectKind.PERSON: "01",
    SubjectKind.ENTERPRISE: "02",
    SubjectKind.ORGANISATION: "03",
    SubjectKind.SOLE_TRADER: "04",
}


def row_of(party: Party, draw: Draw, on: date) -> Row:
    """Return a penalty of a party that was decided on a day."""
    authority, authority_code, mark, field = draw.pick(AUTHORITIES)
    act, basis, kinds = draw.pick(_ACTS)
    is_person = party.kind is SubjectKind.PERSON
    wan = draw.below(20) + 1 if "罚款" in kinds else 0
    return {
        "cf_xdr_mc": party.name,
        "cf_xdr_lb": _KINDS[party.kind],
        "cf_xdr_shxym": party.uscc,
        "cf_xdr_gszc": "",
        "cf_xdr_zzjg": "",
        "cf_frdb": party.representative,
        "cf_xdr_zjlx": "01" if is_person else "",
        "cf_xdr_zjhm": party.person_number,
        "cf_wsh": f"{mark}〔{on.year}〕{party.number}-{draw.below(1000)}号",
        "cf_wfxw": act,
        "cf_sy": f"当事人{act}，事实清楚。",
        "cf_yj": basis,
        "cf_cflb": kinds,
        "cf_nr": f"罚款{wan}万元" if wan else "警告",
        "cf_nr_fk": f"{wan}.000000" if wan else "",
        "cf_jdrq": on.isoformat(),
        "cf_gsjzq": f"{on.year + 1}-{on.month:02d}-01",
        "cf_cfjg": authority,
        "cf_cfjgdm": authority_code,
        "cf_sjly": authority,
        "cf_ly": field,
        "bz": "",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("no kind of penalty but strokes", "cf_cflb", "missing", cf_cflb="||"),
    put("a kind of penalty that no list has", "cf_cflb", "unknown_word", cf_cflb="鞭刑"),
    put("a fine without its kind", "cf_nr_fk", "fine_without_kind", cf_nr_fk="5", cf_cflb="警告"),
    put(
        "a fine in yuan in the column of ten thousands",
        "cf_nr_fk",
        "wrong_unit",
        cf_nr_fk="50000",
        cf_nr="罚款50000元",
        cf_cflb="罚款",
    ),
    put(
        "an authority whose kind nobody knows",
        "cf_cfjg",
        "unknown_authority",
        cf_cfjg="天外天管理处",
    ),
    put("a decision without an article", "cf_yj", "missing", cf_yj="/"),
    put("a decision without an authority", "cf_cfjg", "missing", cf_cfjg="— —"),
    put("an end before the decision", "cf_yxq", "order", cf_yxq="1990-01-01"),
    put("a person under the code of a company", "cf_xdr_lb", "wrong_kind", cf_xdr_lb="01"),
    put(
        "a sole trader typed as a legal person",
        "cf_xdr_lb",
        "sole_trader_as_legal_person",
        cf_xdr_lb="02",
        cf_xdr_shxym=uscc_of(77, kind="92"),
    ),
    put("a number with a wide underscore", "cf_wsh", "", cf_wsh="青农罚＿2026＿7号"),
    put("a last day of publication that moves", "cf_gsjzq", "", cf_gsjzq="2029-01-01"),
    put(
        "a masked ID number of the representative", "cf_fr_sfzh", "", cf_fr_sfzh="3702**********12"
    ),
    put("zeros that stand for no code", "cf_xdr_gszc", "", cf_xdr_gszc="00000000000000000X"),
)
