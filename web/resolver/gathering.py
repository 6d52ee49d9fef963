"""What a resolver has to offer for one thing: its owner's links, the ledger's, and the default.

The rule that must stay true: where the page of a thing holds a warning, that page is the default,
whatever its owner chose; and a void code vouches for nothing, so that nobody's links are its own.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from codes.gs1.charset import percent_encode
from codes.gs1.digital_link import CANONICAL_STEM
from codes.gs1.link_types import LINK_TYPES
from parties.issuing.tags import Signature
from parties.links import Link, Links
from web.pages.languages import chosen_lang
from web.pages.model import ScanView
from web.pages.routes import is_bare, page_memory, page_source, view_of
from web.pages.scan_view import product_uri
from web.resolver.built_in import built_in_offers, own_page
from web.resolver.choice import Offer, Wishes, best_of
from web.resolver.entry import resolver
from web.resolver.linkset import Level
from web.scan_log import is_warned_of

_YES: Final = b"yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request is about: a canonical URI, the anchors of its links, its path on this host.

    `page` is the path of the ledger's own page, which leads nowhere else. `query` and `arguments`
    are those of the uncompressed request; `shown` prints a code that is no GTIN; `signature` is
    what was found of that on the label.
    """

    uri: str
    levels: tuple[str, ...]
    path: str
    query: str
    arguments: Mapping[str, str]
    shown: str = ""
    is_compressed: bool = False
    signature: Signature = Signature.ABSENT

    @property
    def page(self) -> str:
        """The path of the ledger's own page of the thing."""
        return f"/page{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All links of a thing, nearest level first; `by_language` are the default and its like."""

    view: ScanView
    levels: tuple[Level, ...]
    default: Offer
    by_language: tuple[Offer, ...]

    def of_kind(self, name: str) -> tuple[Offer, ...]:
        """Return the links of a type, those of the nearest level that has one."""
        for level in self.levels:
            found = tuple(offer for offer in level.offers if offer.kind.name == name)
            if found:
                return found
        return ()


def gather(asked: Asked) -> Gathered | None:
    """Return every link of a thing, None where neither it nor a link of it is known."""
    view, _ = view_of(asked.uri, shown=asked.shown, signature=asked.signature)
    anchors = _with_lot(asked.levels, view)
    kept = {} if view.is_void else resolver().links.links_of(anchors)
    if not view.is_known and not any(kept.values()):
        return None
    types_of_owner = {link.link_type for links in kept.values() for link in links}
    own = [
        replace(offer, href=resolver().root + offer.href)
        for offer in built_in_offers(view, asked.page, chosen_lang())
        if offer.kind.name not in types_of_owner
    ]
    levels = tuple(_level(anchor, asked, kept.get(anchor, ())) for anchor in anchors)
    first = replace(levels[0], offers=(*own, *levels[0].offers))
    siblings = () if _has_warning(asked, view) else _default_siblings(asked.levels, kept)
    page = own_page(asked.page, chosen_lang())
    default = next((offer for offer in siblings if offer.is_default), None)
    return Gathered(
        view=view,
        levels=(first, *levels[1:]),
        default=default or replace(page, href=resolver().root + page.href),
        by_language=siblings if len(siblings) > 1 else (),
    )


def owners_default(asked: Asked, wishes: Wishes) -> Offer | None:
    """Return where the owner wants a plain request to lead, None where to the ledger's page."""
    siblings = _default_siblings(asked.levels, resolver().links.links_of(asked.levels))
    best = best_of(siblings, wishes)
    if len(best) == 1:
        return best[0]
    return next((offer for offer in siblings if offer.is_default), None)


def must_be_read(asked: Asked) -> bool:
    """Return whether the page of the thing holds a warning that nobody may be led past.

    The answer is remembered as a page is: until the log has one entry more, and of no bare item.
    """
    if asked.signature.is_wrong:
        return True
    memory = page_memory()
    key = ("must be read", page_source().today().isoformat(), asked.uri)
    kept = memory.get(key) if memory is not None else None
    if kept is not None:
        return kept == _YES
    view, size = view_of(asked.uri, shown=asked.shown)
    has_warning = _has_warning(asked, view)
    if memory is not None and not is_bare(view):
        memory.put(key, _YES if has_warning else b"", size=size)
    return has_warning


def _has_warning(asked: Asked, view: ScanView) -> bool:
    """Return whether the page says more than a note: a recall, a void or a copied code."""
    return any(notice.tone != "info" for notice in view.notices) or is_warned_of(asked.uri)


def _with_lot(levels: tuple[str, ...], view: ScanView) -> tuple[str, ...]:
    """Add the lot that the ledger knows a thing to be of, where its code does not say it."""
    product = product_uri(view.subject)
    if not view.identity.lot or not product.startswith(f"{CANONICAL_STEM}/01/"):
        return levels
    lot = f"{product}/10/{percent_encode(view.identity.lot)}"
    return levels if lot in levels else (*levels[:-1], lot, levels[-1])


def _level(anchor: str, asked: Asked, links: Links) -> Level:
    return Level(
        uri=anchor,
        # Only a GS1 key has levels above it, and its path is the same on every host.
        address=resolver().root
        + (asked.path if anchor == asked.uri else anchor.removeprefix(CANONICAL_STEM)),
        offers=tuple(_offers(links)),
    )


def _default_siblings(levels: Collection[str], kept: Mapping[str, Links]) -> tuple[Offer, ...]:
    """Return the default of the nearest level that has one, and its like in other languages."""
    for anchor in levels:
        links = kept.get(anchor, ())
        default = next((link for link in links if link.is_default), None)
        if default is not None:
            return tuple(_siblings(default, links))
    return ()


def _siblings(default: Link, links: Links) -> Iterator[Offer]:
    yield from _offers((default,))
    for offer, link in zip(_offers(links), links, strict=True):
        is_like = link.link_type == default.link_type and link.media_type == default.media_type
        if is_like and link.language not in ("", default.language):
            yield offer


def _offers(links: Links) -> Iterator[Offer]:
    for link in links:
        yield Offer(
            kind=LINK_TYPES[link.link_type],
            href=link.href,
            title=link.title,
            languages=(link.language,) if link.language else (),
            media_type=link.media_type,
            is_default=link.is_default,
        )
