"""The rows of issued codes, written in the append's transaction.

One rule: under the head's lock and from what the ledger holds. Whether a range may be activated or
voided is decided here, where nobody else can decide about the same codes at the same time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.bulk import insert_rows
from base.errors import Problem
from ledger.batch import Appended, Batch
from parties.issuing.tables import CODE_BLOCK, CODE_RANGE, RangeAction

BLOCK_COLUMNS: Final = tuple(column.name for column in CODE_BLOCK.columns)
RANGE_COLUMNS: Final = tuple(column.name for column in CODE_RANGE.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockNote:
    """A block that an entry issues: the numbers `start` … `start + count - 1` of a series."""

    id: UUID
    series_id: UUID
    party_id: UUID
    product_id: UUID | None
    start: int
    count: int
    tag_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeNote:
    """A range of a block that an entry activates or voids; `start` counts in the series.

    `first` is the same number as its block counts it, for what is said of a refusal.
    """

    id: UUID
    block_seq: int
    series_id: UUID
    action: RangeAction
    start: int
    count: int
    lot: str = ""
    reason: str = ""
    first: int = 1

    @property
    def end(self) -> int:
        """The first number after the range."""
        return self.start + self.count


@dataclass(slots=True)
class _Admitted:
    """The ranges that this transaction has let in and not written yet."""

    ranges: list[RangeNote] = field(default_factory=list)

    def overlap(self, note: RangeNote, action: RangeAction) -> int | None:
        """Return a number that the range shares with one of `action`, None where there is none."""
        for one in self.ranges:
            is_same = one.series_id == note.series_id and one.action is action
            if is_same and one.start < note.end and note.start < one.end:
                return max(one.start, note.start)
        return None


class IssuingIndex:
    """Writes blocks and ranges of one log."""

    def __init__(self, log: int) -> None:
        self._log = log

    def admit(
        self, connection: Connection, batches: Sequence[Batch]
    ) -> Sequence[Mapping[int, Problem]]:
        """Refuse a range that overlaps another one of its kind, or what was voided."""
        admitted = _Admitted()
        refusals: list[Mapping[int, Problem]] = []
        for batch in batches:
            fresh: list[RangeNote] = []
            refused: dict[int, Problem] = {}
            for at, draft in enumerate(batch.drafts):
                if not isinstance(draft.note, RangeNote):
                    continue
                problem = _problem_of(connection, self._log, admitted, draft.note)
                if problem is None:
                    fresh.append(draft.note)
                    admitted.ranges.append(draft.note)
                else:
                    refused[at] = problem
            if refused and not batch.may_skip:
                # The whole batch stays out, and with it what it would have taken.
                admitted.ranges = [one for one in admitted.ranges if one not in fresh]
            refusals.append(refused)
        return refusals

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Add the rows of the appended blocks and ranges."""
        blocks, ranges = [], []
        for seq, recorded_at, note in _placed(appended):
            if isinstance(note, BlockNote):
                blocks.append(block_row(self._log, seq, recorded_at, note))
            elif isinstance(note, RangeNote):
                ranges.append(range_row(self._log, seq, recorded_at, note))
        insert_rows(connection, CODE_BLOCK, BLOCK_COLUMNS, blocks)
        insert_rows(connection, CODE_RANGE, RANGE_COLUMNS, ranges)


def block_row(log: int, seq: int, recorded_at: datetime, note: BlockNote) -> tuple[object, ...]:
    """Return the row of a block, in the order of `BLOCK_COLUMNS`."""
    return (
        log,
        seq,
        note.id,
        note.series_id,
        note.party_id,
        note.product_id,
        note.start,
        note.count,
        note.tag_key,
        recorded_at,
    )


def range_row(log: int, seq: int, recorded_at: datetime, note: RangeNote) -> tuple[object, ...]:
    """Return the row of a range, in the order of `RANGE_COLUMNS`."""
    return (
        log,
        seq,
        note.id,
        note.block_seq,
        note.series_id,
        int(note.action),
        note.start,
        note.count,
        note.lot,
        note.reason,
        recorded_at,
    )


def _placed(appended: Sequence[Appended]) -> Iterator[tuple[int, datetime, object]]:
    for place in appended:
        for offset, at in enumerate(place.kept):
            yield place.first_seq + offset, place.recorded_at, place.batch.drafts[at].note


def _problem_of(
    connection: Connection, log: int, admitted: _Admitted, note: RangeNote
) -> Problem | None:
    void = _taken(connection, log, admitted, note, RangeAction.VOIDED)
    if void is not None:
        message = f"number {void - note.start + note.first} is void, and void is final"
        return Problem(path="first", code="void", message=message)
    if note.action is not RangeAction.ACTIVATED:
        return None
    activated = _taken(connection, log, admitted, note, RangeAction.ACTIVATED)
    if activated is None:
        return None
    message = f"number {activated - note.start + note.first} is activated already"
    return Problem(path="first", code="activated", message=message)


def _taken(
    connection: Connection, log: int, admitted: _Admitted, note: RangeNote, action: RangeAction
) -> int | None:
    """Return the first number of the range that is in a range of `action`, None for none.

    Ranges of one action do not overlap: of those that begin before this one only the last can reach
    into it.
    """
    start = CODE_RANGE.c.start
    of_action = (
        select(start, CODE_RANGE.c.code_count)
        .where(
            CODE_RANGE.c.log == log,
            CODE_RANGE.c.series_id == note.series_id,
            CODE_RANGE.c.action == int(action),
        )
        .limit(1)
    )
    before = connection.execute(
        of_action.where(start <= note.start).order_by(start.desc())
    ).one_or_none()
    if before is not None and before.start + before.code_count > note.start:
        return note.start
    within = connection.execute(
        of_action.where(start > note.start, start < note.end).order_by(start)
    ).one_or_none()
    fresh = admitted.overlap(note, action)
    numbers = [] if fresh is None else [fresh]
    return min([*numbers, int(within.start)] if within is not None else numbers, default=None)
