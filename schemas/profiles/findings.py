"""What a check of an event says: one finding for each datum that is missing or wrong.

The rule that must stay true: a finding names the field, its label in both languages and the norm;
it never repeats the value, which may be anybody's personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from schemas.profiles.model import NOTHING_SAID, Kde, Kind, Mark, Need, Words


class Severity(StrEnum):
    """An error is a reason to refuse; a warning is told; an info is not asked for yet."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class KdeFinding:
    """One thing missing or wrong. `kde` is the row's name, `code` says what is wrong with it.

    `path` is where the datum belongs, as the profile writes it: an event with other prefixes means
    the same field. `norm` is the id of the first norm of the row, `clause` is empty where the whole
    of it is meant.
    """

    path: str
    kde: str
    label_zh: str
    label_en: str
    code: str
    severity: Severity
    norm: str
    norm_zh: str
    norm_en: str
    clause: str
    message: str
    message_zh: str


MESSAGES: Final[Mapping[str, Words]] = {
    "missing": Words(zh="缺少", en="is missing"),
    "misplaced": Words(
        zh="写错了位置：批次信息写在 ilmd 中，其余写作事件扩展",
        en="stands in the wrong place: lot data belongs in ilmd, all else beside it",
    ),
    "type": Words(zh="的类型不对", en="is of the wrong kind"),
    "code": Words(zh="不在允许的取值之内", en="is none of the values allowed"),
    "range": Words(zh="超出合理范围", en="is out of range"),
    "pattern": Words(zh="的写法不对", en="is not written as it should be"),
    "length": Words(zh="太长", en="is too long"),
    "unit": Words(zh="的计量单位不对", en="is given in a unit of another kind"),
    "step": Words(
        zh="事件所称的环节与其类型、动作不符",
        en="names a step that events of its type and action are not of",
    ),
    "unknown_step": Words(
        zh="事件所称的环节不在本品类之内", en="names a step that its class of goods does not have"
    ),
}
"""What may be wrong, in words that follow the label."""


def finding_of(kde: Kde, code: str, severity: Severity) -> KdeFinding:
    """Return the finding about a datum."""
    ref, words, right = kde.norms[0], MESSAGES[code], _expected(kde, code)
    return KdeFinding(
        path=kde.path,
        kde=kde.code,
        label_zh=kde.label.zh,
        label_en=kde.label.en,
        code=code,
        severity=severity,
        norm=ref.norm.id,
        norm_zh=ref.title.zh,
        norm_en=ref.title.en,
        clause=ref.clause,
        message=f"{kde.label.en} {words.en}{right.en}",
        message_zh=f"{kde.label.zh}{words.zh}{right.zh}",
    )


def _expected(kde: Kde, code: str) -> Words:
    """Return what would be right, as it follows the message."""
    field = kde.field
    if code in ("code", "type") and field.codes is not None:
        listed = list(field.codes.values)[:_CODES_TOLD_MAX]
        more = ", …" if len(field.codes.values) > _CODES_TOLD_MAX else ""
        told = ", ".join(listed) + more
        return Words(zh=f"：应为 {told}", en=f": one of {told}")
    if code == "type" and field.kind in _KIND_WORDS:
        words = _KIND_WORDS[field.kind]
        return Words(zh=f"：应为{words.zh}", en=f": it is {words.en}")
    if code == "range":
        low, high = field.minimum, field.maximum
        return Words(
            zh=f"：应在 {_bound(low)} 至 {_bound(high)} 之间",
            en=f": it lies between {_bound(low)} and {_bound(high)}",
        )
    if code == "unit" and kde.unit is not None:
        return Words(zh=f"：应为 {kde.unit.code} 一类的单位", en=f": it is like {kde.unit.code}")
    if code == "pattern" and kde.help.zh:
        return Words(zh=f"：{kde.help.zh}", en=f": {kde.help.en}")
    return NOTHING_SAID


_CODES_TOLD_MAX: Final = 12
_KIND_WORDS: Final[Mapping[Kind, Words]] = {
    Kind.TEXT: Words(zh="文本", en="a text"),
    Kind.TEXTS: Words(zh="文本的列表", en="a list of texts"),
    Kind.NUMBER: Words(zh="数字", en="a number"),
    Kind.INTEGER: Words(zh="整数", en="a whole number"),
    Kind.MONEY: Words(zh="金额", en="an amount, such as 4.37"),
    Kind.BOOLEAN: Words(zh="true 或 false", en="true or false"),
    Kind.DATE: Words(zh="日期，如 2026-07-22", en="a day, such as 2026-07-22"),
    Kind.INSTANT: Words(
        zh="带时区的时间，如 2026-07-22T06:45:00+08:00",
        en="a time with its zone, such as 2026-07-22T06:45:00+08:00",
    ),
    Kind.URI: Words(zh="网址或 URI", en="a full URI"),
    Kind.URIS: Words(zh="网址或 URI 的列表", en="a list of full URIs"),
    Kind.RECORDS: Words(zh="记录的列表", en="a list of records"),
}


def _bound(value: Decimal | None) -> str:
    return "…" if value is None else f"{value:f}"


def step_finding(code: str) -> KdeFinding:
    """Return the finding about the step that an event names.

    It is refused: whoever names a step that nothing is asked of would be asked nothing.
    """
    words = MESSAGES[code]
    return KdeFinding(
        path="sx:cte",
        kde="",
        label_zh="环节",
        label_en="step",
        code=code,
        severity=Severity.ERROR,
        norm="",
        norm_zh="",
        norm_en="",
        clause="",
        message=words.en,
        message_zh=words.zh,
    )


def severity_of(kde: Kde, code: str, day: str) -> Severity | None:
    """Return how grave it is that a datum is missing or wrong on a day; None where it is nothing.

    A conditional datum is asked about here only where its condition holds.
    """
    if code == "misplaced":
        return Severity.WARNING
    if code == "missing" and kde.need in (Need.RECOMMENDED, Need.OPTIONAL):
        return None
    if day and kde.since_on is not None and day < kde.since_on.isoformat():
        return Severity.INFO
    is_over = kde.until_on is not None and day > kde.until_on.isoformat()
    is_soft = kde.mark is Mark.MEMORY or kde.need is Need.PRACTICE or kde.is_custom or is_over
    return Severity.WARNING if is_soft else Severity.ERROR
