"""What the heads of a fact are called: not everything that is told is somebody's decision.

The rule that must stay true: a page, a paper and a file call a thing by what it is. A registration
has a day of establishment, and a court publishes a defaulter under the number of a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from credit.feeds.model import FactKind
from credit.rulebook.code_lists import code_lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A word in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What title, authority, number, day and grade of a fact are called."""

    title: Label
    authority: Label
    number: Label
    day: Label
    grade: Label


def _labels(
    authority: tuple[str, str],
    number: tuple[str, str],
    day: tuple[str, str],
    *,
    title: tuple[str, str] = ("事由", "Ground"),
    grade: tuple[str, str] = ("等级", "Grade"),
) -> Labels:
    return Labels(
        title=Label(zh=title[0], en=title[1]),
        authority=Label(zh=authority[0], en=authority[1]),
        number=Label(zh=number[0], en=number[1]),
        day=Label(zh=day[0], en=day[1]),
        grade=Label(zh=grade[0], en=grade[1]),
    )


_DECISION: Final = _labels(
    ("作出机关", "Decided by"), ("决定文书号", "Decision"), ("决定日期", "Decided on")
)
_PUBLISHED: Final = ("公布日期", "Published on")
_OF_KIND: Final[Mapping[str, Labels]] = {
    FactKind.REGISTRATION: _labels(
        ("登记机关", "Registered by"),
        ("统一社会信用代码", "Social credit code"),
        ("成立日期", "Established on"),
        title=("登记状态", "Status"),
    ),
    FactKind.JUDGMENT_DEFAULT: _labels(
        ("执行法院", "Court"), ("执行案号", "Case number"), ("发布日期", "Published on")
    ),
    FactKind.TAX_CASE: _labels(
        ("税务机关", "Tax authority"), ("案件上报期", "Period of the case"), _PUBLISHED
    ),
    FactKind.TAX_GRADE: _labels(
        ("评价机关", "Graded by"), ("评价年度", "Year of the grade"), _PUBLISHED
    ),
    FactKind.PERMIT: _labels(
        ("许可机关", "Permitted by"),
        ("许可文书号", "Permit"),
        ("许可日期", "Permitted on"),
        title=("许可内容", "What is permitted"),
    ),
    FactKind.HONOUR: _labels(
        ("授予单位", "Given by"),
        ("文号", "Number"),
        ("授予日期", "Given on"),
        title=("荣誉", "Honour"),
    ),
    FactKind.INSPECTION: _labels(
        ("检查机关", "Inspected by"),
        ("抽样编号", "Sample"),
        ("抽样日期", "Sampled on"),
        title=("项目或产品", "Item or product"),
        grade=("检验结论", "Result"),
    ),
    FactKind.SUPERVISION_GRADE: _labels(
        ("评定机关", "Graded by"), ("文号", "Number"), ("评定日期", "Graded on")
    ),
    FactKind.TRACE: _labels(
        ("来源", "Shown by"),
        ("编号", "Number"),
        ("发生日期", "Shown on"),
        grade=("种类", "Kind of evidence"),
    ),
}
_GRADES: Final[Mapping[str, str]] = {
    FactKind.INSPECTION: "inspection_results",
    FactKind.TAX_GRADE: "tax_grades",
    FactKind.TRACE: "trace_evidence",
}


def labels_of(kind: str) -> Labels:
    """Return what the heads of a kind of facts are called; a decision's for any that has no own."""
    return _OF_KIND.get(kind, _DECISION)


def title_of(kind: str, title: str) -> Label:
    """Return what a fact is about: the state of a registration is a code, and told in words."""
    if kind == FactKind.REGISTRATION:
        state = code_lists().named("registration_states").codes.get(title)
        if state is not None:
            return Label(zh=state.zh, en=state.en)
    return Label(zh=title, en=title)


def grade_told(kind: str, grade: str) -> Label:
    """Return the grade or result of a fact in words; what no list of codes has stays as it is."""
    name = _GRADES.get(kind)
    code = None if name is None else code_lists().named(name).codes.get(grade)
    return Label(zh=grade, en=grade) if code is None else Label(zh=code.zh, en=code.en)


def number_of(kind: str, number: str) -> Label:
    """Return the number of a fact as people know it: what the trace shows is named by its entry."""
    sort, _colon, rest = number.partition(":")
    if kind != FactKind.TRACE or not rest:
        return Label(zh=number, en=number)
    if sort == "test":
        return Label(zh=f"账本第{rest}条", en=f"entry {rest} of the ledger")
    if sort == "finding":
        return Label(zh=f"追溯异常 {rest[:8]}", en=f"finding {rest[:8]}")
    recall = rest.partition(":")[0]
    return Label(zh=f"召回 {recall}", en=f"recall {recall}")
