"""What the parts of a code are called, what is odd about one and why one is refused.

English refusals and warnings come from `codes` itself; here is their Chinese, by their stable word.
The rule that must stay true: a part without a row is not shown, unless it is an element of GS1,
which is then called by the data title that is printed beside it.
"""

from collections.abc import Mapping
from typing import Final

from codes.gs1.ais import AIS
from codes.gs1.meaning import explain
from codes.model import CodeError, CodeWarning
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

_WARNINGS_ZH: Final[Mapping[str, str]] = {
    "check_digit": "校验位与规则不符；市面上有些真实的证号也不符，请核对原件。",
    "class": "类别代码不在目录中。",
    "former_region": "其中的行政区划已经撤销或更名，旧证件上仍可能出现。",
    "from_address": "编码取自一个网址；我们只读取其中的编码，没有打开这个网址。",
    "full_width": "全角字符已按半角读取。",
    "http": "这个链接没有使用 HTTPS。",
    "hyphens": "连字符已略去。",
    "look_alike": "易混淆的字母已按数字读取。",
    "lower_case": "小写字母已按大写读取。",
    "maker_address": "网址中各部分的名称由厂商自定。",
    "missing_fnc1": "扫描设备没有发送 GS1 数据开头的 FNC1 标识。",
    "no_year": "旧式证号，不含年份。",
    "org_check": "其中组织机构代码的校验位不符。",
    "padded_gtin": "商品条码不足十四位，已在前面补零。",
    "region": "开头两位不是任何省级行政区划。",
    "restricted_circulation": "店内码：只在一家企业内部有效，不是通用的商品条码。",
    "separators": "分隔符已略去。",
    "short": "位数少于通常的二十位。",
    "statistics_region": "这是统计用区划代码，不是行政区划。",
    "subject": "主体既不是统一社会信用代码，也不是身份号码。",
    "temporary_registration": "临时登记：只用于 2026 年 11 月 1 日前的标签。",
    "two_letters": "两个字母的批准文号，依 2020 年注册管理办法。",
    "unallocated_prefix": "这个前缀尚未分配给任何编码组织。",
    "unlisted_region": "区划代码未列入现有目录。",
    "url_scheme": "网址没有写明 http:// 或 https://。",
}

_RULES_ZH: Final[Mapping[str, str]] = {
    "address": "这个网址不符合商品二维码的规则。",
    "arc": "对象标识符的某一段写法不对。",
    "attribute": "网址中有一项数据放错了位置。",
    "brackets": "括号里应当是应用标识符，例如 (01)。",
    "charset": "有不允许出现的字符。",
    "check_digit": "校验位不符：有一位读错、印错或抄错了。",
    "company_prefix": "厂商识别代码的长度不对。",
    "control_character": "有控制字符，编码里不会有这种字符。",
    "date": "其中的日期不存在。",
    "domain": "网址没有域名。",
    "dummy": "这是占位用的假号码。",
    "empty": "缺少内容。",
    "excluded_ai": "两项不能同时出现的数据同时出现了。",
    "fnc1": "缺少 GS1 数据开头的 FNC1 标识。",
    "format": "其中一项数据的格式不对。",
    "former_region": "这个行政区划已经撤销。",
    "host": "这个网址既不是国家统一网址，路径中也没有商品条码。",
    "invisible": "有看不见的字符，多半是复制时带进来的。",
    "length": "位数不对，太长或太短。",
    "letter": "批准文号的字母不对。",
    "letters_only": "单元识别代码不能只有字母。",
    "lines": "种子标签应当有四行。",
    "look_alike": "有一个易混淆的字母，代码中不使用它。",
    "missing_ai": "缺少必须同时出现的数据。",
    "no_key": "里面没有 GS1 标识代码。",
    "order": "各部分的顺序不对。",
    "other_category": "这是一个编码，但不是所要的那一类。",
    "prefix": "开头不对。",
    "qualifiers": "网址中限定项的顺序或组合不对。",
    "region": "其中的行政区划代码不存在。",
    "repeated_ai": "同一项数据出现了两次。",
    "signature": "签名与序列号不符：这个序列号不是本系统签发的。",
    "time": "其中的时间不存在。",
    "too_long": "太长，不可能是编码。",
    "trailing_slash": "网址结尾多了一个斜杠。",
    "truncated": "内容不完整。",
    "unknown_ai": "有未定义的应用标识符。",
    "unknown_code": "我们认识的编码里没有这一种。",
    "uri_scheme": "网址应当以 http:// 或 https:// 开头。",
    "version": "编码的版本号不对。",
}
# One part of the code has a value that its norm does not give it.
_VALUE_RULES: Final = frozenset({
    "category", "class", "country", "department", "form", "kind", "list", "production", "property",
    "range", "root", "sequence", "service", "species", "subject", "system", "type", "user",
})  # fmt: skip
_VALUE_RULE_ZH: Final = "其中一部分不在规定的取值范围内。"
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
            found.append((_element_label(name, lang), _element(name, value, year)))
    return tuple(found)


def warning_words(warning: CodeWarning, lang: Lang) -> str:
    """Return what is odd about a code."""
    # A warning without a row is still a warning: better in English than not at all.
    told = _WARNINGS_ZH.get(warning.code) if lang == "zh" else None
    return told or _sentence(warning.message)


def refusal_words(refusal: CodeError, lang: Lang) -> str:
    """Return why a text is no code."""
    if lang == "zh":
        any_rule = _VALUE_RULE_ZH if refusal.rule in _VALUE_RULES else _ANY_RULE_ZH
        return _RULES_ZH.get(refusal.rule, any_rule)
    return _sentence(refusal.message)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def _element_label(ai: str, lang: Lang) -> str:
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
