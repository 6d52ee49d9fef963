"""A row of the grade A taxpayers as a record.

The rule that must stay true: a grade is of a year, and the next year's is another record. None is
known before the day on which those of its year are told.
"""

from datetime import date
from typing import Final

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values
from credit.feeds.values import future_day

# The tax authorities publish the grades of a year in the spring of the next one.
_PUBLISHED: Final = (4, 1)
_AUTHORITY: Final = "税务机关"
_YEARS: Final = (2014, 2100)


def newest_year(on: date) -> int:
    """Return the newest year whose grades are told on a day."""
    return on.year - 1 if on >= date(on.year, *_PUBLISHED) else on.year - 2


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    year = values.whole("nd") or 0
    if not _YEARS[0] <= year <= _YEARS[1]:
        values.fault("nd", "absurd_day", f"is a year from {_YEARS[0]} on")
        year = _YEARS[0]
    told_on = date(year + 1, *_PUBLISHED)
    if told_on > values.received_on:
        values.faults.append(future_day("nd"))
    return Record(
        key=str(year),
        kind=FactKind.TAX_GRADE,
        claim=Claim(
            kind=SubjectKind.ENTERPRISE,
            name=values.text("nsrmc"),
            codes={CodeScheme.USCC: values.text("nsrsbh")},
        ),
        authority="tax",
        # Nobody else gives these grades; lists often leave out which office.
        authority_name=values.text("jg") or _AUTHORITY,
        title=f"{year}年度评价为A级",
        decided_on=told_on,
        starts_on=told_on,
        # The grade holds until the next year's is told.
        ends_on=date(year + 2, 3, 31),
        grade=values.text("jb") or "A",
    )
