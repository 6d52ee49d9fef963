"""The links of a code as a page: each with what it is, on which host, in which language and form.

The rule that must stay true: the host of a foreign address stands beside its title, for the title
is the owner's word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from babel.core import Locale, UnknownLocaleError
from flask import Response, render_template

from codes.canonical import parts_of
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.model import Lang
from web.pages.routes import printed
from web.resolver.choice import Offer
from web.resolver.gathering import Asked, Gathered
from web.resolver.linkset import LINKSET_TYPE, Level

# The number of a party may be that of a person (GS1 General Specifications 3).
_UNSHOWN_KEYS: Final = frozenset({"417", "8017", "8018"})
_LOCALES: Final = {"zh": "zh_CN", "en": "en"}
# Pages go without saying; other forms have names that people know.
_FORMS: Final = {"text/html": "", "application/pdf": "PDF", "application/json": "JSON"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link; `host` is empty for a link of the ledger itself."""

    href: str
    title: str
    kind: str
    host: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """The links of one level, with its name where people have one for it, and its code."""

    title: str
    code: str
    entries: tuple[Entry, ...]


def list_page(
    asked: Asked,
    gathered: Gathered,
    levels: Sequence[Level],
    *,
    heading: str = "",
    sentence: str = "",
) -> Response:
    """Return the page of the links of some levels; without a heading that of all links."""
    lang = chosen_lang()
    name = "" if gathered.view.is_void else gathered.view.identity.name
    html = render_template(
        "resolver/links.html",
        heading=heading or name or _("Links of this code"),
        sentence=sentence or _("The maker of these goods and this ledger keep these links of it."),
        shown=asked.shown or code_of(asked.uri),
        levels=[_level(level, lang) for level in levels if level.offers],
        data_path=f"{asked.path}?linkType=linkset&mediaType={quote(LINKSET_TYPE, safe='')}",
        page_path=asked.page if gathered.view.is_known else "",
    )
    return Response(html, headers={"Cache-Control": "no-cache"})


def code_of(uri: str) -> str:
    """Return the elements of a canonical URI as GS1 prints them, nothing where nobody is shown."""
    parts = parts_of(uri)
    return "" if _UNSHOWN_KEYS & parts.keys() else printed(parts.items())


def _level(level: Level, lang: Lang) -> LevelView:
    return LevelView(
        title=_title(parts_of(level.uri)),
        code=code_of(level.uri),
        entries=tuple(_entry(offer, lang) for offer in level.offers),
    )


def _title(parts: dict[str, str]) -> str:
    if "01" not in parts:
        return ""
    if "21" in parts or "235" in parts:
        return _("The single item")
    return _("The lot") if "10" in parts else _("The product")


def _entry(offer: Offer, lang: Lang) -> Entry:
    return Entry(
        href=offer.href,
        title=offer.title,
        kind=offer.kind.title_zh if lang == "zh" else offer.kind.title_en,
        host="" if offer.is_own else urlsplit(offer.href).hostname or "",
        notes=tuple(filter(None, _notes(offer, lang))),
    )


def _notes(offer: Offer, lang: Lang) -> Iterator[str]:
    # A page of the ledger speaks the language of whoever reads it.
    for tag in () if offer.is_own else offer.languages:
        yield _language_name(tag, lang)
    yield _FORMS.get(offer.media_type, offer.media_type)


def _language_name(tag: str, lang: Lang) -> str:
    try:
        name = Locale.parse(tag, sep="-").get_language_name(_LOCALES[lang])
    except (ValueError, UnknownLocaleError):
        return tag
    return name or tag
