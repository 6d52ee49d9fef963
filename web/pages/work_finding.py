"""One's own products and sites on pages: the newest first, and a field to find the others.

One rule: a list that does not show everything says so, by the field that finds the rest.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import request
from sqlalchemy import Connection

from parties.directory import ProductCard, SiteCard, sites_by_uri
from parties.finding import Search, find_products, find_sites
from parties.tables import NAME_CHARS_MAX
from web.pages.languages import chosen_lang
from web.pages.work_blueprint import id_asked, page_rows
from web.pages.work_forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductList:
    """Products of one's own that hold `words`; `before` is the cursor of the next page, if any."""

    products: tuple[ProductCard, ...]
    words: str
    before: UUID | None
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChoice:
    """A site as a form offers it."""

    uri: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteList:
    """Sites as a form offers them: those that hold `words`, and the one that is chosen already."""

    choices: tuple[SiteChoice, ...]
    words: str
    is_whole: bool


def products_asked(connection: Connection, party_id: UUID) -> ProductList:
    """Return the products that the address asks for: `find` holds words, `before` a cursor."""
    words = _words(Form(name="", values=request.args.to_dict()), "find")
    search = Search(words=words, before=id_asked("before"), rows_max=page_rows())
    found = find_products(connection, party_id, search)
    return ProductList(
        products=found.cards,
        words=words,
        before=found.next_before,
        is_whole=not words and search.before is None and found.next_before is None,
    )


def sites_asked(connection: Connection, party_id: UUID, form: Form) -> SiteList:
    """Return the sites that a form asks for: `find_site` holds words, `site` is chosen already."""
    words = _words(form, "find_site")
    found = find_sites(connection, party_id, Search(words=words, rows_max=page_rows()))
    cards = list(found.cards)
    chosen = form.text("site")
    if chosen and chosen not in {card.uri for card in cards}:
        known = sites_by_uri(connection, [chosen]).values()
        cards = [*(card for card in known if card.party_id == party_id), *cards]
    return SiteList(
        choices=tuple(_choice(card) for card in cards),
        words=words,
        is_whole=not words and found.next_before is None,
    )


def is_search(form: Form) -> bool:
    """Return whether a form was sent to see other sites, and not to be acted upon."""
    return form.is_ticked("find") or _words(form, "find_site") != _words(form, "found_site")


def _words(form: Form, name: str) -> str:
    return " ".join(form.code(name).split())[:NAME_CHARS_MAX]


def _choice(card: SiteCard) -> SiteChoice:
    is_zh = chosen_lang() == "zh"
    return SiteChoice(uri=card.uri, name=card.name_zh if is_zh else card.name_en or card.name_zh)
