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
from codes.gs1.link_places import AttributePlace, PathPlaces
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
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9\-.]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_STEMS = ("https://", "http://", "HTTPS://", "HTTP://")


# Identifier and value, in the order of the link.
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitalLink:
    """A parsed link: what stands before the key, the path pairs (key first), the attributes."""

    stem: str
    path: Pairs
    attributes: Pairs

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
        raise no_key_refusal(segments, start=len(stem) + 1)
    link_stem = "/".join([stem, *segments[:lead]])
    places = PathPlaces(start=len(link_stem) + 1, segments=tuple(segments[lead:]))
    path = read_pairs(segments[lead:], places)
    if alphas:
        path = tuple((_ALPHAS.get(name, name), value) for name, value in path)
    attributes, attribute_places = _attributes(query, start=uri.find("?") + 1)
    if zero_suppressed_gtin:
        path = tuple(_padded(pair) for pair in path)
        attributes = tuple(_padded(pair) for pair in attributes)
    check_path(path, strictness, places)
    _check_attributes(path, attributes, strictness, attribute_places)
    link = DigitalLink(stem=link_stem, path=path, attributes=attributes)
    if strictness >= Strictness.FULL:
        _require_partners(link, places, attribute_places)
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


def no_key_refusal(segments: list[str], *, start: int) -> CodeError:
    """Return what is wrong with a path without a key; the segments begin at `start`."""
    if segments and not segments[-1] and key_position(segments[:-1]) is not None:
        # A slash at the end hides the key from a reader that counts pairs; 4.2 forbids it.
        position = start + len("/".join(segments)) - 1
        message = "a link does not end in a slash"
        return CodeError("trailing_slash", message, position=position, norm=NORM)
    lead = key_position(segments, alphas=True)
    if lead is None:
        return CodeError("no_key", "the path holds no GS1 key", norm=NORM)
    name = segments[lead]
    if name in _ALPHAS:
        message = f"{name} was withdrawn as the name of a key; it is written {_ALPHAS[name]}"
        return CodeError("alpha_key", message, position=_place(segments, lead, start), norm=NORM)
    # The key is there, and behind it stands a name that is no identifier.
    wrong = next((i for i in range(lead, len(segments), 2) if segments[i] not in AIS), lead)
    message = f"{segments[wrong][:8]!r} is not an application identifier"
    return CodeError("unknown_ai", message, position=_place(segments, wrong, start), norm=NORM)


def _place(segments: list[str], index: int, start: int) -> int:
    """Return where segment `index` stands in a path that begins at `start`."""
    return start + sum(len(segment) + 1 for segment in segments[:index])


def read_pairs(segments: list[str], places: PathPlaces) -> Pairs:
    """Return identifier and decoded value of each pair of segments; raises `CodeError`."""
    pairs = []
    for index, (name, text) in enumerate(zip(segments[::2], segments[1::2], strict=True)):
        try:
            pairs.append((name, percent_decode(text, norm=NORM)))
        except CodeError as refusal:
            raise refusal.moved(places.of_value(index, 0)) from None
    return tuple(pairs)


def _padded(pair: tuple[str, str]) -> tuple[str, str]:
    ai, value = pair
    return (ai, value.zfill(14)) if ai == "01" and len(value) in {8, 12, 13} else pair


def _attributes(query: str, *, start: int) -> tuple[Pairs, tuple[AttributePlace, ...]]:
    """Return the attributes and where each stands; the query begins at `start`."""
    pairs, places = [], []
    for part in query.split("&") if query else ():
        name, equals, value = part.partition("=")
        # Whatever is not numeric belongs to the web site and carries no meaning here (4.9).
        if equals and name.isdigit():
            try:
                pairs.append((name, percent_decode(value.replace("+", " "), norm=NORM)))
            except CodeError as refusal:
                raise refusal.moved(start + len(name) + 1) from None
            places.append(AttributePlace(start=start, name=name, text=value))
        start += len(part) + 1
    return tuple(pairs), tuple(places)


def check_path(path: Pairs, strictness: Strictness, places: PathPlaces | None = None) -> None:
    """Refuse a key with qualifiers that are not its own or stand in another order."""
    (key, _), *rest = path
    if rest:
        _check_qualifiers(key, tuple(ai for ai, _ in rest), places)
    for index, (ai, value) in enumerate(path):
        try:
            check_element(AIS[ai], value, strictness)
        except CodeError as refusal:
            if places is None:
                raise
            raise refusal.at(places.of_value(index, refusal.position)) from None


