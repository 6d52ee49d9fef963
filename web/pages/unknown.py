"""What a page says of a code that leads to nothing here: its kind, its parts, what is wrong where.

Pure. The rule that must stay true: a number of a person is neither shown nor taken apart.
"""

from dataclasses import dataclass
from typing import Final

from codes import registry
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, CodeError, Scheme
from codes.telling import Telling
from web.pages.code_words import element_label, facts_of
from web.pages.model import Lang
from web.pages.told import RefusalView, refusal_view

_OWN_STEM: Final = "urn:suxin:"
_ID_NUMBER: Final = "cn_id_number"
# GS1 General Specifications 3.2: the elements that hold the number of a location or of a party.
_PLACES: Final = frozenset({"254", "410", "411", "412", "413", "414", "415", "416", "417"})
# Of these the page has words of its own.
_WORDED: Final = frozenset({"unknown_code", "check_digit", "check_digits"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCode:
    """The kind of a code and its parts, as label and value; `fault` is what refused a text.

    `is_place` is true for the number of a place or a party, and `is_personal` for that of a person:
    neither is on goods.
    """

    kind: str = ""
    is_place: bool = False
    is_personal: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    fault: RefusalView | None = None


def unknown_code(subject: str, shown: str, lang: Lang, *, year: int) -> UnknownCode:
    """Return what is told of a canonical URI of which nothing is recorded.

    `shown` is its text, empty where that is shown to nobody; `year` fixes the century of its dates.
    """
    if subject.startswith(f"{CANONICAL_STEM}/"):
        ai = subject.removeprefix(f"{CANONICAL_STEM}/").partition("/")[0]
        return UnknownCode(kind=element_label(ai, lang), is_place=ai in _PLACES)
    scheme = _scheme_of(subject)
    if scheme is None:
        return UnknownCode()
    return UnknownCode(
        kind=title_of(scheme, lang),
        is_place=scheme.category in (Category.PLACE, Category.PARTY),
        facts=_facts(scheme, shown, lang, year),
    )


def refused_code(text: str, told: Telling, lang: Lang) -> UnknownCode:
    """Return what is told of a text that no scheme reads: what it comes nearest to, and the rule.

    Where it comes near to the number of a person, `fault` shows nothing of the text.
    """
    refusal = told.refusal
    kind = title_of(told.suspect, lang) if told.suspect is not None else ""
    if refusal is None or refusal.rule in _WORDED:
        return UnknownCode(kind=kind)
    return UnknownCode(kind=kind, fault=refusal_view("" if hides(told) else text, refusal, lang))


def hides(told: Telling) -> bool:
    """Whether nothing of a refused text may be shown: it may be a person's number, mistyped."""
    return told.suspect is not None and told.suspect.name == _ID_NUMBER


def title_of(scheme: Scheme, lang: Lang) -> str:
    """Return what a kind of codes is called."""
    return scheme.title_zh if lang == "zh" else scheme.title_en


def _scheme_of(subject: str) -> Scheme | None:
    name = subject.removeprefix(_OWN_STEM).partition(":")[0]
    found = (scheme for scheme in registry.SCHEMES.values() if scheme.own_name == name)
    return next(found, None) if subject.startswith(_OWN_STEM) else None


def _facts(scheme: Scheme, shown: str, lang: Lang, year: int) -> tuple[tuple[str, str], ...]:
    if not shown:
        return ()
    try:
        return facts_of(scheme.name, scheme.parse(shown).fields, lang, year=year)
    except CodeError:
        # As it is printed for people a code may not be read again.
        return ()
