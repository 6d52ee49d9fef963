"""Livestock ear tag: the number of one pig, head of cattle, sheep or goat.

畜禽标识和养殖档案管理办法 (农业部令第67号) article 8; no check digit.
"""

from typing import Final

from codes.cn.regions import check_region
from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeError, Scheme
from codes.shapes import format_text, require_digits

NORM: Final = "农业部令第67号 8"

_SPECIES: Final = {"1": "猪", "2": "牛", "3": "羊"}


def parse_ear_tag(text: str) -> Code:
    """Read a tag of 15 digits; raises `CodeError`."""
    require_digits(text, length=15, what="an ear tag", norm=NORM)
    species = _SPECIES.get(text[0])
    if species is None:
        raise CodeError(
            "species", "digit 1 is 1 (pig), 2 (cattle) or 3 (sheep, goat)", position=0, norm=NORM
        )
    warnings = check_region(text[1:7], position=1, norm=NORM)
    return Code(
        scheme="cn_ear_tag15",
        text=text,
        fields={"species": species, "county": text[1:7], "serial": text[7:]},
        uri=f"urn:suxin:ear-tag:{text}",
        warnings=warnings,
    )


SCHEMES: Final = (
    Scheme(
        name="cn_ear_tag15",
        title_zh="畜禽标识",
        title_en="Livestock ear tag",
        category=Category.AGRI_PRODUCT,
        norm=NORM,
        pattern="[123][0-9]{14}",
        parse=parse_ear_tag,
        format=format_text,
        may_issue=False,
        lengths=frozenset({15}),
        looks_like=is_digits,
        rank=1,
        own_name="ear-tag",
        first="123",
    ),
)
