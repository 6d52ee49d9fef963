"""Unified social credit code: the number of every legal person and organisation in China.

GB 32100-2015; characters 9 to 17 are an organisation code of GB 11714-1997 with its own check,
whose failure is a warning because real codes of early years fail it.
"""

import re
from typing import Final

from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import (
    case_warnings,
    first_non_digit,
    format_text,
    named,
    require_length,
    upper,
)

NORM: Final = "GB 32100-2015 4"
_ORG_NORM: Final = "GB 11714-1997 2.1"

# GB 32100-2015 annex A: no I, O, S, V, Z. The weight of place i is 3^(i-1) modulo 31.
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_OUTSIDE = re.compile(f"[^{_ALPHABET}]")

# What somebody read who typed a letter that the alphabet leaves out.
_LOOK_ALIKES: Final = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}

_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_CHARS: Final = 8
_NOT_ORG = re.compile("[^0-9A-Z]")

# GB 32100-2015 table 1 and its amendments: who registers (place 1). N: rural collectives.
_DEPARTMENTS: Final = frozenset("123456789ANY")

# What is registered (places 1 and 2), as far as the trade meets it; places without a row are right.
_KINDS: Final = {
    "11": "机关", "12": "事业单位", "13": "群众团体", "51": "社会团体", "52": "民办非企业单位",
    "53": "基金会", "81": "基层工会", "91": "企业", "92": "个体工商户", "93": "农民专业合作社",
    "A1": "军队事业单位", "N1": "组级集体经济组织", "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织",
}  # fmt: skip


def uscc_check(body: str) -> str:
    """Return the check character of the first 17 characters (all inside the alphabet)."""
    total = sum(_VALUES[c] * weight for c, weight in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def org_code_check(body: str) -> str:
    """Return the check character of the first 8 characters of an organisation code (GB 11714).

    Raises `CodeError` for anything but 8 digits and capital letters.
    """
    wrong = _NOT_ORG.search(body)
    if wrong is not None or len(body) != _ORG_CHARS:
        position = min(len(body), _ORG_CHARS) if wrong is None else wrong.start()
        message = "an organisation code has 8 digits and letters"
        raise CodeError("charset", message, position=position, norm=_ORG_NORM)
    total = sum(int(c, 36) * weight for c, weight in zip(body, _ORG_WEIGHTS, strict=True))
    return "0X987654321"[total % 11] if total % 11 else "0"


def parse_uscc(text: str) -> Code:
    """Read a code of 18 characters; small letters are read as capitals with a warning.

    Raises `CodeError` for a wrong length, alphabet, department, region or check, and for the
    zeros and repetitions that forms are filled with.
    """
    capitals = upper(text)
    _require_shape(capitals)
    check = uscc_check(capitals[:17])
    if capitals[17] != check:
        message = f"the check character should be {check}"
        raise CodeError("check_digit", message, position=17, norm=NORM)
    return Code(
        scheme="cn_uscc",
        text=capitals,
        fields={
            "dept": capitals[0],
            "category": capitals[1],
            **({"kind": _KINDS[capitals[:2]]} if capitals[:2] in _KINDS else {}),
            "region": capitals[2:8],
            "org": capitals[8:17],
            "check": capitals[17],
        },
        uri=f"urn:suxin:uscc:{capitals}",
        warnings=case_warnings(text, capitals) + _warnings(capitals),
    )


def _require_shape(text: str) -> None:
    require_length(
        text, length=18, what="a unified social credit code", unit="characters", norm=NORM
    )
    outside = _OUTSIDE.search(text)
    if outside is not None:
        raise _charset_refusal(text, outside.start())
    if len(set(text[2:17])) == 1:
        raise CodeError("dummy", "this is a filler, not a code", position=2, norm=NORM)
    if text[0] not in _DEPARTMENTS:
        raise CodeError("department", "no department has this letter", position=0, norm=NORM)
    if not text[2:8].isdigit():
        message = "places 3 to 8 are a region of digits"
        raise CodeError("region", message, position=first_non_digit(text, start=2), norm=NORM)


def _charset_refusal(text: str, position: int) -> CodeError:
    """Say which character was probably meant, and whether the check then fits."""
    wrong = text[position]
    meant = _LOOK_ALIKES.get(wrong)
    if meant is None:
        message = f"place {position + 1} is no digit and none of the letters that are used"
        message += named(wrong)
        return CodeError("charset", message, position=position, norm=NORM)
    read = "".join(_LOOK_ALIKES.get(character, character) for character in text)
    fits = _OUTSIDE.search(read) is None and uscc_check(read[:17]) == read[17]
    message = (
        f"place {position + 1}: the letter {wrong} is not used; probably {meant} was meant"
        + (", and then the check character fits" if fits else "")
    )
    return CodeError("look_alike", message, position=position, norm=NORM)


def is_uscc(text: str) -> bool:
    """Whether `text` is a code in its one accepted spelling."""
    try:
        return parse_uscc(text).text == text
    except CodeError:
        return False


def _warnings(text: str) -> tuple[CodeWarning, ...]:
    if org_code_check(text[8:16]) == text[16]:
        return ()
    message = "the organisation code inside fails its own check (GB 11714-1997)"
    return (CodeWarning(code="org_check", message=message, position=16),)


SCHEMES: Final = (
    Scheme(
        name="cn_uscc",
        title_zh="统一社会信用代码",
        title_en="Unified social credit code",
        category=Category.PARTY,
        norm=NORM,
        pattern=f"[1-9ANY][{_ALPHABET}][0-9]{{6}}[{_ALPHABET}]{{10}}",
        parse=parse_uscc,
        format=format_text,
        may_issue=False,
        lengths=frozenset({18}),
        looks_like=lambda text: text.isalnum(),
        rank=1,
        own_name="uscc",
        vectors=(
            "identifiers.uscc_invalid",
            "identifiers.uscc_valid",
            "identifiers.uscc_valid_synthetic",
        ),
    ),
)
