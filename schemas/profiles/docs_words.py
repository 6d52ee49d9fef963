"""The words of the documentation pages, in both languages."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from schemas.profiles.model import Kind, Mark, Need, SeenBy, Words

Lang: TypeAlias = Literal["zh", "en"]
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")


def say(words: Words, lang: Lang) -> str:
    """Return the words of one language."""
    return words.zh if lang == "zh" else words.en


def _both(zh: str, en: str) -> Mapping[Lang, str]:
    return {"zh": zh, "en": en}


NEEDS: Final[Mapping[Need, Mapping[Lang, str]]] = {
    Need.MANDATORY: _both("必填", "mandatory"),
    Need.PRACTICE: _both("应填(惯例)", "expected by practice"),
    Need.CONDITIONAL: _both("适用时必填", "conditional"),
    Need.RECOMMENDED: _both("建议", "recommended"),
    Need.OPTIONAL: _both("选填", "optional"),
}
SEEN: Final[Mapping[SeenBy, Mapping[Lang, str]]] = {
    SeenBy.PUBLIC: _both("公开", "public"),
    SeenBy.CHAIN: _both("上下游", "chain"),
    SeenBy.AUTHORITY: _both("监管", "authority"),
    SeenBy.PERSONAL: _both("个人信息", "personal"),
}
KINDS: Final[Mapping[Kind, Mapping[Lang, str]]] = {
    Kind.TEXT: _both("文本", "text"),
    Kind.TEXTS: _both("文本列表", "list of texts"),
    Kind.CODE: _both("代码", "code"),
    Kind.CODES: _both("代码列表", "list of codes"),
    Kind.NUMBER: _both("数字", "number"),
    Kind.INTEGER: _both("整数", "whole number"),
    Kind.MONEY: _both("金额", "amount"),
    Kind.BOOLEAN: _both("是/否", "yes or no"),
    Kind.DATE: _both("日期", "day"),
    Kind.INSTANT: _both("时间", "time"),
    Kind.URI: _both("网址(URI)", "URI"),
    Kind.URIS: _both("网址列表", "list of URIs"),
    Kind.RECORDS: _both("记录列表", "list of records"),
    Kind.THINGS: _both("单品或批次", "items or lots"),
    Kind.ITEM: _both("单品码", "item code"),
    Kind.ITEMS: _both("单品码列表", "list of item codes"),
    Kind.LOT: _both("批次码", "lot code"),
    Kind.QUANTITY: _both("数量", "quantity"),
    Kind.READING: _both("传感器读数", "sensor reading"),
    Kind.PLACE: _both("场所码", "code of a place"),
    Kind.DOCUMENT: _both("单据号", "paper"),
    Kind.PARTY: _both("主体码", "code of a party"),
    Kind.DISPOSITION: _both("状态", "disposition"),
    Kind.DECLARATION: _both("更正声明", "declaration"),
}
STAGES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "inputs": _both("农资", "farm supplies"),
    "farm": _both("产地", "farm"),
    "transport": _both("运输", "transport"),
    "plant": _both("加工", "plant"),
    "storage": _both("仓储", "storage"),
    "shop": _both("销售", "shop"),
    "other": _both("其他", "other"),
}
MARKS: Final[Mapping[Mark, Mapping[Lang, str]]] = {
    Mark.READ: _both("条文已读", "the provision was read"),
    Mark.SECONDARY: _both("二手资料", "a secondary statement"),
    Mark.MEMORY: _both("凭记忆：只提醒，不拒收", "from memory: a warning, never a refusal"),
}
LEVELS: Final[Mapping[str, Mapping[Lang, str]]] = {
    "mandatory": _both(
        "必填而缺少：条文已读或有二手资料的拒收，凭记忆的提醒",
        "mandatory and missing: refused where the norm was read or told, else a warning",
    ),
    "practice": _both(
        "应填(惯例)而缺少：提醒，因为没有法律要求",
        "expected and missing: a warning, since no law demands it",
    ),
}
PHRASES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "generated": _both(
        "由 `manage.py profile docs` 生成，请勿手改",
        "Written by `manage.py profile docs`, not by hand",
    ),
    "other": _both("English", "中文"),
    "index": _both("全部品类", "all classes"),
    "covers": _both("品类代码：", "Class codes: "),
    "comma": _both("、", ", "),
    "chain": _both("链条", "Chain"),
    "origin": _both("(起点)", "(origin)"),
    "record": _both("名录：", "Register: "),
    "by_ledger": _both("账本自有", "from the ledger"),
    "by_register": _both("取自名录", "from the register"),
    "by_lot": _both("取自批次，未登记则填", "from the lot, else stated"),
    "instead": _both("或 ", "or "),
    "since": _both("自", "since"),
    "until": _both("至", "until"),
    "given": _both("已填", "is given"),
    "absent": _both("未填", "is absent"),
    "limits": _both("限量", "Limits"),
    "yields": _both("得率", "Yields"),
    "cold_chain": _both("温度", "Temperatures"),
    "shelf_life": _both("保存期", "Shelf life"),
    "retention": _both("记录保存", "Retention of records"),
    "public": _both("公开页展示", "On the public page"),
    "codes": _both("代码表", "Code lists"),
    "marks": _both("标记", "Marks"),
    "none_found": _both("不得检出", "not detected"),
    "years": _both("年", "years"),
    "months": _both("个月", "months"),
    "after": _both("保质期满后", "after the shelf life"),
    "else": _both("无保质期的", "else"),
}
HEADINGS: Final[Mapping[str, Mapping[Lang, tuple[str, ...]]]] = {
    "chain": {"zh": ("", "环节", "阶段", "之前"), "en": ("", "step", "stage", "after")},
    "ways": {
        "zh": ("方式", "事件", "业务步骤", "状态"),
        "en": ("way", "event", "business step", "disposition"),
    },
    "kdes": {
        "zh": ("要素", "事件中的位置", "要求", "取值", "可见", "依据"),
        "en": ("datum", "place in the event", "need", "value", "seen by", "norm"),
    },
    "limits": {
        "zh": ("项目", "限量", "品类", "依据", "说明"),
        "en": ("item", "limit", "class", "norm", "note"),
    },
    "yields": {
        "zh": ("项目", "环节", "通常", "预警线", "品类", "标记"),
        "en": ("item", "steps", "usual", "alarm", "class", "mark"),
    },
    "cold_chain": {
        "zh": ("品类", "温度", "允许超温(分钟)", "记录间隔(分钟)", "依据", "说明"),
        "en": ("goods", "temperature", "minutes out", "minutes between readings", "norm", "note"),
    },
    "shelf_life": {"zh": ("品类", "天数", "条件", "标记"), "en": ("goods", "days", "if", "mark")},
    "retention": {"zh": ("记录", "期限", "依据"), "en": ("records", "period", "norm")},
}
