"""Cells of a spreadsheet and values of an event: what is typed becomes JSON, and comes back.

The rule that must stay true: a cell that was read and written again is the same cell, and a value
that was written and read again is the same value. Lists have one entry a line; a line of a record
has its parts between bars. A backslash keeps a bar, a line end and itself.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from base.errors import InvalidInput
from base.strict_json import INTEGER_MAX, JsonObject, JsonValue
from schemas.profiles.model import Field, Kind, Words
from schemas.profiles.values import entries, judge_of, number_of


class CellError(InvalidInput):
    """A cell that cannot be read. `fault` is a word of `findings.MESSAGES`."""

    def __init__(self, fault: str, words: Words) -> None:
        super().__init__(words.en)
        self.fault = fault
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStyle:
    """How cells are written, and how short forms in them are understood.

    `language` is that of labels; codes and the labels of both languages are read in any case.
    `offset` is the time zone of times without one. `document_prefix` makes a URI of a paper's
    plain number (`urn:epcglobal:cbv:bt:<GLN>:`); `to_uri` one of a code as it is printed.
    """

    language: str = "zh"
    offset: str = "+08:00"
    document_prefix: str = ""
    to_uri: Callable[[str], str] | None = None


_TYPE: Final = Words(zh="的写法读不懂", en="cannot be read")
_YES_NO: Final[Mapping[str, bool]] = {
    "是": True, "否": False, "yes": True, "no": False, "true": True, "false": False,
}  # fmt: skip
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,9})?))?)?"
    r"(Z|[+\-][0-9]{2}:[0-9]{2})?"
)
_BAR: Final = " | "
# A bare number of 13 digits is a bar code and a GLN alike (GS1 General Specifications 2.4): which
# one is meant is known where it stands for a place or a party, and only there.
_GLN: Final = re.compile(r"[0-9]{13}")
_GLN_MARKS: Final[Mapping[Kind, str]] = {Kind.PLACE: "(414)", Kind.PARTY: "(417)"}
_URI_START: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")

LIST_KINDS: Final = frozenset(
    {Kind.TEXTS, Kind.CODES, Kind.URIS, Kind.ITEMS, Kind.LOT, Kind.DOCUMENT, Kind.PARTY}
)
"""Kinds whose cells hold one entry a line."""


def value_of(cell: str, field: Field, style: CellStyle) -> JsonValue:
    """Return the value that a cell means; raises `CellError`. The cell is not empty."""
    if field.kind is Kind.RECORDS:
        return [_record(line, field, style) for line in lines_of(cell)]
    value: JsonValue
    if field.kind in LIST_KINDS:
        value = [_entry(line, field, style) for line in lines_of(cell)]
    else:
        value = _entry(cell, field, style)
    wrong = judge_of(field)(value)
    if wrong is not None:
        raise CellError(wrong, _TYPE)
    return value


def cell_of(value: JsonValue, field: Field, style: CellStyle) -> str:
    """Return the cell that a value is written as."""
    if field.kind is Kind.RECORDS:
        return "\n".join(_line(one, field, style) for one in entries(value))
    if field.kind in LIST_KINDS:
        return "\n".join(_escaped(_shown(one, field, style)) for one in entries(value))
    return _shown(value, field, style)


def lines_of(cell: str) -> list[str]:
    """Return the lines of a cell without the empty ones, escapes resolved later."""
    return [line.strip() for line in cell.split("\n") if line.strip()]


def _entry(text: str, field: Field, style: CellStyle) -> JsonValue:
    reader = _READERS.get(field.kind, _text)
    return reader(text.strip(), field, style)


def _text(text: str, field: Field, style: CellStyle) -> JsonValue:  # noqa: ARG001 -- all alike
    return _unescaped(text) if field.kind in LIST_KINDS else text


def _code(text: str, field: Field, style: CellStyle) -> JsonValue:  # noqa: ARG001 -- all alike
    values = field.codes.values if field.codes is not None else {}
    if text in values:
        return text
    for code, words in values.items():
        if text in (words.zh, words.en):
            return code
    raise CellError("code", Words(zh="不在下拉选项之内", en="is none of the choices"))


def _number(text: str, field: Field, style: CellStyle) -> JsonValue:  # noqa: ARG001 -- all alike
    exact = number_of(text, is_whole=field.kind is Kind.INTEGER)
    if exact is None:
        raise CellError("type", Words(zh="应为数字", en="is a number"))
    if field.kind is Kind.MONEY:
        return text  # An amount stays text, so that no reader rounds it.
    if exact == exact.to_integral_value() and abs(exact) <= INTEGER_MAX:
        return int(exact)
    rounded = float(exact)
    if Decimal(repr(rounded)) != exact:
        raise CellError("type", Words(zh="数字位数太多", en="has too many digits"))
    return rounded


def _yes_no(text: str, field: Field, style: CellStyle) -> JsonValue:  # noqa: ARG001 -- all alike
    if text.lower() not in _YES_NO:
        raise CellError("type", Words(zh="应为 是 或 否", en="is yes or no"))
    return _YES_NO[text.lower()]


def _instant(text: str, field: Field, style: CellStyle) -> JsonValue:  # noqa: ARG001 -- all alike
    found = _TIME.fullmatch(text)
    if found is None:
        raise CellError(
            "type", Words(zh="应为时间，如 2026-07-22 06:45", en="is a time: 2026-07-22 06:45")
        )
    day, clock, seconds, zone = found.groups()
    return f"{day}T{clock or '00:00'}:{seconds or '00'}{zone or style.offset}"


def _identifier(text: str, field: Field, style: CellStyle) -> JsonValue:
    text = _unescaped(text)
    if _URI_START.match(text):
        return text
    if field.kind is Kind.DOCUMENT and style.document_prefix:
        return style.document_prefix + text
    if field.kind is not Kind.DOCUMENT and style.to_uri is not None:
        if _GLN.fullmatch(text):
            text = _GLN_MARKS.get(field.kind, "") + text
        try:
            return style.to_uri(text)
        except InvalidInput as error:
            told = Words(zh="不是能识别的编码", en="is no code that can be read")
            raise CellError("pattern", told) from error
    raise CellError("pattern", Words(zh="应为完整的编码（URI）", en="is a full code, as a URI"))


_READERS: Final[Mapping[Kind, Callable[[str, Field, CellStyle], JsonValue]]] = {
    Kind.CODE: _code,
    Kind.CODES: _code,
    Kind.NUMBER: _number,
    Kind.INTEGER: _number,
    Kind.MONEY: _number,
    Kind.READING: _number,
    Kind.QUANTITY: _number,
    Kind.BOOLEAN: _yes_no,
    Kind.INSTANT: _instant,
    Kind.ITEM: _identifier,
    Kind.ITEMS: _identifier,
    Kind.LOT: _identifier,
    Kind.PLACE: _identifier,
    Kind.PARTY: _identifier,
    Kind.DOCUMENT: _identifier,
}


def _shown(value: JsonValue, field: Field, style: CellStyle) -> str:
    """Return one value as text, in the style's language where it has words."""
    if field.codes is not None and isinstance(value, str) and value in field.codes.values:
        words = field.codes.values[value]
        return words.zh if style.language == "zh" else words.en
    if field.kind is Kind.BOOLEAN:
        is_yes = value is True or value == "true"
        return ("是" if is_yes else "否") if style.language == "zh" else "yes" if is_yes else "no"
    if isinstance(value, int | float):
        exact = number_of(value)
        return "" if exact is None else f"{exact:f}"
    text = value if isinstance(value, str) else ""
    if field.kind is Kind.DOCUMENT and style.document_prefix:
        short = text.removeprefix(style.document_prefix)
        return text if _URI_START.match(short) else short
    return text


def _record(line: str, field: Field, style: CellStyle) -> JsonValue:
    parts = re.split(r"(?<!\\)\|", line)
    if len(parts) > len(field.members):
        raise CellError("type", Words(zh="一行的格数太多", en="has a line with too many parts"))
    record: JsonObject = {}
    for part, member in zip(parts, field.members, strict=False):
        text = part.strip()
        if text:
            typed = _unescaped(text)
            value = _READERS.get(member.kind, _plain)(typed, member, style)
            wrong = judge_of(member)(value)
            if wrong is not None:
                raise CellError(wrong, _TYPE)
            record[member.name] = value
    if not record:
        raise CellError("type", Words(zh="有空行", en="has a line with nothing in it"))
    return record


def _plain(text: str, field: Field, style: CellStyle) -> JsonValue:  # noqa: ARG001 -- all alike
    return text


def _line(value: JsonValue, field: Field, style: CellStyle) -> str:
    record = value if isinstance(value, dict) else {}
    parts = [
        _escaped(_shown(record[member.name], member, style)) if member.name in record else ""
        for member in field.members
    ]
    while parts and not parts[-1]:
        parts.pop()
    return _BAR.join(parts)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)
