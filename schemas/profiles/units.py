"""Units in words: what people read and type for a code of UN/CEFACT Recommendation 20.

The rule that must stay true: data keeps the code; a code, a word of either language and a sign that
are written are the same unit when they are read, and no two units share a word.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from schemas.profiles.library import read_units
from schemas.profiles.model import Unit, Words
from schemas.profiles.yaml_rows import Faults

_FOLDER: Final = Path(__file__).resolve().parent / "data"
_PIECES: Final = Words(zh="件", en="pieces")
_COUNTED: Final = "count"
# Amounts of these are read in words; of the others the sign says more than the name.
_IN_WORDS: Final = frozenset({"mass", "volume", "time", "length", "area", _COUNTED})
_OF_GOODS: Final = frozenset({"mass", "volume", _COUNTED, "length", "area"})
# UN/CEFACT Recommendation 20: two or three capital letters or digits.
_CODE: Final = re.compile(r"[A-Z0-9]{2,3}")


@cache
def units() -> Mapping[str, Unit]:
    """Return the units by code, in the order of the file."""
    faults = Faults()
    found = read_units(_FOLDER, faults)
    faults.refuse()
    return found


def unit_words(code: str | None) -> Words:
    """Return a unit as people read it beside a number; without a code pieces are counted."""
    if not code or code == "H87":
        return _PIECES
    unit = units().get(code)
    if unit is None:
        return Words(zh=code, en=code)
    sign = "℃" if code == "CEL" else unit.symbol
    is_counted = unit.dimension == _COUNTED
    return Words(
        zh=unit.label.zh if unit.dimension in _IN_WORDS else sign,
        en=unit.label.en if is_counted else unit.symbol,
    )


def unit_label(code: str, *, is_zh: bool) -> str:
    """Return the name of a unit as a cell holds it: `read_unit` gives the code again."""
    unit = units().get(code)
    if unit is None:
        return code
    return unit.label.zh if is_zh else unit.label.en


def read_unit(text: str) -> str | None:
    """Return the code of a unit that is written as code, name or sign; None for no unit."""
    found = _by_word().get(text.casefold())
    if text in units():
        return text
    if found is not None:
        return found
    return text if _CODE.fullmatch(text) else None


def amount_units() -> tuple[tuple[str, Words], ...]:
    """Return the units that goods are counted or measured in, with their names."""
    return tuple((one.code, one.label) for one in units().values() if one.dimension in _OF_GOODS)


@cache
def _by_word() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for one in units().values():
        for word in (one.label.zh, one.label.en):
            if found.setdefault(word.casefold(), one.code) != one.code:
                raise ValueError(f"two units are called {word}")
    for word in (_PIECES.zh, _PIECES.en):
        found[word] = "H87"
    for one in units().values():
        found.setdefault(one.symbol.casefold(), one.code)
    return MappingProxyType(found)
