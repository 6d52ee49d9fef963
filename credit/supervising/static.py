"""Static risk by industry, read from `static.yaml`.

The rule that must stay true: whose industry has no row is no food business and gets no grade.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

STATIC_MAX: Final = 40
_FILE: Final = Path(__file__).with_name("static.yaml")
_NO: Final = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRisk:
    """The risk that a kind of food business has before anything is known of it."""

    industry: str
    zh: str
    en: str
    points: int
    is_food: bool


def static_of(industry: str) -> StaticRisk | None:
    """Return the row of an industry, that of the longest number; None for what is no food."""
    rows = static_rows()
    for length in range(len(industry), 0, -1):
        found = rows.get(industry[:length])
        if found is not None:
            return found if found.is_food else None
    return None


@cache
def static_rows() -> Mapping[str, StaticRisk]:
    """Return every row by the number of its industry; raises `InvalidInput` with every fault."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found: dict[str, StaticRisk] = {}
    for rows in file.each("static"):
        row = _row(rows)
        if row.industry in found:
            rows.fault("industry", "duplicate", "is there already")
        found[row.industry] = row
    file.done()
    faults.refuse()
    return MappingProxyType(found)


def _row(rows: Rows) -> StaticRisk:
    is_food = rows.text("food", default="") != _NO
    row = StaticRisk(
        industry=rows.text("industry"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        points=(rows.whole("points") if is_food else 0) or 0,
        is_food=is_food,
    )
    rows.done()
    if not row.industry.isdigit():
        rows.fault("industry", "shape", "is a number of GB/T 4754")
    if is_food is not (0 < row.points <= STATIC_MAX):
        rows.fault("points", "range", f"is between 1 and {STATIC_MAX}")
    return row
