"""Fertiliser registration numbers. There is no national code of a bag or a batch.

肥料登记管理办法 (农业部令第32号). The form of the number is known from printed labels.
"""

import re
from typing import Final
from urllib.parse import quote

from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import first_misfit, format_text

NORM: Final = "肥料登记管理办法"

# One character of a province may stand before 农肥: provinces register some kinds themselves.
_NUMBER = re.compile(
    r"(?P<province>[\u4e00-\u9fff]?)(?P<kind>农肥|微生物肥)"
    r"(?:\((?P<year>[12][0-9]{3})\))?(?P<phase>[准临])字"
    r"(?:(?P<serial>[0-9]{1,8})|\((?P<bracketed>[0-9]{1,8})\))号"
)
_PARTS: Final = tuple(
    map(
        re.compile,
        (
            "[\u4e00-\u9fff]?(?:农肥|微生物肥)",
            r"(?:\([12][0-9]{3}\))?",
            "[准临]",
            "字",
            r"[0-9]{1,8}|\([0-9]{1,8}\)",
            "号",
        ),
    )
)
_WITHOUT_YEAR = CodeWarning(code="no_year", message="a number of the old form, without a year")


def parse_registration(text: str) -> Code:
    """Read a number such as 农肥(2018)准字12345号; raises `CodeError`."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        message = "农肥 or 微生物肥, (year), 准字 or 临字, the number, 号"
        position = first_misfit(text, _PARTS)
        raise CodeError("format", message, position=position, norm=NORM)
    fields = {name: value for name, value in match.groupdict().items() if value}
    if "bracketed" in fields:
        fields["serial"] = fields.pop("bracketed")
    return Code(
        scheme="cn_fertilizer_reg_no",
        text=text,
        fields=fields,
        uri=f"urn:suxin:fertiliser-registration:{quote(text, safe='()')}",
        warnings=() if "year" in fields else (_WITHOUT_YEAR,),
    )


SCHEMES: Final = (
    Scheme(
        name="cn_fertilizer_reg_no",
        title_zh="肥料登记证号",
        title_en="Fertiliser registration number",
        category=Category.CERTIFICATE,
        norm=NORM,
        pattern=_NUMBER.pattern,
        parse=parse_registration,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(6, 32)),
        looks_like=lambda text: "肥" in text[:4],
        rank=1,
        own_name="fertiliser-registration",
        marks=("农肥", "微生物肥"),
    ),
)
