"""A row of the major tax violations as a record.

The rule that must stay true: the sums are in prose and stay prose: none is read out of a sentence.
"""

from codes.schemes.cn_uscc import is_uscc
from credit.feeds.claims import is_own_code
from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values
from credit.rulebook.code_lists import code_lists


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    number, org_code = values.text("nsrsbh"), values.text("zzjgdm")
    codes = {CodeScheme.USCC if is_uscc(number) else CodeScheme.TAX: number}
    if org_code and is_uscc(number) and not is_own_code(number, org_code):
        values.fault("zzjgdm", "other_party", "is not the code inside the social credit code")
    if org_code:
        codes[CodeScheme.ORG_CODE] = org_code
    authority_name = values.text("jg")
    authority = code_lists().authorities.of_title(authority_name)
    if authority is None or authority.id != "tax":
        values.fault("jg", "unknown_authority", "is no tax authority")
    published_on, stopped_on = values.day("gbrq"), values.day("tzrq")
    if published_on and stopped_on and stopped_on < published_on:
        values.fault("tzrq", "order", "lies before the day of publication")
    item = values.text("ajxz")
    period = values.text("ajsbq")
    values.drop("fddbr", "cwfzr", "zjjg")
    return Record(
        key="|".join((period, item, str(published_on))),
        kind=FactKind.TAX_CASE,
        claim=Claim(kind=SubjectKind.ENTERPRISE, name=values.text("nsrmc"), codes=codes),
        authority="tax",
        authority_name=authority_name,
        number=period,
        title=values.text("wfss"),
        decided_on=published_on,
        published_on=published_on,
        starts_on=published_on,
        ended_on=stopped_on,
        item=item,
        details={"law_and_penalty": values.text("flyj")},
    )
