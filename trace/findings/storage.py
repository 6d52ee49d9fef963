"""How goods are to be stored, by the words of a label: degrees, or a word such as 冷藏.

Pure. The rule that must stay true: a label is understood whole or not at all, so that nobody is
judged by half a sentence. What holds once a pack is opened is no word of the closed one.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final
from unicodedata import normalize


class StorageKind(StrEnum):
    """The ways in which goods are stored."""

    FROZEN = "frozen"
    CHILLED = "chilled"
    COOL = "cool"
    AMBIENT = "ambient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What is said: the kind, and the bounds in degrees Celsius where there are any."""

    kind: StorageKind
    minimum_c: Decimal | None = None
    maximum_c: Decimal | None = None

    @property
    def has_bounds(self) -> bool:
        """Return whether degrees are named."""
        return self.minimum_c is not None or self.maximum_c is not None


_FROZEN_MAX_C: Final = Decimal(-10)
_CHILLED_MAX_C: Final = Decimal(10)
_COOL_MAX_C: Final = Decimal(20)

_NUMBER: Final = r"-?\d{1,3}(?:\.\d{1,2})?"
_UNIT: Final = r"(?:°c|度|摄氏度|celsius)"
_BETWEEN: Final = re.compile(
    rf"(?P<low>{_NUMBER}){_UNIT}?(?:~|-|至|到|to)(?P<high>{_NUMBER}){_UNIT}"
)
_AT_MOST: Final = re.compile(
    rf"(?:≤|<=?|不高于|不超过|(?<!不)低于|below|under|upto|atmost)(?P<before>{_NUMBER}){_UNIT}"
    rf"|(?P<after>{_NUMBER}){_UNIT}(?:及?以下|orbelow|orless|orcolder)"
)
_DEGREES: Final = re.compile(rf"{_NUMBER}{_UNIT}")
# A pack that was opened is kept in another way.
_OPENED: Final = re.compile(r"(?:开启|开封|打开|拆封)后|(?:once|after|when)(?:open|thaw)|解冻后")
_FORBIDDEN: Final = re.compile(
    r"(?:避免|不得|不可|不要|切勿|请勿|严禁|禁止|donot|don't|avoid|never)"
    r"(?:冷冻|冷藏|结冰|frozen|freez\w*?|refrigerat\w*?)(?![a-z])"
)
# Chinese Pharmacopoeia, general notices: 冷处 is 2 to 10 °C, 阴凉处 and 凉暗处 up to 20 °C.
_WORDS: Final = (
    (StorageKind.FROZEN, re.compile(r"冷冻|速冻|冻存|冻藏|frozen|freezer")),
    (StorageKind.CHILLED, re.compile(r"冷藏|冷处|chilled|refrigerat|fridge")),
    (StorageKind.COOL, re.compile(r"阴凉|凉暗|coolplace|cooldry|cool,dry|cooland")),
    (StorageKind.AMBIENT, re.compile(r"常温|室温|ambient|roomtemperature|shelf-?stable")),
)
_WARM: Final = frozenset({StorageKind.COOL, StorageKind.AMBIENT})


@lru_cache(maxsize=4096)
def storage_of(label: str) -> Storage | None:
    """Return what a label says, None where that is nothing, or more than one thing."""
    text = _plain(label)
    kinds = {kind for kind, words in _WORDS if words.search(text)}
    bounds = set()
    rest = text
    for pattern, read in ((_BETWEEN, _between), (_AT_MOST, _at_most)):
        bounds |= {read(one) for one in pattern.finditer(rest)}
        rest = pattern.sub("", rest)
    if _DEGREES.search(rest) or len(kinds) > 1 or len(bounds) > 1:
        return None
    if not bounds:
        return Storage(kind=kinds.pop()) if kinds else None
    low, high = bounds.pop()
    if low is not None and low > high:
        return None
    kind = kind_up_to(high)
    if not kinds or kinds == {kind} or (kind in _WARM and kinds <= _WARM):
        return Storage(kind=kind, minimum_c=low, maximum_c=high)
    return None


def kind_up_to(maximum_c: Decimal) -> StorageKind:
    """Return the kind of storage whose highest temperature this is."""
    if maximum_c <= _FROZEN_MAX_C:
        return StorageKind.FROZEN
    if maximum_c <= _CHILLED_MAX_C:
        return StorageKind.CHILLED
    return StorageKind.COOL if maximum_c <= _COOL_MAX_C else StorageKind.AMBIENT


def _plain(label: str) -> str:
    """Return a label in one spelling, up to where it speaks of an opened pack."""
    text = normalize("NFKC", label).lower()
    text = "".join(text.split()).translate(str.maketrans("−–—‐‑", "-----"))
    text = text.replace("℃", "°c").replace("º", "°")
    return _FORBIDDEN.sub("", _OPENED.split(text)[0])


def _between(found: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    return Decimal(found["low"]), Decimal(found["high"])


def _at_most(found: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    return None, Decimal(found["before"] or found["after"])
