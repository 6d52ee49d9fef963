"""GS1 element strings: identifiers and values one after another, bracketed or with FNC1.

GS1 General Specifications 4.13 (how element strings may be joined), 7.8 (processing of data). A
repeated identifier must repeat its value; order carries no meaning and is kept only for people.
"""

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Final

from codes.gs1.ais import AI_LENGTHS, AIS, Ai, require_shape, require_value
from codes.model import CodeError

NORM: Final = "GS1 General Specifications 7.8"
FNC1: Final = "\x1d"

_BRACKET = re.compile(r"\(([0-9]{2,4})\)((?:[^(\\]|\\\(?)*)")


class Strictness(IntEnum):
    """How far to check: shapes, then contents (check digits, dates, lists), then partners."""

    STRUCTURE = 1
    CONTENT = 2
    FULL = 3


def parse_bracketed(text: str, *, strictness: Strictness = Strictness.FULL) -> dict[str, str]:
    r"""Read `(01)…(10)…`; a bracket inside a value is written `\(`. Raises `CodeError`."""
    elements: dict[str, str] = {}
    places: dict[str, int] = {}
    position = 0
    while position < len(text) or not elements:
        match = _BRACKET.match(text, position)
        if match is None:
            raise CodeError(
                "brackets", "an identifier in brackets is expected", position=position, norm=NORM
            )
        row = _row(match[1], position + 1)
        places.setdefault(row.ai, position + 1)
        try:
            _add(elements, row, match[2].replace("\\(", "("), strictness)
        except CodeError as refusal:
            raise refusal.at(_place_in_bracketed(match, refusal.position)) from None
        position = match.end()
    return _finished(elements, strictness, place_of=places.get)


def _place_in_bracketed(match: re.Match[str], index: int | None) -> int:
    r"""Return where character `index` of the value stands; in it a bracket is written `\(`."""
    if index is None:
        return match.start() + 1
    place, end = match.span(2)
    for _ in range(index):
        place += 2 if match.string.startswith("\\(", place) else 1
    return min(place, end)


def parse_raw(text: str, *, strictness: Strictness = Strictness.FULL) -> dict[str, str]:
    """Read what a scanner sends: FNC1 (0x1D) first, and after each value without fixed length."""
    if not text.startswith(FNC1):
        raise CodeError("fnc1", "an element string starts with FNC1 (0x1D)", position=0, norm=NORM)
    elements: dict[str, str] = {}
    places: dict[str, int] = {}
    position = 1
    while position < len(text) or not elements:
        row = _row(
            text[position : position + AI_LENGTHS.get(text[position : position + 2], 2)], position
        )
        places.setdefault(row.ai, position)
        start = position + len(row.ai)
        end = start + row.length_max if row.fixed else text.find(FNC1, start)
        if end < 0 or end > len(text):
            end = len(text)
        try:
            _add(elements, row, text[start:end], strictness)
        except CodeError as refusal:
            place = position if refusal.position is None else start + refusal.position
            raise refusal.at(place) from None
        position = end + 1 if text.startswith(FNC1, end) else end
    return _finished(elements, strictness, place_of=places.get)


def _row(ai: str, position: int) -> Ai:
    row = AIS.get(ai)
    if row is None:
        raise CodeError(
            "unknown_ai", f"{ai!r} is not an application identifier", position=position, norm=NORM
        )
    return row


def _add(elements: dict[str, str], row: Ai, value: str, strictness: Strictness) -> None:
    check_element(row, value, strictness)
    if elements.setdefault(row.ai, value) != value:
        raise CodeError("repeated_ai", f"({row.ai}) stands twice with two values", norm=NORM)


def check_element(row: Ai, value: str, strictness: Strictness) -> None:
    """Refuse a value that is wrong at this strictness, with the position in the value."""
    if strictness >= Strictness.CONTENT:
        require_value(row, value)
    else:
        require_shape(row, value)


PlaceOf = Callable[[str], int | None]


def _nowhere(ai: str) -> None:  # noqa: ARG001 -- whoever knows no places knows none for any
    return None


def _finished(
    elements: dict[str, str], strictness: Strictness, *, place_of: PlaceOf
) -> dict[str, str]:
    if strictness >= Strictness.FULL:
        require_partners(elements, place_of=place_of)
    return elements


def require_partners(elements: Mapping[str, str], *, place_of: PlaceOf = _nowhere) -> None:
    """Refuse elements that lack a needed partner or stand beside an excluded one (4.14).

    `place_of` says where an identifier stands in the text, for the position of the refusal.
    """
    for ai in elements:
        row = AIS[ai]
        for pattern in row.excludes:
            clash = _present(pattern, elements, but=ai)
            if clash is not None:
                message = f"({ai}) may not stand with ({clash})"
                raise CodeError("excluded_ai", message, position=place_of(clash), norm=NORM)
        for demand in row.needs:
            if not _is_met(demand, elements):
                wanted = ", ".join("+".join(alternative) for alternative in demand)
                message = f"({ai}) needs one of {wanted}"
                raise CodeError("missing_ai", message, position=place_of(ai), norm=NORM)


def _is_met(demand: tuple[tuple[str, ...], ...], elements: Mapping[str, str]) -> bool:
    for alternative in demand:
        # Nearly every demand is met by one plain identifier, so that is looked at first.
        if len(alternative) == 1 and alternative[0] in elements:
            return True
        if all(_present(pattern, elements, but="") is not None for pattern in alternative):
            return True
    return False


def _present(pattern: str, elements: Mapping[str, str], *, but: str) -> str | None:
    """Return the first identifier that fits `pattern` (`n` is any digit), other than `but`."""
    if pattern[-1] != "n":
        return pattern if pattern in elements and pattern != but else None
    stem = pattern.rstrip("n")
    for ai in elements:
        if ai != but and len(ai) == len(pattern) and ai.startswith(stem):
            return ai
    return None


def element_text(ai: str, value: str) -> str:
    """Return one element as it stands beside a symbol, for people (4.14)."""
    return f"({ai}){value}"


def bracketed(elements: Mapping[str, str]) -> str:
    """Return the form for people; `parse_bracketed` reads it back."""
    return "".join(element_text(ai, value.replace("(", "\\(")) for ai, value in elements.items())


def raw(elements: Mapping[str, str]) -> str:
    """Return the form for a symbol: leading FNC1, and one after each value that needs it."""
    last = next(reversed(tuple(elements)), "")
    return FNC1 + "".join(
        f"{ai}{value}{'' if AIS[ai].fixed or ai == last else FNC1}"
        for ai, value in elements.items()
    )
