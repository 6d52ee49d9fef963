"""What the parts of a code are called, what is odd about one and why one is refused.

Refusals and warnings are worded in `codes`; here are the parts. The rule that must stay true: a
part without a row is not shown, unless it is an element of GS1, which is then called by the data
title that is printed beside it.
"""

from collections.abc import Mapping
from typing import Final

from codes.gs1.ais import AIS
from codes.gs1.meaning import explain
from codes.model import CodeError, CodeWarning
from codes.words_zh import RULES_ZH, WARNINGS_ZH
from parties.issuing.tags import SIGNED, Signature
from web.pages.model import Lang
from web.pages.regions import region_name
from web.pages.words import Words, by_name

# GS1 General Specifications 3.2, the elements that people read on labels.
_ELEMENTS: Final[Mapping[str, Words]] = by_name((
    ("00", "物流单元 SSCC", "Logistic unit (SSCC)"),
    ("01", "商品条码 GTIN", "Product (GTIN)"),
    ("02", "内装商品 GTIN", "Contents (GTIN)"),
    ("10", "批号", "Lot"),
    ("11", "生产日期", "Produced on"),
    ("12", "付款到期日", "Due date"),
    ("13", "包装日期", "Packed on"),
    ("15", "最佳食用日期", "Best before"),
    ("16", "最迟销售日期", "Sell by"),
    ("17", "有效期至", "Use by or expiry"),
    ("20", "变体", "Variant"),
    ("21", "序列号", "Serial"),
    ("22", "消费产品变体", "Consumer product variant"),
    ("30", "数量", "Count"),
    ("37", "内装件数", "Count of contents"),
    ("98", "防伪签名", "Signature"),
    ("251", "来源对象", "Source object"),
    ("253", "单证 GDTI", "Document (GDTI)"),
    ("254", "位置扩展", "Extension of the location"),
    ("255", "优惠券 GCN", "Coupon (GCN)"),
    ("400", "订单号", "Order number"),
    ("401", "托运代码 GINC", "Consignment (GINC)"),
    ("402", "装运代码 GSIN", "Shipment (GSIN)"),
    ("410", "交货地 GLN", "Ship to (GLN)"),
    ("414", "位置 GLN", "Location (GLN)"),
    ("416", "生产或服务地 GLN", "Production or service location (GLN)"),
    ("417", "参与方 GLN", "Party (GLN)"),
    ("422", "原产国（ISO 3166）", "Country of origin (ISO 3166)"),
    ("423", "初加工国（ISO 3166）", "Country of first processing (ISO 3166)"),
    ("424", "加工国（ISO 3166）", "Country of processing (ISO 3166)"),
    ("426", "全程加工国（ISO 3166）", "Country of full processing (ISO 3166)"),
    ("7003", "有效期至（时刻）", "Expires at"),
    ("7007", "采收日期", "Harvested on"),
    ("8003", "可回收资产 GRAI", "Returnable asset (GRAI)"),
    ("8004", "资产 GIAI", "Asset (GIAI)"),
    ("8008", "生产时刻", "Produced at"),
))  # fmt: skip

# "scheme.part", or the part alone where it means the same in every scheme.
_PARTS: Final[Mapping[str, Words]] = by_name((
    ("region", "行政区划", "Region"),
    ("county", "产地", "County"),
    ("date", "日期", "Date"),
    ("time", "时间", "Time"),
    ("year", "年份", "Year"),
    ("unit_code", "单元识别代码", "Unit code"),
    ("variety", "品种", "Variety"),
    ("uscc", "统一社会信用代码", "Credit code"),
    ("product_class", "产品分类", "Product class"),
    ("species", "畜种", "Species"),
    ("name", "名称", "Name"),
    ("within", "所属地区", "Lies in"),
    ("cn_drug_trace20.drug_id", "药品标识码", "Drug identifier"),
    ("cn_drug_trace20.serial", "序列号", "Serial"),
    ("cn_drug_standard_code.enterprise", "企业代码", "Enterprise"),
    ("cn_drug_standard_code.product", "产品代码", "Product"),
    ("cn_pesticide_unit32.category", "登记类别", "Registration class"),
    ("cn_pesticide_unit32.reg_last6", "登记证号后六位", "Registration, last six digits"),
    ("cn_pesticide_unit32.production", "生产类型", "Production"),
    ("cn_pesticide_unit32.spec", "规格码", "Specification"),
    ("cn_vetdrug_trace24.enterprise", "企业代码", "Enterprise"),
    ("cn_ear_tag15.serial", "个体编号", "Animal number"),
    ("cn_agri_trace_long.type", "类型", "Type"),
    ("cn_agri_trace_long.subject_kind", "主体类别", "Kind of subject"),
    ("cn_agri_trace_long.subject", "主体", "Subject"),
    ("cn_agri_trace_long.seq", "流水号", "Sequence"),
    ("cn_agri_subject_code.kind", "主体类别", "Kind of subject"),
    ("cn_agri_subject_code.subject", "主体", "Subject"),
    ("cn_agri_oid_legacy.subject", "主体", "Subject"),
    ("cn_mofcom_trace20.operator", "经营者代码", "Operator"),
    ("cn_mofcom_trace20.serial", "流水号", "Sequence"),
    ("cn_mofcom_veg_batch16.node", "节点代码", "Node"),
    ("cn_mofcom_veg_batch16.serial", "流水号", "Sequence"),
    ("cn_seed_qr_text.operator", "生产经营者", "Producer or operator"),
    ("cn_green_food_lb.class", "产品类别", "Product class"),
    ("cn_green_food_lb.grade", "等级", "Grade"),
    ("ma_idcode.root", "发码主体", "Issuer"),
    ("ma_idcode.category", "品类", "Category"),
    ("ma_idcode.custom", "自定义部分", "Own part"),
    ("gbt33993.form", "形式", "Form"),
    ("ecode.NSI", "编码体系", "Numbering system"),
    ("ecode.MD", "主码", "Main code"),
))  # fmt: skip