def _check_qualifiers(key: str, given: tuple[str, ...], places: PathPlaces | None) -> None:
    sequences = AIS[key].qualifiers or ()
    fitting = max((_count_in_order(given, sequence) for sequence in sequences), default=0)
    if fitting == len(given):
        return
    allowed = " or ".join(">".join(sequence) for sequence in sequences if sequence) or "none"
    position = None if places is None else places.of_name(fitting + 1)
    message = f"the qualifiers of ({key}) are {allowed}"
    raise CodeError("qualifiers", message, position=position, norm=NORM)


def _count_in_order(given: tuple[str, ...], sequence: tuple[str, ...]) -> int:
    """Return how many of `given`, from the first on, stand in the order of `sequence`."""
    remaining = iter(sequence)
    count = 0
    for ai in given:
        if ai not in remaining:
            break
        count += 1
    return count


def _check_attributes(
    path: Pairs,
    attributes: Pairs,
    strictness: Strictness,
    places: tuple[AttributePlace, ...] = (),
) -> None:
    seen = {ai for ai, _ in path}
    for index, (ai, value) in enumerate(attributes):
        try:
            _check_attribute(ai, path, seen)
            seen.add(ai)
            check_element(AIS[ai], value, strictness)
        except CodeError as refusal:
            if not places:
                raise
            raise refusal.at(places[index].of_value(refusal.position)) from None


def _check_attribute(ai: str, path: Pairs, seen: set[str]) -> None:
    row = AIS.get(ai)
    if row is None:
        raise CodeError("unknown_ai", f"{ai!r} is not an application identifier", norm=NORM)
    if ai in seen:
        raise CodeError("repeated_ai", f"({ai}) stands twice in the link", norm=NORM)
    if not row.attribute or _belongs_in(path, row):
        raise CodeError("attribute", f"({ai}) may not stand in the query here", norm=NORM)


def _belongs_in(path: Pairs, row: Ai) -> bool:
    """Whether the path would still be one with this qualifier in it: then it stands there."""
    given = {ai for ai, _ in path[1:]}
    sequences = AIS[path[0][0]].qualifiers or ()
    return any(row.ai in sequence and given.issubset(sequence) for sequence in sequences)


def _require_partners(
    link: DigitalLink, path: PathPlaces, attributes: tuple[AttributePlace, ...]
) -> None:
    def place_of(ai: str) -> int | None:
        names = [name for name, _ in link.path]
        if ai in names:
            return path.of_name(names.index(ai))
        return next((place.start for place in attributes if place.name == ai), None)

    require_partners(link.elements, place_of=place_of)


def build(elements: Mapping[str, str], *, stem: str = CANONICAL_STEM) -> str:
    """Return the link of `elements` under `stem` (no slash at its end).

    The first key leads, its qualifiers follow in order, everything else goes to the query.
    Raises `CodeError` where an element has no place.
    """
    key = next((ai for ai in elements if ai in KEYS), None)
    if key is None:
        raise CodeError("no_key", "none of the elements can lead a link", norm=NORM)
    path = path_of(key, elements)
    named = {ai for ai, _ in path}
    others = (pair for pair in elements.items() if pair[0] not in named)
    # The order of attributes has no meaning; predefined lengths first is that of element strings.
    attributes = tuple(sorted(others, key=lambda pair: not AIS[pair[0]].fixed))
    check_path(path, Strictness.CONTENT)
    _check_attributes(path, attributes, Strictness.CONTENT)
    return format_link(DigitalLink(stem=stem, path=path, attributes=attributes))


def path_of(key: str, elements: Mapping[str, str]) -> Pairs:
    """Return the key and its qualifiers among the elements: of two sequences the one with more.

    What may stand nowhere but in the path counts more than what may be an attribute too.
    """

    def weight(sequence: tuple[str, ...]) -> tuple[int, int]:
        given = [ai for ai in sequence if ai in elements]
        return sum(not AIS[ai].attribute for ai in given), len(given)

    sequence = max(AIS[key].qualifiers or ((),), key=weight)
    return tuple((ai, elements[ai]) for ai in (key, *sequence) if ai in elements)


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
