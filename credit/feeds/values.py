"""Reads one cell of a feed strictly: a value, nothing, or a fault that says what was found.

The rule that must stay true: one accepted spelling after the dirt that is known to be meaningless
(spaces, full width, words for "nothing") is taken off. A value is never guessed: a day that does
not exist, a sum in prose, a code whose check fails are faults.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from codes.cn.persons import is_id_number
from codes.model import CodeError
from codes.schemes.cn_org_code import parse_org_code
from codes.schemes.cn_uscc import parse_uscc
from credit.feeds.model import Fault, Field, FieldKind, Value
from credit.rulebook.code_lists import code_lists

# What feeds write where there is nothing.
_NOTHING: Final = frozenset(
    {"", "-", "--", "—", "——", "— —", "/", "//", "\\", "无", "無", "空", "暂无", "null", "NULL",
     "None", "nan", "NaN", "N/A", "n/a", "不详", "*", "_", "__"}
)  # fmt: skip
_DUMMY: Final = re.compile(r"0{8,}[0-9X]|(?:1{15,}|9{15,})[0-9X]*")
_MASKED: Final = re.compile(r"\*{2,}|X{4,}|x{4,}|＊{2,}")
# 2026-03-31, 2026/3/31, 2026.03.31, 20260331, 2026年3月31日; a time after it is let go.
_DAY: Final = re.compile(
    r"(?P<y>[0-9]{4})(?:[-/.年](?P<m>[0-9]{1,2})[-/.月](?P<d>[0-9]{1,2})日?|(?P<md>[0-9]{4}))"
    r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
_MONEY: Final = re.compile(r"(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,6})?")
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,6})?")
_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_OTHER_CODE: Final = re.compile(r"[0-9A-Z()\-]{5,30}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\ufeff]")
_YEARS: Final = (1949, 2100)
_FEN_A_YUAN: Final = 100
_YUAN_A_WAN: Final = 10_000


def clean(text: str) -> str | None:
    """Return a cell without meaningless dirt; None where it says that there is nothing.

    Full-width digits, letters and signs become narrow ones (NFKC); Chinese punctuation in names
    becomes narrow with them, in every record alike.
    """
    if not text:
        return None
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", _CONTROL.sub("", text)).strip()
    plain = " ".join(text.split())
    return None if plain in _NOTHING else plain


def read_value(field: Field, text: str | None) -> Value | Fault:
    """Return what a cell holds, or what is wrong with it."""
    plain = clean(text or "")
    if plain is None:
        return _missing(field) if field.is_required else None
    if len(plain) > field.chars_max:
        return _fault(field, "too_long", f"has more than {field.chars_max} characters")
    if field.may_be_masked and is_masked(plain):
        return plain.upper()
    return _READERS[field.kind](field, plain)


def read_cell(field: Field, text: str | None, received_on: date) -> Value | Fault:
    """Return what a cell of a row holds that came in on a civil day, or what is wrong with it.

    What was decided after that day was not decided yet: it is a slip of the pen, and would count
    from a day that nobody has seen.
    """
    read = read_value(field, text)
    if field.is_past and isinstance(read, date) and read > received_on:
        return future_day(field.name)
    return read


def future_day(path: str) -> Fault:
    """Return the fault of a day that had not come when the row came in."""
    message = "lies after the day on which the row was received"
    return Fault(path=path, code="future_day", message=message)


def is_masked(text: str) -> bool:
    """Return whether parts of a code or number are hidden."""
    return _MASKED.search(text) is not None


def _missing(field: Field) -> Fault:
    return _fault(field, "missing", "is required and empty")


def _fault(field: Field, code: str, message: str) -> Fault:
    return Fault(path=field.name, code=code, message=message)


def _text(field: Field, text: str) -> Value | Fault:  # noqa: ARG001 -- every reader has one shape
    return text


def _name(field: Field, text: str) -> Value | Fault:
    if not any(character.isalpha() for character in text):
        return _fault(field, "no_name", "holds no letter: this is no name")
    return text


def _uscc(field: Field, text: str) -> Value | Fault:
    if is_masked(text):
        return _fault(field, "masked_code", "is masked: it can name a candidate at most")
    if _DUMMY.fullmatch(text):
        return _missing(field) if field.is_required else None
    try:
        return parse_uscc(text.upper()).text
    except CodeError as error:
        code = "swapped_codes" if _is_another_code(text) else "bad_uscc"
        return _fault(field, code, f"is no social credit code: {error.message}")


def _is_another_code(text: str) -> bool:
    if is_id_number(text.upper()):
        return True
    try:
        parse_org_code(text)
    except CodeError:
        return re.fullmatch(r"[0-9]{13}|[0-9]{15}", text) is not None
    return True


def _org_code(field: Field, text: str) -> Value | Fault:
    if _DUMMY.fullmatch(text):
        return None
    try:
        return parse_org_code(text).text
    except CodeError as error:
        try:
            parse_uscc(text.upper())
        except CodeError:
            return _fault(field, "bad_org_code", f"is no organisation code: {error.message}")
        return _fault(field, "swapped_codes", "holds a social credit code")


def _other_code(field: Field, text: str) -> Value | Fault:
    if _DUMMY.fullmatch(text):
        return None
    capitals = text.upper().replace(" ", "")
    if is_masked(capitals):
        return _fault(field, "masked_code", "is masked: it can name a candidate at most")
    if not _OTHER_CODE.fullmatch(capitals):
        return _fault(field, "bad_code", "holds 5 to 30 digits and letters")
    return capitals


def _person_id(field: Field, text: str) -> Value | Fault:
    # The number itself is in no message: it is somebody's.
    capitals = text.upper()
    if is_masked(capitals):
        return _fault(field, "masked_number", "is masked: it can name a candidate at most")
    if is_id_number(capitals):
        return capitals
    return _fault(field, "bad_person_number", "is no ID number whose check fits")


def _day(field: Field, text: str) -> Value | Fault:
    found = _DAY.fullmatch(text)
    if found is None:
        return _fault(field, "bad_day", "is no day such as 2026-03-31")
    month_day = found["md"]
    month, day = (month_day[:2], month_day[2:]) if month_day else (found["m"], found["d"])
    try:
        read = date(int(found["y"]), int(month), int(day))
    except ValueError:
        return _fault(field, "no_such_day", "is a day that no calendar has")
    if not _YEARS[0] <= read.year <= _YEARS[1]:
        return _fault(field, "absurd_day", f"lies outside of {_YEARS[0]} to {_YEARS[1]}")
    return read


def _money(field: Field, text: str, *, factor: int) -> Value | Fault:
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    if not _MONEY.fullmatch(plain):
        return _fault(field, "bad_sum", "is no sum such as 1.5: no unit, no words")
    fen = Decimal(plain) * factor
    if fen != fen.to_integral_value():
        return _fault(field, "bad_sum", "has parts of a fen")
    return int(fen)


def _yuan(field: Field, text: str) -> Value | Fault:
    return _money(field, text, factor=_FEN_A_YUAN)


def _wan_yuan(field: Field, text: str) -> Value | Fault:
    return _money(field, text, factor=_FEN_A_YUAN * _YUAN_A_WAN)


def _whole(field: Field, text: str) -> Value | Fault:
    if not _WHOLE.fullmatch(text):
        return _fault(field, "bad_number", "is no whole number")
    return int(text)


def _word(field: Field, text: str) -> Value | Fault:
    code = code_lists().named(field.list_name).of_word(text)
    if code is None:
        return _fault(field, "unknown_word", "is no word of its code list")
    return code.id


_READERS: Final[Mapping[FieldKind, Callable[[Field, str], Value | Fault]]] = MappingProxyType(
    {
        FieldKind.TEXT: _text,
        FieldKind.NAME: _name,
        FieldKind.USCC: _uscc,
        FieldKind.ORG_CODE: _org_code,
        FieldKind.OTHER_CODE: _other_code,
        FieldKind.PERSON_ID: _person_id,
        FieldKind.DAY: _day,
        FieldKind.YUAN: _yuan,
        FieldKind.WAN_YUAN: _wan_yuan,
        FieldKind.WHOLE: _whole,
        FieldKind.WORD: _word,
    }
)
