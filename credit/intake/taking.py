"""Takes a batch: reads it, judges it as a whole, and makes it an entry of the ledger.

The rule that must stay true: a batch counts whole or not at all, and only once it is in the ledger.
What is not plausible as a whole is held for a person, with the reason, and changes nothing.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from trace.sheets.grid import GridLimits
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, select

from base.clock import Clock
from base.config import Settings
from base.db import reading, transaction
from base.errors import AppError, Busy, Conflict
from base.installation_secret import InstallationSecret
from credit.facts import KnownFact, fact_id_of, known_facts
from credit.feeds.model import Feed, Semantics
from credit.folding.projector import bring_up_credit
from credit.intake.batches import (
    BatchState,
    CreditBatch,
    Door,
    change_batch,
    find_same,
    keep_batch,
    keep_quarantined,
    keep_rows,
    largest_accepted,
    newest_seq,
)
from credit.intake.decoding import RawRow, rows_of
from credit.intake.entries import batch_draft
from credit.intake.records import row_body, seen_body
from credit.intake.sorting import Sorted, sort_rows
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_QUARANTINE, CREDIT_ROW
from ledger.batch import Batch, Idempotency
from ledger.journal import Journal
from ledger.merkle import leaf_hash, root_of
from ledger.tables import LEDGER_IDEMPOTENCY
from parties.actors import Actor
from parties.ids import new_id

PERSON_PURPOSE: Final = "suxin credit persons v1"
_SALT_PURPOSE: Final = "suxin credit row salts v1"
_KEYS: Final = 900
_PERCENT: Final = 100
_PERSON_KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeDesk:
    """What taking a batch needs."""

    journal: Journal  # With `credit.index.CreditIndex`.
    clock: Clock
    secret: InstallationSecret
    limits: GridLimits

    def person_key(self, number: str) -> str:
        """Return the key of the person with that number: nobody without the secret can make it."""
        key = self.secret.key_for(PERSON_PURPOSE)
        return hmac.digest(key, number.encode(), "sha256")[:_PERSON_KEY_BYTES].hex()

    def salt(self, batch_id: UUID, row_number: int) -> bytes:
        """Return the salt of a row: the same whenever the batch is taken again."""
        key = self.secret.key_for(_SALT_PURPOSE)
        return hmac.digest(key, b"%s:%d" % (batch_id.bytes, row_number), "sha256")[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a door knows of a file: a doubt about who sent it, and how many rows there should be."""

    doubt: str = ""
    rows: int | None = None


AS_IT_CAME: Final = Sent()


def batch_limits(settings: Settings) -> GridLimits:
    """Return what one batch may hold."""
    return GridLimits(
        rows_max=settings.credit_rows_max,
        bytes_max=settings.credit_bytes_max,
        unzipped_bytes_max=settings.sheet_unzipped_bytes_max,
    )


def take_batch(
    desk: IntakeDesk,
    actor: Actor,
    feed: Feed,
    body: bytes,
    *,
    door: Door,
    sent: Sent = AS_IT_CAME,
    is_released: bool = False,
) -> CreditBatch:
    """Take a file of a feed and return the batch; the same bytes again are the same batch.

    A batch that is not plausible as a whole is held. `is_released`: a person has looked at it and
    wants it all the same. Raises `InvalidInput` or `InputTooLarge` where it is no file of rows.
    """
    engine, log = desk.journal.engine, desk.journal.log
    file_hash = sha256(body).digest()
    with reading(engine) as connection:
        same = _same_batch(connection, log, feed, file_hash)
        entered = None if same is None else _entered(connection, same)
    if same is not None and entered is not None:
        # A worker that died between the entry and its last word: the ledger knows how it ended.
        return _finish(desk, replace(same, state=BatchState.ACCEPTED, seq=entered))
    is_open = same is not None and (
        same.state is BatchState.WAITING or (is_released and same.state is BatchState.HELD)
    )
    if same is not None and not is_open:
        return same
    batch = same or CreditBatch(
        log=log,
        id=new_id(desk.clock.now()),
        feed=feed.id,
        feed_version=feed.version,
        door=door,
        actor=actor.id,
        file_hash=file_hash,
        file_bytes=len(body),
        state=BatchState.WAITING,
        received_at=desk.clock.now(),
    )
    if same is None:
        with transaction(engine) as connection:
            keep_batch(connection, batch)
    try:
        return _take(desk, feed, batch, body, None if is_released else sent)
    except (Busy, Conflict):
        # What is away comes back, and what somebody else took is not refused by that.
        raise
    except AppError as refusal:
        _finish(desk, replace(batch, state=BatchState.REFUSED, message=refusal.message))
        raise


