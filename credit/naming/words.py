"""The words that names are made of, one file of `rules` for each version.

The rule that must stay true: a word has one meaning; a table that gives it two is refused. What a
version says never changes once a release had it: entries of the ledger are read by it again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from credit.naming.characters import read_characters

RULES_DIR: Final = Path(__file__).with_name("rules")
FIRST_VERSION: Final = 1
"""The rules that an entry was read by where it does not say which."""

_PARTS: Final = frozenset(
    {
        "version",
        "traditional",
        "forms",
        "given_once",
        "own_forms",
        "in_brackets",
        "remarks",
        "branches",
        "zones",
        "group",
        "industries",
    }
)


# Two tables are one where they are the same object: what was taken apart by one is kept by it.
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """The tables of a version; a key of the `…_ends` is a last character, its words longest first.

    `traditional` are characters with the simplified one.
    """

    version: int
    traditional: Mapping[int, str] = field(repr=False)
    forms: Mapping[str, str]
    given_once: frozenset[str]
    own_forms: frozenset[str]
    in_brackets: Mapping[str, str]
    remarks: frozenset[str]
    branches: tuple[str, ...]
    zones: tuple[str, ...]
    group: str
    industries: frozenset[str]
    form_ends: Mapping[str, tuple[str, ...]] = field(repr=False)
    industry_ends: Mapping[str, tuple[str, ...]] = field(repr=False)

    def form_at_end(self, text: str) -> str:
        """Return the longest form that a text ends with; "" where it ends with none."""
        return _at_end(self.form_ends, text)

    def industry_at_end(self, text: str) -> str:
        """Return the longest word of industry that a text ends with; "" where there is none."""
        return _at_end(self.industry_ends, text)


@cache
def words() -> Words:
    """Return the newest version: the one that names are read by from now on."""
    found = every_version()
    return found[max(found)]


@cache
def every_version() -> Mapping[int, Words]:
    """Return the tables of every version; raises `ValueError` where they contradict themselves."""
    found: dict[int, Words] = {}
    for path in RULES_DIR.glob("*.yaml"):
        one = read_words(yaml.safe_load(path.read_text("utf-8")))
        if path.stem != str(one.version):
            raise ValueError(f"{path.name} holds version {one.version}")
        found[one.version] = one
    return MappingProxyType(dict(sorted(found.items())))


def read_words(told: Any) -> Words:
    """Return the tables of a read file."""
    if told.keys() != _PARTS:
        raise ValueError(f"naming rules have the parts {', '.join(sorted(_PARTS))}")
    forms = _meanings({**told["forms"], **{one: [one] for one in _once(told["own_forms"])}})
    industries = _once(told["industries"])
    both = sorted(industries & forms.keys())
    if both:
        raise ValueError(f"naming rules: {both[0]} is a form and an industry")
    if not _once(told["given_once"]) <= told["forms"].keys():
        raise ValueError("naming rules: what is given once is a form")
    return Words(
        version=int(told["version"]),
        traditional=read_characters(told["traditional"]),
        forms=forms,
        given_once=_once(told["given_once"]),
        own_forms=_once(told["own_forms"]),
        in_brackets=_meanings(told["in_brackets"]),
        remarks=_once(told["remarks"]),
        branches=tuple(sorted(_once(told["branches"]), key=_longest_first)),
        zones=tuple(sorted(_once(told["zones"]), key=_longest_first)),
        group=told["group"],
        industries=industries,
        form_ends=_ends(forms),
        industry_ends=_ends(industries),
    )


def _meanings(told: Mapping[str, Iterable[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for meaning, some in told.items():
        for word in some:
            if word in found:
                raise ValueError(f"naming rules: {word} has two meanings")
            found[word] = meaning
    return found


def _once(told: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in told:
        if word in found:
            raise ValueError(f"naming rules: {word} stands twice")
        found.add(word)
    return frozenset(found)


def _longest_first(word: str) -> tuple[int, str]:
    return -len(word), word


def _ends(some: Iterable[str]) -> dict[str, tuple[str, ...]]:
    by_last: dict[str, list[str]] = {}
    for word in some:
        by_last.setdefault(word[-1], []).append(word)
    return {last: tuple(sorted(found, key=_longest_first)) for last, found in by_last.items()}


def _at_end(ends: Mapping[str, tuple[str, ...]], text: str) -> str:
    for word in ends.get(text[-1:], ()):
        if text.endswith(word):
            return word
    return ""
