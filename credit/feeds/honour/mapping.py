"""A row of the honours as a record."""

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    given_on, until = values.day("given_on"), values.day("until")
    if given_on and until and until < given_on:
        values.fault("until", "order", "lies before the day on which it was given")
    number, title = values.text("number"), values.text("honour")
    return Record(
        key="|".join((number, title)),
        kind=FactKind.HONOUR,
        claim=Claim(
            kind=SubjectKind.ENTERPRISE,
            name=values.text("name"),
            codes={CodeScheme.USCC: values.text("uscc")},
        ),
        authority_name=values.text("authority"),
        number=number,
        title=title,
        decided_on=given_on,
        starts_on=given_on,
        ends_on=until,
        ended_on=values.day("withdrawn_on"),
    )
