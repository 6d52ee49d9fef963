"""From a code that was asked for to the answer: its page, a redirect, a list, or a refusal.

GS1-Conformant Resolver Standard 2.6. The rule that must stay true: a redirect leads only to a link
that the owner of the goods keeps, or to this ledger; nothing of a request becomes its target.
"""

from typing import Any, Final
from urllib.parse import quote

import orjson
from flask import Response, make_response, request

from base.errors import NotFound, Problem
from codes.gs1.link_types import LINK_TYPES, LinkType, read_link_type
from web.pages.languages import COOKIE, chosen_lang
from web.pages.languages import say as _
from web.pages.routes import show_missing, show_place, show_scan
from web.resolver.choice import Offer, Wishes, best_of
from web.resolver.entry import resolver
from web.resolver.gathering import Asked, Gathered, gather, must_be_read, owners_default
from web.resolver.linkset import (
    CONTEXT,
    CONTEXT_REL,
    JSON_LD_TYPE,
    LINKSET_TYPE,
    Level,
    linkset,
)
from web.resolver.list_page import code_of, list_page
from web.scan_log import note_scan

JSON_TYPE: Final = "application/json"
HTML_TYPE: Final = "text/html"
_DATA_TYPES: Final = (LINKSET_TYPE, JSON_TYPE, JSON_LD_TYPE)
# `all` is the name of the first release.
_WHOLE: Final = frozenset({"linkset", "all"})
_DEFAULTS: Final = frozenset({"defaultLink", "defaultLinkMulti"})
_LANGUAGES_MAX: Final = 20
_BYTES: Final = "surrogateescape"
# RFC 3986 2: what a query may hold besides letters and digits; anything else is percent-encoded.
_QUERY_CHARACTERS: Final = "-._~!$&'()*+,;=:@/?%[]"


def answer(asked: Asked) -> Response:
    """Answer a request for a code; raises `NotFound` for a program where there is nothing."""
    wish = asked.arguments.get("linkType", "")
    if wish in _WHOLE or (wants_data() and (not wish or _asks_for_linkset())):
        made = _linkset_answer(asked)
    elif (kind := read_link_type(wish)) is not None and kind.name in _DEFAULTS:
        made = _default_answer(asked)
    elif wish:
        made = _typed_answer(asked, kind)
    else:
        made = _default_answer(asked)
    return _linked(made, asked)


def query_text() -> str:
    """Return the query of the request as it was sent, whatever bytes it holds."""
    return request.query_string.decode(errors=_BYTES)


def wants_data() -> bool:
    """Return whether the caller prefers a document for programs to a page.

    Whoever takes anything gets the page: a phone that opens a code says no more than that.
    """
    # The common case first: looking into the header costs more than a glance at it.
    if "json" not in request.headers.get("Accept", "").lower():
        return False
    return _best_form((HTML_TYPE, *_DATA_TYPES)) != HTML_TYPE


def _asks_for_linkset() -> bool:
    return _best_form((HTML_TYPE, *_DATA_TYPES)) == LINKSET_TYPE


def _best_form(forms: tuple[str, ...]) -> str:
    return request.accept_mimetypes.best_match(forms) or forms[0]


def _default_answer(asked: Asked) -> Response:
    """Show the page, or lead to where its owner wants; a page that warns is never passed by."""
    offer = owners_default(asked, _wishes(asked))
    if offer is not None and not must_be_read(asked):
        note_scan(asked.uri)
        return _redirect(asked, offer)
    return _page(asked)


def own_page(asked: Asked) -> Response:
    """Show the ledger's page, whatever its owner chose as the default."""
    return _linked(_page(asked, door="page"), asked)


def _page(asked: Asked, *, door: str = "") -> Response:
    page = show_scan(asked.uri, shown=asked.shown, door=door, signature=asked.signature)
    made = make_response(page)
    if made.status_code != 404:
        return made
    # Nothing is recorded of a place or a unit, and yet its owner may keep links of it.
    gathered = gather(asked)
    if gathered is not None:
        return list_page(asked, gathered, gathered.levels)
    place = show_place(asked.uri, shown=asked.shown)
    return made if place is None else make_response(place)


def _linkset_answer(asked: Asked) -> Response:
    form = _linkset_form(asked)
    gathered = gather(asked)
    if gathered is None:
        return _nothing(asked, form)
    if form == HTML_TYPE:
        return list_page(asked, gathered, gathered.levels)
    document = linkset(
        gathered.levels,
        name=_name(gathered),
        default=gathered.default,
        by_language=gathered.by_language,
        is_json_ld=form == JSON_LD_TYPE,
    )
    return _document(document, form)


def _linkset_form(asked: Asked) -> str:
    """Return the form of a linkset: what the address says, since a link on a page has no header."""
    forms = (*_DATA_TYPES, HTML_TYPE)
    said = asked.arguments.get("mediaType", "")
    return said if said in forms else _best_form(forms)


