"""A row of the grade A taxpayers as a record.

The rule that must stay true: a grade is of a year, and the next year's is another record.
"""

from datetime import date
from typing import Final

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values

# The tax authorities publish the grades of a year in the spring of the next one.
_PUBLISHED: Final = (4, 1)
_AUTHORITY: Final = "税务机关"
_YEARS: Final = (2014, 2100)


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    year = values.whole("nd") or 0
    if not _YEARS[0] <= year <= _YEARS[1]:
        values.fault("nd", "absurd_day", f"is a year from {_YEARS[0]} on")
        year = _YEARS[0]
    told_on = date(year + 1, *_PUBLISHED)
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
