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

# 食品生产许可分类目录 (市场监管总局公告 2020 年第 8 号): food and additives, from 01 on.
_CLASSES: Final = {
    "1": (
        "粮食加工品", "食用油、油脂及其制品", "调味品", "肉制品", "乳制品", "饮料", "方便食品",
        "饼干", "罐头", "冷冻饮品", "速冻食品", "薯类和膨化食品", "糖果制品", "茶叶及相关制品",
        "酒类", "蔬菜制品", "水果制品", "炒货食品及坚果制品", "蛋制品", "可可及焙烤咖啡产品",
        "食糖", "水产制品", "淀粉及淀粉制品", "糕点", "豆制品", "蜂产品", "保健食品",
        "特殊医学用途配方食品", "婴幼儿配方食品", "特殊膳食食品", "其他食品",
    ),
    "2": ("食品添加剂", "食品用香精", "复配食品添加剂"),
}  # fmt: skip


def parse_licence(text: str) -> Code:
    """Read a licence number; raises `CodeError`. A failed check is a warning."""
    capitals = upper(text)
    _require_shape(capitals)
    digits = capitals[2:]
    kind, food = digits[0], digits[1:3]
    if kind not in _CLASSES:
        raise CodeError("kind", "digit 1 is 1 (food) or 2 (additive)", position=2, norm=NORM)
    warnings = case_warnings(text, capitals) + check_region(digits[3:9], position=5, norm=NORM)
    place = int(food) - 1
    name = _CLASSES[kind][place] if 0 <= place < len(_CLASSES[kind]) else ""
    if not name:
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
            **({"class_name": name} if name else {}),
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
