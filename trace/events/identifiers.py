"""Identifiers in events: one canonical URI for each, whatever spelling was sent."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from codes.canonical import canonical_uri
from codes.model import CodeError
from schemas.cbv import expand

_GS1_HOST: Final = "https://id.gs1.org/"


def canonical(uri: str, namespaces: Mapping[str, str]) -> str:
    """Return the canonical URI of an identifier; a compact URI is expanded first.

    An EPC URI and a Digital Link become the Digital Link on `https://id.gs1.org`; any other URI is
    its own canonical form. Raises `CodeError` for a GS1 identifier that breaks its rules.
    """
    if not uri.startswith(("urn:", "http")):
        uri = expand(uri, namespaces)
    return known(uri)


@lru_cache(maxsize=65_536)
def known(uri: str) -> str:
    """Return the canonical form of a full URI; raises `CodeError` as `canonical` does."""
    try:
        return canonical_uri(uri)
    except CodeError:
        if uri.startswith(("https://", "http://")) and not uri.startswith(_GS1_HOST):
            # A web address of somebody's own may look like a Digital Link and not be one.
            return uri
        raise


def lot_uri(item_uri: str, lot: str) -> str | None:
    """Return the lot that a serialised trade item belongs to; nothing where there is none.

    `item_uri` is canonical. Only a GTIN with a serial has a lot this way (GS1 Digital Link 1.2
    4.11), and only a lot number that fits AI (10) can be written as a URI.
    """
    if not item_uri.startswith(_GS1_HOST + "01/") or "/21/" not in item_uri:
        return None
    gtin = item_uri[len(_GS1_HOST) + 3 : len(_GS1_HOST) + 17]
    uri = f"{_GS1_HOST}01/{gtin}/10/{quote(lot, safe='')}"
    try:
        return canonical_uri(uri)
    except CodeError:
        return None
