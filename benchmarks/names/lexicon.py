"""The words that the names of the benchmark are made of, in three parts, of which one is held out.

The rule that must stay true: they are read from this folder alone. Nothing here asks the matcher.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

_FILE: Final = Path(__file__).with_name("words.yaml")
PARTS: Final = ("open", "tried", "held_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A prefecture with some of its counties: their names and their codes."""

    code: str
    province: str
    city: str
    counties: Mapping[str, str]

    @property
    def short(self) -> str:
        """Return 青岛 for 青岛市."""
        return self.city[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One part of the words."""

    places: tuple[Place, ...]
    sounds: tuple[str, ...]
    looks: tuple[str, ...]
    others: tuple[str, ...]
    latin: tuple[str, ...]
    trades: tuple[str, ...]
    longer: Mapping[str, str]
    twins: Mapping[str, str]
    coop_trades: tuple[str, ...]
    sole_trades: tuple[str, ...]
    works: tuple[str, ...]
    partnerships: tuple[str, ...]
    surnames: str
    zones: tuple[str, ...]

    @property
    def brand_characters(self) -> tuple[str, ...]:
        """Return what shop names are made of."""
        return (*chain.from_iterable(self.sounds), *self.others)

    def every_trade(self) -> frozenset[str]:
        """Return each word for what somebody does."""
        told = (self.trades, self.longer.values(), self.twins.values(), self.coop_trades)
        return frozenset(chain(*told, self.works, self.sole_trades, self.partnerships))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """How any name is written otherwise: `traditional` by simplified character."""

    traditional: Mapping[int, str]
    characters: Mapping[str, str]
    forms: tuple[str, ...]


@cache
def lexicon(part: str) -> Lexicon:
    """Return the words of a part."""
    told = {name: _frozen(value) for name, value in _read()[part].items()}
    if told.keys() != {field.name for field in fields(Lexicon)}:
        raise ValueError(f"words.yaml: {part} has other words than those of a lexicon")
    told["places"] = tuple(Place(**place) for place in told["places"])
    return Lexicon(**told)


@cache
def slips() -> Slips:
    """Return how any name is written otherwise."""
    told = _read()
    pairs = told["traditional"].split()
    return Slips(
        traditional={ord(pair[0]): pair[1] for pair in pairs},
        characters={pair[0]: pair[1] for pair in told["slips"].split() if pair[0] != pair[1]},
        forms=tuple(told["form_slips"]),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def _read() -> Any:
    return yaml.safe_load(_FILE.read_text("utf-8"))
