"""SSCC: numbers of logistic units (pallets, cases, parcels).

GS1 General Specifications 2.2; GB/T 18127-2009.
"""

from typing import Final

from codes.gs1.check_digit import is_digits
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, Code, Scheme
from codes.schemes.gtin import company_prefix_fields, require_numeric_key
from codes.shapes import DIGITS

NORM: Final = "GS1 General Specifications 2.2, GB/T 18127-2009"


def parse_sscc(text: str) -> Code:
    """Read an SSCC of 18 digits; raises `CodeError`."""
    require_numeric_key(text, length=18, what="an SSCC", norm=NORM)
    fields = {
        "body": text[:-1],
        "check_digit": text[-1],
        "length": "18",
        "extension_digit": text[0],
    }
    return Code(
        scheme="sscc",
        text=text,
        fields=fields | company_prefix_fields(text[1:]),
        uri=f"{CANONICAL_STEM}/00/{text}",
    )


def format_sscc(code: Code) -> str:
    """Return the 18 digits."""
    return code.text


SCHEMES: Final = (
    Scheme(
        name="sscc",
        title_zh="系列货运包装箱代码 SSCC",
        title_en="Serial Shipping Container Code",
        category=Category.LOGISTIC_UNIT,
        norm=NORM,
        pattern="[0-9]{18}",
        parse=parse_sscc,
        format=format_sscc,
        may_issue=True,
        lengths=frozenset({18}),
        looks_like=is_digits,
        rank=1,
        first=DIGITS,
    ),
)
