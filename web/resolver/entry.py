"""What the resolver of an application works with, and where this ledger's own pages lead to a code.

The rule that must stay true: whoever asks this ledger about a code is not sent away from it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlencode

from flask import current_app

from codes.model import Code
from parties.issuing.tags import SIGNED
from parties.links import Links
from web.resolver.paths import named_of

EXTENSION: Final = "suxin_resolver"


class LinkSource(Protocol):
    """Where the links that owners keep are read."""

    def links_of(self, uris: Collection[str]) -> Mapping[str, Links]:
        """Return the links of each anchor that have not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """What the resolver of an application works with.

    `root` is the address written into links; `own_root` stands before the ledger's own paths in a
    redirect and is empty where nobody said under which address people reach this host.
    """

    root: str
    own_root: str
    operator: str
    links: LinkSource
    query_chars_max: int


def resolver() -> Resolver:
    """Return the parts of the resolver that serves the current request."""
    parts: Resolver = current_app.extensions[EXTENSION]
    return parts


def leads_elsewhere(levels: Collection[str]) -> bool:
    """Return whether an owner chose another default than the ledger's page."""
    kept = resolver().links.links_of(levels)
    return any(link.is_default for links in kept.values() for link in links)


def entry_path(uri: str) -> str:
    """Return the path by which the ledger's own pages lead to a Digital Link.

    Where its owner sends its visitors elsewhere, that is the ledger's page of it.
    """
    named = named_of(uri)
    return f"/page{named.path}" if leads_elsewhere(named.levels) else named.path


def entry_address(code: Code) -> str:
    """Return the same for a code that was read, with the signature that stood beside it."""
    signed = code.fields.get(SIGNED, "")
    return entry_path(code.uri) + (f"?{urlencode({SIGNED: signed})}" if signed else "")
