"""GLN: numbers of places and parties.

GS1 General Specifications 2.4; GB/T 16828-2021. It looks exactly like a GTIN-13, so a text of 13
digits is always read both ways; without a category the trade item is the likelier.
"""

from typing import Final

from codes.gs1.check_digit import is_digits
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, Code, Scheme
from codes.schemes.gtin import company_prefix_fields, require_numeric_key
from codes.shapes import DIGITS

NORM: Final = "GS1 General Specifications 2.4, GB/T 16828-2021"


def parse_gln(text: str) -> Code:
    """Read a GLN of 13 digits as the number of a place; raises `CodeError`."""
    require_numeric_key(text, length=13, what="a GLN", norm=NORM)
    fields = {"body": text[:-1], "check_digit": text[-1], "length": "13"}
    return Code(
        scheme="gln",
        text=text,
        fields=fields | company_prefix_fields(text),
        uri=f"{CANONICAL_STEM}/414/{text}",
    )


def format_gln(code: Code) -> str:
    """Return the 13 digits."""
    return code.text


SCHEMES: Final = (
    Scheme(
        name="gln",
        title_zh="全球位置码 GLN",
        title_en="Global Location Number",
        category=Category.PLACE,
        norm=NORM,
        pattern="[0-9]{13}",
        parse=parse_gln,
        format=format_gln,
        may_issue=True,
        lengths=frozenset({13}),
        looks_like=is_digits,
        rank=2,
        first=DIGITS,
    ),
)
