"""The code on a pack: what it names, and which lot and day it says beside it.

The rule that must stay true: what a label says of lot and expiry is compared with what the maker
said and never believed by itself.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from codes import registry
from codes.canonical import Level, level_of, uri_of_text
from codes.model import CodeError

_LOT: Final = "10"
_EXPIRES: Final = ("17", "7003")
_TRACE_CODE: Final = "cn_drug_trace20"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCode:
    """A code as it was asked for: `uri` is canonical; `lot` and `expires_on` stand beside it."""

    text: str
    uri: str
    lot: str = ""
    expires_on: date | None = None

    @property
    def is_single(self) -> bool:
        """Return whether it can name one pack or one container, and not a lot or a product."""
        return level_of(self.uri) in (Level.INSTANCE, Level.UNKNOWN)


def read_pack_code(text: str, *, today: date) -> PackCode:
    """Read a pack's code in any written form; raises `CodeError` where it is none.

    Twenty digits are a drug trace code here, whatever else has twenty digits.
    """
    found = registry.detect(text)
    for one in found:
        if one.scheme.name == _TRACE_CODE:
            return PackCode(text=text, uri=one.code.uri)
    uri = uri_of_text(text)
    fields: Mapping[str, str] = next(
        (one.code.fields for one in found if one.code.uri == uri and "01" in one.code.fields), {}
    )
    day = next((fields[ai][:6] for ai in _EXPIRES if ai in fields), "")
    code = PackCode(text=text, uri=uri, lot=fields.get(_LOT, ""))
    return replace(code, expires_on=_day(day, today)) if day else code


def _day(text: str, today: date) -> date:
    """Return the day that six digits mean (GS1 General Specifications 3.4.2, 7.12).

    A day of 00 is the last of its month; the century is the one that is nearest.
    """
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    apart = year - today.year % 100
    century = today.year // 100 + (-1 if apart >= 51 else 1 if apart <= -50 else 0)
    year += century * 100
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:
        message = "the day of expiry is no day"
        raise CodeError("date", message, norm="GS1 General Specifications 3.4.2") from None
