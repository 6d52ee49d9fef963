"""What the value of an application identifier says to a person: a date, a weight, an amount.

GS1 General Specifications 3.4 (dates), 3.6 (measures), 7.12 (which century a date is in). Values
stay text everywhere else; only pages and reports need this.
"""

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Final

from codes.gs1.ais import AIS
from codes.gs1.checks import check_yymmd0, check_yymmdd
from codes.gs1.element_string import Strictness, check_element
from codes.model import CodeError

_UNITS: Final = {
    "kg": "kg", "m": "m", "m²": "m²", "l": "l", "m³": "m³", "lb": "lb", "in": "in", "ft": "ft",
    "yd": "yd", "in²": "in²", "ft²": "ft²", "yd²": "yd²", "tr oz": "tr oz", "oz": "oz",
    "qt (US)": "qt", "gal.": "gal", "gal (US)": "gal", "in³": "in³", "ft³": "ft³", "yd³": "yd³",
}  # fmt: skip


def read_date(text: str, *, year: int) -> date:
    """Return the date of YYMMDD as seen from `year`: at most 49 years back or 50 ahead.

    Day 00 is the last day of the month. Raises `CodeError`.
    """
    check_yymmd0(text)
    gap = int(text[:2]) - year % 100
    century = year // 100 - (gap >= 51) + (gap <= -50)
    full, month = century * 100 + int(text[:2]), int(text[2:4])
    # The check knows no century; 29 February of a year like 2100 passes it and is refused here.
    days = monthrange(full, month)[1]
    day = int(text[4:]) or days
    if day > days:
        raise CodeError("date", f"{full} has no 29 February", position=4)
    return date(full, month, day)


def explain(ai: str, value: str, *, year: int) -> str:
    """Return `value` as a person reads it; `year` fixes the century of dates.

    Raises `CodeError` for an unknown identifier or a value that breaks its rules.
    """
    row = AIS.get(ai)
    if row is None:
        raise CodeError("unknown_ai", f"{ai!r} is not an application identifier")
    check_element(row, value, Strictness.CONTENT)
    if row.checks and row.checks[0][1] in {check_yymmd0, check_yymmdd}:
        rest = value[6:]
        day = read_date(value[:6], year=year).isoformat()
        return f"{day} {_time(rest)}" if rest and ai != "7007" else _period(day, rest, year)
    if len(ai) == 4 and "31" <= ai[:2] <= "36":
        return _measure(row.title, value, decimals=int(ai[3]))
    if ai[:3] in {"390", "392", "395"}:
        return str(_scaled(value, int(ai[3])))
    if ai[:3] in {"391", "393"}:
        return f"{_scaled(value[3:], int(ai[3]))} (ISO 4217 {value[:3]})"
    if ai[:3] == "394":
        return f"{_scaled(value, int(ai[3]))} %"
    return value


def _period(first: str, rest: str, year: int) -> str:
    return f"{first}/{read_date(rest, year=year).isoformat()}" if rest else first


def _time(text: str) -> str:
    return ":".join(text[place : place + 2] for place in range(0, len(text), 2))


def _scaled(digits: str, decimals: int) -> Decimal:
    return Decimal(digits).scaleb(-decimals)


def _measure(title: str, value: str, *, decimals: int) -> str:
    unit = title.partition("(")[2].rpartition(")")[0]
    return f"{_scaled(value, decimals)} {_UNITS.get(unit, 'kg/m²')}"
