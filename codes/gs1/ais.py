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

from codes.gs1.checks import CHECKS, Check
from codes.model import CodeError

NORM: Final = "GS1 General Specifications 3"

_SETS: Final = {"n": "[0-9]", "x": '[!"%-?A-Z_a-z]', "y": "[#\\-/0-9A-Z]", "z": "[A-Za-z0-9_\\-=]"}
_COMPONENT = re.compile(r"([nxyz])([0-9]+)(?:-([0-9]+))?(\?)?((?::[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component of a value: the characters it may have, how many, whether it may be absent."""

    characters: re.Pattern[str]
    length_min: int
    length_max: int
    is_optional: bool


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
    parts: tuple[Part, ...]
    checks: tuple[tuple[int, Check], ...]
    length_max: int
    needs: tuple[tuple[tuple[str, ...], ...], ...]
    excludes: tuple[str, ...]


def require_shape(row: Ai, value: str) -> re.Match[str]:
    """Refuse `value` unless its characters and lengths are those of the identifier."""
    match = row.shape.fullmatch(value)
    if match is None:
        raise _shape_refusal(row, value)
    return match


def require_value(row: Ai, value: str) -> None:
    """Refuse `value` unless its shape and content (check digit, date, list …) are right.

    The position of a refusal is that in `value`.
    """
    match = require_shape(row, value)
    for group, check in row.checks:
        part = match[group]
        if part is not None:
            _run(row, check, part, match.start(group))


def _run(row: Ai, check: Check, part: str, start: int) -> None:
    try:
        check(part)
    except CodeError as refusal:
        position = start + (refusal.position or 0)
        raise CodeError(
            refusal.rule, f"({row.ai}): {refusal.message}", position=position, norm=refusal.norm
        ) from None


def _shape_refusal(row: Ai, value: str) -> CodeError:
    name = f"({row.ai}) {row.title}".rstrip()
    if not value:
        return CodeError("empty", f"{name} has no value", position=0, norm=NORM)
    position, missing = _first_misfit(row.parts, value)
    if position >= row.length_max:
        rule, message = "length", f"{name} is longer than {row.length_max}"
    elif position == len(value):
        rule, message = "length", f"{name} lacks {missing} character{'s' * (missing > 1)}"
    else:
        rule, message = "charset", f"{name} has a character not allowed"
    return CodeError(rule, message, position=position, norm=NORM)


def _first_misfit(parts: tuple[Part, ...], value: str) -> tuple[int, int]:
    """Return the first place of `value` that does not fit, and how many characters lack there.

    Only the last component may vary in length, so each takes what it can get.
    """
    place = 0
    for part in parts:
        run = part.characters.match(value, place, place + part.length_max)
        taken = 0 if run is None else run.end() - place
        if taken == 0 and part.is_optional and place == len(value):
            break
        place += taken
        if taken < part.length_min:
            return place, part.length_min - taken
    return place, 0


def _read_format(text: str) -> tuple[str, tuple[Part, ...], tuple[tuple[int, Check], ...]]:
    pattern, parts, checks = "", [], []
    for group, component in enumerate(text.split(), start=1):
        match = _COMPONENT.fullmatch(component)
        if match is None:
            raise ValueError(f"ais.psv: unreadable component {component!r}")
        kind, low, high, optional, names = match.groups()
        pattern += f"({_SETS[kind]}{{{low},{high or low}}}){optional or ''}"
        parts.append(
            Part(
                characters=re.compile(f"{_SETS[kind]}*"),
                length_min=int(low),
                length_max=int(high or low),
                is_optional=optional is not None,
            )
        )
        checks += [(group, CHECKS[name]) for name in names.split(":") if name]
    return pattern, tuple(parts), tuple(checks)


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
        pattern, parts, checks = _read_format(shape)
        for number in range(int(first), int(last or first) + 1):
            yield Ai(
                ai=str(number).zfill(len(first)),
                title=title,
                fixed=separator == "fixed",
                attribute=link == "attribute",
                qualifiers=_read_key(key),
                shape=re.compile(pattern),
                parts=parts,
                checks=checks,
                length_max=sum(part.length_max for part in parts),
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
