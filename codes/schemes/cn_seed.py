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
_ADDRESS = re.compile(
    r"(?:https?://)?[a-z0-9\-.]+(?::[0-9]+)?(?:[/?#][!-~]*)?", re.IGNORECASE | re.ASCII
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
        raise CodeError("empty", "there is no unit code", position=0, norm=norm)
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
        message = "a unit code of letters alone is not allowed"
        raise CodeError("letters_only", message, position=len(text), norm=norm)


def parse_label(text: str) -> Code:
    """Read the text of a label's QR code: variety, operator, unit code, address, one per line.

    Labels before the values are optional. Raises `CodeError`.
    """
    lines = _lines(text)
    fields: dict[str, str] = {}
    places: dict[str, int] = {}
    for number, ((name, label), (start, line)) in enumerate(
        zip(_LABELS, lines, strict=True), start=1
    ):
        places[name], fields[name] = _value_of(line, label, number, start)
    _require_order(fields, places)
    try:
        _require_unit_code(fields["unit_code"])
    except CodeError as refusal:
        raise refusal.moved(places["unit_code"]) from None
    warnings = _address_warnings(fields["url"], places["url"])
    return Code(
        scheme="cn_seed_qr_text",
        text="\r\n".join(fields.values()),
        fields=fields,
        uri=f"urn:suxin:seed-unit:{fields['unit_code']}",
        warnings=warnings,
    )


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the four lines, each behind the place where it begins."""
    lines, start = [], 0
    for end in _LINE_END.finditer(text):
        lines.append((start, text[start : end.start()]))
        start = end.end()
    lines.append((start, text[start:]))
    count = len(_LABELS)
    if len(lines) != count:
        position = len(text) if len(lines) < count else lines[count][0]
        message = f"a label has four lines, not {len(lines)}"
        raise CodeError("lines", message, position=position, norm=f"{NORM} 4")
    return lines


def _value_of(line: str, label: re.Pattern[str], number: int, start: int) -> tuple[int, str]:
    """Return the value of a line that begins at `start`, behind its place."""
    start += len(line) - len(line.lstrip(" "))
    line = line.strip(" ")
    own = label.match(line)
    if own is None and any(other.match(line) for _, other in _LABELS):
        message = f"line {number} has the label of another"
        raise CodeError("order", message, position=start, norm=f"{NORM} 4")
    rest = line[own.end() :] if own else line
    value = rest.strip(" ")
    start += len(line) - len(rest.lstrip(" "))
    if not value:
        raise CodeError("empty", f"line {number} is empty", position=start, norm=f"{NORM} 4")
    return start, value


def _require_order(fields: dict[str, str], places: dict[str, int]) -> None:
    if _ENTERPRISE.search(fields["variety"]) and not _ENTERPRISE.search(fields["operator"]):
        message = "line 1 is the variety, line 2 the enterprise"
        raise CodeError("order", message, position=places["variety"], norm=f"{NORM} 4")


def _address_warnings(url: str, start: int) -> tuple[CodeWarning, ...]:
    match = _ADDRESS.match(url)
    if match is None or match.end() != len(url):
        position = start + (match.end() if match else 0)
        raise CodeError("url", "line 4 is a web address", position=position, norm=f"{NORM} 4")
    if not url.lower().startswith(("http://", "https://")):
        message = "the address does not say http:// or https://"
        return (CodeWarning(code="url_scheme", message=message, position=start),)
    return ()


SCHEMES: Final = (
    Scheme(
        name="cn_seed_unit_code",
        title_zh="种子单元识别代码",
        title_en="Seed unit code",
        category=Category.AGRI_INPUT,
        norm=NORM,
        pattern="(?=.*[0-9])[0-9A-Za-z]{1,20}",
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
        pattern="(?:[^\r\n]+\r\n){3}[^\r\n]+",
        parse=parse_label,
        format=format_text,
        may_issue=False,
        lengths=None,
        looks_like=lambda text: "\n" in text or "\r" in text,
        rank=1,
    ),
)
