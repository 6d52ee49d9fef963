"""Compressed GS1 Digital Links, and back, without loss.

GS1 Digital Link: Compression. The last segment of the path holds what `codes.gs1.packing` packs;
the key may stand readable before it, and what bits cannot hold stays in the query.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from codes.gs1.ais import AIS
from codes.gs1.bits import NORM
from codes.gs1.charset import percent_decode, percent_encode
from codes.gs1.digital_link import KEYS, build, check_path, key_position, parse, read_pairs
from codes.gs1.element_string import Strictness, check_element, require_partners
from codes.gs1.identity import identity_of_elements
from codes.gs1.link_places import AttributePlace, PathPlaces
from codes.gs1.packing import pack, unpack
from codes.gs1.value_bits import TEXT_CHARS_MAX
from codes.model import CodeError

_NAME: Final = re.compile(r"[A-Za-z0-9_\-]{1,127}")
_AI_NAME = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressed:
    """What a compressed link holds: stem, elements, the site's own pairs, and its rest.

    `pairs` were compressed; `query` is the part of the query that was not, as it stands.
    """

    stem: str
    elements: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]
    query: str


def compress(uri: str, *, optimise: bool = True, keep_key: bool = False) -> str:
    """Return the compressed form of a Digital Link; `decompress` gives the link back.

    `optimise` uses the codes for sequences. `keep_key` leaves the key readable (`/01/…/…`). Pairs
    of the site that cannot be written in bits stay in the query. Raises `CodeError` for anything
    but an uncompressed link.
    """
    link = parse(uri)
    pairs, rest = _own_pairs(uri)
    elements = link.elements
    stem = link.stem
    key, value = link.path[0]
    if keep_key:
        stem = f"{stem}/{key}/{percent_encode(value)}"
        del elements[key]
    segment = pack(elements, pairs, lead=key, optimise=optimise)
    query = f"?{rest}" if rest else ""
    if not segment:
        return f"{stem}{query}"
    compressed = f"{stem}/{segment}{query}"
    _require_same(read_compressed(compressed), link.stem, link.elements, key)
    return compressed


def _require_same(found: Compressed, stem: str, elements: Mapping[str, str], key: str) -> None:
    """Refuse a link whose stem ends like a key: compressed, it would name something else."""
    lead = next(ai for ai in found.elements if ai in KEYS)
    if found.stem != stem or dict(found.elements) != elements or lead != key:
        raise CodeError("stem", "the stem ends like a key, so compression is ambiguous", norm=NORM)


def decompress(uri: str) -> str:
    """Return the uncompressed link of a compressed one; raises `CodeError`."""
    found = read_compressed(uri)
    # The first key leads; the order of the rest has no meaning and is that of canonical links.
    lead = next(ai for ai in found.elements if ai in KEYS)
    ordered = {ai: found.elements[ai] for ai in (lead, *sorted(found.elements))}
    link = _sorted_query(build(ordered, stem=found.stem))
    own = [f"{percent_encode(name)}={_encoded(value)}" for name, value in found.pairs]
    query = "&".join([*own, *([found.query] if found.query else [])])
    if not query:
        return link
    return f"{link}{'&' if '?' in link else '?'}{query}"


def _sorted_query(link: str) -> str:
    location, mark, query = link.partition("?")
    return location + mark + "&".join(sorted(query.split("&")))


def read_compressed(uri: str) -> Compressed:
    """Read a link whose last segment is compressed, with its key before it or inside it.

    The elements are checked like those of any link. Raises `CodeError`.
    """
    location, _, query = uri.partition("#")[0].partition("?")
    stem, _, segment = location.rpartition("/")
    if not re.match(r"(?:https?|HTTPS?)://[^/]", stem):
        message = "a link starts with http:// or https://"
        raise CodeError("uri_scheme", message, position=0, norm=NORM)
    start = len(stem) + 1
    try:
        elements, pairs = unpack(segment)
    except CodeError as refusal:
        raise refusal.moved(start) from None
    if not any(ai in KEYS for ai in elements) or _names_key_before(stem, elements):
        stem, elements = _with_key(stem, elements)
    if next((ai for ai in elements if ai in KEYS), None) is None:
        message = "the compressed text holds no GS1 key"
        raise CodeError("no_key", message, position=start, norm=NORM)
    for ai, value in elements.items():
        try:
            check_element(AIS[ai], value, Strictness.CONTENT)
        except CodeError as refusal:
            # The value is spread over bits: only where the compressed text begins can be said.
            raise refusal.at(start) from None
    attributes, others = _split_query(query, start=len(location) + 1)
    merged = _merged(elements, attributes, start=start)
    require_partners(merged, place_of=lambda _: start)
    return Compressed(stem=stem, elements=merged, pairs=pairs, query=others)


def identity_of_compressed(uri: str) -> str:
    """Return the canonical URI of what a compressed link names; raises `CodeError`."""
    return identity_of_elements(read_compressed(uri).elements)


def _names_key_before(stem: str, elements: Mapping[str, str]) -> bool:
    """Whether the two segments before are a key and its value: then the key is not inside."""
    segments = stem.split("/")
    return len(segments) > 4 and segments[-2] in KEYS and segments[-2] not in elements


def _with_key(stem: str, elements: dict[str, str]) -> tuple[str, dict[str, str]]:
    segments = stem.split("/")
    lead = key_position(segments, first=3)
    if lead is None or lead != len(segments) - 2:
        message = "the compressed text holds no GS1 key"
        raise CodeError("no_key", message, position=len(stem) + 1, norm=NORM)
    key = segments[lead]
    before = "/".join(segments[:lead])
    places = PathPlaces(start=len(before) + 1, segments=tuple(segments[lead:]))
    try:
        path = read_pairs(segments[lead:], places)
        check_path(path, Strictness.CONTENT, places)
    except CodeError:
        if any(ai in KEYS for ai in elements):
            return stem, elements
        raise
    return before, {key: path[0][1], **elements}


def _merged(
    elements: Mapping[str, str], attributes: Mapping[str, str], *, start: int
) -> Mapping[str, str]:
    for ai, value in attributes.items():
        if elements.get(ai, value) != value:
            message = f"({ai}) stands twice with two values"
            raise CodeError("repeated_ai", message, position=start, norm=NORM)
    return {**elements, **attributes}


def _own_pairs(uri: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the site's own pairs that fit into bits, and the rest of the query as it stands."""
    query = uri.partition("#")[0].partition("?")[2]
    pairs, rest = [], []
    for part in query.split("&"):
        name, equals, text = part.partition("=")
        if equals and _AI_NAME.fullmatch(name):
            continue
        value = _decoded(text)
        if equals and _NAME.fullmatch(name) and value is not None:
            pairs.append((name, value))
        elif part:
            rest.append(part)
    return tuple(pairs), "&".join(rest)


