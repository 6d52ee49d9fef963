"""A row of the register of enterprises as a record.

The rule that must stay true: the organisation code is the one inside the social credit code; a row
that says another is two parties in one.
"""

import re
from typing import Final

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values

_REGION: Final = re.compile(r"[1-8][0-9]{5}")
_BETWEEN: Final = re.compile(r"[;,、；，|/]+")
_NAMES_MAX: Final = 20


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    uscc, org_code = values.text("uscc"), values.text("org_code")
    if org_code and uscc and org_code != uscc[8:17]:
        values.fault("org_code", "other_party", "is not the code inside the social credit code")
    region = values.text("region")
    if region and not _REGION.fullmatch(region):
        values.fault("region", "bad_code", "has six digits (GB/T 2260)")
    status, ended_on = values.text("status"), values.day("ended_on")
    if status == "active" and ended_on is not None:
        values.fault("ended_on", "order", "is given for a party that goes on")
    codes = {
        CodeScheme.USCC: uscc,
        CodeScheme.ORG_CODE: uscc[8:17],
        CodeScheme.REGISTRATION: values.text("reg_no"),
        CodeScheme.TAX: values.text("tax_no"),
    }
    former = [one.strip() for one in _BETWEEN.split(values.text("former_names")) if one.strip()]
    values.drop("representative")
    return Record(
        key="registration",
        kind=FactKind.REGISTRATION,
        claim=Claim(
            kind=SubjectKind(values.text("kind") or SubjectKind.ENTERPRISE),
            name=values.text("name"),
            codes={scheme: code for scheme, code in codes.items() if code},
            region=region,
        ),
        authority="market_regulation",
        authority_name=values.text("authority"),
        number=uscc,
        title=status,
        decided_on=values.day("established_on"),
        ended_on=ended_on,
        item=values.text("industry"),
        details={
            "former_names": list(former[:_NAMES_MAX]),
            "address": values.text("address"),
            "capital_fen": values.whole("capital"),
        },
    )
