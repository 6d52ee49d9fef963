"""The desk of feeds as pages show it: how each is doing, a file tried out, taken, released.

One rule: a file that is tried out is kept by its hash and has no effect; taking it is another press
of a button. Why a held batch was released is in the ledger before it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, NotFound, Problem
from base.strict_json import JsonObject, loads
from credit.casework.feeds import (
    FeedCount,
    Quality,
    codes_of_batch,
    codes_of_feed,
    counts_of_feeds,
    quality_of,
)
from credit.casework.trial import Trial, try_batch, try_held
from credit.feeds.model import Feed
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.files import keep_file, read_file
from credit.intake.reports import told_row, told_rows
from credit.intake.taking import take_batch
from credit.refusal_words import sentence_zh
from credit.tables import CREDIT_QUARANTINE
from parties.actors import Actor
from web.credit_doors import DoorCounts, door_counts
from web.credit_feeds import (
    batch_for,
    batches_page,
    feed_asked,
    hand_over_file,
    intake_desk,
    progress_for,
)
from web.credit_marked_rows import marked_workbook
from web.credit_reading import brought_up, caught_up
from web.pages.credit.feed_words import code_title
from web.services import Services

_CELLS_BYTES_MAX: Final = 1 << 20
_CELLS_DEPTH_MAX: Final = 3
Told: TypeAlias = dict[str, Any]
"""A row that was not understood: `row`, `state`, `faults` and `cells`."""

_AT_ONCE_BYTES_MAX: Final = 1 << 20
"""A larger file is taken by a worker, while its page tells how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed with its numbers, and what waits at its doors."""

    feed: Feed
    count: FeedCount
    doors: DoorCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """A row that was not understood: what is wrong at which field, and its cells as they came."""

    number: int
    state: str
    faults: Sequence[Mapping[str, str]]
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDesk:
    """A batch with why rows of it were not understood: (code, rows, of them read again).

    `ended_now` is how many records a held one would end by now, None where that was not counted.
    """

    batch: CreditBatch
    feed: Feed
    codes: Sequence[tuple[str, int, int]]
    rows: Sequence[QuarantinedRow]
    next_after: int | None
    progress: JsonObject | None
    ended_now: int | None


def feed_rows(parts: Services, *, since: date) -> list[FeedRow]:
    """Return every feed with what it handed in since a day."""
    with reading(parts.engine) as connection:
        found = counts_of_feeds(connection, parts.log, since=since)
    doors = door_counts(parts, list(FEEDS.values()))
    return [
        FeedRow(feed=one, count=found.get(one.id, FeedCount()), doors=doors[one.id])
        for one in FEEDS.values()
    ]


def feed_count(parts: Services, feed: Feed, *, since: date) -> FeedCount:
    """Return what one feed handed in since a day."""
    with reading(parts.engine) as connection:
        found = counts_of_feeds(connection, parts.log, since=since)
    return found.get(feed.id, FeedCount())


def held_batches(parts: Services) -> Sequence[CreditBatch]:
    """Return the newest batches that wait for a person."""
    return batches_page(parts, state=BatchState.HELD).batches


def feed_quality(parts: Services, feed: Feed) -> tuple[Quality, list[tuple[str, int]]]:
    """Return what the newest records of a feed are like, and why rows of it wait."""
    brought_up(parts)
    rows_max = parts.settings.credit_told_max
    with reading(parts.engine) as connection:
        quality = quality_of(connection, parts.log, feed, rows_max=rows_max)
        return quality, codes_of_feed(connection, parts.log, feed.id)


def try_file(parts: Services, actor: Actor, feed: Feed, body: bytes, *, rows_max: int) -> Trial:
    """Keep a file and return what would become of it; raises `InvalidInput` for no file of rows."""
    caught_up(parts)
    trial = try_batch(intake_desk(parts), actor, feed, body, rows_max=rows_max)
    keep_file(parts.settings.effective_files_dir, body)
    return trial


def take_file(parts: Services, actor: Actor, name: str, file_hash: bytes) -> CreditBatch:
    """Take a file that was tried out, a long one by a worker.

    Raises `NotFound` where it is not kept any more.
    """
    feed = feed_asked(name)
    body = read_file(parts.settings.effective_files_dir, file_hash)
    if len(body) > _AT_ONCE_BYTES_MAX:
        return hand_over_file(parts, actor, feed, body)
    batch = take_batch(intake_desk(parts), actor, feed, body, door=Door.FILE)
    bring_up_credit(parts.engine, parts.log)
    return batch


def batch_desk(
    parts: Services, batch_id: UUID, *, code: str, after: int, rows_max: int
) -> BatchDesk:
    """Return a batch with its quarantined rows, of one quality code where one is named."""
    batch = batch_for(parts, batch_id)
    row = CREDIT_QUARANTINE.c
    statement = (
        select(row.row_number, row.state, row.faults, row.cells)
        .where(row.log == parts.log, row.batch_id == batch_id, row.row_number > after)
        .order_by(row.row_number)
        .limit(rows_max + 1)
    )
    if code:
        statement = statement.where(row.code == code)
    with reading(parts.engine) as connection:
        codes = codes_of_batch(connection, parts.log, batch_id)
        found = [
            QuarantinedRow(
                number=one.row_number,
                state=one.state,
                faults=_read(one.faults),
                cells=_read(one.cells),
            )
            for one in connection.execute(statement)
        ]
    trial = None
    if batch.state is BatchState.HELD and not after:
        trial = _held_trial(parts, batch, rows_max=rows_max)
        told = () if trial is None or code else trial.quarantined
        found = [_shown(told_row(one)) for one in told]
    shown = found[:rows_max]
    return BatchDesk(
        batch=batch,
        feed=feed_asked(batch.feed),
        codes=codes,
        rows=shown,
        next_after=shown[-1].number if len(found) > rows_max else None,
        progress=progress_for(parts, batch),
        ended_now=None if trial is None else trial.batch.ended,
    )


def told_of(parts: Services, batch: CreditBatch, *, after: int, rows_max: int) -> list[Told]:
    """Return the rows of a batch that were not understood; of a held one, those of by now.

    Raises `Conflict` for a held one that is not read again: what is not known is not none.
    """
    if batch.state is not BatchState.HELD:
        with reading(parts.engine) as connection:
            found = told_rows(connection, parts.log, batch.id, after=after, rows_max=rows_max)
            return list(found)
    body = _held_file(parts, batch)
    trial = _tried_now(parts, batch, body, rows_max=parts.settings.credit_told_max)
    rows = () if trial is None else trial.quarantined
    return [told_row(one) for one in rows if one.number > after][:rows_max]


def _held_file(parts: Services, batch: CreditBatch) -> bytes:
    """Return the file of a held batch; raises `Conflict` for a large one, or where it is gone."""
    most = parts.settings.credit_told_max
    if batch.received > most:
        message = f"Which rows of more than {most} are not understood is told once it was taken."
        raise _untold("too_many", message)
    try:
        return read_file(parts.settings.effective_files_dir, batch.file_hash)
    except NotFound as error:
        message = "The file of this held batch is not kept here any more."
        raise _untold("file_gone", message) from error


def _untold(code: str, message: str) -> Conflict:
    problem = Problem(path="rows", code=code, message=message, message_zh=sentence_zh(message))
    return Conflict(message, problems=(problem,))


def _held_trial(parts: Services, batch: CreditBatch, *, rows_max: int) -> Trial | None:
    """Return what would become of a held batch by now: whoever releases it has to see.

    Nothing of it is kept yet, so that it is read again; of a large one nothing is told.
    """
    try:
        body = _held_file(parts, batch)
    except Conflict:
        return None
    return _tried_now(parts, batch, body, rows_max=rows_max)


def _tried_now(parts: Services, batch: CreditBatch, body: bytes, *, rows_max: int) -> Trial | None:
    brought_up(parts)
    return try_held(intake_desk(parts), batch, body, rows_max=rows_max)


def _shown(told: Told) -> QuarantinedRow:
    return QuarantinedRow(
        number=told["row"], state=told["state"], faults=told["faults"], cells=told["cells"]
    )


def marked_file(parts: Services, batch_id: UUID) -> BytesIO:
    """Return the rows that were not understood as a workbook that their sender can mend.

    Raises `Conflict` as `told_of` does.
    """
    rows_max = parts.settings.credit_told_max
    batch = batch_for(parts, batch_id)
    if batch.state is BatchState.HELD:
        _held_file(parts, batch)
    desk = batch_desk(parts, batch_id, code="", after=0, rows_max=rows_max)
    return marked_workbook(desk.feed, desk.rows, code_title)


def _read(told: str) -> Any:
    return loads(told.encode(), bytes_max=_CELLS_BYTES_MAX, depth_max=_CELLS_DEPTH_MAX)