# Values that a norm words in Chinese.
_VALUES_EN: Final[Mapping[str, str]] = {
    "猪": "pig",
    "牛": "cattle",
    "羊": "sheep or goat",
    "登记证持有人生产": "made by the holder of the registration",
    "委托加工": "made on commission",
    "委托分装": "repacked on commission",
    "临时登记(LS)": "temporary (LS)",
    "生产批次码": "production lot",
    "流通批次码": "circulation lot",
    "入市追溯凭证": "market entry voucher",
    "生产主体": "producer",
    "经营主体": "trader",
    "生产经营主体": "producer and trader",
    "农业投入品主体": "dealer in farm inputs",
    "国家统一网址": "national address",
    "厂商自定义网址": "the maker's own address",
    "编码数据结构": "element string",
}

# What is found of the signature on a label, in the place of its letters.
_SIGNATURES: Final[Mapping[Signature, Words]] = {
    Signature.VALID: Words(zh="正确", en="right"),
    Signature.INVALID: Words(zh="与号码不符", en="does not fit the number"),
    Signature.REVOKED: Words(zh="密钥已被撤回", en="its key was withdrawn"),
}
_WRONG_SIGNATURES: Final[Mapping[Signature, Words]] = {
    Signature.INVALID: Words(
        zh="这个标签上的号码不是本账本生成的。",
        en="The number on this label was not made by this ledger.",
    ),
    Signature.REVOKED: Words(
        zh="这个标签的防伪签名已不再有效。", en="The signature on this label counts no more."
    ),
}

_ANY_RULE_ZH: Final = "不符合这种编码的规则。"


def facts_of(
    scheme: str, fields: Mapping[str, str], lang: Lang, *, year: int
) -> tuple[tuple[str, str], ...]:
    """Return label and value of the parts that say something; `year` fixes the century of dates."""
    found: list[tuple[str, str]] = []
    for name, value in fields.items():
        words = _PARTS.get(f"{scheme}.{name}") or _PARTS.get(name)
        if words is not None:
            found.append((words.of(lang), _value(name, value, lang)))
        elif name in AIS:
            found.append((element_label(name, lang), _element(name, value, year)))
    return tuple(found)


def signature_facts(signature: Signature, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return label and value of a signature that was looked at, nothing where there was none."""
    words = _SIGNATURES.get(signature)
    return ((element_label(SIGNED, lang), words.of(lang)),) if words else ()


def signature_warnings(signature: Signature, lang: Lang) -> tuple[str, ...]:
    """Return what to warn of where a signature is wrong."""
    words = _WRONG_SIGNATURES.get(signature)
    return (words.of(lang),) if words else ()


def warning_words(warning: CodeWarning, lang: Lang) -> str:
    """Return what is odd about a code."""
    # A warning without a row is still a warning: better in English than not at all.
    told = WARNINGS_ZH.get(warning.code) if lang == "zh" else None
    return told or _sentence(warning.message)


def refusal_words(refusal: CodeError, lang: Lang) -> str:
    """Return why a text is no code."""
    if lang == "zh":
        return RULES_ZH.get(refusal.rule, _ANY_RULE_ZH)
    return _sentence(refusal.message)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def element_label(ai: str, lang: Lang) -> str:
    """Return what an element of GS1 is called."""
    words = _ELEMENTS.get(ai)
    return words.of(lang) if words else f"{AIS[ai].title} ({ai})"


def _element(ai: str, value: str, year: int) -> str:
    try:
        return explain(ai, value, year=year)
    except CodeError:
        # A value that only the structure was checked of has no meaning beyond its text.
        return value


def _value(name: str, value: str, lang: Lang) -> str:
    if name in ("region", "county"):
        place = region_name(value, lang)
        return f"{value} {place}" if place else value
    if name in ("date", "time") and value.isdigit() and len(value) in (8, 14):
        day = f"{value[:4]}-{value[4:6]}-{value[6:8]}"
        return f"{day} {value[8:10]}:{value[10:12]}:{value[12:]}" if value[8:] else day
    return _VALUES_EN.get(value, value) if lang == "en" else value
