"""What a scoring model is, and what it is given: facts that count, and evidence of the trace.

The rule that must stay true: each point cites the facts it comes from, and evidence of the trace is
kept apart from legal dishonesty from the first line to the last.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFact:
    """A fact as a model looks at it; only what counts on the day is given."""

    id: UUID
    kind: str
    list_id: str
    severity: str | None
    grade: str
    decided_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something that the trace ledger shows of a party: its code, its day, its entries."""

    code: str
    on: date
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What counts how much: `points` for each, `most` in all, whatever their sign.

    They fade in a straight line to nothing over `fades_months`; 0 is never.
    """

    id: str
    zh: str
    en: str
    kinds: frozenset[str]
    severities: frozenset[str]
    grades: frozenset[str]
    codes: frozenset[str]
    points: int
    most: int
    fades_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """Lists that fix the class of whoever is on one, whatever the points."""

    id: str
    zh: str
    en: str
    lists: frozenset[str]
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One version of a model. `classes` are (class, least points), the best first."""

    id: str
    version: int
    zh: str
    en: str
    from_on: date
    base: int
    least: int
    most: int
    classes: tuple[tuple[str, int], ...]
    items: tuple[Item, ...]
    vetoes: tuple[Veto, ...]
    trace: tuple[Item, ...]

    @property
    def name(self) -> str:
        """Return the model's name with its version."""
        return f"{self.id}-{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one item gave or took, and because of which facts or entries."""

    item: Item
    points: int
    fact_ids: tuple[UUID, ...] = ()
    seqs: tuple[int, ...] = ()


class Why(StrEnum):
    """What the class was decided by."""

    POINTS = "points"
    VETO = "veto"
    TRACE = "trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A party's grade on a day, with everything it was made of.

    `legal_class` is the class without evidence of the trace; `grade` may be one class worse where
    there is both a legal ground and evidence.
    """

    model: str
    day: date
    grade: str
    legal_class: str
    points: int
    trace_points: int
    why: Why
    veto: Veto | None
    veto_facts: tuple[UUID, ...]
    shares: tuple[Share, ...]
    trace_shares: tuple[Share, ...]
