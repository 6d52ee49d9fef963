"""Region codes of six digits.

GB/T 2260. A code on its own must be in force today; inside an old certificate a former one stands.
"""

from typing import Final

from codes.cn.regions import NORM, check_region, find_region, places_of
from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeError, Scheme
from codes.shapes import DIGITS, format_text, require_digits


def parse_region(text: str) -> Code:
    """Read a region in force; raises `CodeError` for a former one and names its successors."""
    require_digits(text, length=6, what="a region", norm=NORM)
    warnings = check_region(text, position=0, norm=NORM)
    region = find_region(text)
    if region is not None and region.until:
        now = f"; now {' '.join(region.now)}" if region.now else ""
        message = f"{text} {region.name} was in force until {region.until}{now}"
        raise CodeError("former_region", message, position=0, norm=NORM)
    fields = _within(text)
    if region is not None:
        fields = {"name": region.name, **fields}
    return Code(
        scheme="cn_region_gb2260",
        text=text,
        fields=fields,
        uri=f"urn:suxin:region:{text}",
        warnings=warnings,
        doubt=int(region is None),
    )


def _within(text: str) -> dict[str, str]:
    """Return what a county or a prefecture lies in; a province has nothing."""
    digits = text.removesuffix("00").removesuffix("00")
    above = places_of(digits[:-2])
    return {"within": above[-1].name} if above else {}


SCHEMES: Final = (
    Scheme(
        name="cn_region_gb2260",
        title_zh="行政区划代码",
        title_en="Region code",
        category=Category.PLACE,
        norm=NORM,
        pattern="[0-9]{6}",
        parse=parse_region,
        format=format_text,
        may_issue=False,
        lengths=frozenset({6}),
        looks_like=is_digits,
        rank=1,
        own_name="region",
        first=DIGITS,
    ),
)
