"""How the data that profiles ask for are told to consumers: one row is the line on the page.

The rule that must stay true: only terms that their rows show to everybody (`seen_by: public`) get
words here; label, unit and the words of codes are the row's own.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from base.strict_json import JsonValue
from schemas.profiles.model import Field, Kind, SeenBy
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.registry import catalogue
from web.pages.model import Lang
from web.pages.profile_norms import folded

# Files and records have no line; the step itself is the title.
_TOLD: Final = frozenset(
    {Kind.TEXT, Kind.TEXTS, Kind.NUMBER, Kind.INTEGER, Kind.CODE, Kind.DATE, Kind.BOOLEAN}
)
_VALUES_MAX: Final = 12


def is_public_term(name: str) -> bool:
    """Return whether a folded local name is that of a term which everybody may see."""
    return name in _public_terms()


def told_of(name: str, value: JsonValue, lang: Lang) -> tuple[str, str] | None:
    """Return what a public term is called, by its folded local name, and its value in words.

    None where the term is not public or nothing of its value can be told.
    """
    field = _public_terms().get(name)
    if field is None:
        return None
    values = value[:_VALUES_MAX] if isinstance(value, list) else [value]
    shown = [words for one in values if (words := _shown(field, one, lang))]
    gap = "、" if lang == "zh" else ", "
    return (_in(field.label.zh, field.label.en, lang), gap.join(shown)) if shown else None


def _shown(field: Field, value: JsonValue, lang: Lang) -> str:
    if isinstance(value, bool):
        return _in("是", "yes", lang) if value else _in("否", "no", lang)
    text = value if isinstance(value, str) else ""
    if isinstance(value, int | float):
        text = _number(value)
    if field.codes is not None and text in field.codes.values:
        words = field.codes.values[text]
        return _in(words.zh, words.en, lang)
    if text and field.unit is not None:
        unit = field.unit.label
        return f"{text} {_in(unit.zh, unit.en, lang)}".strip()
    return text.strip()


def _number(value: float) -> str:
    """Return a number as it was sent, in digits."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in(zh: str, en: str, lang: Lang) -> str:
    return zh if lang == "zh" else en


@cache
def _public_terms() -> Mapping[str, Field]:
    found: dict[str, Field] = {}
    for field in catalogue().shared.library.terms.values():
        if field.seen_by is SeenBy.PUBLIC and field.kind in _TOLD and field.name != CTE_TERM:
            found[folded(field.name)] = field
    return MappingProxyType(found)