def _same_batch(
    connection: Connection, log: int, feed: Feed, file_hash: bytes
) -> CreditBatch | None:
    """Return the batch that these bytes are again.

    A whole list that another one followed is none: the day's list may be like an older one.
    """
    same = find_same(connection, log, feed.id, file_hash)
    if same is None or feed.semantics is not Semantics.SNAPSHOT or same.seq is None:
        return same
    newest = newest_seq(connection, log, feed.id)
    return None if newest is not None and newest > same.seq else same


def _entered(connection: Connection, batch: CreditBatch) -> int | None:
    """Return the entry of a batch that was not finished after it; None for any other."""
    if batch.state in (BatchState.ACCEPTED, BatchState.REFUSED):
        return None
    statement = select(LEDGER_IDEMPOTENCY.c.first_seq).where(
        LEDGER_IDEMPOTENCY.c.log == batch.log,
        LEDGER_IDEMPOTENCY.c.actor == batch.actor,
        LEDGER_IDEMPOTENCY.c.key == _key_of(batch),
    )
    return connection.execute(statement).scalar()


def _key_of(batch: CreditBatch) -> str:
    return f"credit-batch:{batch.id}"


def take_rows(
    desk: IntakeDesk, actor: Actor, feed: Feed, origin: CreditBatch, rows: Sequence[RawRow]
) -> tuple[CreditBatch | None, list[int]]:
    """Take rows of an earlier batch that were quarantined, as a batch of what is understood now.

    Returns it with the numbers of its rows; None where nothing is understood yet. It ends nothing,
    whatever the feed's batches mean.
    """
    engine, log = desk.journal.engine, desk.journal.log
    bring_up_credit(engine, log)
    with reading(engine) as connection:
        found = _sorted(desk, connection, feed, rows)
    found.quarantined.clear()
    if not found.received:
        return None, []
    now = desk.clock.now()
    batch = replace(
        origin,
        id=new_id(now),
        door=Door.RETRY,
        actor=actor.id,
        feed_version=feed.version,
        state=BatchState.WAITING,
        message=f"rows of batch {origin.id}",
        received=found.received,
        accepted=len(found.new),
        quarantined=0,
        duplicates=len(found.seen),
        ended=0,
        received_at=now,
        finished_at=None,
        seq=None,
    )
    with transaction(engine) as connection:
        keep_batch(connection, batch)
    numbers = [row.number for row in found.new] + [number for number, _ in found.seen]
    return _enter(desk, replace(feed, semantics=Semantics.DELTA), batch, found), numbers


def _sorted(desk: IntakeDesk, connection: Connection, feed: Feed, rows: Iterable[RawRow]) -> Sorted:
    def known_of(hashes: list[bytes]) -> Mapping[bytes, KnownFact]:
        ids = [fact_id_of(one) for one in hashes]
        return {one.key_hash: one for one in known_facts(connection, desk.journal.log, ids)}

    return sort_rows(feed, rows, desk.person_key, known_of)


def _take(
    desk: IntakeDesk, feed: Feed, batch: CreditBatch, body: bytes, sent: Sent | None
) -> CreditBatch:
    engine, log = desk.journal.engine, desk.journal.log
    # What was accepted before has to be known before anything is called new.
    bring_up_credit(engine, log)
    with reading(engine) as connection:
        found = _sorted(desk, connection, feed, rows_of(body, desk.limits))
        ended = _count_ended(connection, log, feed, found)
        counted = replace(
            batch,
            received=found.received,
            accepted=len(found.new),
            quarantined=len(found.quarantined),
            duplicates=len(found.seen),
            ended=ended,
        )
        why = _why_held(connection, feed, counted, found, sent)
    if why:
        return _finish(desk, replace(counted, state=BatchState.HELD, message=why))
    return _enter(desk, feed, counted, found)


def _why_held(
    connection: Connection, feed: Feed, batch: CreditBatch, found: Sorted, sent: Sent | None
) -> str:
    """Return why a batch is held for a person; "" where nothing is odd, or a person released it."""
    if sent is None:
        return ""
    if sent.doubt:
        return sent.doubt
    if sent.rows is not None and sent.rows != batch.received:
        return f"It has {batch.received} rows, and its sender says {sent.rows}."
    return next(_doubts(connection, feed, batch, found), "")


