"""A whole block as runs of codes that are all free, activated or void, and how many there are.

One rule: read a piece at a time, so that a block whose every code was activated by itself takes no
more memory than one that is fresh.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from parties.issuing.blocks import Block
from parties.issuing.tables import CODE_RANGE, RangeAction

_ROWS: Final = 1000


class RunState(StrEnum):
    """What became of a code; one that is void may have been activated before."""

    FREE = "free"
    ACTIVATED = "activated"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Codes number `first` … `last` of a block, all in one state."""

    state: RunState
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many codes it has."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many codes of a block are in each state, and the first run of free ones, if any."""

    free: int
    activated: int
    void: int
    first_free: Run | None


def runs_of(connection: Connection, block: Block) -> Iterator[Run]:
    """Yield the runs of a block in order; two that follow each other differ in their state."""
    waiting: Run | None = None
    for run in _pieces(connection, block):
        if waiting is not None and waiting.state is run.state:
            waiting = Run(state=run.state, first=waiting.first, last=run.last)
            continue
        if waiting is not None:
            yield waiting
        waiting = run
    if waiting is not None:
        yield waiting


def tally_of(runs: Iterable[Run]) -> Tally:
    """Count what is in each state."""
    counts = dict.fromkeys(RunState, 0)
    first_free: Run | None = None
    for run in runs:
        counts[run.state] += run.count
        if run.state is RunState.FREE and first_free is None:
            first_free = run
    return Tally(
        free=counts[RunState.FREE],
        activated=counts[RunState.ACTIVATED],
        void=counts[RunState.VOID],
        first_free=first_free,
    )


def _pieces(connection: Connection, block: Block) -> Iterator[Run]:
    """Yield the block cut wherever any range begins or ends."""
    end = block.start + block.count
    nothing = (end, end)
    activated = _ranges(connection, block, RangeAction.ACTIVATED)
    void = _ranges(connection, block, RangeAction.VOIDED)
    a, v = next(activated, nothing), next(void, nothing)
    at = block.start
    while at < end:
        if a[1] <= at:
            a = next(activated, nothing)
            continue
        if v[1] <= at:
            v = next(void, nothing)
            continue
        state = RunState.FREE
        if v[0] <= at:
            state = RunState.VOID
        elif a[0] <= at:
            state = RunState.ACTIVATED
        until = min(edge for edge in (*a, *v, end) if edge > at)
        yield Run(state=state, first=at - block.start + 1, last=until - block.start)
        at = until


def _ranges(connection: Connection, block: Block, action: RangeAction) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the block's ranges of one action, by where they begin."""
    after = block.start - 1
    while True:
        statement = (
            select(CODE_RANGE.c.start, CODE_RANGE.c.code_count)
            .where(
                CODE_RANGE.c.log == block.log,
                CODE_RANGE.c.series_id == block.series.id,
                CODE_RANGE.c.action == int(action),
                CODE_RANGE.c.start > after,
                CODE_RANGE.c.start < block.start + block.count,
            )
            .order_by(CODE_RANGE.c.start)
            .limit(_ROWS)
        )
        rows = connection.execute(statement).all()
        for row in rows:
            yield row.start, row.start + row.code_count
        if len(rows) < _ROWS:
            return
        after = rows[-1].start
