"""Human-readable interpretation: what a GS1 symbol says, in figures beside it.

GS1 General Specifications 4.14: each identifier stands in round brackets before its value; the
brackets are not encoded; an element is kept on one line where it fits.
"""

from collections.abc import Iterable
from typing import Final

from codes.gs1 import digital_link
from codes.gs1.ais import AIS
from codes.gs1.element_string import Strictness, check_element, element_text
from codes.labels.symbols import elements_of
from codes.model import CodeError

NORM: Final = "GS1 General Specifications 4.14"


def hri_lines(elements: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return one line for each element, in the order given; refuses a wrong one."""
    lines = []
    for ai, value in elements:
        row = AIS.get(ai)
        if row is None:
            raise CodeError("unknown_ai", f"{ai!r} is not an application identifier", norm=NORM)
        check_element(row, value, Strictness.CONTENT)
        lines.append(element_text(ai, value))
    return tuple(lines)


def hri_of(payload: str) -> tuple[str, ...]:
    """Return the lines of an element string or a Digital Link; none for any other content."""
    for read in (elements_of, _elements_of_link):
        try:
            return hri_lines(read(payload).items())
        except CodeError:
            continue
    return ()


def _elements_of_link(payload: str) -> dict[str, str]:
    return digital_link.parse(payload).elements
