"""Food production licence: SC and 14 digits.

食品生产许可管理办法 (国家市场监督管理总局令第24号) article 29; the check is GB/T 17710-2008 MOD
11,10. Labels of real goods carry numbers that fail it, so a failed check is a warning.
"""

from typing import Final

from codes.cn.checks import mod_11_10
from codes.cn.regions import check_region
from codes.gs1.check_digit import is_digits
from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import case_warnings, digit_refusal, format_text, upper

NORM: Final = "食品生产许可管理办法 29"

_CHARS: Final = 16

# Classes of food 01 to 31 and of additives 01 to 03 (食品生产许可分类目录).
_CLASSES_MAX: Final = {"1": 31, "2": 3}


def parse_licence(text: str) -> Code:
    """Read a licence number; raises `CodeError`. A failed check is a warning."""
    capitals = upper(text)
    _require_shape(capitals)
    digits = capitals[2:]
    kind, food = digits[0], digits[1:3]
    if kind not in _CLASSES_MAX:
        raise CodeError("kind", "digit 1 is 1 (food) or 2 (additive)", position=2, norm=NORM)
    warnings = case_warnings(text, capitals) + check_region(digits[3:9], position=5, norm=NORM)
    if not 1 <= int(food) <= _CLASSES_MAX[kind]:
        message = f"class {food} is not in the list of classes"
        warnings += (CodeWarning(code="class", message=message, position=3),)
    if mod_11_10(digits[:13]) != digits[13]:
        message = f"the check digit should be {mod_11_10(digits[:13])}: typed or printed wrongly"
        warnings += (CodeWarning(code="check_digit", message=message, position=15),)
    return Code(
        scheme="cn_sc_licence",
        text=capitals,
        fields={
            "kind": kind,
            "class": food,
            "region": digits[3:9],
            "sequence": digits[9:13],
            "check_digit": digits[13],
        },
        uri=f"urn:suxin:food-licence:{capitals}",
        warnings=warnings,
    )


def _require_shape(text: str) -> None:
    if not text.startswith("SC"):
        raise CodeError("prefix", "a food licence starts with SC", position=0, norm=NORM)
    if len(text) != _CHARS:
        message = "a food licence is SC and 14 digits"
        raise CodeError("length", message, position=min(len(text), _CHARS), norm=NORM)
    if not is_digits(text[2:]):
        raise digit_refusal(text, what="a food licence behind SC", norm=NORM, start=2)


SCHEMES: Final = (
    Scheme(
        name="cn_sc_licence",
        title_zh="食品生产许可证编号",
        title_en="Food production licence",
        category=Category.CERTIFICATE,
        norm=NORM,
        pattern="SC[12][0-9]{13}",
        parse=parse_licence,
        format=format_text,
        may_issue=False,
        lengths=frozenset({16}),
        looks_like=lambda text: text[1] in "Cc",
        rank=1,
        own_name="food-licence",
        first="Ss",
        marks=("SC",),
    ),
)
