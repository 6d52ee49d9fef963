"""Veterinary drug trace code: 24 digits, given out by the national system only.

农业部公告第2210号: day of application, enterprise, random number; no check digit.
"""

from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, Scheme
from codes.shapes import format_text, require_date, require_digits

NORM: Final = "农业部公告第2210号"


def parse_veterinary_code(text: str) -> Code:
    """Read a code of 24 digits; raises `CodeError`."""
    require_digits(text, length=24, what="a veterinary drug code", norm=NORM)
    require_date(text[:8], position=0, norm=NORM)
    return Code(
        scheme="cn_vetdrug_trace24",
        text=text,
        fields={"date": text[:8], "enterprise": text[8:13], "random": text[13:]},
        uri=f"urn:suxin:veterinary-drug:{text}",
    )


SCHEMES: Final = (
    Scheme(
        name="cn_vetdrug_trace24",
        title_zh="兽药产品追溯码",
        title_en="Veterinary drug trace code",
        category=Category.AGRI_INPUT,
        norm=NORM,
        pattern="[0-9]{24}",
        parse=parse_veterinary_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset({24}),
        looks_like=is_digits,
        rank=1,
        own_name="veterinary-drug",
        first="012",
        in_address=True,
    ),
)
