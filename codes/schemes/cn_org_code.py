"""Organisation code: eight characters and a check, before 2015 the number of every organisation.

GB 11714-1997; today it is characters 9 to 17 of the social credit code.
"""

from typing import Final

from codes.model import Category, Code, CodeError, Scheme
from codes.schemes.cn_uscc import org_code_check
from codes.shapes import case_warnings, format_text, upper

NORM: Final = "GB 11714-1997 2.1"


def parse_org_code(text: str) -> Code:
    """Read nine characters, with or without the hyphen before the check; raises `CodeError`."""
    capitals = upper(text)
    joined = capitals[:8] + capitals[9:] if capitals[8:9] == "-" else capitals
    if len(joined) != 9:
        message = "an organisation code has nine characters"
        position = min(len(text), 9 + len(capitals) - len(joined))
        raise CodeError("length", message, position=position, norm=NORM)
    check = org_code_check(joined[:8])
    if joined[8] != check:
        raise CodeError(
            "check_digit",
            f"the check character should be {check}",
            position=len(text) - 1,
            norm=NORM,
        )
    return Code(
        scheme="cn_org_code",
        text=joined,
        fields={"body": joined[:8], "check": check},
        uri=f"urn:suxin:organisation:{joined}",
        warnings=case_warnings(text, capitals),
    )


SCHEMES: Final = (
    Scheme(
        name="cn_org_code",
        title_zh="组织机构代码",
        title_en="Organisation code",
        category=Category.PARTY,
        norm=NORM,
        pattern="[0-9A-Z]{8}[0-9X]",
        parse=parse_org_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset({9, 10}),
        looks_like=lambda text: (text if len(text) == 9 else text[:8] + text[9]).isalnum(),
        rank=2,
        own_name="organisation",
        vectors=("identifiers.org9",),
    ),
)
