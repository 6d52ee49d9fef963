"""What the compression of Digital Links is built on: sequences of identifiers, and value layouts.

GS1 Digital Link: Compression, tables of optimisations and of value formats. The layouts are made
from the table of identifiers: neighbouring components of digits are one number, and so on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from codes.gs1.ais import AIS

# Two hexadecimal digits, one of which is no decimal digit, stand for a sequence of identifiers.
_SEQUENCES: Final = """
0A 01 22|0B 01 10|0C 01 21|0D 01 17|0E 01 7003|0F 01 30|1A 01 10 21 17|1B 01 15|1C 01 11
1D 01 16|1E 01 91|1F 01 10 15|2A 01 3100|2B 01 3101|2C 01 3102|2D 01 3103|2E 01 3104|2F 01 3105
3A 01 3200|3B 01 3201|3C 01 3202|3D 01 3203|3E 01 3204|3F 01 3205|9A 8010 8011|9B 8017 8019
9C 8018 8019|9D 414 254|A0 01 3920|A1 01 3921|A2 01 3922|A3 01 3923|A4 01 3924|A5 01 3925
A6 01 3926|A7 01 3927|A8 01 3928|A9 01 3929|C0 255 3900|C1 255 3901|C2 255 3902|C3 255 3903
C4 255 3904|C5 255 3905|C6 255 3906|C7 255 3907|C8 255 3908|C9 255 3909|CA 255 3940|CB 255 3941
CC 255 3942|CD 255 3943
"""


def _read_sequences() -> Iterator[tuple[int, tuple[str, ...]]]:
    for entry in re.split(r"[|\n]", _SEQUENCES.strip()):
        code, *sequence = entry.split()
        # The values follow in the order of the identifiers as texts, whatever the table says.
        yield int(code, 16), tuple(sorted(sequence))


SEQUENCES: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(dict(_read_sequences()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of a value: digits or characters, of fixed length, or of any up to `length`."""

    is_number: bool
    is_fixed: bool
    length: int


# A component of `ais.psv` as its regular expression shows it: set, lengths, whether optional.
_PART = re.compile(r"\((\[.*?\])\{([0-9]+),([0-9]+)\}\)(\?)?")
_DIGIT_SET = "[0-9]"


def _layout(pattern: str) -> tuple[Component, ...]:
    """Join the components of one identifier: a fixed part first, then one of variable length."""
    parts = [
        (kind == _DIGIT_SET, int(low) if not optional else 0, int(high))
        for kind, low, high, optional in _PART.findall(pattern)
    ]
    groups: list[tuple[bool, int, int]] = []
    for is_number, low, high in parts:
        if groups and groups[-1][0] == is_number:
            _, low_before, high_before = groups.pop()
            groups.append((is_number, low_before + low, high_before + high))
        else:
            groups.append((is_number, low, high))
    found: list[Component] = []
    for is_number, low, high in groups:
        # Digits that are always there need no length; of characters the length is told as a whole.
        fixed = high if low == high else _fixed_digits(parts) if is_number else 0
        if fixed:
            found.append(Component(is_number=is_number, is_fixed=True, length=fixed))
        if high > fixed:
            found.append(Component(is_number=is_number, is_fixed=False, length=high - fixed))
    return tuple(found)


def _fixed_digits(parts: list[tuple[bool, int, int]]) -> int:
    """Return how many digits at the start are always there: components of one length only."""
    fixed = 0
    for is_number, low, high in parts:
        if not is_number or low != high:
            break
        fixed += high
    return fixed


LAYOUTS: Final[Mapping[str, tuple[Component, ...]]] = MappingProxyType(
    {ai: _layout(row.shape.pattern) for ai, row in AIS.items()}
)
