"""From the path of a request to the thing that it names.

Pure. The rule that must stay true: a path is read as strictly as a scanned link, and only by
`codes`. The server hands paths over decoded, so a slash inside a value looks like the end of it;
such a reading is kept apart, for it is to be believed only where something was recorded under it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from codes.canonical import URI_CHARS_MAX
from codes.gs1.ais import AIS
from codes.gs1.compression import decompress
from codes.gs1.digital_link import CANONICAL_STEM, KEYS, DigitalLink, parse
from codes.gs1.identity import identity_uri
from codes.model import CodeError

__all__ = ["KEYS", "Named", "check_query", "named_of", "read_path", "read_slashed_path"]

# A compressed link is one segment of URL-safe base64; the shortest that holds a key of fixed length
# has ten characters, and shorter words are names of pages.
COMPRESSED_CHARS_MIN: Final = 10

_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a path names.

    `uri` is its canonical URI; `levels` are the URIs under which links of it may be kept, the
    nearest first: the thing, its lot, its variant, its class. `path` is the uncompressed link on
    this host, and `query` what else a compressed one held.
    """

    uri: str
    levels: tuple[str, ...]
    path: str
    elements: tuple[tuple[str, str], ...]
    query: str = ""
    is_compressed: bool = False


@lru_cache(maxsize=_REMEMBERED)
def read_path(path: str) -> Named:
    """Read the decoded path of a link, compressed or not; raises `CodeError`.

    A slash at the end is passed over (GS1-Conformant Resolver Standard 2.13).
    """
    if len(path) > URI_CHARS_MAX:
        raise CodeError("too_long", f"a link has at most {URI_CHARS_MAX} characters")
    uri = CANONICAL_STEM + "/".join(_encoded(part) for part in path.removesuffix("/").split("/"))
    try:
        return _named(parse(uri))
    except CodeError as refusal:
        try:
            whole = decompress(uri)
        except CodeError:
            raise refusal from None
    location, _, query = whole.partition("?")
    return _named(parse(location), query=query, is_compressed=True)


def read_slashed_path(path: str) -> Named | None:
    """Read a path whose values hold slashes, as `/10/A/1` stands for lot `A/1`; None if it cannot.

    Where it can be parted in several ways, each value is as short as it can be.
    """
    _, key, rest = path.removesuffix("/").split("/", 2)
    for sequence in AIS[key].qualifiers or ():
        match = _pattern(sequence).fullmatch(rest)
        if match is None:
            continue
        values = ((ai, match[f"ai{ai}"]) for ai in sequence if match[f"ai{ai}"])
        elements = ((key, match["value"]), *values)
        try:
            return _named(parse(CANONICAL_STEM + _path_of(elements)))
        except CodeError:
            continue
    return None


@lru_cache(maxsize=32)
def _pattern(sequence: tuple[str, ...]) -> re.Pattern[str]:
    tail = "".join(f"(?:/{ai}/(?P<ai{ai}>.+?))?" for ai in sequence)
    return re.compile(f"(?P<value>.+?){tail}")


@lru_cache(maxsize=_REMEMBERED)
def named_of(uri: str) -> Named:
    """Return what a canonical URI with a GS1 key names; raises `CodeError`."""
    return _named(parse(uri))


def check_query(named: Named, query: str) -> None:
    """Refuse a query whose attributes of GS1 are wrong; raises `CodeError`.

    What has no number for a name belongs to whoever reads it (URI Syntax 4.9).
    """
    if any(part.partition("=")[0].isdigit() for part in query.split("&")):
        parse(f"{CANONICAL_STEM}{named.path}?{query}")


def _named(link: DigitalLink, *, query: str = "", is_compressed: bool = False) -> Named:
    return Named(
        uri=identity_uri(link.path),
        levels=tuple(dict.fromkeys(_levels(link.path))),
        path=_path_of(link.path),
        elements=link.path,
        query=query,
        is_compressed=is_compressed,
    )


def _levels(path: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield what may have links of its own (GS1-Conformant Resolver Standard 2.5.9, rule 4).

    The qualifiers go from coarse to fine: variant, lot, serial.
    """
    yield identity_uri(path)
    key, *qualifiers = path
    for qualifier in reversed(qualifiers):
        yield identity_uri((key, qualifier))
    yield identity_uri((key,))


def _path_of(elements: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"/{ai}/{_encoded(value)}" for ai, value in elements)


def _encoded(text: str) -> str:
    return text if text.isascii() and text.isalnum() else quote(text, safe="")
