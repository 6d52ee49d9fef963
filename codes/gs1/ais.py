"""The table of GS1 application identifiers (AIs) and the test of one value against it.

GS1 General Specifications 3. The facts are data in `ais.psv`; no identifier is named in this code,
so that a new release of the specifications is a change of data.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from codes.gs1.charset import first_outside_cset82
from codes.gs1.check_digit import is_digits
from codes.gs1.checks import CHECKS, Check
from codes.model import CodeError

NORM: Final = "GS1 General Specifications 3"

_SETS: Final = {"n": "[0-9]", "x": '[!"%-?A-Z_a-z]', "y": "[#\\-/0-9A-Z]", "z": "[A-Za-z0-9_\\-=]"}
_COMPONENT = re.compile(r"([nxyz])([0-9]+)(?:-([0-9]+))?(\?)?((?::[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ai:
    """One identifier: the shape of its values, its checks, its partners, its place in a link.

    `needs` are demands that must all hold; a demand holds when one of its alternatives does, and an
    alternative when all its patterns are present. `qualifiers` is None unless the identifier may
    lead a Digital Link; then it holds the allowed qualifier sequences.
    """

    ai: str
    title: str
    fixed: bool
    attribute: bool
    qualifiers: tuple[tuple[str, ...], ...] | None
    shape: re.Pattern[str]
    checks: tuple[tuple[int, Check], ...]
    length_max: int
    digits_only: bool
    needs: tuple[tuple[tuple[str, ...], ...], ...]
    excludes: tuple[str, ...]


def require_shape(row: Ai, value: str) -> re.Match[str]:
    """Refuse `value` unless its characters and lengths are those of the identifier."""
    match = row.shape.fullmatch(value)
    if match is None:
        raise _shape_refusal(row, value)
    return match


def require_value(row: Ai, value: str) -> None:
    """Refuse `value` unless its shape and content (check digit, date, list …) are right."""
    match = require_shape(row, value)
    for group, check in row.checks:
        part = match[group]
        if part is not None:
            _run(row, check, part)


def _run(row: Ai, check: Check, part: str) -> None:
    try:
        check(part)
    except CodeError as refusal:
        raise CodeError(refusal.rule, f"({row.ai}): {refusal.message}", norm=refusal.norm) from None


def _shape_refusal(row: Ai, value: str) -> CodeError:
    if not value:
        return CodeError("empty", f"({row.ai}) {row.title} has no value", norm=NORM)
    if not is_digits(value) if row.digits_only else first_outside_cset82(value) is not None:
        return CodeError(
            "charset", f"({row.ai}) {row.title} has a character not allowed", norm=NORM
        )
    if len(value) > row.length_max:
        return CodeError(
            "length", f"({row.ai}) {row.title} is longer than {row.length_max}", norm=NORM
        )
    return CodeError("format", f"({row.ai}) {row.title} is not of its format", norm=NORM)


def _read_format(text: str) -> tuple[str, tuple[tuple[int, Check], ...], int, bool]:
    pattern, checks, length_max, digits_only = "", [], 0, True
    for group, component in enumerate(text.split(), start=1):
        match = _COMPONENT.fullmatch(component)
        if match is None:
            raise ValueError(f"ais.psv: unreadable component {component!r}")
        kind, low, high, optional, names = match.groups()
        pattern += f"({_SETS[kind]}{{{low},{high or low}}}){optional or ''}"
        length_max += int(high or low)
        digits_only = digits_only and kind == "n"
        checks += [(group, CHECKS[name]) for name in names.split(":") if name]
    return pattern, tuple(checks), length_max, digits_only


def _read_key(text: str) -> tuple[tuple[str, ...], ...] | None:
    if text == "-":
        return None
    sequences = text.removeprefix("key").strip()
    if not sequences:
        return ((),)
    return tuple(tuple(sequence.strip().split(">")) for sequence in sequences.split(" or "))


def _read_needs(text: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    if text == "-":
        return ()
    return tuple(
        tuple(tuple(alternative.split("+")) for alternative in demand.split())
        for demand in text.split(";")
    )


def _rows() -> Iterator[Ai]:
    lines = Path(__file__).with_name("ais.psv").read_text("utf-8").splitlines()
    body = [line for line in lines if line and not line.startswith("#")][1:]
    for line in body:
        ais, separator, link, key, shape, needs, excludes, title = line.split("|")
        first, _, last = ais.partition("..")
        pattern, checks, length_max, digits_only = _read_format(shape)
        for number in range(int(first), int(last or first) + 1):
            yield Ai(
                ai=str(number).zfill(len(first)),
                title=title,
                fixed=separator == "fixed",
                attribute=link == "attribute",
                qualifiers=_read_key(key),
                shape=re.compile(pattern),
                checks=checks,
                length_max=length_max,
                digits_only=digits_only,
                needs=_read_needs(needs),
                excludes=() if excludes == "-" else tuple(excludes.split()),
            )


def _table() -> Mapping[str, Ai]:
    table: dict[str, Ai] = {}
    for row in _rows():
        if row.ai in table:
            raise ValueError(f"ais.psv: {row.ai} stands twice")
        table[row.ai] = row
    return MappingProxyType(table)


AIS: Final = _table()

# The first two digits fix how long an identifier is (General Specifications 7.8.4), so reading one
# out of a data stream needs no guess.
AI_LENGTHS: Final[Mapping[str, int]] = MappingProxyType({ai[:2]: len(ai) for ai in AIS})
