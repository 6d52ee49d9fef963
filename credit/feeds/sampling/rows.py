"""Invented rows of any feed, a share of them dirty, each with its answer.

The rule that must stay true: the same seed, parties and days give the same rows, whatever machine
they are drawn on.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final, TextIO, TypeAlias

from credit.feeds.abnormal_listing import samples as abnormal_listing
from credit.feeds.honour import samples as honour
from credit.feeds.inspection import samples as inspection
from credit.feeds.judgment_default import samples as judgment_default
from credit.feeds.penalty import samples as penalty
from credit.feeds.permit import samples as permit
from credit.feeds.registration import samples as registration
from credit.feeds.registry import FEEDS
from credit.feeds.sampling.dirt import UNKNOWN_COLUMN, Dirt, Row, dirt_of_fields
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party
from credit.feeds.serious_listing import samples as serious_listing
from credit.feeds.tax_case import samples as tax_case
from credit.feeds.tax_grade import samples as tax_grade

Sampler: TypeAlias = Callable[[Party, Draw, date], Row]
"""Makes a clean row about a party, of a day."""

SAMPLERS: Final[Mapping[str, tuple[Sampler, tuple[Dirt, ...]]]] = MappingProxyType(
    {
        "abnormal_listing": (abnormal_listing.row_of, abnormal_listing.DIRT),
        "honour": (honour.row_of, honour.DIRT),
        "inspection": (inspection.row_of, inspection.DIRT),
        "judgment_default": (judgment_default.row_of, judgment_default.DIRT),
        "penalty": (penalty.row_of, penalty.DIRT),
        "permit": (permit.row_of, permit.DIRT),
        "registration": (registration.row_of, registration.DIRT),
        "serious_listing": (serious_listing.row_of, serious_listing.DIRT),
        "tax_case": (tax_case.row_of, tax_case.DIRT),
        "tax_grade": (tax_grade.row_of, tax_grade.DIRT),
    }
)
"""The sampler of each feed, and the dirt that it alone knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """A row with what is answered to it: `code` at `path`, or "" where it is understood."""

    cells: Row
    dirt: str = ""
    path: str = ""
    code: str = ""


@cache
def dirt_of(feed: str) -> tuple[Dirt, ...]:
    """Return every kind of dirt of a feed, its own first."""
    return (*SAMPLERS[feed][1], *dirt_of_fields(FEEDS[feed]))


def sample_rows(
    feed: str,
    told: Iterable[tuple[Party, date]],
    draw: Draw,
    *,
    dirt_percent: int = 0,
) -> Iterator[SampleRow]:
    """Yield a row about each party, of its day; so many in a hundred are dirty."""
    row_of, _ = SAMPLERS[feed]
    for party, on in told:
        row = row_of(party, draw, on)
        if not draw.happens(dirt_percent):
            yield SampleRow(cells=row)
            continue
        dirt = draw.pick(dirt_of(feed))
        yield SampleRow(cells=dirt.soil(row), dirt=dirt.name, path=dirt.path, code=dirt.code)


def write_csv(out: TextIO, feed: str, rows: Iterable[SampleRow]) -> int:
    """Write rows under the feed's own names of its fields; return how many there were."""
    headers = [*(field.name for field in FEEDS[feed].fields), UNKNOWN_COLUMN]
    writer = csv.DictWriter(out, headers, restval="", lineterminator="\r\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row.cells)
        count += 1
    return count