def _typed_answer(asked: Asked, kind: LinkType | None) -> Response:
    gathered = gather(asked)
    if gathered is None:
        return _nothing(asked, HTML_TYPE if not wants_data() else JSON_TYPE)
    best = best_of(gathered.of_kind(kind.name) if kind else (), _wishes(asked))
    if len(best) == 1:
        made = _redirect(asked, best[0])
        if gathered.of_kind("recallStatus"):
            _add_link(made, asked.page, LINK_TYPES["recallStatus"].iri, HTML_TYPE, "Recall status")
        return made
    return _choices(asked, gathered, best) if best else _none_of_kind(asked, gathered, kind)


def _choices(asked: Asked, gathered: Gathered, best: tuple[Offer, ...]) -> Response:
    """Answer 300: nothing in the request tells which of the links is meant."""
    level = Level(uri=asked.uri, address=gathered.levels[0].address, offers=best)
    if wants_data():
        made = _document(linkset((level,), name=_name(gathered)), LINKSET_TYPE)
    else:
        made = list_page(
            asked,
            gathered,
            (level,),
            heading=_("Which link do you want?"),
            sentence=_("There are several of the kind that was asked for, and all fit as well."),
        )
    made.status_code = 300
    return made


def _none_of_kind(asked: Asked, gathered: Gathered, kind: LinkType | None) -> Response:
    if not wants_data():
        made = list_page(
            asked,
            gathered,
            gathered.levels,
            heading=_("There is no link of this kind"),
            sentence=_("What was asked for is not kept for this code. These links are:"),
        )
        made.status_code = 404
        return made
    names = dict.fromkeys(offer.kind.curie for level in gathered.levels for offer in level.offers)
    asked_for = f"of the type {kind.curie}" if kind else "of that type"
    message = f"There is no link {asked_for} here; there are {', '.join(names) or 'none'}."
    problem = Problem(path="linkType", code="link_type", message=message)
    raise NotFound(message, problems=(problem,))


def _nothing(asked: Asked, form: str) -> Response:
    if form == HTML_TYPE:
        return make_response(
            show_missing(
                asked.shown or code_of(asked.uri),
                _("Nothing is recorded under it here."),
                subject=asked.uri,
            )
        )
    raise NotFound("Nothing is recorded under this code here.")


def _name(gathered: Gathered) -> str:
    return "" if gathered.view.is_void else gathered.view.identity.name


def _document(document: dict[str, Any], form: str) -> Response:
    made = Response(orjson.dumps(document), content_type=form)
    made.headers["Cache-Control"] = "no-cache"
    made.headers.add("Link", f'<{CONTEXT}>; rel="{CONTEXT_REL}"; type="{JSON_LD_TYPE}"')
    return made


def _redirect(asked: Asked, offer: Offer) -> Response:
    """Lead to a link with 307, so that the address of the code stays the one to be kept.

    A foreign page is handed the whole query (2.12); the ledger's own operations take arguments of
    their own, and what the code's address was asked with is none of them.
    """
    if offer.is_own:
        target = resolver().own_root + offer.href.removeprefix(resolver().root)
    else:
        target = with_query(offer.href, asked.query)
    made = Response(status=307, headers={"Location": target, "Cache-Control": "no-cache"})
    made.autocorrect_location_header = False
    return made


def with_query(href: str, query: str) -> str:
    """Return an address with a query behind its own, before its fragment."""
    if not query:
        return href
    location, mark, fragment = href.partition("#")
    joint = "" if location.endswith(("?", "&")) else "&" if "?" in location else "?"
    return f"{location}{joint}{_quoted(query)}{mark}{fragment}"


def _quoted(query: str) -> str:
    """Return a query in characters that end no header and nothing inside of one."""
    return quote(query, safe=_QUERY_CHARACTERS, errors=_BYTES)


def _wishes(asked: Asked) -> Wishes:
    """Read what the request prefers: in its address first, then what the person chose here."""
    said = [tag for tag, quality in request.accept_languages if quality > 0 and tag != "*"]
    languages = (
        asked.arguments.get("lang", ""),
        request.cookies.get(COOKIE, ""),
        *said[:_LANGUAGES_MAX],
        chosen_lang(),
    )
    media_type = asked.arguments.get("mediaType", "")
    accepted = request.accept_mimetypes

    def quality(offered: str) -> float:
        if media_type:
            return float(offered == media_type)
        return float(accepted.quality(offered)) if accepted else 1.0

    return Wishes(languages=tuple(dict.fromkeys(filter(None, languages))), quality=quality)


def with_links(made: Response, path: str, uncompressed: str = "") -> Response:
    """Say where the linkset of a path is, and of a compressed link what it is uncompressed."""
    _add_link(made, f"{path}?linkType=linkset", "linkset", LINKSET_TYPE, "All links of this code")
    if uncompressed:
        _add_link(made, uncompressed, "owl:sameAs", "", "The same link, uncompressed")
    return made


def _linked(made: Response, asked: Asked) -> Response:
    query = f"?{_quoted(asked.query)}" if asked.query else ""
    return with_links(made, asked.path, asked.path + query if asked.is_compressed else "")


def _add_link(made: Response, path: str, rel: str, media_type: str, title: str) -> None:
    kind = f'; type="{media_type}"' if media_type else ""
    made.headers.add("Link", f'<{resolver().root}{path}>; rel="{rel}"{kind}; title="{title}"')
