"""Ecode: version, numbering system, and a master data code of that system.

GB/T 31866-2015 table 1. Its codes look like nothing in particular, so they are read where somebody
says that it is one, and not found by detection.
"""

import re
from typing import Final
from urllib.parse import quote

from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeError, Scheme
from codes.shapes import first_non_digit, format_text

NORM: Final = "GB/T 31866-2015 table 1"

# Version: digits of the numbering system, most characters of the code, what those may be.
_VERSIONS: Final = {
    "1": (4, 20, re.compile(r"[0-9]+"), "digits"),
    "2": (4, 28, re.compile(r"[0-9]+"), "digits"),
    "3": (5, 39, re.compile(r"[ -~]+"), "printable ASCII"),
    "4": (5, 512, re.compile(r"[^\x00-\x1f\x7f]+"), "printable"),
}


def parse_ecode(text: str) -> Code:
    """Read a code of version 1 to 4; raises `CodeError`."""
    rule = _VERSIONS.get(text[:1])
    if rule is None:
        message = "the version is 1 to 4; version 0 is a GS1 key, written as such"
        raise CodeError("version", message, position=0, norm=NORM)
    system_digits, chars_max, characters, what = rule
    system, code = text[1 : 1 + system_digits], text[1 + system_digits :]
    if len(system) < system_digits or not is_digits(system):
        message = f"the numbering system has {system_digits} digits"
        position = 1 + first_non_digit(system)
        raise CodeError("system", message, position=position, norm=NORM)
    start = 1 + system_digits
    if not code:
        raise CodeError("empty", "there is no master data code", position=start, norm=NORM)
    if len(code) > chars_max:
        raise CodeError(
            "length",
            f"the master data code has at most {chars_max} characters",
            position=start + chars_max,
            norm=NORM,
        )
    match = characters.match(code)
    if match is None or match.end() != len(code):
        position = start + (match.end() if match else 0)
        raise CodeError("charset", f"the master data code is {what}", position=position, norm=NORM)
    return Code(
        scheme="ecode",
        text=text,
        fields={"V": text[0], "NSI": system, "MD": code},
        uri=f"urn:suxin:ecode:{quote(text, safe='-')}",
    )


SCHEMES: Final = (
    Scheme(
        name="ecode",
        title_zh="物品编码 Ecode",
        title_en="Ecode",
        category=Category.ANY,
        norm=NORM,
        pattern="[12][0-9]{5,32}|3[0-9]{5}[ -~]{1,39}|4[0-9]{5}.{1,512}",
        parse=parse_ecode,
        format=format_text,
        may_issue=False,
        lengths=frozenset(),
        looks_like=lambda text: text[0] in _VERSIONS,
        rank=3,
        own_name="ecode",
    ),
)