def _decoded(text: str) -> str | None:
    """Return a text of the query where it is short and ASCII; None where it must stay as it is."""
    try:
        value = percent_decode(text.replace("+", " "), norm=NORM)
    except CodeError:
        return None
    return value if value.isascii() and len(value) <= TEXT_CHARS_MAX else None


def _encoded(value: str) -> str:
    return "".join(
        character if character.isalnum() or character in "-._~" else f"%{ord(character):02X}"
        for character in value
    )


def _split_query(query: str, *, start: int) -> tuple[dict[str, str], str]:
    """Part the query, which begins at `start`, into elements and what belongs to the site."""
    attributes: dict[str, str] = {}
    others = []
    for part in query.split("&"):
        name, equals, text = part.partition("=")
        if equals and _AI_NAME.fullmatch(name):
            if name in attributes:
                message = f"({name}) stands twice"
                raise CodeError("repeated_ai", message, position=start, norm=NORM)
            attributes[name] = _attribute(name, text, start=start)
        elif part:
            others.append(part)
        start += len(part) + 1
    return attributes, "&".join(others)


def _attribute(name: str, text: str, *, start: int) -> str:
    if name not in AIS:
        message = f"({name}) is not an identifier"
        raise CodeError("unknown_ai", message, position=start, norm=NORM)
    place = AttributePlace(start=start, name=name, text=text)
    try:
        value = percent_decode(text.replace("+", " "), norm=NORM)
        check_element(AIS[name], value, Strictness.CONTENT)
    except CodeError as refusal:
        raise refusal.at(place.of_value(refusal.position)) from None
    return value
