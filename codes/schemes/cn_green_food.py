"""Green food: the enterprise number GF and the number of a licensed product LB.

绿色食品标志管理办法 (农业部令 2012 年第 6 号) and the numbering rules of the China Green Food
Centre, whose list of provinces is its own and not that of GB/T 2260.
"""

import re
from typing import Final

from codes.cn.regions import check_region
from codes.model import Category, Code, CodeError, Scheme
from codes.shapes import case_warnings, first_misfit, format_text, upper

NORM: Final = "绿色食品标志管理办法"

_ENTERPRISE = re.compile(r"GF([0-9]{6})([0-9]{2})([0-9]{4})")
_PRODUCT = re.compile(r"LB-([0-9]{2})-([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{4,5})(A{1,2})")


def parse_enterprise_number(text: str) -> Code:
    """Read GF, region, year and sequence; raises `CodeError`."""
    capitals = upper(text)
    match = _ENTERPRISE.fullmatch(capitals)
    if match is None:
        raise _refusal(capitals, ("GF", "[0-9]{0,12}"), shape="GF and 12 digits")
    region, year, sequence = match.groups()
    warnings = check_region(region, position=2, norm=NORM)
    return Code(
        scheme="cn_green_food_gf",
        text=capitals,
        fields={"region": region, "year": f"20{year}", "sequence": sequence},
        uri=f"urn:suxin:green-food:{capitals}",
        warnings=case_warnings(text, capitals) + warnings,
    )


def parse_product_number(text: str) -> Code:
    """Read LB-class-YYMM, province, sequence, and A or AA; raises `CodeError`."""
    capitals = upper(text)
    match = _PRODUCT.fullmatch(capitals)
    if match is None:
        raise _refusal(
            capitals,
            ("LB-", "[0-9]{2}", "-", "[0-9]{0,11}", "A{1,2}"),
            shape="LB-cc-YYMMPP, 4 or 5 digits, A or AA",
        )
    kind, year, month, province, sequence, grade = match.groups()
    if not "01" <= month <= "12":
        raise CodeError("date", f"there is no month {month}", position=8, norm=NORM)
    return Code(
        scheme="cn_green_food_lb",
        text=capitals,
        fields={
            "class": kind,
            "year": f"20{year}",
            "month": month,
            "province": province,
            "sequence": sequence,
            "grade": grade,
        },
        uri=f"urn:suxin:green-food-product:{capitals}",
        warnings=case_warnings(text, capitals),
    )


def _refusal(text: str, parts: tuple[str, ...], *, shape: str) -> CodeError:
    prefix = parts[0]
    if not text.startswith(prefix):
        position = next(i for i, c in enumerate(prefix) if text[i : i + 1] != c)
        message = f"the number starts with {prefix}"
        return CodeError("prefix", message, position=position, norm=NORM)
    position = first_misfit(text, map(re.compile, parts))
    rule = "length" if position == len(text) else "format"
    return CodeError(rule, f"the number is {shape}", position=position, norm=NORM)


SCHEMES: Final = (
    Scheme(
        name="cn_green_food_gf",
        title_zh="绿色食品企业信息码",
        title_en="Green food enterprise number",
        category=Category.CERTIFICATE,
        norm=NORM,
        pattern="GF[0-9]{12}",
        parse=parse_enterprise_number,
        format=format_text,
        may_issue=False,
        lengths=frozenset({14}),
        looks_like=lambda text: text[1] in "Ff",
        rank=1,
        own_name="green-food",
        first="Gg",
        marks=("GF",),
    ),
    Scheme(
        name="cn_green_food_lb",
        title_zh="绿色食品产品编号",
        title_en="Green food product number",
        category=Category.CERTIFICATE,
        norm=NORM,
        pattern="LB-[0-9]{2}-[0-9]{10,11}A{1,2}",
        parse=parse_product_number,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(17, 21)),
        looks_like=lambda text: text[1] in "Bb",
        rank=1,
        own_name="green-food-product",
        first="Ll",
        marks=("LB-", "LB"),
    ),
)
