"""What a rule of law is here: a dated row that says which norm and article it follows.

The rule that must stay true: what is computed names the rows it was computed by, and every row says
since when, until when, and whether anybody has read its text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

Terms: TypeAlias = Any
"""What a rule fixes, as the matter's own dataclass; see `credit.rulebook.matters`."""

Wanted = TypeVar("Wanted")
_OWN: Final = "own"


class Verified(StrEnum):
    """How far a row was checked against its norm."""

    TEXT = "text"
    SECOND_HAND = "second_hand"
    MEMORY = "memory"
    OWN = "own"


class Regime(StrEnum):
    """Under whose rules a record is published and repaired."""

    CREDIT_CHINA = "credit_china"
    MARKET = "market"
    COURT = "court"
    TAX = "tax"
    CUSTOMS = "customs"
    ANY = "any"


class Severity(StrEnum):
    """How grave a dishonest act is (轻微, 一般, 严重); the last for rules before 2023."""

    MINOR = "minor"
    GENERAL = "general"
    SERIOUS = "serious"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """A law, regulation, order or document; names as it is cited."""

    id: str
    zh: str
    en: str
    number: str

    @property
    def is_own(self) -> bool:
        """Return whether it is this service's own word, and no book that anybody published."""
        return self.id == _OWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One provision. `from_on` and `to_on` are its first and last day in force.

    `zh` and `en` say in a sentence what it says. A row whose text nobody has read and that stands
    on memory alone may be switched off, and never refuses anything by itself.
    """

    id: str
    matter: str
    norm: Norm
    article: str
    from_on: date | None
    to_on: date | None
    regime: Regime
    # The first digits of the administrative codes where a local row holds; "" in the whole country.
    region: str
    # Rows that are told beside this one, because they say the same or complete it.
    beside: tuple[str, ...]
    verified: Verified
    zh: str
    en: str
    terms: Terms
    doubt_zh: str = ""
    doubt_en: str = ""

    def is_in_force(self, day: date) -> bool:
        """Return whether the row holds on a day."""
        return (self.from_on is None or self.from_on <= day) and (
            self.to_on is None or day <= self.to_on
        )

    @property
    def is_certain(self) -> bool:
        """Return whether the row stands on more than memory."""
        return self.verified is not Verified.MEMORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of punishment or of reward, with the row that it stands on.

    It may be applied only on a day on which its row is in force. `matters` are the kinds of
    business it bears on. It is meant for the parties of `lists`, and for whoever got one of
    `penalties` in one of `fields` (in any, where none is named). `years_running` asks for entries
    of a list in so many years one after the other.
    """

    id: str
    zh: str
    en: str
    kind: str
    is_reward: bool
    target: str
    agency: str
    norm: Norm
    article: str
    from_on: date | None
    to_on: date | None
    verified: Verified
    region: str
    matters: frozenset[str]
    lists: frozenset[str]
    penalties: frozenset[str]
    fields: frozenset[str]
    duration_months: int | None
    is_lifelong: bool
    binds_persons: bool
    years_running: int

    @property
    def is_statutory_bar(self) -> bool:
        """Return whether a law fixes how long it lasts: then no repair of a record ends it."""
        return not self.is_reward and (self.is_lifelong or self.duration_months is not None)

    @property
    def is_certain(self) -> bool:
        """Return whether the row stands on more than memory: only then it binds anybody."""
        return self.verified is not Verified.MEMORY

    def is_in_force(self, day: date) -> bool:
        """Return whether the row holds on a day."""
        return (self.from_on is None or self.from_on <= day) and (
            self.to_on is None or day <= self.to_on
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A kind of business at a counter in which a record may count."""

    id: str
    zh: str
    en: str


class Book:
    """All rows, by matter and id: asked for what holds on a day."""

    def __init__(
        self,
        *,
        rules: Iterable[Rule],
        measures: Iterable[Measure] = (),
        matters: Iterable[Matter] = (),
    ) -> None:
        by_matter: dict[str, list[Rule]] = {}
        by_id: dict[str, Rule] = {}
        for rule in rules:
            by_matter.setdefault(rule.matter, []).append(rule)
            by_id[rule.id] = rule
        # Asked for with every record, so they are put in order once.
        self._by_matter = {
            matter: tuple(sorted(found, key=_particular)) for matter, found in by_matter.items()
        }
        self.rules: Mapping[str, Rule] = MappingProxyType(by_id)
        self.measures: Mapping[str, Measure] = MappingProxyType({one.id: one for one in measures})
        self._of_matter: dict[str, tuple[Measure, ...]] = {}
        self.matters: Mapping[str, Matter] = MappingProxyType({one.id: one for one in matters})

    def measures_of(self, matter: str | None) -> tuple[Measure, ...]:
        """Return the measures that bear on a matter, all of them where none is named."""
        if matter is None:
            return tuple(self.measures.values())
        if matter not in self._of_matter:
            found = tuple(one for one in self.measures.values() if matter in one.matters)
            self._of_matter[matter] = found
        return self._of_matter[matter]

    def of(self, matter: str, day: date, regime: Regime | None = None) -> tuple[Rule, ...]:
        """Return the rows of a matter in force on a day, the most particular first.

        A regime's own row stands before one for any, a place's before the whole country's, and a
        rule of law before one that this service made where the law names nothing.
        """
        return tuple(
            rule
            for rule in self._by_matter.get(matter, ())
            if rule.is_in_force(day) and (regime is None or rule.regime in (regime, Regime.ANY))
        )

    def matter(self, matter: str, regime: Regime) -> tuple[Rule, ...]:
        """Return the rows of a matter under a regime, whatever the day."""
        found = self._by_matter.get(matter, ())
        return tuple(rule for rule in found if rule.regime in (regime, Regime.ANY))

    def one(
        self, matter: str, day: date, regime: Regime, kind: type[Wanted]
    ) -> tuple[Rule, Wanted] | None:
        """Return the row of a matter that holds, and its terms; None where there is none."""
        for rule in self.of(matter, day, regime):
            if isinstance(rule.terms, kind):
                return rule, rule.terms
        return None

    def for_region(self, region: str) -> "Book":
        """Return the book as it holds in a place: without the rows of other places."""
        return Book(
            rules=[rule for rule in self.rules.values() if region.startswith(rule.region)],
            measures=[one for one in self.measures.values() if region.startswith(one.region)],
            matters=self.matters.values(),
        )

    def converting(self, ids: Iterable[str]) -> "Book":
        """Return the book in which records from before these changes of law take the new rules."""
        wanted = frozenset(ids)
        rules = [
            replace(rule, terms=replace(rule.terms, converts=True)) if rule.id in wanted else rule
            for rule in self.rules.values()
        ]
        return Book(rules=rules, measures=self.measures.values(), matters=self.matters.values())

    def without(self, ids: Iterable[str]) -> "Book":
        """Return the book with some rows switched off."""
        off = frozenset(ids)
        return Book(
            rules=[rule for rule in self.rules.values() if rule.id not in off],
            measures=[one for one in self.measures.values() if one.id not in off],
            matters=self.matters.values(),
        )


def _particular(rule: Rule) -> tuple[bool, int, bool]:
    return rule.regime is Regime.ANY, -len(rule.region), rule.verified is Verified.OWN
