"""Whether a value is what its field asks for.

The rule that must stay true: what an XML document can say passes too, where everything is text and
a list of one looks like a single value; nothing else is forgiven, and nothing is ever converted.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

from base.strict_json import JsonValue
from schemas.epcis.shape import TIME_PATTERN, URI_CHARS_MAX, URI_PATTERN
from schemas.profiles.model import Field, Kind

Judge: TypeAlias = Callable[[JsonValue], str | None]
"""Says what is wrong with a value, by a word of `FAULTS`; None if nothing."""

ITEMS_MAX: Final = 500
"""The most entries of one list of our own terms."""

FAULTS: Final = ("type", "code", "range", "pattern", "length", "unit")

_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?")
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(TIME_PATTERN)
_URI: Final = re.compile(URI_PATTERN)


def judge_of(field: Field) -> Judge:
    """Return the judge of a field's values; what EPCIS's own shape has checked passes."""
    if field.kind is Kind.RECORDS:
        return _records(field)
    if field.kind in _ENTRY_KINDS:
        return _list_of(_scalar(field, _ENTRY_KINDS[field.kind]))
    return _scalar(field, field.kind)


_ENTRY_KINDS: Final = {Kind.TEXTS: Kind.TEXT, Kind.CODES: Kind.CODE, Kind.URIS: Kind.URI}


def _scalar(field: Field, kind: Kind) -> Judge:
    if kind is Kind.TEXT:
        return _text(field)
    if kind is Kind.CODE:
        return _code(frozenset(field.codes.values) if field.codes else frozenset())
    if kind in (Kind.NUMBER, Kind.INTEGER, Kind.MONEY):
        return _number(field, is_whole=kind is Kind.INTEGER)
    return _PLAIN.get(kind, _any)


def _any(value: JsonValue) -> str | None:  # noqa: ARG001 -- every judge is asked alike
    return None


def _text(field: Field) -> Judge:
    pattern = re.compile(field.pattern) if field.pattern else None
    chars_max = field.chars_max

    def judge(value: JsonValue) -> str | None:
        if type(value) is not str or not value or value.isspace():
            return "type"
        if len(value) > chars_max:
            return "length"
        return None if pattern is None or pattern.fullmatch(value) else "pattern"

    return judge


def _code(codes: frozenset[str]) -> Judge:
    def judge(value: JsonValue) -> str | None:
        if type(value) is not str:
            return "type"
        return None if value in codes else "code"

    return judge


def _number(field: Field, *, is_whole: bool) -> Judge:
    low, high = field.minimum, field.maximum
    # What is written in JSON as a number is compared as such: a bound has few digits.
    least = float("-inf") if low is None else float(low)
    most = float("inf") if high is None else float(high)

    def judge(value: JsonValue) -> str | None:
        if type(value) is int or (type(value) is float and not is_whole):
            return None if least <= value <= most else "range"
        exact = number_of(value, is_whole=is_whole)
        if exact is None:
            return "type"
        is_out = (low is not None and exact < low) or (high is not None and exact > high)
        return "range" if is_out else None

    return judge


def number_of(value: JsonValue, *, is_whole: bool = False) -> Decimal | None:
    """Return a number, or a text that is one, exactly; None for anything else."""
    kind = type(value)
    if kind is int or (kind is float and not is_whole):
        # The shortest text of a float is what the sender wrote, up to 15 digits.
        return Decimal(repr(value))
    if kind is str:
        pattern = _INTEGER if is_whole else _DECIMAL
        return Decimal(str(value)) if pattern.fullmatch(str(value)) else None
    return None


def _boolean(value: JsonValue) -> str | None:
    return None if value is True or value is False or value in ("true", "false") else "type"


def _date(value: JsonValue) -> str | None:
    if type(value) is not str or not _DATE.fullmatch(value):
        return "type"
    try:
        date.fromisoformat(value)
    except ValueError:
        return "type"
    return None


def _instant(value: JsonValue) -> str | None:
    if type(value) is not str or not _TIME.fullmatch(value):
        return "type"
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return "type"
    return None


def _uri(value: JsonValue) -> str | None:
    if type(value) is not str or len(value) > URI_CHARS_MAX:
        return "type"
    return None if _URI.fullmatch(value) else "pattern"


_PLAIN: Final[dict[Kind, Judge]] = {
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.URI: _uri,
}


def entries(value: JsonValue) -> list[JsonValue]:
    """Return the entries of a list; a single value is a list of one, as XML writes it."""
    return value if isinstance(value, list) else [value]


def _list_of(judge_entry: Judge) -> Judge:
    def judge(value: JsonValue) -> str | None:
        listed = entries(value)
        if not listed:
            return "type"
        if len(listed) > ITEMS_MAX:
            return "length"
        return next(filter(None, map(judge_entry, listed)), None)

    return judge


def _records(field: Field) -> Judge:
    judges = {member.name: judge_of(member) for member in field.members}

    def judge_record(value: JsonValue) -> str | None:
        if not isinstance(value, dict) or not judges.keys() & value.keys():
            return "type"
        told = (judges[name](part) for name, part in value.items() if name in judges)
        return next(filter(None, told), None)

    return _list_of(judge_record)
