"""Reads what people type from a label: the one reader of every field that takes a code.

The rule that must stay true: nothing is corrected here. A bar code with a lot or a serial
beside it is put together and then read as strictly as a scanned one.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from codes.canonical import canonical_uri, uri_of_text
from codes.gs1.charset import percent_decode
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, CodeError
from codes.telling import Telling, holds_person, tell
from codes.text import clean

# GS1 General Specifications 3.3.2, 3.4.1 and 3.5.2: trade item 01, lot 10, serial 21.
_BESIDE: Final = re.compile(r"(?P<gtin>[0-9]{8}|[0-9]{12,14})[ \t\u3000]+(?P<tail>[^\s/]{1,20})")
_PATH: Final = re.compile(
    r"/?(?:01/)?(?P<gtin>[0-9]{8}|[0-9]{12,14})(?:/10/(?P<lot>[^/]+))?(?:/21/(?P<serial>[^/]+))?/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseReading:
    """The canonical URIs that a typed text may name, the likeliest first, and its bar code."""

    uris: tuple[str, ...] = ()
    gtin: str = ""


def read_loosely(text: str) -> LooseReading:
    """Return what a bar code number with a lot or serial beside it may name; else nothing."""
    try:
        text = clean(text).text
    except CodeError:
        return LooseReading()
    if found := _PATH.fullmatch(text):
        lot, serial = found["lot"], found["serial"]
        if not lot and not serial:
            return LooseReading()
        gtin = found["gtin"]
        uris = _known(gtin, lot=_decoded(lot), serial=_decoded(serial))
        return LooseReading(gtin=gtin, uris=uris)
    if found := _BESIDE.fullmatch(text):
        gtin, tail = found["gtin"], found["tail"]
        uris = (*_known(gtin, lot=tail), *_known(gtin, serial=tail))
        return LooseReading(gtin=gtin, uris=uris)
    return LooseReading()


def uri_typed(text: str) -> str:
    """Return the likeliest URI of what was typed; raises `CodeError` where it is no code.

    A bar code with a number beside it is a lot's: that is what labels print next to it.
    """
    try:
        return uri_of_text(text)
    except CodeError:
        loose = read_loosely(text)
        if not loose.uris:
            raise
        return loose.uris[0]


def tell_typed(text: str, category: Category | None = None) -> Telling:
    """Return what is told of a typed text: of the code that it is, or of those it is put together.

    It finds what `uri_typed` finds, and every other reading beside it.
    """
    told = tell(text, category)
    if told.refusal is None or holds_person(told):
        return told
    parts = [tell(uri, category) for uri in read_loosely(text).uris]
    readings = tuple(reading for one in parts for reading in one.readings)
    return Telling(readings=readings) if readings else told


def path_of_item(gtin: str, lot: str = "", serial: str = "") -> str:
    """Return the path of a Digital Link (GS1 Digital Link URI Syntax 4.3)."""
    path = f"/01/{quote(gtin, safe='')}"
    path += f"/10/{quote(lot, safe='')}" if lot else ""
    return path + (f"/21/{quote(serial, safe='')}" if serial else "")


def _known(gtin: str, *, lot: str = "", serial: str = "") -> tuple[str, ...]:
    try:
        # One item has one name whatever its bar code: the 14 digits (GS1 General
        # Specifications 2.1).
        return (canonical_uri(CANONICAL_STEM + path_of_item(gtin.zfill(14), lot, serial)),)
    except CodeError:
        return ()


def _decoded(segment: str | None) -> str:
    try:
        return percent_decode(segment or "", norm="")
    except CodeError:
        return segment or ""
