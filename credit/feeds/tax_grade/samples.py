"""Invented rows of the grade A taxpayers."""

from datetime import date
from typing import Final

from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party
from credit.feeds.tax_grade.mapping import newest_year


def row_of(party: Party, draw: Draw, on: date) -> Row:  # noqa: ARG001 -- every sampler has one shape
    """Return the grade of a party that is told on a day."""
    return {
        "nsrsbh": party.uscc,
        "nsrmc": party.name,
        "nd": str(newest_year(on)),
        "jb": "A",
        "jg": "国家税务总局青岛市税务局",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("a year of three digits", "nd", "absurd_day", nd="202"),
    put("a year whose grades nobody knows yet", "nd", "future_day", nd="2098"),
    put("a grade that is no A", "jb", "unknown_word", jb="D"),
)
