"""By what a name is found among a hundred thousand: its shop name, the first half, the last half.

The rule that must stay true: names whose shop names differ in one character share a key. Keys only
find; whether two names are one is for the comparison, and then for a person.
"""

from dataclasses import dataclass
from typing import Final

from credit.naming.characters import MASK
from credit.naming.parsing import NameParts, parse_name
from credit.naming.words import Words
from credit.tables import NAME_KEY_CHARS_MAX

KEY_CHARS_MAX: Final = NAME_KEY_CHARS_MAX
_HALF: Final = 2
# A shop name of two characters has halves of one: the trade beside it makes them tell something.
_SHORT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NameKeys:
    """The three keys; "" where a name has none of that kind, and finds nothing by it."""

    core: str
    head: str
    tail: str


def keys_of(name: str, table: Words) -> NameKeys:
    """Return the keys that a name has by a version of the rules."""
    return keys_of_parts(parse_name(name, table))


def keys_of_parts(parts: NameParts) -> NameKeys:
    """Return the keys of a name that was taken apart."""
    core, trade = parts.core, "".join(parts.industry)
    if parts.is_masked:
        return _masked(core, trade)
    if len(core) > _SHORT - 1:
        head, tail = core[:_HALF], core[-_HALF:]
    else:
        head, tail = _beside(core[:1], trade), _beside(core[-1:], trade)
    return NameKeys(core=core[:KEY_CHARS_MAX], head=head, tail=tail)


def _masked(core: str, trade: str) -> NameKeys:
    first, last = core.split(MASK, maxsplit=1)[0], core.rsplit(MASK, maxsplit=1)[-1]
    head = first[:_HALF] if len(first) >= _HALF else _beside(first, trade)
    tail = last[-_HALF:] if len(last) >= _HALF else _beside(last, trade)
    return NameKeys(core="", head=head, tail=tail)


def _beside(half: str, trade: str) -> str:
    return f"{half}|{trade}"[:KEY_CHARS_MAX] if half and trade else ""
