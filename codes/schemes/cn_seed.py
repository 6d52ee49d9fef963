"""Seed labels: the four lines of the QR code and the unit code among them.

农作物种子标签二维码编码规则 (农业部办公厅 2016-09-18) articles 4, 6 and 9.
"""

import re
from typing import Final

from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import format_text

NORM: Final = "农作物种子标签二维码编码规则"

UNIT_CHARS_MAX: Final = 20

_NOT_ALLOWED = re.compile(r"[^0-9A-Za-z]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_LABELS: Final = (
    ("variety", re.compile(r"(?:品种名称|种子名称|品种)[:：]")),
    ("operator", re.compile(r"(?:生产经营者名称|生产经营者|进口商名称|进口商|经营者名称)[:：]")),
    ("unit_code", re.compile(r"(?:单元识别代码|单元识别码)[:：]")),
    ("url", re.compile(r"(?:追溯网址|产品追溯网址|网址)[:：]")),
)
# Without labels the order is told by the name of an enterprise, which ends in one of these.
_ENTERPRISE = re.compile(
    r"(?:公司|合作社|集团|农场|良种场|种子站|经营部|研究所|研究院|科学院|大学)$"
)


def parse_unit_code(text: str) -> Code:
    """Read a unit code: at most 20 digits, or digits and letters. Raises `CodeError`."""
    _require_unit_code(text)
    return Code(
        scheme="cn_seed_unit_code",
        text=text,
        fields={"length": str(len(text))},
        uri=f"urn:suxin:seed-unit:{text}",
    )


def _require_unit_code(text: str) -> None:
    norm = f"{NORM} 6"
    if not text:
        raise CodeError("empty", "there is no unit code", norm=norm)
    if len(text) > UNIT_CHARS_MAX:
        raise CodeError(
            "length",
            f"a unit code has at most {UNIT_CHARS_MAX} characters",
            position=UNIT_CHARS_MAX,
            norm=norm,
        )
    wrong = _NOT_ALLOWED.search(text)
    if wrong is not None:
        raise CodeError(
            "charset", "a unit code has digits and letters only", position=wrong.start(), norm=norm
        )
    if text.isalpha():
        raise CodeError("letters_only", "a unit code of letters alone is not allowed", norm=norm)


def parse_label(text: str) -> Code:
    """Read the text of a label's QR code: variety, operator, unit code, address, one per line.

    Labels before the values are optional. Raises `CodeError`.
    """
    lines = [line.strip(" ") for line in _LINE_END.split(text)]
    if len(lines) != len(_LABELS):
        raise CodeError("lines", f"a label has four lines, not {len(lines)}", norm=f"{NORM} 4")
    fields: dict[str, str] = {}
    for number, ((name, label), line) in enumerate(zip(_LABELS, lines, strict=True), start=1):
        fields[name] = _value_of(line, label, number)
    _require_order(fields)
    _require_unit_code(fields["unit_code"])
    warnings = _address_warnings(fields["url"])
    return Code(
        scheme="cn_seed_qr_text",
        text="\r\n".join(fields.values()),
        fields=fields,
        uri=f"urn:suxin:seed-unit:{fields['unit_code']}",
        warnings=warnings,
    )


def _value_of(line: str, label: re.Pattern[str], number: int) -> str:
    own = label.match(line)
    if own is None and any(other.match(line) for _, other in _LABELS):
        raise CodeError("order", f"line {number} has the label of another", norm=f"{NORM} 4")
    value = line[own.end() :].strip(" ") if own else line
    if not value:
        raise CodeError("empty", f"line {number} is empty", norm=f"{NORM} 4")
    return value


def _require_order(fields: dict[str, str]) -> None:
    if _ENTERPRISE.search(fields["variety"]) and not _ENTERPRISE.search(fields["operator"]):
        raise CodeError(
            "order", "line 1 is the variety, line 2 the enterprise", position=0, norm=f"{NORM} 4"
        )


def _address_warnings(url: str) -> tuple[CodeWarning, ...]:
    lower = url.lower()
    if not re.fullmatch(r"(?:https?://)?[a-z0-9\-.]+(?::[0-9]+)?(?:[/?#][!-~]*)?", lower):
        raise CodeError("url", "line 4 is a web address", norm=f"{NORM} 4")
    if not lower.startswith(("http://", "https://")):
        message = "the address does not say http:// or https://"
        return (CodeWarning(code="url_scheme", message=message),)
    return ()


SCHEMES: Final = (
    Scheme(
        name="cn_seed_unit_code",
        title_zh="种子单元识别代码",
        title_en="Seed unit code",
        category=Category.AGRI_INPUT,
        norm=NORM,
        parse=parse_unit_code,
        format=format_text,
        may_issue=True,
        lengths=frozenset(range(1, UNIT_CHARS_MAX + 1)),
        looks_like=lambda text: text.isalnum(),
        rank=3,
        own_name="seed-unit",
        only_in_category=True,
    ),
    Scheme(
        name="cn_seed_qr_text",
        title_zh="种子标签二维码",
        title_en="Seed label QR text",
        category=Category.AGRI_INPUT,
        norm=NORM,
        parse=parse_label,
        format=format_text,
        may_issue=True,
        lengths=None,
        looks_like=lambda text: "\n" in text or "\r" in text,
        rank=1,
    ),
)
