"""Compressed GS1 Digital Links, and back, without loss.

GS1 Digital Link: Compression. Every identifier is written as 4-bit digits, frequent sequences as
one code of 8 bits, values in as few bits as their shape allows; the whole is URL-safe base64.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from codes.gs1.ais import AI_LENGTHS, AIS
from codes.gs1.bits import NORM, BitReader, BitWriter
from codes.gs1.charset import percent_decode, percent_encode
from codes.gs1.compression_table import LAYOUTS, SEQUENCES
from codes.gs1.digital_link import KEYS, build, key_position, parse
from codes.gs1.element_string import Strictness, check_element, require_partners
from codes.gs1.identity import identity_of_elements
from codes.gs1.value_bits import (
    TEXT_CHARS_MAX,
    put_name,
    put_text,
    put_value,
    take_name,
    take_text,
    take_value,
)
from codes.model import CodeError

# A first digit of F announces a pair of the web site's own: 4 bits, a name, a text.
_OTHER: Final = 0xF
_NAME = re.compile(r"[A-Za-z0-9_\-]{1,127}")
_SEGMENT = re.compile(r"[A-Za-z0-9_\-]+")
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
        raise CodeError("uri_scheme", "a link starts with http:// or https://", norm=NORM)
    if not _SEGMENT.fullmatch(segment):
        raise CodeError("charset", "the last segment is not compressed", norm=NORM)
    elements, pairs = unpack(segment)
    if not any(ai in KEYS for ai in elements) or _names_key_before(stem, elements):
        stem, elements = _with_key(stem, elements)
    if next((ai for ai in elements if ai in KEYS), None) is None:
        raise CodeError("no_key", "the compressed text holds no GS1 key", norm=NORM)
    for ai, value in elements.items():
        check_element(AIS[ai], value, Strictness.CONTENT)
    require_partners(elements)
    attributes, others = _split_query(query)
    return Compressed(stem=stem, elements=_merged(elements, attributes), pairs=pairs, query=others)


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
        raise CodeError("no_key", "the compressed text holds no GS1 key", norm=NORM)
    key, value = segments[lead], percent_decode(segments[lead + 1], norm=NORM)
    try:
        check_element(AIS[key], value, Strictness.CONTENT)
    except CodeError:
        if any(ai in KEYS for ai in elements):
            return stem, elements
        raise
    return "/".join(segments[:lead]), {key: value, **elements}


def _merged(elements: Mapping[str, str], attributes: Mapping[str, str]) -> Mapping[str, str]:
    for ai, value in attributes.items():
        if elements.get(ai, value) != value:
            raise CodeError("repeated_ai", f"({ai}) stands twice with two values", norm=NORM)
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


def _split_query(query: str) -> tuple[dict[str, str], str]:
    """Part the query of a compressed link into elements and what belongs to the site."""
    attributes: dict[str, str] = {}
    others = []
    for part in query.split("&"):
        name, equals, text = part.partition("=")
        if equals and _AI_NAME.fullmatch(name):
            if name not in AIS:
                raise CodeError("unknown_ai", f"({name}) is not an identifier", norm=NORM)
            value = percent_decode(text.replace("+", " "), norm=NORM)
            if name in attributes:
                raise CodeError("repeated_ai", f"({name}) stands twice", norm=NORM)
            check_element(AIS[name], value, Strictness.CONTENT)
            attributes[name] = value
        elif part:
            others.append(part)
    return attributes, "&".join(others)


def pack(
    elements: Mapping[str, str],
    pairs: tuple[tuple[str, str], ...] = (),
    *,
    lead: str = "",
    optimise: bool = True,
) -> str:
    """Return elements of right shape, and a site's own pairs, as one compressed segment.

    Where several of them may lead a link, `lead` goes first, so that it is known again.
    """
    writer = BitWriter()
    left = sorted(elements)
    if lead in elements and sum(ai in KEYS for ai in left) > 1:
        writer.put(int(lead, 16), 4 * len(lead))
        put_value(writer, LAYOUTS[lead], elements[lead])
        left.remove(lead)
    for code in _best_sequences(left) if optimise else ():
        writer.put(code, 8)
        for ai in SEQUENCES[code]:
            put_value(writer, LAYOUTS[ai], elements[ai])
            left.remove(ai)
    for ai in left:
        writer.put(int(ai, 16), 4 * len(ai))
        put_value(writer, LAYOUTS[ai], elements[ai])
    for name, value in pairs:
        writer.put(_OTHER, 4)
        put_name(writer, name)
        put_text(writer, value)
    return writer.text()


def _best_sequences(ais: list[str]) -> list[int]:
    """Return the codes that save most digits of identifiers, the best first, each used once."""
    left: set[str] = set(ais)
    chosen: list[int] = []
    while True:
        fitting = [code for code, sequence in SEQUENCES.items() if left.issuperset(sequence)]
        if not fitting:
            return chosen
        # Of equals the first of the table is taken, as max() does.
        best = max(fitting, key=lambda code: len("".join(SEQUENCES[code])))
        chosen.append(best)
        left.difference_update(SEQUENCES[best])


def unpack(segment: str) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Return elements and own pairs of a compressed segment, in its order.

    Only shapes of numbers and lengths were checked. Raises `CodeError`.
    """
    reader = BitReader(segment)
    elements: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    while not reader.is_at_end():
        first = reader.take(4)
        if first == _OTHER:
            name, value = take_name(reader), take_text(reader)
            if _AI_NAME.fullmatch(name):
                raise CodeError("own_pair", "an identifier among the site's own pairs", norm=NORM)
            pairs.append((name, value))
            continue
        code = first << 4 | reader.take(4)
        for ai in _identifiers(code, reader):
            value = take_value(reader, LAYOUTS[ai])
            if elements.setdefault(ai, value) != value:
                raise CodeError("repeated_ai", f"({ai}) stands twice with two values", norm=NORM)
    return elements, tuple(pairs)


def _identifiers(code: int, reader: BitReader) -> tuple[str, ...]:
    sequence = SEQUENCES.get(code)
    if sequence is not None:
        return sequence
    ai = f"{code:02X}"
    for _ in range(AI_LENGTHS.get(ai, 2) - 2):
        ai += f"{reader.take(4):X}"
    if ai not in AIS:
        raise CodeError("unknown_ai", f"({ai}) is not an identifier", norm=NORM)
    return (ai,)
