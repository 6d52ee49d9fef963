"""A row of the list of serious violations as a record.

The rule that must stay true: a listing without article or authority is none, and a removal is told
by its own decision and day, both or neither.
"""

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values
from credit.rulebook.code_lists import code_lists


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    number, authority_name = values.text("list_no"), values.text("authority")
    authority = code_lists().authorities.of_title(authority_name)
    if authority is None:
        values.fault("authority", "unknown_authority", "is no authority whose kind is known")
    listed_on, removed_on = values.day("listed_on"), values.day("removed_on")
    removed_no = values.text("removed_no")
    if (removed_on is None) != (not removed_no):
        values.fault("removed_no", "half_removed", "day and decision of a removal come together")
    if listed_on and removed_on and removed_on < listed_on:
        values.fault("removed_on", "order", "lies before the day of the listing")
    return Record(
        key=number,
        kind=FactKind.SERIOUS_LISTING,
        claim=Claim(
            kind=SubjectKind.ENTERPRISE,
            name=values.text("name"),
            codes={CodeScheme.USCC: values.text("uscc")},
        ),
        authority="" if authority is None else authority.id,
        authority_name=authority_name,
        number=number,
        title=values.text("ground"),
        decided_on=listed_on,
        starts_on=listed_on,
        ends_on=values.day("restricted_until"),
        ended_on=removed_on,
        details={
            "article": values.text("article"),
            "removed_number": removed_no,
            "removed_why": values.text("removed_why"),
        },
    )
