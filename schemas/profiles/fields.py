"""What may stand at a path: the fields of EPCIS, of the register and of the ledger, and the terms.

The rule that must stay true: a field has one kind and one visibility, whatever class asks for it;
that of an EPCIS field is the one of `schemas.visibility`, which a test compares.
"""

from collections.abc import Mapping
from typing import Final

from schemas.profiles.model import Field, Kind, SeenBy, Words
from schemas.profiles.paths import Place, parse_path


def field_at(text: str, terms: Mapping[str, Field]) -> Field:
    """Return what may stand at a resolved path; raises `KeyError` for a term nobody defined."""
    path = parse_path(text)
    if path.place in (Place.TERM, Place.ILMD, Place.LOT):
        return terms[path.name]
    if path.place is Place.REGISTER:
        return terms[path.part] if ":" in path.part else _REGISTER[text]
    if path.place is Place.SYSTEM:
        return _SYSTEM[text]
    if path.place is Place.LISTED:
        return _LISTED[path.name, path.part]
    if path.place is Place.READING:
        return _READINGS[path.name, path.part]
    return _BY_PLACE.get(path.place) or _FIELDS[path.name]


def _fields(
    seen_by: SeenBy, *rows: tuple[str, Kind, str, str], stem: str = ""
) -> Mapping[str, Field]:
    return {
        stem + name: Field(name=stem + name, kind=kind, seen_by=seen_by, label=Words(zh=zh, en=en))
        for name, kind, zh, en in rows
    }


_FIELDS: Final = {
    **_fields(
        SeenBy.PUBLIC,
        ("eventTime", Kind.INSTANT, "发生时间", "time"),
        ("readPoint", Kind.PLACE, "发生地点", "place"),
        ("bizLocation", Kind.PLACE, "其后所在地点", "place afterwards"),
        ("disposition", Kind.DISPOSITION, "状态(结论)", "disposition"),
    ),
    **_fields(
        SeenBy.CHAIN,
        ("parentID", Kind.ITEM, "外包装(容器)码", "code of the outer pack"),
        ("errorDeclaration", Kind.DECLARATION, "更正声明", "error declaration"),
    ),
}
_BY_PLACE: Final = {
    Place.THINGS: _fields(SeenBy.CHAIN, ("goods", Kind.THINGS, "对象", "goods"))["goods"],
    Place.ITEMS: _fields(SeenBy.CHAIN, ("items", Kind.ITEMS, "单品(包装)码", "item codes"))[
        "items"
    ],
    Place.LOTS: _fields(SeenBy.PUBLIC, ("lot", Kind.LOT, "批次", "lot"))["lot"],
    Place.QUANTITIES: _fields(SeenBy.CHAIN, ("quantity", Kind.QUANTITY, "数量", "quantity"))[
        "quantity"
    ],
    Place.DEVICE: _fields(SeenBy.CHAIN, ("deviceID", Kind.URI, "监测设备号", "logger"))["deviceID"],
}
_LISTED: Final = {
    (name, word): Field(
        name=f"{name}[{word}]", kind=kind, seen_by=SeenBy.CHAIN, label=Words(zh=zh, en=en)
    )
    for name, word, kind, zh, en in (
        ("bizTransactionList", "bol", Kind.DOCUMENT, "运单(交易凭证)号", "waybill"),
        ("bizTransactionList", "cert", Kind.DOCUMENT, "证书(许可)号", "certificate"),
        ("bizTransactionList", "desadv", Kind.DOCUMENT, "发货单号", "dispatch note"),
        ("bizTransactionList", "inv", Kind.DOCUMENT, "发票(销售单)号", "invoice"),
        ("bizTransactionList", "pedigree", Kind.DOCUMENT, "谱系文件号", "pedigree"),
        ("bizTransactionList", "po", Kind.DOCUMENT, "订单号", "order"),
        ("bizTransactionList", "poc", Kind.DOCUMENT, "订单确认号", "order confirmation"),
        ("bizTransactionList", "prodorder", Kind.DOCUMENT, "生产指令号", "production order"),
        ("bizTransactionList", "recadv", Kind.DOCUMENT, "收货单号", "receipt note"),
        ("bizTransactionList", "rma", Kind.DOCUMENT, "退货单号", "return note"),
        ("bizTransactionList", "testprd", Kind.DOCUMENT, "检验规程号", "test procedure"),
        ("bizTransactionList", "testres", Kind.DOCUMENT, "检验报告号", "test report"),
        ("bizTransactionList", "upevt", Kind.DOCUMENT, "上游事件", "upstream event"),
        ("sourceList", "owning_party", Kind.PARTY, "来源(货主)", "from, as owner"),
        ("sourceList", "possessing_party", Kind.PARTY, "来源(持有方)", "from, as holder"),
        ("sourceList", "location", Kind.PARTY, "来源地点", "from, as place"),
        ("destinationList", "owning_party", Kind.PARTY, "去向(货主)", "to, as owner"),
        ("destinationList", "possessing_party", Kind.PARTY, "去向(持有方)", "to, as holder"),
        ("destinationList", "location", Kind.PARTY, "去向地点", "to, as place"),
    )
}
_READINGS: Final = {
    (kind, part): Field(
        name=f"{kind}.{part}", kind=Kind.READING, seen_by=SeenBy.PUBLIC, label=Words(zh=zh, en=en)
    )
    for kind, part, zh, en in (
        ("Temperature", "value", "温度", "temperature"),
        ("Temperature", "minValue", "最低温度", "lowest temperature"),
        ("Temperature", "maxValue", "最高温度", "highest temperature"),
        ("RelativeHumidity", "value", "相对湿度", "relative humidity"),
        ("RelativeHumidity", "minValue", "最低相对湿度", "lowest relative humidity"),
        ("RelativeHumidity", "maxValue", "最高相对湿度", "highest relative humidity"),
    )
}
READING_UNITS: Final = {"Temperature": "CEL", "RelativeHumidity": "P1"}
"""The unit that a sensor's report of a kind is asked for in."""

