"""GTIN-8, GTIN-12, GTIN-13 and GTIN-14: numbers of trade items.

GS1 General Specifications 2.1 and 7.9; GB 12904-2008 (EAN-13 in China). Stored and named by the 14
digits, so that one item has one name whatever its bar code.
"""

from typing import Final

from codes.gs1.check_digit import has_valid_check_digit, is_digits, mod10_check_digit
from codes.gs1.company_prefix import company_prefix_length
from codes.gs1.digital_link import CANONICAL_STEM
from codes.gs1.prefixes import issuer_of
from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import DIGITS, require_digits

NORM: Final = "GS1 General Specifications 2.1, GB 12904-2008"

# GS1 General Specifications 1.4.2: these number things inside one shop or one country only.
_RESTRICTED = ("02", "04", "2")


def parse_gtin(text: str, *, length: int) -> Code:
    """Read a GTIN of exactly `length` digits; raises `CodeError`."""
    require_numeric_key(text, length=length, what=f"a GTIN-{length}", norm=NORM)
    gtin14 = text.zfill(14)
    return Code(
        scheme=f"gtin{length}",
        text=text,
        fields=_fields(text, gtin14),
        uri=f"{CANONICAL_STEM}/01/{gtin14}",
        warnings=_warnings(gtin14),
    )


def require_numeric_key(text: str, *, length: int, what: str, norm: str) -> None:
    """Refuse `text` unless it is `length` ASCII digits, the last of which checks the others."""
    require_digits(text, length=length, what=what, norm=norm)
    if not has_valid_check_digit(text):
        raise CodeError(
            "check_digit",
            f"the check digit of {what} should be {mod10_check_digit(text[:-1])}",
            position=length - 1,
            norm=norm,
        )


def _fields(text: str, gtin14: str) -> dict[str, str]:
    fields = {
        "body": text[:-1],
        "check_digit": text[-1],
        "length": str(len(text)),
        "gtin14": gtin14,
    }
    # A GTIN-8 starts with a GS1-8 prefix, which is no company prefix.
    if len(text) != 8:
        fields |= company_prefix_fields(gtin14[1:])
    return fields


def company_prefix_fields(digits: str) -> dict[str, str]:
    """Return the GS1 prefix and who gives it out, and the company prefix.

    That only where the allocation rules tell its length.
    """
    length = company_prefix_length(digits)
    fields = {"prefix": digits[:3]}
    issuer = issuer_of(digits)
    if issuer is not None:
        fields["prefix_of"] = issuer
    if length is not None:
        fields |= {"gcp": digits[:length], "gcp_length": str(length)}
    return fields


def _warnings(gtin14: str) -> tuple[CodeWarning, ...]:
    if gtin14[1:].startswith(_RESTRICTED) and not gtin14.startswith("000000"):
        message = "a restricted circulation number: it names the item inside one shop or area only"
        return (CodeWarning(code="restricted_circulation", message=message),)
    if gtin14[1:4] in {"698", "699"}:
        message = "GS1 China has given no company prefix that starts with 698 or 699"
        return (CodeWarning(code="unallocated_prefix", message=message),)
    return ()


def format_gtin(code: Code) -> str:
    """Return the digits as printed under the bar code."""
    return code.text


def _scheme(length: int) -> Scheme:
    return Scheme(
        name=f"gtin{length}",
        title_zh=f"商品条码 GTIN-{length}",
        title_en=f"GTIN-{length}",
        category=Category.TRADE_ITEM,
        norm=NORM,
        pattern=f"[0-9]{{{length}}}",
        parse=lambda text: parse_gtin(text, length=length),
        format=format_gtin,
        may_issue=length == 13,
        lengths=frozenset({length}),
        looks_like=is_digits,
        rank=1,
        first=DIGITS,
        vectors=("gs1_gcp_length_cn",) if length == 13 else (),
    )


SCHEMES: Final = (_scheme(8), _scheme(12), _scheme(13), _scheme(14))
