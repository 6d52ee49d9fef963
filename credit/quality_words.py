"""Why a row of a feed was not understood, in Chinese: a row for each quality code.

The rule that must stay true: what is sent back to whoever sent a batch says why in Chinese, in the
words of the pages; a test holds the two against each other.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from credit.feeds.model import Feed
from credit.feeds.persons import MORE_CELLS

_COLUMN: Final = re.compile(r"column (?P<place>[0-9]+)")

CODES_ZH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1001": "名称与代码不一致",
        "late_report": "迟报",
        "conflicting": "同一记录的两行内容不一致",
        "left_over": "多余的列或值",
        "too_large": "整行过大",
        "too_long": "过长",
        "missing": "必填项为空",
        "no_name": "名称无效",
        "masked_code": "代码被遮挡",
        "masked_number": "号码被遮挡",
        "dummy_code": "占位代码",
        "bad_code": "代码校验不通过",
        "bad_uscc": "统一社会信用代码校验不通过",
        "bad_org_code": "组织机构代码校验不通过",
        "swapped_codes": "代码填错了列",
        "bad_person_number": "证件号码校验不通过",
        "bad_day": "日期写法不对",
        "no_such_day": "日历上没有这一天",
        "absurd_day": "日期不可能",
        "future_day": "日期晚于收到之日",
        "bad_sum": "金额写法不对",
        "bad_number": "不是整数",
        "wrong_unit": "元与万元混淆",
        "fine_without_kind": "有罚款金额，处罚类别却没有罚款",
        "unknown_word": "代码表中没有的词",
        "unknown_authority": "机关类别不明",
        "wrong_kind": "主体类别与代码不一致",
        "sole_trader_as_legal_person": "个体工商户填为法人",
        "other_party": "一行中有两个主体的代码",
        "order": "日期先后颠倒",
        "half_removed": "移出信息不完整",
        "contradiction": "两处内容矛盾",
        "minor": "未成年人，不得列入",
    }
)


def place_zh(feed: Feed, path: str) -> str:
    """Return where a fault is: the field, or which column where the feed has no such field."""
    field, column = feed.field_of(path), _COLUMN.fullmatch(path)
    if field is not None:
        return field.zh
    if column is not None:
        return f"第{column['place']}列"
    return "多出的格" if path == MORE_CELLS else ""
