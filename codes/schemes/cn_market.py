"""Codes of the meat and vegetable trade: batch code of 16 digits and trace code of 20.

SB/T 10680-2012. How the digits are divided is not confirmed, so only their number is tested.
"""

from typing import Final

from codes.cn.regions import find_region
from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeWarning, Scheme
from codes.shapes import DIGITS, format_text, require_digits

NORM: Final = "SB/T 10680-2012 5"

_REGION_UNKNOWN = CodeWarning(
    code="region", message="the first two digits are those of no province", position=0
)


def parse_batch_code(text: str) -> Code:
    """Read node (9) and serial (7); raises `CodeError`."""
    require_digits(text, length=16, what="a market batch code", norm=NORM)
    fields = {"node": text[:9], "serial": text[9:]}
    return _code("cn_mofcom_veg_batch16", f"urn:suxin:market-batch:{text}", text, fields)


def parse_trace_code(text: str) -> Code:
    """Read operator (13, of which 9 are the node) and serial (7); raises `CodeError`."""
    require_digits(text, length=20, what="a market trace code", norm=NORM)
    fields = {"operator": text[:13], "node": text[:9], "serial": text[13:]}
    return _code("cn_mofcom_trace20", f"urn:suxin:market-trace:{text}", text, fields)


def _code(scheme: str, uri: str, text: str, fields: dict[str, str]) -> Code:
    is_odd = find_region(text[:2]) is None
    return Code(
        scheme=scheme,
        text=text,
        fields=fields,
        uri=uri,
        warnings=(_REGION_UNKNOWN,) if is_odd else (),
        doubt=int(is_odd),
    )


SCHEMES: Final = (
    Scheme(
        name="cn_mofcom_veg_batch16",
        title_zh="肉菜流通追溯批次码",
        title_en="Market batch code",
        category=Category.AGRI_PRODUCT,
        norm=NORM,
        pattern="[0-9]{16}",
        parse=parse_batch_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset({16}),
        looks_like=is_digits,
        rank=1,
        own_name="market-batch",
        first=DIGITS,
    ),
    Scheme(
        name="cn_mofcom_trace20",
        title_zh="肉菜流通追溯码",
        title_en="Market trace code",
        category=Category.AGRI_PRODUCT,
        norm=NORM,
        pattern="[0-9]{20}",
        parse=parse_trace_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset({20}),
        looks_like=is_digits,
        rank=1,
        own_name="market-trace",
        first=DIGITS,
    ),
)
