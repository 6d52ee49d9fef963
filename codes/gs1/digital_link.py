"""GS1 Digital Links: keys and attributes as web addresses.

GS1 Digital Link Standard: URI Syntax 1.6. The rightmost key of the path leads; its qualifiers
follow in their one order; attributes stand in the query. Compressed links are not read here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from codes.gs1.ais import AIS, Ai
from codes.gs1.charset import percent_decode, percent_encode
from codes.gs1.element_string import Strictness, check_element, require_partners
from codes.model import CodeError

NORM: Final = "GS1 Digital Link URI Syntax 1.6"

CANONICAL_STEM: Final = "https://id.gs1.org"

KEYS: Final = frozenset(ai for ai, row in AIS.items() if row.qualifiers is not None)

# Names of the first releases of the standard, withdrawn since 1.2; old labels still carry them.
_ALPHAS: Final = {
    "gtin": "01", "itip": "8006", "gmn": "8013", "cpid": "8010", "gln": "414", "party": "417",
    "payTo": "415", "gsrnp": "8017", "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253",
    "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10",
    "ser": "21", "cpsn": "8011", "glnx": "254", "refno": "8020", "srin": "8019",
}  # fmt: skip

_URI_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_STEMS = ("https://", "http://", "HTTPS://", "HTTP://")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitalLink:
    """A parsed link: what stands before the key, the path pairs (key first), the attributes."""

    stem: str
    path: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]

    @property
    def elements(self) -> dict[str, str]:
        """The elements of path and query, in the order of the link."""
        return dict(self.path + self.attributes)


def parse(
    uri: str,
    *,
    strictness: Strictness = Strictness.FULL,
    zero_suppressed_gtin: bool = False,
    alphas: bool = False,
) -> DigitalLink:
    """Read a Digital Link; `zero_suppressed_gtin` and `alphas` admit what release 1.1 still did.

    Raises `CodeError` for anything that is not one valid link.
    """
    stem, segments, query = _split(uri)
    lead = key_position(segments, alphas=alphas)
    if lead is None:
        raise CodeError("no_key", "the path holds no GS1 key", norm=NORM)
    path = _pairs(segments[lead:], alphas=alphas)
    attributes = _attributes(query)
    if zero_suppressed_gtin:
        path = tuple(_padded(pair) for pair in path)
        attributes = tuple(_padded(pair) for pair in attributes)
    check_path(path, strictness)
    _check_attributes(path, attributes, strictness)
    link = DigitalLink(stem="/".join([stem, *segments[:lead]]), path=path, attributes=attributes)
    if strictness >= Strictness.FULL:
        require_partners(link.elements)
    return link


def _split(uri: str) -> tuple[str, list[str], str]:
    """Split into `scheme://authority`, path segments, and query; the fragment is dropped."""
    match = _URI_CHARACTERS.match(uri)
    if match is None or match.end() != len(uri):
        raise CodeError(
            "charset",
            "a character that no URI may hold",
            position=match.end() if match else 0,
            norm="RFC 3986 2",
        )
    if not uri.startswith(_STEMS):
        raise CodeError(
            "uri_scheme", "a link starts with http:// or https://", position=0, norm=NORM
        )
    location, _, query = uri.partition("#")[0].partition("?")
    scheme, _, rest = location.partition("://")
    authority, _, path = rest.partition("/")
    if not _AUTHORITY.fullmatch(authority):
        raise CodeError("domain", "the link has no domain", position=len(scheme) + 3, norm=NORM)
    return f"{scheme}://{authority}", path.split("/"), query


def key_position(segments: list[str], *, alphas: bool = False, first: int = 0) -> int | None:
    """Return the index of the rightmost key, counting in pairs from the end, or None."""
    for index in range(len(segments) - 2, first - 1, -2):
        if segments[index] in KEYS or (alphas and _ALPHAS.get(segments[index]) in KEYS):
            return index
    return None


def _pairs(segments: list[str], *, alphas: bool) -> tuple[tuple[str, str], ...]:
    names = segments[::2]
    if alphas:
        names = [_ALPHAS.get(name, name) for name in names]
    values = [percent_decode(value, norm=NORM) for value in segments[1::2]]
    return tuple(zip(names, values, strict=True))


def _padded(pair: tuple[str, str]) -> tuple[str, str]:
    ai, value = pair
    return (ai, value.zfill(14)) if ai == "01" and len(value) in {8, 12, 13} else pair


def _attributes(query: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        # Whatever is not numeric belongs to the web site and carries no meaning here (4.9).
        if equals and name.isdigit():
            pairs.append((name, percent_decode(value.replace("+", " "), norm=NORM)))
    return tuple(pairs)


def check_path(path: tuple[tuple[str, str], ...], strictness: Strictness) -> None:
    """Refuse a key with qualifiers that are not its own or stand in another order."""
    (key, _), *rest = path
    given = tuple(ai for ai, _ in rest)
    sequences = AIS[key].qualifiers or ()
    if given and not any(_is_in_order(given, sequence) for sequence in sequences):
        allowed = " or ".join(">".join(sequence) for sequence in sequences if sequence) or "none"
        raise CodeError("qualifiers", f"the qualifiers of ({key}) are {allowed}", norm=NORM)
    for ai, value in path:
        check_element(AIS[ai], value, strictness)


def _is_in_order(given: tuple[str, ...], sequence: tuple[str, ...]) -> bool:
    """Whether `given` is `sequence` with some left out."""
    remaining = iter(sequence)
    return all(ai in remaining for ai in given)


def _check_attributes(
    path: tuple[tuple[str, str], ...],
    attributes: tuple[tuple[str, str], ...],
    strictness: Strictness,
) -> None:
    key = path[0][0]
    seen = {ai for ai, _ in path}
    for ai, value in attributes:
        row = AIS.get(ai)
        if row is None:
            raise CodeError("unknown_ai", f"{ai!r} is not an application identifier", norm=NORM)
        if ai in seen:
            raise CodeError("repeated_ai", f"({ai}) stands twice in the link", norm=NORM)
        if not _may_be_attribute(row, key):
            raise CodeError("attribute", f"({ai}) may not stand in the query here", norm=NORM)
        seen.add(ai)
        check_element(row, value, strictness)


def _may_be_attribute(row: Ai, key: str) -> bool:
    """An attribute, and no qualifier of the leading key: that belongs in the path."""
    sequences = AIS[key].qualifiers or ()
    return row.attribute and not any(row.ai in sequence for sequence in sequences)


def build(elements: Mapping[str, str], *, stem: str = CANONICAL_STEM) -> str:
    """Return the link of `elements` under `stem` (no slash at its end).

    The first key leads, its qualifiers follow in order, everything else goes to the query.
    Raises `CodeError` where an element has no place.
    """
    key = next((ai for ai in elements if ai in KEYS), None)
    if key is None:
        raise CodeError("no_key", "none of the elements can lead a link", norm=NORM)
    sequences = AIS[key].qualifiers or ()
    sequence = max(sequences, key=lambda one: sum(ai in elements for ai in one))
    path = tuple((ai, elements[ai]) for ai in (key, *sequence) if ai in elements)
    named = {ai for ai, _ in path}
    others = (pair for pair in elements.items() if pair[0] not in named)
    # The order of attributes has no meaning; predefined lengths first is that of element strings.
    attributes = tuple(sorted(others, key=lambda pair: not AIS[pair[0]].fixed))
    check_path(path, Strictness.CONTENT)
    _check_attributes(path, attributes, Strictness.CONTENT)
    return format_link(DigitalLink(stem=stem, path=path, attributes=attributes))


def format_link(link: DigitalLink) -> str:
    """Return the link as text; `parse` reads it back."""
    path = "".join(f"/{ai}/{percent_encode(value)}" for ai, value in link.path)
    query = "&".join(f"{ai}={percent_encode(value)}" for ai, value in link.attributes)
    return f"{link.stem}{path}{'?' if query else ''}{query}"


def canonical(link: DigitalLink) -> str:
    """Return the canonical link of the standard: GS1's host, attributes sorted, nothing else."""
    return format_link(
        DigitalLink(stem=CANONICAL_STEM, path=link.path, attributes=tuple(sorted(link.attributes)))
    )
