"""The identity behind a GS1 key: the Digital Link at its finest level, on GS1's own host.

CBV 2.0 8.9 and EPC Tag Data Standard 1.13 6: a serial number names the thing whatever its lot, so
lot and variant are left out beside it; a lot names the class whatever its variant. That is what
makes a link and an EPC URI of one thing the same text.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from codes.gs1.charset import percent_encode
from codes.gs1.digital_link import (
    CANONICAL_STEM,
    KEYS,
    NORM,
    Pairs,
    check_path,
    key_position,
    no_key_refusal,
    path_of,
    read_pairs,
)
from codes.gs1.element_string import Strictness
from codes.gs1.link_places import PathPlaces
from codes.model import CodeError

# The qualifier that makes others needless: with (21) neither (10) nor (22) adds anything, and (235)
# is the serial of goods that carry it instead of (21).
_DECISIVE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"01": ("21", "235", "10"), "8006": ("21", "10")}
)

_CANONICAL_HOST: Final = "id.gs1.org"

# On a host that is not GS1's a path like /2024/01/15 or /room/401/desk may mean anything. It is
# taken for a Digital Link where the value has the very shape of the key: digits of its length.
# Keys of variable length or free characters look like too much else, so there a value must also
# pass every check before it is taken for one.
_TELLING: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "00": re.compile(r"[0-9]{18}"),
        "01": re.compile(r"[0-9]{8}|[0-9]{12,14}"),
        "402": re.compile(r"[0-9]{17}"),
        "414": re.compile(r"[0-9]{13}"),
        "415": re.compile(r"[0-9]{13}"),
        "417": re.compile(r"[0-9]{13}"),
        "8006": re.compile(r"[0-9]{18}"),
        "8017": re.compile(r"[0-9]{18}"),
        "8018": re.compile(r"[0-9]{18}"),
    }
)
_PREFIXED: Final = frozenset({"401", "8004", "8010", "8013"})
_PREFIX_SHAPE = re.compile(r"[0-9]{6}.*")
_AI_SHAPE = re.compile(r"[0-9]{2,4}")


def identity_uri(path: Pairs) -> str:
    """Return the canonical URI of a checked path (key first, then qualifiers)."""
    return CANONICAL_STEM + "".join(f"/{ai}/{percent_encode(value)}" for ai, value in finest(path))


def finest(path: Pairs) -> Pairs:
    """Return the path without the qualifiers that a finer one makes needless."""
    if len(path) == 1:
        return path
    for decisive in _DECISIVE.get(path[0][0], ()):
        for pair in path[1:]:
            if pair[0] == decisive:
                return path[0], pair
    # CBV 2.0 8.9: the GLN extension 0 means that there is none.
    return path[:1] if path[1] == ("254", "0") else path


def identity_of_elements(elements: Mapping[str, str]) -> str:
    """Return the canonical URI of checked elements; refuses elements without a key."""
    key = next((ai for ai in elements if ai in KEYS), None)
    if key is None:
        raise CodeError("no_key", "none of the elements names a thing", norm=NORM)
    for decisive in _DECISIVE.get(key, ()):
        if decisive in elements:
            return identity_uri(((key, elements[key]), (decisive, elements[decisive])))
    return identity_uri(path_of(key, elements))


def identity_of_link(uri: str) -> str | None:
    """Return the canonical URI of a Digital Link, or None where `uri` is another web address.

    Raises `CodeError` for a link whose structure or check digit is wrong.
    """
    segments = uri.partition("#")[0].partition("?")[0].split("/")
    if len(segments) < 3 or segments[1] or not segments[2]:
        return None
    found = _path(segments)
    if found is None or not (segments[2].lower() == _CANONICAL_HOST or _is_telling(found[0])):
        _refuse_what_should_be_a_link(segments)
        return None
    path, places = found
    if segments[0] not in {"http:", "https:", "HTTP:", "HTTPS:"}:
        message = "the scheme of a link is not in mixed case"
        raise CodeError("uri_scheme", message, position=0, norm=NORM)
    check_path(path, Strictness.CONTENT, places)
    return identity_uri(path)


def _path(segments: list[str]) -> tuple[Pairs, PathPlaces] | None:
    """Return the pairs from the key on and where they stand.

    None where there is no key, or a name among the pairs is no number.
    """
    lead = key_position(segments, first=3)
    if lead is None or not all(_AI_SHAPE.fullmatch(name) for name in segments[lead::2]):
        return None
    start = sum(len(segment) + 1 for segment in segments[:lead])
    places = PathPlaces(start=start, segments=tuple(segments[lead:]))
    return read_pairs(segments[lead:], places), places


def _is_telling(path: Pairs) -> bool:
    key, value = path[0]
    shape = _TELLING.get(key)
    if shape is not None:
        return shape.fullmatch(value) is not None
    if key in _PREFIXED and not _PREFIX_SHAPE.fullmatch(value):
        return False
    try:
        check_path(path[:1], Strictness.CONTENT)
    except CodeError:
        return False
    return True


def _refuse_what_should_be_a_link(segments: list[str]) -> None:
    start = len(segments[0]) + len(segments[2]) + 3
    if segments[2].lower() == _CANONICAL_HOST:
        raise no_key_refusal(segments[3:], start=start)
    found = None if segments[-1] else _path(segments[:-1])
    if found is not None and _is_telling(found[0]):
        raise no_key_refusal(segments[3:], start=start)
