"""Organic product code: 17 digits on the smallest sales unit.

国家有机产品认证标志编码规则 (CNCA, 有机产品认证实施规则 annex 5). Whether a code is valid only its
issuer knows: there is no check digit.
"""

import re
from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeError, Scheme
from codes.shapes import DIGITS, format_text, require_digits

NORM: Final = "有机产品认证实施规则 annex 5"

_LABEL = re.compile("有机码[:： ]*")


def parse_organic_code(text: str) -> Code:
    """Read 3 digits of the certification body (9.. is foreign), year, 12 random digits.

    On labels the three characters 有机码 stand before them. Raises `CodeError`.
    """
    label = _LABEL.match(text)
    start = 0 if label is None else label.end()
    try:
        return _read(text[start:])
    except CodeError as refusal:
        raise refusal.moved(start) from None


def _read(text: str) -> Code:
    require_digits(text, length=17, what="an organic code", norm=NORM)
    return Code(
        scheme="cn_organic17",
        text=text,
        fields={
            "body": text[:3],
            "year": f"20{text[3:5]}",
            "random": text[5:],
            "foreign_body": "true" if text[0] == "9" else "false",
        },
        uri=f"urn:suxin:organic:{text}",
    )


SCHEMES: Final = (
    Scheme(
        name="cn_organic17",
        title_zh="有机码",
        title_en="Organic product code",
        category=Category.CERTIFICATE,
        norm=NORM,
        pattern="[0-9]{17}",
        parse=parse_organic_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(17, 24)),
        looks_like=lambda text: text.startswith("有机码") or (len(text) == 17 and is_digits(text)),
        rank=1,
        own_name="organic",
        first=DIGITS + "有",
        marks=("有机码",),
    ),
)
