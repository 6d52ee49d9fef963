"""Drug codes: trace code, standard code (本位码), approval number.

NMPAB/T 1002-2019 (trace code of 20 digits, where the check is known to its issuer only);
国家食品药品监督管理局 国食药监办〔2009〕809号 (standard code); 药品注册管理办法 (approval number).
"""

import re
from typing import Final

from codes.gs1.check_digit import has_valid_check_digit, is_digits, mod10_check_digit
from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import (
    DIGITS,
    case_warnings,
    first_non_digit,
    format_text,
    named,
    require_digits,
    upper,
)

TRACE_NORM: Final = "NMPAB/T 1002-2019 5.2"
STANDARD_NORM: Final = "国食药监办〔2009〕809号 附件1"
APPROVAL_NORM: Final = "药品注册管理办法 123"

_TRACE_DIGITS: Final = 20
_SEPARATORS = re.compile(r"[\- ]")
_NEITHER = re.compile(r"[^0-9\- ]")
_MARK: Final = "国药准字"
_APPROVAL_DIGITS: Final = 8
# The name of this ledger, urn:suxin:drug-approval:H20013028, leaves the four characters out.
_APPROVAL = re.compile(
    r"(?:国药准字 ?)?(?P<letter>[HZSBTFJ]|HC|ZC|SC|HJ|ZJ|SJ) ?(?P<digits>[0-9]{8})"
)
_TWO_LETTERS = CodeWarning(
    code="two_letters", message="two letters: a form of the registration rules of 2020", position=4
)


def parse_trace_code(text: str) -> Code:
    """Read a trace code of 20 digits; hyphens and blanks are print layout and are left out.

    Raises `CodeError`.
    """
    digits = _SEPARATORS.sub("", text)
    if len(digits) != _TRACE_DIGITS or not is_digits(digits):
        raise _trace_refusal(text, digits)
    warnings: tuple[CodeWarning, ...] = ()
    if digits != text:
        message = "hyphens and blanks are print layout; they were left out"
        warnings = (CodeWarning(code="separators", message=message),)
    return Code(
        scheme="cn_drug_trace20",
        text=digits,
        fields={"drug_id": digits[:7], "serial": digits[7:]},
        uri=f"urn:suxin:drug-trace:{digits}",
        warnings=warnings,
    )


def _trace_refusal(text: str, digits: str) -> CodeError:
    wrong = _NEITHER.search(text)
    if len(digits) == _TRACE_DIGITS and wrong is not None:
        message = f"a drug trace code has digits only{named(wrong[0])}"
        return CodeError("charset", message, position=wrong.start(), norm=TRACE_NORM)
    message = f"a drug trace code has {_TRACE_DIGITS} digits, not {len(digits)}"
    places = [place for place, c in enumerate(text) if not _SEPARATORS.match(c)]
    position = places[_TRACE_DIGITS] if len(places) > _TRACE_DIGITS else len(text)
    return CodeError("length", message, position=position, norm=TRACE_NORM)


def parse_standard_code(text: str) -> Code:
    """Read a standard code of 14 digits; raises `CodeError`."""
    require_digits(text, length=14, what="a drug standard code", norm=STANDARD_NORM)
    if not text.startswith("86"):
        position = 0 if text[0] != "8" else 1
        raise CodeError("country", "the country is 86", position=position, norm=STANDARD_NORM)
    if text[2] != "9":
        raise CodeError("category", "the category of drugs is 9", position=2, norm=STANDARD_NORM)
    if not has_valid_check_digit(text):
        raise CodeError(
            "check_digit",
            f"the check digit should be {mod10_check_digit(text[:-1])}",
            position=13,
            norm=STANDARD_NORM,
        )
    return Code(
        scheme="cn_drug_standard_code",
        text=text,
        fields={
            "country": text[:2],
            "category": text[2],
            "enterprise": text[3:8],
            "product": text[8:13],
            "check_digit": text[13],
        },
        uri=f"urn:suxin:drug-standard:{text}",
    )


def parse_approval_number(text: str) -> Code:
    """Read an approval number such as 国药准字H20013028; raises `CodeError`."""
    capitals = "".join(upper(part) for part in re.split(r"([A-Za-z]+)", text))
    match = _APPROVAL.fullmatch(capitals)
    if match is None:
        raise _approval_refusal(capitals)
    warnings = case_warnings(text, capitals)
    if len(match["letter"]) == 2:
        warnings += (_TWO_LETTERS,)
    number = f"{_MARK}{match['letter']}{match['digits']}"
    return Code(
        scheme="cn_drug_approval_no",
        text=number,
        fields={
            "letter": match["letter"],
            "source": match["digits"][:2],
            "digits": match["digits"],
        },
        uri=f"urn:suxin:drug-approval:{match['letter']}{match['digits']}",
        warnings=warnings,
    )


def _approval_refusal(text: str) -> CodeError:
    if not text.startswith(_MARK):
        message = f"an approval number starts with {_MARK}"
        position = next(i for i, c in enumerate(_MARK) if text[i : i + 1] != c)
        return CodeError("prefix", message, position=position, norm=APPROVAL_NORM)
    letters = re.match(r" ?([A-Z]*) ?", text[4:])
    if letters is None or not letters[1]:
        return CodeError("letter", f"a letter follows {_MARK}", position=4, norm=APPROVAL_NORM)
    if not _APPROVAL.fullmatch(f"{_MARK}{letters[1]}00000000"):
        return CodeError(
            "letter",
            "the letter is H, Z, S, B, T, F or J, or a pair HC, ZC, SC, HJ, ZJ, SJ",
            position=4,
            norm=APPROVAL_NORM,
        )
    start = 4 + letters.end()
    position = min(first_non_digit(text, start=start), start + _APPROVAL_DIGITS)
    rule = "charset" if position < min(len(text), start + _APPROVAL_DIGITS) else "length"
    message = "eight digits follow the letter"
    return CodeError(rule, message, position=position, norm=APPROVAL_NORM)


SCHEMES: Final = (
    Scheme(
        name="cn_drug_trace20",
        title_zh="药品追溯码",
        title_en="Drug trace code",
        category=Category.DRUG,
        norm=TRACE_NORM,
        pattern="[0-9]{20}",
        parse=parse_trace_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(20, 30)),
        looks_like=lambda text: len(text) == 20 or "-" in text or " " in text,
        rank=1,
        own_name="drug-trace",
        first=DIGITS,
        in_address=True,
    ),
    Scheme(
        name="cn_drug_standard_code",
        title_zh="国家药品编码本位码",
        title_en="Drug standard code",
        category=Category.DRUG,
        norm=STANDARD_NORM,
        pattern="869[0-9]{11}",
        parse=parse_standard_code,
        format=format_text,
        may_issue=False,
        lengths=frozenset({14}),
        looks_like=lambda text: text.startswith("869"),
        rank=1,
        own_name="drug-standard",
        first="8",
    ),
    Scheme(
        name="cn_drug_approval_no",
        title_zh="药品批准文号",
        title_en="Drug approval number",
        category=Category.CERTIFICATE,
        norm=APPROVAL_NORM,
        pattern=f"{_MARK}(?:[HZSBTFJ]|HC|ZC|SC|HJ|ZJ|SJ)[0-9]{{8}}",
        parse=parse_approval_number,
        format=format_text,
        may_issue=False,
        lengths=frozenset(range(13, 17)),
        looks_like=lambda text: text.startswith(_MARK),
        rank=1,
        own_name="drug-approval",
        marks=(_MARK,),
        first="国",
    ),
)
