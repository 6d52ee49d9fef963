"""The sections of the national economy (GB/T 4754-2017), by the code of an industry.

The rule that must stay true: a code of no section stands under no section, and is counted there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from schemas.profiles.model import Words
from schemas.profiles.yaml_rows import Faults, read_rows

_FILE: Final = Path(__file__).with_name("industries.yaml")
_DIVISION_DIGITS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: its letter, its name, its first and last division."""

    id: str
    words: Words
    first: int
    last: int


@cache
def sections() -> Mapping[str, Section]:
    """Return the sections by their letters; raises `InvalidInput` with what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    file.text("norm")
    file.text("verified")
    found: dict[str, Section] = {}
    for row in file.each("sections"):
        one = Section(
            id=row.text("id"),
            words=Words(zh=row.text("zh"), en=row.text("en")),
            first=row.whole("from") or 0,
            last=row.whole("to") or 0,
        )
        row.done()
        if one.id in found or any(one.first <= other.last for other in found.values()):
            row.fault("from", "order", "begins after the section before it ends")
        found[one.id] = one
    file.done()
    faults.refuse()
    return MappingProxyType(found)


@cache
def section_of(code: str) -> str:
    """Return the letter of the section that a code of an industry lies in, "" for none."""
    head = code[:1].upper()
    if head in sections():
        return head
    digits = code[:_DIVISION_DIGITS]
    if len(digits) < _DIVISION_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return ""
    return next((one.id for one in sections().values() if one.first <= int(digits) <= one.last), "")
