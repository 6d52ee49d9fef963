"""A row of the judgment defaulters as a record.

The rule that must stay true: a masked number or code names a candidate and nobody for certain; and
a minor is never on the list (art. 4), whatever a row says.

Its number is that of the case under which the court enforces, and its day that of publication: the
row has no day of a decision, and the day of filing is that of the case alone.
"""

import re
from typing import Final

from codes.cn.persons import is_id_number
from codes.model import CodeError
from codes.schemes.cn_org_code import parse_org_code
from codes.schemes.cn_uscc import is_uscc
from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values
from credit.feeds.persons import ADULT_YEARS, is_minor
from credit.feeds.values import is_masked
from credit.rulebook.code_lists import code_lists

_BETWEEN: Final = re.compile(r"[;,；，]+")


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    claim, case = _claim(values), values.text("casecode")
    filed_on = values.day("regdate")
    items = _items(values, values.text("disrupttypename"))
    age = values.whole("age")
    if age is not None and 0 < age < ADULT_YEARS:
        values.fault("age", "minor", "is a minor's, who is never listed")
    performance = values.text("performance")
    published_on = values.day("publishdate")
    if claim.person_number and published_on and is_minor(claim.person_number, published_on):
        values.fault("cardnum", "minor", "is a minor's by its day of birth, who is never listed")
    values.drop("businessentity", "sexy")
    return Record(
        key=case,
        kind=FactKind.JUDGMENT_DEFAULT,
        claim=claim,
        authority="court",
        authority_name=values.text("courtname"),
        number=case,
        title=items.title,
        decided_on=published_on,
        published_on=published_on,
        starts_on=published_on,
        ended_on=None,
        item=items.item,
        details={
            "region": values.text("areaname"),
            "filed_on": "" if filed_on is None else filed_on.isoformat(),
            "document": values.text("gistid"),
            "document_by": values.text("gistunit"),
            "duty": values.text("duty"),
            "performance": performance,
            "performed": values.text("performedPart"),
            "unperformed": values.text("unperformPart"),
            "items": list(items.all),
        },
    )


class _Items:
    """The items of art. 1 that a row names; `item` is the one whose period holds."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        self.all = tuple(dict.fromkeys(item for item, _ in found))
        # Item 1 has no term: where another is named beside it, that one's term holds.
        self.item = max(self.all, default="")
        self.title = "；".join(words for _, words in dict.fromkeys(found))


def _items(values: Values, text: str) -> _Items:
    found: list[tuple[str, str]] = []
    for word in filter(None, (one.strip() for one in _BETWEEN.split(text))):
        code = code_lists().named("misconducts").of_word(word)
        if code is None:
            values.fault("disrupttypename", "unknown_word", "names a misconduct that no list has")
        else:
            found.append((code.id, code.zh))
    return _Items(found)


def _claim(values: Values) -> Claim:
    name, number = values.text("iname"), values.text("cardnum").upper()
    if values.text("type") == "person":
        if not is_masked(number) and not is_id_number(number):
            values.fault("cardnum", "bad_person_number", "is no ID number whose check fits")
        return Claim(
            kind=SubjectKind.PERSON,
            name=name,
            person_number=number,
            is_masked=is_masked(number),
        )
    return Claim(
        kind=SubjectKind.ENTERPRISE,
        name=name,
        codes=_codes(values, number),
        is_masked=is_masked(number),
    )


def _codes(values: Values, code: str) -> dict[CodeScheme, str]:
    if is_masked(code):
        return {}
    if is_uscc(code):
        return {CodeScheme.USCC: code}
    if is_id_number(code):
        values.fault("type", "wrong_kind", "is a person's number under a legal person")
        return {}
    try:
        return {CodeScheme.ORG_CODE: parse_org_code(code).text}
    except CodeError:
        values.fault("cardnum", "bad_code", "is neither a social credit nor an organisation code")
        return {}
