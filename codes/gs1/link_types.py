"""The link types of the GS1 Web Vocabulary: what a link of an identified thing leads to.

The facts are data in `link_types.psv`. The rule that must stay true: each spelling stands for one
type at most, so that a request by any of them finds the same links.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

VOCABULARY: Final = "https://ref.gs1.org/voc/"
PREFIX: Final = "gs1:"

# GS1-Conformant Resolver Standard 2.14: the prefix `gs1:` and the namespace. The other addresses
# are those of the vocabulary's first years; a bare name leaves out what goes without saying.
_SPELLED: Final = re.compile(
    r"(?:gs1:|https?://(?:ref\.|www\.)?gs1\.org/voc/)?([A-Za-z]{1,64})", re.IGNORECASE
)
_NEAR_MAX: Final = 5
_NEAR_RATIO: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkType:
    """One type of link; `is_kept` says that links of it are kept by owners, not made up here."""

    name: str
    former: tuple[str, ...]
    title_zh: str
    title_en: str
    is_kept: bool

    @property
    def curie(self) -> str:
        """The short form, as people and queries write it."""
        return PREFIX + self.name

    @property
    def iri(self) -> str:
        """The full form, as linksets write it (RFC 9264 4.2.4.1)."""
        return VOCABULARY + self.name


def _rows() -> Iterator[LinkType]:
    lines = Path(__file__).with_name("link_types.psv").read_text("utf-8").splitlines()
    for line in [line for line in lines if line and not line.startswith("#")][1:]:
        name, use, former, title_zh, title_en = line.split("|")
        if use not in ("kept", "resolver"):
            raise ValueError(f"link_types.psv: {name} has no known use")
        yield LinkType(
            name=name,
            former=() if former == "-" else tuple(former.split()),
            title_zh=title_zh,
            title_en=title_en,
            is_kept=use == "kept",
        )


def _by_spelling(types: Mapping[str, LinkType]) -> Mapping[str, LinkType]:
    table: dict[str, LinkType] = {}
    for one in types.values():
        for name in (one.name, *one.former):
            if name.lower() in table:
                raise ValueError(f"link_types.psv: {name} stands for two types")
            table[name.lower()] = one
    return MappingProxyType(table)


LINK_TYPES: Final[Mapping[str, LinkType]] = MappingProxyType({one.name: one for one in _rows()})

# No two names differ in case alone, so upper-case text of a label is understood too.
_BY_SPELLING: Final = _by_spelling(LINK_TYPES)


def read_link_type(text: str) -> LinkType | None:
    """Return the type that `gs1:pip`, its full IRI or an older spelling stands for, or None."""
    match = _SPELLED.fullmatch(text)
    return None if match is None else _BY_SPELLING.get(match[1].lower())


def near_link_types(text: str) -> tuple[LinkType, ...]:
    """Return the types whose names look most like a text that names none, the nearest first."""
    match = _SPELLED.fullmatch(text)
    word = (match[1] if match else text[-64:]).lower()
    names = difflib.get_close_matches(word, _BY_SPELLING, n=_NEAR_MAX, cutoff=_NEAR_RATIO)
    return tuple(dict.fromkeys(_BY_SPELLING[name] for name in names))
