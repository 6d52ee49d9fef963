"""What the one door in refuses or advises, in Chinese: a row for each code.

The rule that must stay true: every code that a producer can meet has a row; a sentence is never
that of another rule. What is wrong stands beside its field, so that a row needs not repeat it.
"""

from collections.abc import Mapping
from trace.refusal_rows import ROWS
from typing import Final

from base.errors import Problem
from codes.words_zh import RULES_ZH
from schemas.profiles.findings import MESSAGES

_RECORDED: Final = "这一事件已经登记过了；如果确实又发生了一次，请写另一个时间。"

WORDS: Final[Mapping[str, str]] = {
    # The shape (`schemas.epcis.refusals`).
    "required": "必须填写。",
    "unknown_field": "这里没有这个字段；自己的字段写作 前缀:名称。",
    "uri": "应为完整的编码（URI）。",
    "time": "没有这一天或这一时刻，或写法不对；时间须带时区。",
    "time_zone_offset": "时差应在 -14:00 至 +14:00 之间，如 +08:00。",
    "uom": "应为计量单位，如 千克（代码 KGM，UN/CEFACT 第 20 号建议书）。",
    "hex": "应为十六进制数字。",
    "schema_version": "版本应为 2.0 或更新的 2.x。",
    "type": "类型不对。",
    "choice": "不在允许的取值之内。",
    "range": "超出允许的范围。",
    "empty": "不能为空。",
    "too_long": "太长。",
    "too_few": "太少。",
    "too_many": "太多。",
    "nul": "文字中不能有空字符（NUL）。",
    "document_type": "不是 EPCIS 文件。",
    "context": "前缀的声明不对。",
    # The meaning (`trace.events.rules`).
    "time_in_future": "时间在未来：请核对时钟和时区。",
    "sensor_window": "结束时间早于开始时间。",
    "word": "不是标准词表中的词。",
    "disposition_conflict": "同一状态既设置又解除。",
    "identifier": "不是有效的编码：请核对位数、校验位和写法。",
    "place_is_product": "这是产品的编码，不是场所的；场所请写 GLN（13 位，414）。",
    "nothing_named": "没有写明是哪些货物。",
    "parent_required": "没有写明装在哪个容器或托盘里。",
    "transformation": "没有写明投入或产出。",
    "ilmd_place": "批次信息只在货物产生时写。",
    "ilmd_name": "批次信息的字段名须带前缀。",
    "prefix": "前缀没有声明。",
    "quantity": "件数应为整数；有计量单位就要有数量。",
    # The bounds (`trace.bounds`), whose own sentences come first.
    "implausible": "数值不可能：请核对数值和单位。",
    "advice_implausible": "数值很少见：请核对，如有误请更正。",
    # What came before (`trace.capture`, `trace.index`).
    "not_yours": "只能登记本单位场所发生的事，也只有本单位的产品能由您产生新批次。",
    "duplicate": _RECORDED,
    # The whole of what was sent.
    "invalid_input": "内容不对，没有登记。",
    "input_too_large": "太大，没有登记。",
    "unauthenticated": "登录已失效，请重新登录。",
    "forbidden": "没有这项权限。",
    "not_found": "没有找到。",
    "conflict": "与已登记的内容冲突。",
    "key_reused": "这张表单已经提交过一次，内容不同；请刷新页面。",
    "busy": "系统正忙，请过一会儿再试。",
    # Advice (`trace.profiling`, `trace.recall.warning`).
    "advice_recalled": "货物已被召回，请立即停止销售和使用。",
    "advice_no_profile": "有些货物没有登记产品或品类，没有按品类规则核对。",
    **{f"kde_{code}": f"数据{words.zh}。" for code, words in MESSAGES.items()},
    **{f"advice_kde_{code}": f"数据{words.zh}。" for code, words in MESSAGES.items()},
}

_TWICE: Final = "must not hold the same entry twice"
"""The words of the shape for a list; its code is that of an event which is recorded already."""


def zh_of(problem: Problem) -> str:
    """Return what is wrong in Chinese: the words of whoever refuses, else the row of the code.

    What is no event's has its row in `trace.refusal_rows`, and what is wrong with a code in
    `codes.words_zh`. A word without any row is shown as the word, never as another rule.
    """
    return known_zh(problem) or f"不符合要求（{problem.code}）。"


def known_zh(problem: Problem) -> str:
    """Return what is wrong in Chinese; "" where nobody has words for it."""
    if problem.message_zh:
        return problem.message_zh
    if problem.message == _TWICE:
        return "同一项写了两次。"
    for rows in (WORDS, ROWS, RULES_ZH):
        if problem.code in rows:
            return rows[problem.code]
    return ""
