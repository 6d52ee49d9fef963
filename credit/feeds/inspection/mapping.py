"""A row of the sampling inspections as a record.

The rule that must stay true: a failed sample names what failed, and a passed one nothing.
"""

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values
from credit.rulebook.code_lists import code_lists


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    uscc, result = values.text("uscc"), values.text("result")
    failed_item = values.text("failed_item")
    if (result == "failed") is not bool(failed_item):
        values.fault("failed_item", "contradiction", "does not fit the result")
    authority_name = values.text("authority")
    authority = code_lists().authorities.of_title(authority_name)
    if authority is None:
        values.fault("authority", "unknown_authority", "is no authority whose kind is known")
    role, sample = values.text("role"), values.text("sample_no")
    return Record(
        key="|".join((sample, role)),
        kind=FactKind.INSPECTION,
        claim=Claim(
            kind=SubjectKind.ENTERPRISE,
            name=values.text("name"),
            codes={CodeScheme.USCC: uscc} if uscc else {},
        ),
        authority="" if authority is None else authority.id,
        authority_name=authority_name,
        number=sample,
        title=failed_item or values.text("product"),
        decided_on=values.day("sampled_on"),
        published_on=values.day("published_on"),
        grade=result,
        item=role,
        details={
            "product": values.text("product"),
            "lot": values.text("lot"),
            "laboratory": values.text("laboratory"),
        },
    )
