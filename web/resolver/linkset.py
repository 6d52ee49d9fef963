"""Linksets (RFC 9264): every link of a thing and of what it belongs to, as a document.

Pure. GS1-Conformant Resolver Standard 2.10. The rule that must stay true: the document is valid
against the schema of the standard, and its first anchor, the thing itself, has one default link.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from codes.gs1.link_types import LINK_TYPES
from web.resolver.choice import Offer

LINKSET_TYPE: Final = "application/linkset+json"
JSON_LD_TYPE: Final = "application/ld+json"
CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_REL: Final = "http://www.w3.org/ns/json-ld#context"

_DEFAULT: Final = LINK_TYPES["defaultLink"].iri
_DEFAULT_MULTI: Final = LINK_TYPES["defaultLinkMulti"].iri
# The schema of the standard knows languages and countries alone, each of two letters.
_SHORT_TAG = re.compile(r"([a-z]{2})(?:-[A-Z][a-z]{3})?(-[A-Z]{2})?(?:-.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A thing, its lot or its class: its canonical URI, its address here, and its links."""

    uri: str
    address: str
    offers: tuple[Offer, ...] = ()


def linkset(
    levels: Sequence[Level],
    *,
    name: str,
    default: Offer | None = None,
    by_language: Sequence[Offer] = (),
    is_json_ld: bool = False,
) -> dict[str, Any]:
    """Return the document; `name` describes the thing, empty where nothing may be said of it.

    `default` and `by_language` are said of the first level. Levels without links are left out.
    """
    members = [_context_object(level) for level in levels]
    first = members[0]
    if name:
        # Renamed `description` in release 1.2; readers of either release take this one.
        first["itemDescription"] = name
    if by_language:
        first[_DEFAULT_MULTI] = [_target(offer) for offer in by_language]
    if default is not None:
        # Section 2.5.8: the default link has a title and nothing else.
        first[_DEFAULT] = [{"href": default.href, "title": default.title}]
    document: dict[str, Any] = {"@context": CONTEXT} if is_json_ld else {}
    document["linkset"] = [first, *(member for member in members[1:] if len(member) > 1)]
    return document


def _context_object(level: Level) -> dict[str, Any]:
    member: dict[str, Any] = {"anchor": level.address}
    for offer in level.offers:
        member.setdefault(offer.kind.iri, []).append(_target(offer))
    return member


def _target(offer: Offer) -> Mapping[str, Any]:
    target: dict[str, Any] = {"href": offer.href, "title": offer.title}
    if offer.media_type:
        target["type"] = offer.media_type
    if languages := tuple(dict.fromkeys(_short_tags(offer.languages))):
        target["hreflang"] = list(languages)
    return target


def _short_tags(tags: Iterable[str]) -> Iterable[str]:
    for tag in tags:
        if match := _SHORT_TAG.fullmatch(tag):
            yield match[1] + (match[2] or "")
