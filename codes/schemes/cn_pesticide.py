"""Pesticide unit codes and pesticide registration numbers.

农业部公告第2579号 (unit code on every label since 2018), superseded for labels printed from
2026-11-01 by 农业农村部公告第1049号; 农药登记管理办法 for the registration number.
"""

import re
from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import case_warnings, first_misfit, format_text, require_digits, upper

NORM: Final = "农业部公告第2579号 三"
_REGISTRATION_NORM: Final = "农药登记管理办法"

_CATEGORIES: Final = {"1": "PD", "2": "WP", "3": "临时登记(LS)"}
_PRODUCTION: Final = {"1": "登记证持有人生产", "2": "委托加工", "3": "委托分装"}

# PD: agricultural, WP: sanitary, LS: temporary, WL: sanitary temporary. Before 1997 the number was
# two digits of the year and a serial, with or without a holder's number behind a hyphen.
_PREFIXES: Final = ("PD", "WP", "LS", "WL")
_REGISTRATION = re.compile(
    r"(?P<prefix>PD|WP|LS|WL)"
    r"(?:(?P<year>[12][0-9]{3})(?P<serial>[0-9]{4})|[0-9]{5,6}(?:-[0-9]{1,3})?|N?[0-9]{1,3}-[0-9]{2})"
    r"(?:F(?P<repack>[0-9]{6}))?"
)


def parse_unit_code(text: str) -> Code:
    """Read a unit code of 32 digits; it has no check digit. Raises `CodeError`."""
    require_digits(text, length=32, what="a pesticide unit code", norm=NORM)
    category, production = _CATEGORIES.get(text[0]), _PRODUCTION.get(text[7])
    if category is None:
        raise CodeError("category", "digit 1 is 1, 2 or 3", position=0, norm=NORM)
    if production is None:
        raise CodeError("production", "digit 8 is 1, 2 or 3", position=7, norm=NORM)
    return Code(
        scheme="cn_pesticide_unit32",
        text=text,
        fields={
            "category": category,
            "reg_last6": text[1:7],
            "production": production,
            "spec": text[8:11],
            "random": text[11:],
        },
        uri=f"urn:suxin:pesticide:{text}",
        warnings=_warnings(text),
    )


def _warnings(text: str) -> tuple[CodeWarning, ...]:
    if text[0] != "3":
        return ()
    message = "temporary registration: lawful only on labels printed before 2026-11-01"
    return (CodeWarning(code="temporary_registration", message=message, position=0),)


def parse_registration(text: str) -> Code:
    """Read a registration number such as PD20092927; raises `CodeError`."""
    capitals = upper(text)
    match = _REGISTRATION.fullmatch(capitals)
    if match is None:
        raise _registration_refusal(capitals)
    fields = {name: value for name, value in match.groupdict().items() if value is not None}
    return Code(
        scheme="cn_pesticide_reg_no",
        text=capitals,
        fields=fields,
        uri=f"urn:suxin:pesticide-registration:{capitals}",
        warnings=case_warnings(text, capitals),
    )


def _registration_refusal(text: str) -> CodeError:
    position = first_misfit(text, (re.compile("PD|WP|LS|WL"), re.compile("[0-9]{0,8}")))
    if position == 0:
        message = "a registration number begins with PD, WP, LS or WL"
        return CodeError("prefix", message, position=0, norm=_REGISTRATION_NORM)
    message = "a year and four digits follow, in old numbers five or six digits"
    return CodeError("format", message, position=position, norm=_REGISTRATION_NORM)


SCHEMES: Final = (
    Scheme(
        name="cn_pesticide_unit32",
        title_zh="农药可追溯电子信息码（单元识别代码）",
        title_en="Pesticide unit identification code",
        category=Category.AGRI_INPUT,
        norm=NORM,
        pattern="[123][0-9]{6}[123][0-9]{24}",
        parse=parse_unit_code,
        format=format_text,
        may_issue=True,
        lengths=frozenset({32}),
        looks_like=is_digits,
        rank=1,
        first="123",
        in_address=True,
        own_name="pesticide",
    ),
    Scheme(
        name="cn_pesticide_reg_no",
        title_zh="农药登记证号",
        title_en="Pesticide registration number",
        category=Category.CERTIFICATE,
        norm=_REGISTRATION_NORM,
        pattern="(?:PD|WP|LS|WL)[0-9N-]{4,9}(?:F[0-9]{6})?",
        parse=parse_registration,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(6, 18)),
        looks_like=lambda text: text[:2].upper() in _PREFIXES,
        rank=1,
        first="PWLpwl",
        own_name="pesticide-registration",
        marks=_PREFIXES,
    ),
)
