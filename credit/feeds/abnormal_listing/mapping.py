"""A row of the list of abnormal operations as a record."""

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values
from credit.rulebook.code_lists import code_lists


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    authority_name = values.text("authority")
    authority = code_lists().authorities.of_title(authority_name)
    if authority is None:
        values.fault("authority", "unknown_authority", "is no authority whose kind is known")
    listed_on, removed_on = values.day("listed_on"), values.day("removed_on")
    if listed_on and removed_on and removed_on < listed_on:
        values.fault("removed_on", "order", "lies before the day of the listing")
    ground = values.text("ground")
    words = code_lists().named("abnormal_grounds").codes.get(ground)
    return Record(
        key="|".join((ground, str(listed_on))),
        kind=FactKind.ABNORMAL_LISTING,
        claim=Claim(
            kind=SubjectKind.ENTERPRISE,
            name=values.text("name"),
            codes={CodeScheme.USCC: values.text("uscc")},
        ),
        authority="" if authority is None else authority.id,
        authority_name=authority_name,
        number=values.text("list_no"),
        title="" if words is None else words.zh,
        decided_on=listed_on,
        starts_on=listed_on,
        ended_on=removed_on,
        item=ground,
        details={"removed_why": values.text("removed_why")},
    )
