"""A whole block as runs of codes that are all free, activated or void, and how many there are.

One rule: read a piece at a time, so that a block whose every code was activated by itself takes no
more memory than one that is fresh. A list that shows numbers alone lets the database count.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, Subquery, and_, case, func, select, union_all

from base.db import reading
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
    """How many codes of a block are in each state."""

    free: int
    activated: int
    void: int


@dataclass(slots=True, kw_only=True)
class RunCounter:
    """Counts the runs of a block on their way to somebody else, and keeps the first free one."""

    first_free: Run | None = None
    _counts: dict[RunState, int] = field(default_factory=lambda: dict.fromkeys(RunState, 0))

    def passing(self, runs: Iterable[Run]) -> Iterator[Run]:
        """Yield the runs as they come."""
        for run in runs:
            self._counts[run.state] += run.count
            if run.state is RunState.FREE and self.first_free is None:
                self.first_free = run
            yield run

    @property
    def tally(self) -> Tally:
        """What has passed so far."""
        return Tally(**{state.value: count for state, count in self._counts.items()})


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


def tallies_of(connection: Connection, log: int, blocks: Sequence[Block]) -> Mapping[UUID, Tally]:
    """Return the tally of each of some blocks of a log by its id; one question for all of them."""
    spans = _spans(log, [block.seq for block in blocks])
    void = func.sum(case((spans.c.void > 0, spans.c.span), else_=0))
    is_activated = and_(spans.c.void == 0, spans.c.activated > 0)
    activated = func.sum(case((is_activated, spans.c.span), else_=0))
    statement = select(spans.c.block_seq, activated, void).group_by(spans.c.block_seq)
    counted = {seq: (int(a), int(v)) for seq, a, v in connection.execute(statement)}
    tallies = {}
    for block in blocks:
        a, v = counted.get(block.seq, (0, 0))
        tallies[block.id] = Tally(free=block.count - a - v, activated=a, void=v)
    return tallies


def _spans(log: int, seqs: Sequence[int]) -> Subquery:
    """Return the blocks cut wherever a range begins or ends: how many of each kind cover a span.

    A code that was activated and is void is in two ranges, so that their sums would count it twice.
    """
    row = CODE_RANGE.c
    activated = case((row.action == int(RangeAction.ACTIVATED), 1), else_=0)
    voided = 1 - activated
    here = and_(row.log == log, row.block_seq.in_(seqs))
    begins = select(
        row.block_seq,
        row.start.label("at"),
        activated.label("activated"),
        voided.label("voided"),
    ).where(here)
    ends = select(row.block_seq, row.start + row.code_count, -activated, -voided).where(here)
    edges = union_all(begins, ends).subquery()
    steps = (
        select(
            edges.c.block_seq,
            edges.c.at,
            func.sum(edges.c.activated).label("activated"),
            func.sum(edges.c.voided).label("voided"),
        )
        .group_by(edges.c.block_seq, edges.c.at)
        .subquery()
    )
    block_seq, at = steps.c.block_seq, steps.c.at
    following = func.lead(at).over(partition_by=block_seq, order_by=at)
    return select(
        block_seq,
        func.sum(steps.c.activated).over(partition_by=block_seq, order_by=at).label("activated"),
        func.sum(steps.c.voided).over(partition_by=block_seq, order_by=at).label("void"),
        (following - at).label("span"),
    ).subquery()


def void_within(engine: Engine, block: Block, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of each void piece of codes `first` … `last`, in order.

    Each thousand is read by itself: nothing is held open while a long file is written.
    """
    start, end = block.start + first - 1, block.start + last
    after = start - 1
    with reading(engine) as connection:
        # Void ranges do not overlap: of those that begin before, only the last can reach into it.
        before = connection.execute(
            _range_rows(block, RangeAction.VOIDED, block.start - 1, start)
            .order_by(CODE_RANGE.c.start.desc())
            .limit(1)
        ).one_or_none()
    if before is not None and before.start + before.code_count > start:
        after = before.start - 1
    while True:
        statement = _range_rows(block, RangeAction.VOIDED, after, end)
        with reading(engine) as connection:
            rows = connection.execute(statement.order_by(CODE_RANGE.c.start).limit(_ROWS)).all()
        for row in rows:
            begin, until = max(row.start, start), min(row.start + row.code_count, end)
            yield begin - block.start + 1, until - block.start
        if len(rows) < _ROWS:
            return
        after = rows[-1].start


def _range_rows(block: Block, action: RangeAction, after: int, end: int) -> Select[Any]:
    """Return the ranges of one action that begin after `after` and before `end`."""
    return select(CODE_RANGE.c.start, CODE_RANGE.c.code_count).where(
        CODE_RANGE.c.log == block.log,
        CODE_RANGE.c.series_id == block.series.id,
        CODE_RANGE.c.action == int(action),
        CODE_RANGE.c.start > after,
        CODE_RANGE.c.start < end,
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
        statement = _range_rows(block, action, after, block.start + block.count)
        rows = connection.execute(statement.order_by(CODE_RANGE.c.start).limit(_ROWS)).all()
        for row in rows:
            yield row.start, row.start + row.code_count
        if len(rows) < _ROWS:
            return
        after = rows[-1].start