# Columns of the register (`parties.tables`); what it has no column for is named by a term.
_REGISTER: Final = {
    **_fields(
        SeenBy.PUBLIC,
        ("name_zh", Kind.TEXT, "产品名称", "product name"),
        ("spec_zh", Kind.TEXT, "规格", "specification"),
        ("class_code", Kind.TEXT, "产品分类", "product class"),
        ("uri", Kind.URI, "商品条码(GTIN)", "GTIN"),
        ("owner", Kind.PARTY, "生产企业(品牌方)", "maker or brand owner"),
        stem="product.",
    ),
    **_fields(
        SeenBy.PUBLIC,
        ("uscc", Kind.TEXT, "统一社会信用代码", "unified social credit code"),
        ("name_zh", Kind.TEXT, "主体名称", "name"),
        ("kind", Kind.TEXT, "主体类型", "kind of party"),
        ("region", Kind.TEXT, "行政区划代码", "administrative region"),
        ("gln", Kind.TEXT, "全球位置码(GLN)", "GLN"),
        ("licence_kind", Kind.TEXT, "许可(备案)类型", "kind of licence"),
        ("licence_no", Kind.TEXT, "许可(备案)号", "licence number"),
        stem="party.",
    ),
    **_fields(
        SeenBy.PUBLIC,
        ("number", Kind.TEXT, "证书(报告)编号", "certificate number"),
        ("kind", Kind.TEXT, "证书类型", "kind of certificate"),
        ("issuer", Kind.TEXT, "发证机构", "issuer"),
        ("from_on", Kind.DATE, "有效期起", "valid from"),
        ("until_on", Kind.DATE, "有效期止", "valid until"),
        ("link", Kind.URI, "查验网址", "address to verify it"),
        stem="certificate.",
    ),
}
_SYSTEM: Final = {
    **_fields(
        SeenBy.CHAIN,
        ("eventID", Kind.URI, "事件号", "event id"),
        ("actor", Kind.PARTY, "记录主体", "recording party"),
        ("nearExpiry", Kind.BOOLEAN, "近效期标志", "near expiry"),
        stem="system.",
    ),
    **_fields(
        SeenBy.AUTHORITY,
        ("recordTime", Kind.INSTANT, "录入时间", "record time"),
        ("partiesNotified", Kind.INTEGER, "已通知单位数", "parties notified"),
        ("quantitySold", Kind.NUMBER, "已销售数量", "quantity sold"),
        ("quantityRecovered", Kind.NUMBER, "已收回数量", "quantity recovered"),
        stem="system.",
    ),
}
