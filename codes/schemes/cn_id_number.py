"""The ID number of a person: read to be recognised and hidden, never to be kept.

GB 11643-1999. Neither fields, nor URI, nor messages hold any part of the number.
"""

from typing import Final

from codes.cn.persons import NORM, mask, require_id_number
from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, Scheme, personal_uri
from codes.shapes import DIGITS, case_warnings, format_text, upper


def parse_id_number(text: str) -> Code:
    """Read 18 characters; raises `CodeError`. What was read is shown as `printed` only."""
    capitals = upper(text)
    require_id_number(capitals)
    hidden = mask(capitals)
    return Code(
        scheme="cn_id_number",
        text=capitals,
        fields={"number": hidden},
        uri=personal_uri("cn_id_number"),
        warnings=case_warnings(text, capitals),
        masked=hidden,
    )


SCHEMES: Final = (
    Scheme(
        name="cn_id_number",
        title_zh="公民身份号码",
        title_en="ID number of a person",
        category=Category.PARTY,
        norm=NORM,
        pattern="[0-9]{17}[0-9X]",
        parse=parse_id_number,
        format=format_text,
        may_issue=False,
        lengths=frozenset({18}),
        looks_like=lambda text: text[6] in "12" and is_digits(text[:17]),
        rank=1,
        first=DIGITS,
        vectors=("identifiers.ric_valid", "identifiers.stdnum_bugs"),
    ),
)