def _doubts(connection: Connection, feed: Feed, batch: CreditBatch, found: Sorted) -> Iterator[str]:
    if batch.received < feed.rows_min:
        yield f"It has {batch.received} rows; {feed.rows_min} at least are expected."
    if batch.received > feed.rows_max:
        yield f"It has {batch.received} rows; {feed.rows_max} at most are expected."
    if not found.new and not found.seen:
        yield "None of its rows was understood."
    if batch.quarantined and batch.ended:
        # What was not understood may be the very record that seems to be missing.
        unread = f"{batch.quarantined} rows were not understood"
        yield f"It would end {batch.ended} records, and {unread}."
    largest = largest_accepted(connection, batch.log, feed.id)
    if largest and batch.received * _PERCENT > largest * feed.growth_max_percent:
        yield f"It has {batch.received} rows; the largest one before had {largest}."
    active = _count_active(connection, batch.log, feed.id)
    if active and batch.ended * _PERCENT > active * feed.ended_max_percent:
        yield f"It would end {batch.ended} of {active} records: are rows missing?"
    matched = _matched_percent(connection, batch.log, found)
    if matched is not None and matched < feed.matched_min_percent:
        least = feed.matched_min_percent
        yield f"Only {matched} % of its codes are known; {least} % are expected."


def _matched_percent(connection: Connection, log: int, found: Sorted) -> int | None:
    """Return the share of the new rows' codes that are known; None where no code is known yet."""
    codes = sorted({row.uscc for row in found.new if row.uscc})
    any_known = select(CREDIT_CODE.c.code).where(CREDIT_CODE.c.log == log).limit(1)
    if not codes or connection.execute(any_known).first() is None:
        return None
    known = 0
    for start in range(0, len(codes), _KEYS):
        statement = select(func.count(func.distinct(CREDIT_CODE.c.code))).where(
            CREDIT_CODE.c.log == log, CREDIT_CODE.c.code.in_(codes[start : start + _KEYS])
        )
        known += connection.execute(statement).scalar_one()
    return known * _PERCENT // len(codes)


def _count_active(connection: Connection, log: int, feed: str) -> int:
    statement = select(func.count()).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.feed == feed,
        CREDIT_FACT.c.is_latest,
        CREDIT_FACT.c.state == "active",
    )
    return connection.execute(statement).scalar_one()


def _count_ended(connection: Connection, log: int, feed: Feed, found: Sorted) -> int:
    """Return how many active records are not in a snapshot: those it would end."""
    if feed.semantics is not Semantics.SNAPSHOT:
        return 0
    there = {row.key_hash for row in found.new} | {key_hash for _, key_hash in found.seen}
    statement = select(CREDIT_FACT.c.key_hash).where(
        CREDIT_FACT.c.log == log,
        CREDIT_FACT.c.feed == feed.id,
        CREDIT_FACT.c.is_latest,
        CREDIT_FACT.c.state == "active",
    )
    return sum(key_hash not in there for key_hash in connection.execute(statement).scalars())


def _enter(desk: IntakeDesk, feed: Feed, batch: CreditBatch, found: Sorted) -> CreditBatch:
    """Keep the rows, then append the entry that holds their root."""
    rows = _bodies(desk, batch.id, found)
    with transaction(desk.journal.engine) as connection:
        if _entered(connection, batch) is not None:
            # Its rows are evidence by now: whoever comes second changes none of them.
            raise Conflict("This batch was taken by somebody else in the meantime.")
        for table in (CREDIT_ROW, CREDIT_QUARANTINE):
            connection.execute(
                delete(table).where(table.c.log == batch.log, table.c.batch_id == batch.id)
            )
        keep_rows(connection, batch, rows)
        keep_quarantined(connection, batch, [one.as_row() for one in found.quarantined])
    root = root_of([leaf for _, _, leaf, _ in rows])
    is_snapshot = feed.semantics is Semantics.SNAPSHOT
    draft = batch_draft(batch, rows=len(rows), root=root, is_snapshot=is_snapshot)
    receipt = desk.journal.append(
        Batch(
            actor=batch.actor,
            subject=str(batch.id),
            drafts=(draft,),
            idempotency=Idempotency(key=_key_of(batch), request_hash=root),
        )
    )
    return _finish(desk, replace(batch, state=BatchState.ACCEPTED, seq=receipt.first_seq))


def _bodies(desk: IntakeDesk, batch_id: UUID, found: Sorted) -> list[tuple[int, int, bytes, bytes]]:
    bodies = [
        (
            row.number,
            row_body(
                row_number=row.number,
                salt=desk.salt(batch_id, row.number),
                record=row.record,
                cells=row.cells,
            ),
        )
        for row in found.new
    ]
    bodies += [
        (
            number,
            seen_body(row_number=number, salt=desk.salt(batch_id, number), key=key_hash.hex()),
        )
        for number, key_hash in found.seen
    ]
    return [
        (position, number, leaf_hash(body), body)
        for position, (number, body) in enumerate(sorted(bodies))
    ]


def _finish(desk: IntakeDesk, batch: CreditBatch) -> CreditBatch:
    finished = replace(batch, finished_at=desk.clock.now())
    with transaction(desk.journal.engine) as connection:
        change_batch(connection, finished)
    return finished
