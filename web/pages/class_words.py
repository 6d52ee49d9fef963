"""What a class of goods is called, for people.

One rule: a class that has a profile is called as its profile says; other classes have a row here,
and one that has neither is said to be another class, with its code behind.
"""

from functools import cache
from typing import Final

from schemas.profiles.registry import catalogue
from web.pages.languages import say as _
from web.pages.model import Lang
from web.pages.words import by_name

# Classes that no profile is for.
_OTHERS: Final = by_name((
    ("food_additive", "食品添加剂", "Food additives"),
    ("food_contact", "食品接触材料", "Food contact materials"),
    ("packaging", "包装材料", "Packaging"),
    ("cosmetics", "化妆品", "Cosmetics"),
    ("medical_device", "医疗器械", "Medical devices"),
    ("health_food", "保健食品", "Health food"),
    ("toys", "玩具", "Toys"),
))  # fmt: skip


def class_name(code: str, lang: Lang) -> str:
    """Return the name of a class; nothing for no class."""
    if not code:
        return ""
    name = _named(lang).get(code) or (_OTHERS[code].of(lang) if code in _OTHERS else "")
    return name or _("Other class (%(code)s)", code=code)


@cache
def _named(lang: Lang) -> dict[str, str]:
    return {
        code: words.zh if lang == "zh" else words.en
        for profile in catalogue().newest()
        for code, words in profile.covers
    }
