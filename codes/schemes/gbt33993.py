"""Commodity QR codes: an element string, an address on 2dcode.org, or a maker's own address.

GB/T 33993-2017 5. Whatever the form, a GTIN inside names the goods.
"""

import re
from typing import Final

from codes.gs1.ais import AIS, require_value
from codes.gs1.charset import percent_decode, place_in_encoded
from codes.gs1.element_string import parse_bracketed, parse_raw
from codes.gs1.identity import identity_of_elements
from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import format_text

NORM: Final = "GB/T 33993-2017 5"

_NATIONAL_HOST: Final = "2dcode.org"
_NATIONAL = re.compile(r"(?i:https?)://(?i:www\.)?(?i:2dcode\.org)/([A-Za-z0-9._~\-/]+)")
_ADDRESS = re.compile(
    r"(?i:https?)://([A-Za-z0-9.\-]+(?::[0-9]{1,5})?)((?:/[^/?#\s]*)*)(?:\?([^#\s]*))?(?:#\S*)?"
)
_EXCLUDED = re.compile(r"[%&/<>?]")

# Names of parts in a maker's address; the norm's own example has gtin, bat and ser.
_NAMES: Final = {
    "gtin": "01", "01": "01", "bat": "10", "lot": "10", "batch": "10", "10": "10",
    "ser": "21", "sn": "21", "21": "21",
}  # fmt: skip
_UNCONFIRMED = CodeWarning(
    code="maker_address", message="the names of the parts in the address are the maker's own"
)

_PADDED = CodeWarning(
    code="padded_gtin", message="a GTIN of fewer than 14 digits was filled with zeros on the left"
)
_GTIN_DIGITS: Final = 14
_SHORT_GTINS: Final = frozenset({8, 12, 13})

# A part of an address: its name, its value as written, and where they stand.
_Part = tuple[str, str, int]


def parse_commodity_code(text: str) -> Code:
    """Read any of the three forms; raises `CodeError`."""
    if text[:4].lower() == "http":
        return _national(text) or _maker(text)
    elements = parse_bracketed(text) if text.startswith("(") else parse_raw(text)
    if next(iter(elements)) != "01":
        raise CodeError("order", "(01) comes first", position=0, norm=NORM)
    for ai in ("10", "21"):
        wrong = _EXCLUDED.search(elements.get(ai, ""))
        if wrong is not None:
            start = max(text.find(f"({ai})"), text.find(f"\x1d{ai}"))
            place = text.find(elements[ai][wrong.start()], start)
            raise _excluded_refusal(ai, place)
    return Code(
        scheme="gbt33993",
        text=text,
        fields={"form": "编码数据结构", **elements},
        uri=identity_of_elements(elements),
    )


def _excluded_refusal(ai: str, position: int) -> CodeError:
    message = f"({ai}) may not hold % & / < > ?"
    return CodeError("charset", message, position=position, norm=NORM)


def _national(text: str) -> Code | None:
    match = _NATIONAL.fullmatch(text)
    if match is None:
        return None
    return Code(
        scheme="gbt33993",
        text=text,
        fields={"form": "国家统一网址", "code": match[1]},
        # Plain and encrypted address, with www or without, are one: two would split a history.
        uri=f"https://{_NATIONAL_HOST}/{match[1]}",
    )


def _maker(text: str) -> Code:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise CodeError("address", "this is no web address", position=0, norm=NORM)
    parts = _path_parts(match) or _query_parts(match)
    if not parts:
        message = f"neither on {_NATIONAL_HOST} nor with a GTIN in its path or query"
        raise CodeError("host", message, position=match.start(1), norm=NORM)
    elements: dict[str, str] = {}
    for name, value, place in parts:
        ai = _NAMES.get(name.lower())
        if ai is None or ai in elements:
            message = "a part of the address has no known name"
            raise CodeError("address", message, position=place, norm=NORM)
        elements[ai] = _value(ai, value, place + len(name) + 1)
    is_padded = len(parts[0][1]) in _SHORT_GTINS
    return Code(
        scheme="gbt33993",
        text=text,
        fields={"form": "厂商自定义网址", **elements},
        uri=identity_of_elements(elements),
        warnings=(_UNCONFIRMED, _PADDED) if is_padded else (_UNCONFIRMED,),
    )


def _path_parts(match: re.Match[str]) -> list[_Part]:
    """Return the parts from `/gtin/` on; none where they are not pairs."""
    segments = match[2].split("/")[1:]
    start = next((i for i, segment in enumerate(segments) if segment.lower() == "gtin"), None)
    if start is None or len(segments[start:]) % 2:
        return []
    place = match.start(2) + 1 + sum(len(segment) + 1 for segment in segments[:start])
    parts = []
    for name, value in zip(segments[start::2], segments[start + 1 :: 2], strict=True):
        parts.append((name, value, place))
        place += len(name) + len(value) + 2
    return parts


def _query_parts(match: re.Match[str]) -> list[_Part]:
    """Return the parts of a query with `gtin=`; what has another name is the maker's own."""
    parts: list[_Part] = []
    place = match.start(3)
    for pair in (match[3] or "").split("&"):
        name, equals, value = pair.partition("=")
        if equals and name.lower() in _NAMES and not name.isdigit():
            parts.append((name, value, place))
        place += len(pair) + 1
    has_key = any(name.lower() == "gtin" for name, _, _ in parts)
    return sorted(parts, key=lambda part: part[0].lower() != "gtin") if has_key else []


def _value(ai: str, text: str, start: int) -> str:
    """Return the checked value of a part that begins at `start`."""
    try:
        value = percent_decode(text, norm=NORM)
    except CodeError as refusal:
        raise refusal.moved(start) from None
    padding = _GTIN_DIGITS - len(value) if ai == "01" and len(value) in _SHORT_GTINS else 0
    value = value.zfill(_GTIN_DIGITS) if padding else value
    try:
        wrong = _EXCLUDED.search(value) if ai != "01" else None
        if wrong is not None:
            raise _excluded_refusal(ai, wrong.start())
        require_value(AIS[ai], value)
    except CodeError as refusal:
        position = max(0, (refusal.position or 0) - padding)
        raise refusal.at(start + place_in_encoded(text, position)) from None
    return value


def _looks_like(text: str) -> bool:
    lower = text.lower()
    return _NATIONAL_HOST in lower or "/gtin/" in lower or "gtin=" in lower


SCHEMES: Final = (
    Scheme(
        name="gbt33993",
        title_zh="商品二维码",
        title_en="Commodity QR code",
        category=Category.TRADE_ITEM,
        norm=NORM,
        pattern=r"(?:https?|HTTPS?)://\S+|\(01\)[0-9]{14}(?:\([0-9]{2,4}\)\S+)*",
        parse=parse_commodity_code,
        format=format_text,
        may_issue=False,
        lengths=None,
        looks_like=_looks_like,
        rank=1,
        first="hH",
    ),
)
