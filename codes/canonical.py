"""The one URI under which an identifier is known everywhere.

CBV 2.0 clause 8.9: every way to write a GS1 key (EPC URN, Digital Link of any host) becomes the
Digital Link on `https://id.gs1.org` at its finest level, without attributes. Two spellings of one
thing must meet here, or its history splits in two.
"""

import re
from functools import lru_cache
from typing import Final

from codes.gs1.epc import WITHOUT_GS1_KEY, path_of_epc
from codes.model import CodeError

CANONICAL_STEM: Final = "https://id.gs1.org/"

# Web browsers and the QR codes of this trade stay under 2,048 characters; a longer identifier is an
# attack on memory (every one is kept in the index), not a code.
URI_CHARS_MAX: Final = 2_048

# Identifiers of one shipment come in runs; 65,536 of them take about 20 MB.
_REMEMBERED = 65_536

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.")


@lru_cache(maxsize=_REMEMBERED)
def canonical_uri(uri: str) -> str:
    """Return the canonical form of an absolute URI; an identifier without a GS1 key is unchanged.

    Raises `CodeError` for text that is no absolute URI and for an EPC URN of a wrong structure.
    """
    if uri.startswith("urn:epc:"):
        return _canonical_epc(uri)
    return _canonical_other(uri)


def _canonical_epc(uri: str) -> str:
    if len(uri) > URI_CHARS_MAX:
        raise CodeError("too_long", f"an identifier has at most {URI_CHARS_MAX} characters")
    if ":".join(uri.split(":", 4)[2:4]) in WITHOUT_GS1_KEY:
        return uri
    return CANONICAL_STEM + path_of_epc(uri)


def _canonical_other(uri: str) -> str:
    if _ABSOLUTE.match(uri) is None or not uri.isprintable() or " " in uri:
        raise CodeError("uri", "an identifier in an event is an absolute URI", norm="RFC 3986 4.3")
    return uri
