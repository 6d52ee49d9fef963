"""The GS1 keys that are seldom written bare: GSIN, GSRN, GRAI, GDTI.

GS1 General Specifications 2.2.2 (GSIN), 2.5 (GSRN), 2.3.1 (GRAI), 2.6.13 (GDTI).
"""

from collections.abc import Mapping
from typing import Final

from codes.gs1.ais import AIS, require_value
from codes.gs1.charset import first_outside_cset82, percent_encode
from codes.gs1.check_digit import is_digits
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, Code, CodeError, Scheme
from codes.schemes.gtin import company_prefix_fields, require_numeric_key
from codes.shapes import DIGITS, format_text

NORM: Final = "GS1 General Specifications 2"


def parse_gsin(text: str) -> Code:
    """Read a GSIN, the number of a shipment, of 17 digits; raises `CodeError`."""
    require_numeric_key(text, length=17, what="a GSIN", norm=NORM)
    return _code("gsin", "402", text, _check_fields(text))


def parse_gsrn(text: str) -> Code:
    """Read a GSRN, the recipient of a service, of 18 digits; raises `CodeError`."""
    require_numeric_key(text, length=18, what="a GSRN", norm=NORM)
    return _code("gsrn", "8018", text, _check_fields(text))


def parse_grai(text: str) -> Code:
    """Read a GRAI: a zero, 13 digits with their check, a serial or none. Raises `CodeError`."""
    _require_typed("8003", text, digits=14, what="a GRAI")
    return _code("grai", "8003", text, {"type": text[:14], "serial": text[14:]})


def parse_gdti(text: str) -> Code:
    """Read a GDTI: 13 digits with their check, a serial or none. Raises `CodeError`."""
    _require_typed("253", text, digits=13, what="a GDTI")
    return _code("gdti", "253", text, {"type": text[:13], "serial": text[13:]})


def _require_typed(ai: str, text: str, *, digits: int, what: str) -> None:
    head = text[:digits]
    if len(head) < digits:
        raise CodeError("length", f"{what} has {digits} digits before its serial", norm=NORM)
    if not is_digits(head):
        position = next(i for i, character in enumerate(head) if not is_digits(character))
        raise CodeError(
            "charset", f"{what} starts with {digits} digits", position=position, norm=NORM
        )
    outside = first_outside_cset82(text)
    if outside is not None:
        raise CodeError(
            "charset", f"{what} has a character outside set 82", position=outside, norm=NORM
        )
    require_value(AIS[ai], text)


def _check_fields(text: str) -> dict[str, str]:
    fields = {"body": text[:-1], "check_digit": text[-1], "length": str(len(text))}
    return fields | company_prefix_fields(text)


def _code(scheme: str, ai: str, text: str, fields: Mapping[str, str]) -> Code:
    return Code(
        scheme=scheme,
        text=text,
        fields={name: value for name, value in fields.items() if value},
        uri=f"{CANONICAL_STEM}/{ai}/{percent_encode(text)}",
    )


SCHEMES: Final = (
    Scheme(
        name="gsin",
        title_zh="全球装运标识代码 GSIN",
        title_en="Global Shipment Identification Number",
        category=Category.LOGISTIC_UNIT,
        norm=NORM,
        parse=parse_gsin,
        format=format_text,
        may_issue=True,
        lengths=frozenset({17}),
        looks_like=is_digits,
        rank=2,
        first=DIGITS,
    ),
    Scheme(
        name="gsrn",
        title_zh="全球服务关系代码 GSRN",
        title_en="Global Service Relation Number",
        category=Category.PARTY,
        norm=NORM,
        parse=parse_gsrn,
        format=format_text,
        may_issue=True,
        lengths=frozenset({18}),
        looks_like=is_digits,
        rank=2,
        first=DIGITS,
    ),
    Scheme(
        name="grai",
        title_zh="全球可回收资产标识 GRAI",
        title_en="Global Returnable Asset Identifier",
        category=Category.LOGISTIC_UNIT,
        norm=NORM,
        parse=parse_grai,
        format=format_text,
        may_issue=True,
        lengths=frozenset(),
        looks_like=lambda text: text[0] == "0",
        rank=3,
    ),
    Scheme(
        name="gdti",
        title_zh="全球文件类型标识 GDTI",
        title_en="Global Document Type Identifier",
        category=Category.CERTIFICATE,
        norm=NORM,
        parse=parse_gdti,
        format=format_text,
        may_issue=True,
        lengths=frozenset(),
        looks_like=is_digits,
        rank=3,
    ),
)
