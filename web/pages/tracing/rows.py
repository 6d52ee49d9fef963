"""The table of a trace: one row for each code that was reached, with the entries that say so.

One rule: a row cites the entries of the links that lead to it; the file holds every row, a page
says how many it leaves out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from trace.lineage import Direction
from trace.projections.tables import LinkKind
from trace.tracing import Trace

from web.pages.tracing.things import Known, Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code that was reached: on which side, how far, by which entries, with what share."""

    side: str
    depth: int
    thing: Thing
    seqs: tuple[int, ...]
    links: tuple[LinkKind, ...]
    share: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The rows of one direction; `total` is how many there are, `rows` those that are shown."""

    direction: Direction
    rows: tuple[Row, ...]
    total: int
    is_cut: bool


def side_of(trace: Trace, known: Known, total: int) -> Side:
    """Return the rows of a trace; `total` is how many codes were reached before it was cut."""
    rows = tuple(rows_of(trace, known))
    return Side(direction=trace.direction, rows=rows, total=total, is_cut=trace.is_cut)


def rows_of(trace: Trace, known: Known) -> Iterator[Row]:
    """Yield a row for each code that was reached, the nearest first, the subjects left out."""
    is_forward = trace.direction is Direction.FORWARD
    to: dict[str, list[tuple[int, LinkKind]]] = {}
    for step in trace.steps:
        to.setdefault(step.target if is_forward else step.source, []).append((step.seq, step.kind))
    for one in trace.reached:
        if one.depth:
            links = to.get(one.uri, ())
            yield Row(
                side=trace.direction.value,
                depth=one.depth,
                thing=known.things[one.uri],
                seqs=tuple(sorted({seq for seq, _ in links})),
                links=tuple(dict.fromkeys(kind for _, kind in links)),
                share=trace.shares.get(one.uri),
            )


def share_words(share: Fraction | None) -> str:
    """Return a share as a percentage, rounded to what can be read; exact ones stay exact."""
    if share is None:
        return ""
    percent = share * 100
    if percent.denominator == 1:
        return f"{percent.numerator} %"
    rounded = round(percent * 100)
    return f"≈ {rounded // 100}.{rounded % 100:02d} %" if rounded else "< 0.01 %"


def first_seqs(seqs: Sequence[int], most: int = 3) -> tuple[tuple[int, ...], int]:
    """Return the first entry numbers and how many more there are."""
    return tuple(seqs[:most]), max(len(seqs) - most, 0)
