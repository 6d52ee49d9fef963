"""The words that names are made of, read from `words.yaml`.

The rule that must stay true: a word has one meaning; a table that gives it two is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_FILE: Final = Path(__file__).with_name("words.yaml")
_PARTS: Final = frozenset(
    {
        "forms",
        "own_forms",
        "in_brackets",
        "remarks",
        "branches",
        "zones",
        "group",
        "industries",
        "finding",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The tables; a `suffixes` key is a word's last character, its words the longest first."""

    forms: Mapping[str, str]
    own_forms: frozenset[str]
    in_brackets: Mapping[str, str]
    remarks: frozenset[str]
    branches: tuple[str, ...]
    zones: tuple[str, ...]
    group: str
    industries: frozenset[str]
    read_max: int
    candidates_max: int
    points_min: int
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
    """Return the tables; raises `ValueError` where they contradict themselves."""
    return read_words(yaml.safe_load(_FILE.read_text("utf-8")))


def read_words(told: Any) -> Words:
    """Return the tables of a read file."""
    if told.keys() != _PARTS:
        raise ValueError(f"words.yaml has the parts {', '.join(sorted(_PARTS))}")
    forms = _meanings({**told["forms"], **{one: [one] for one in _once(told["own_forms"])}})
    industries = _once(told["industries"])
    both = sorted(industries & forms.keys())
    if both:
        raise ValueError(f"words.yaml: {both[0]} is a form and an industry")
    return Words(
        forms=forms,
        own_forms=_once(told["own_forms"]),
        in_brackets=_meanings(told["in_brackets"]),
        remarks=_once(told["remarks"]),
        branches=tuple(sorted(_once(told["branches"]), key=_longest_first)),
        zones=tuple(sorted(_once(told["zones"]), key=_longest_first)),
        group=told["group"],
        industries=industries,
        read_max=int(told["finding"]["read_max"]),
        candidates_max=int(told["finding"]["candidates_max"]),
        points_min=int(told["finding"]["points_min"]),
        form_ends=_ends(forms),
        industry_ends=_ends(industries),
    )


def _meanings(told: Mapping[str, Iterable[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for meaning, some in told.items():
        for word in some:
            if word in found:
                raise ValueError(f"words.yaml: {word} has two meanings")
            found[word] = meaning
    return found


def _once(told: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in told:
        if word in found:
            raise ValueError(f"words.yaml: {word} stands twice")
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
