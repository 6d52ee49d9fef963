"""Hands the batches in at the door and counts what became of them.

The rule that must stay true: every row goes through `credit.intake.take_batch`, as a file that is
pushed does; what is held is released by a person who was told why, as an office does it.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as daytime
from typing import Final

from sqlalchemy import func, select

from base.clock import CIVIL_ZONE, SetClock
from base.db import reading
from benchmarks.credit_city.feeding import FEEDS as TELLING
from benchmarks.credit_city.files import file_of
from benchmarks.credit_city.stream import KNOWN, NEW, CreditCity, ToldBatch, told_batches
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_QUARANTINE
from parties.actors import Actor, Role

SENDER: Final = Actor(id="key:00000000000c17e5", role=Role.AUTHORITY)
RELEASER: Final = Actor(id="key:00000000000c17e6", role=Role.AUTHORITY)
_OPENS_AT: Final = daytime(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A batch with what it told beforehand and what the door made of it."""

    told: ToldBatch
    batch: CreditBatch
    held_for: str
    codes: Mapping[str, int]

    @property
    def differences(self) -> tuple[str, ...]:
        """Return what is not as it was told; nothing where every row is accounted for."""
        batch, fates = self.batch, dict(self.told.fates)
        found = {
            "received": (len(self.told.rows), batch.received),
            "new": (fates.pop(NEW, 0), batch.accepted),
            "known": (fates.pop(KNOWN, 0), batch.duplicates),
            "sum": (batch.received, batch.accepted + batch.quarantined + batch.duplicates),
        }
        for code in sorted(fates.keys() | self.codes.keys()):
            found[code] = (fates.get(code, 0), self.codes.get(code, 0))
        return tuple(
            f"{batch.feed} {batch.received_at:%Y-%m-%d}: {what} {got}, told {told}"
            for what, (told, got) in found.items()
            if told != got
        )


@dataclass(slots=True, kw_only=True)
class Load:
    """The sums of a load; `differences` is empty where it reconciles to the row."""

    batches: int = 0
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    ended: int = 0
    seconds: float = 0.0
    fold_seconds: float = 0.0
    file_bytes: int = 0
    held: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    feeds: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, taken: Taken) -> None:
        """Count one batch."""
        batch = taken.batch
        self.batches += 1
        self.received += batch.received
        self.accepted += batch.accepted
        self.quarantined += batch.quarantined
        self.duplicates += batch.duplicates
        self.ended += batch.ended
        self.file_bytes += batch.file_bytes
        self.planted.update(taken.told.dirt)
        self.codes.update(taken.codes)
        self.feeds[batch.feed] += batch.received
        self.differences += taken.differences
        if taken.held_for:
            self.held[batch.feed] += 1


def load_feeds(desk: IntakeDesk, clock: SetClock, city: CreditCity) -> Iterator[Load]:
    """Hand in every batch; yields the sums so far after each of them, always the same object."""
    load = Load()
    for told in told_batches(city, TELLING):
        if not told.rows:
            continue
        clock.instant = _opening(told)
        body = file_of(told)
        started = time.perf_counter()
        taken = _take(desk, told, body)
        between = time.perf_counter()
        bring_up_credit(desk.journal.engine, desk.journal.log)
        load.fold_seconds += time.perf_counter() - between
        load.seconds += between - started
        load.add(taken)
        yield load


def _take(desk: IntakeDesk, told: ToldBatch, body: bytes) -> Taken:
    feed, held_for = FEEDS[told.feed], ""
    batch = take_batch(desk, SENDER, feed, body, door=Door.PUSH)
    if batch.state is BatchState.HELD:
        held_for = batch.message
        batch = take_batch(desk, RELEASER, feed, body, door=Door.PUSH, is_released=True)
    return Taken(told=told, batch=batch, held_for=held_for, codes=_codes(desk, batch))


def _codes(desk: IntakeDesk, batch: CreditBatch) -> dict[str, int]:
    """Return how many rows of a batch were quarantined for which reason."""
    statement = (
        select(CREDIT_QUARANTINE.c.code, func.count().label("rows"))
        .where(CREDIT_QUARANTINE.c.log == batch.log, CREDIT_QUARANTINE.c.batch_id == batch.id)
        .group_by(CREDIT_QUARANTINE.c.code)
    )
    with reading(desk.journal.engine) as connection:
        return {row.code: row.rows for row in connection.execute(statement)}


def _opening(told: ToldBatch) -> datetime:
    return datetime.combine(told.day, _OPENS_AT, tzinfo=CIVIL_ZONE).astimezone(UTC)
