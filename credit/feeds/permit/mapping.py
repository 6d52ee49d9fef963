"""A row of the permits as a record.

The rule that must stay true: a permit that its authority withdrew or revoked is over, whatever its
last day says.
"""

from credit.feeds.claims import claim_of
from credit.feeds.model import FactKind, Record, Values
from credit.rulebook.code_lists import code_lists


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    claim = claim_of(values, "xk_xdr_")
    number, authority_code = values.text("xk_wsh"), values.text("xk_xkjgdm")
    authority_name = values.text("xk_xkjg")
    authority = code_lists().authorities.of_title(authority_name)
    if authority is None:
        values.fault("xk_xkjg", "unknown_authority", "is no authority whose kind is known")
    decided_on, starts_on = values.day("xk_jdrq"), values.day("xk_yxqz")
    ends_on, state = values.day("xk_yxqzi"), values.text("xk_zt")
    if starts_on and ends_on and ends_on < starts_on:
        values.fault("xk_yxqzi", "order", "lies before the first day")
    values.drop("xk_frdb", "xk_fr_zjlx", "xk_fr_sfzh", "xk_lydwdm")
    return Record(
        key="|".join((authority_code, number)),
        kind=FactKind.PERMIT,
        claim=claim,
        authority="" if authority is None else authority.id,
        authority_name=authority_name,
        number=number,
        title=values.text("xk_nr"),
        decided_on=decided_on,
        starts_on=starts_on,
        ends_on=ends_on,
        # The day of a withdrawal is not told: it is over since it was decided to be.
        ended_on=decided_on if state == "revoked" else None,
        item=values.text("xk_xklb"),
        details={
            "authority_code": authority_code,
            "document": values.text("xk_xkws"),
            "licence": values.text("xk_xkzs"),
            "licence_number": values.text("xk_xkbh"),
            "sent_by": values.text("xk_lydw"),
            "remarks": values.text("bz"),
        },
    )
