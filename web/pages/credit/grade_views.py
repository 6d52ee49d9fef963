"""Grades beside each other: one line for each item, one cell for each grade.

The rule that must stay true: a cell says what the grade itself says; evidence of the trace stands
in lines of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from credit.feeds.model import FactKind
from credit.records import FactRow
from credit.scoring.model import Grade, Item, Share
from web.pages.credit import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An item with its points in each grade, None where it gives and takes nothing.

    `facts` and `seqs` are what the first grade that counts it counts.
    """

    item: Item
    points: tuple[int | None, ...]
    facts: tuple[UUID, ...]
    seqs: tuple[int, ...]

    @property
    def differs(self) -> bool:
        """Return whether the grades do not agree about it."""
        return len(set(self.points)) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of the law's facts, and apart from them those of the trace."""

    legal: Sequence[Line]
    trace: Sequence[Line]


def compared(grades: Sequence[Grade]) -> Lines:
    """Return the items that any of these grades counts, in the order in which they come."""
    return Lines(
        legal=_lines([one.shares for one in grades]),
        trace=_lines([one.trace_shares for one in grades]),
    )


def counted_of(grade: Grade) -> Sequence[UUID]:
    """Return the facts that a grade stands on, each once."""
    shown = [one for share in grade.shares for one in share.fact_ids]
    return list(dict.fromkeys([*grade.veto_facts, *shown]))


def named_facts(facts: Sequence[FactRow]) -> Mapping[UUID, str]:
    """Return what each record is called where something stands on it."""
    return {
        one.id: one.number or one.title or words.FACT_KINDS[FactKind(one.kind)]() for one in facts
    }


def _lines(columns: Sequence[Sequence[Share]]) -> Sequence[Line]:
    items = {share.item.id: share.item for shares in columns for share in shares}
    by_id = [{share.item.id: share for share in shares} for shares in columns]
    found = []
    for name, item in items.items():
        shares = [column.get(name) for column in by_id]
        first = next(one for one in shares if one is not None)
        found.append(
            Line(
                item=item,
                points=tuple(None if one is None else one.points for one in shares),
                facts=first.fact_ids,
                seqs=first.seqs,
            )
        )
    return found
