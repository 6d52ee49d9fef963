"""A batch made into facts: new ones, new versions, what was seen again, what a snapshot ended.

The rule that must stay true: the rows are those the entry's root stands for, or nothing is made of
them; and a record that is not in a batch ends only where the feed says that this means its end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select, update

from base.bulk import insert_rows
from base.errors import LedgerCorrupt
from credit.facts import (
    DONE_HERE,
    HIDDEN,
    FactState,
    KnownFact,
    fact_id_of,
    key_hash_of,
    known_facts,
    told_ends,
)
from credit.feeds.model import Record
from credit.folding.applying import review_applications
from credit.folding.mentions import Told, settle_mentions
from credit.folding.subjects import register_subjects, subjects_of
from credit.folding.values import fact_values
from credit.folding.versions import FACT_COLUMNS, civil_day, no_longer_latest
from credit.intake.batches import leaves_of_batch, rows_of_batch
from credit.intake.entries import BatchNote, batch_of
from credit.intake.records import read_row
from credit.tables import CREDIT_FACT, CREDIT_ROW, CREDIT_SEEN
from ledger.merkle import leaf_hash, root_of
from ledger.store import StoredEntry

_CHUNK: Final = 1000
_KEYS: Final = 900
_SEEN_COLUMNS: Final = tuple(column.name for column in CREDIT_SEEN.columns)


def fold_batch(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Make the facts of an accepted batch; raises `LedgerCorrupt` where its rows are others."""
    note = batch_of(entry)
    leaves = leaves_of_batch(connection, log, note.batch_id)
    if len(leaves) != note.rows or root_of(leaves) != note.root:
        raise LedgerCorrupt(f"entry {note.seq}: the rows of its batch are not those it was made of")
    for start in range(0, note.rows, _CHUNK):
        _fold_rows(connection, log, note, start)
    if note.is_snapshot:
        _end_unseen(connection, log, note)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A row of the batch: which fact it tells, what it says, and its record where it has one."""

    position: int
    fact_id: UUID
    content_hash: bytes
    record: Record | None


def _fold_rows(connection: Connection, log: int, note: BatchNote, start: int) -> None:
    rows = list(_read_rows(connection, log, note, start))
    known = {one.id: one for one in known_facts(connection, log, {row.fact_id for row in rows})}
    told: list[tuple[int, Record, bytes]] = []
    told_ids: set[UUID] = set()
    counted: set[UUID] = set()
    for row in rows:
        if row.fact_id in told_ids:
            # A file may hold a row twice: it is told once.
            continue
        fact = known.get(row.fact_id)
        if fact is not None and fact.is_newer_than(note.ordered_at):
            # Something that came in later was read before: it stays.
            continue
        record = _news(connection, log, row, fact)
        if record is not None:
            told.append((row.position, record, row.content_hash))
            told_ids.add(row.fact_id)
        if fact is not None or record is not None:
            # A row can speak of a fact whose own rows were erased: there is nothing to be seen.
            counted.add(row.fact_id)
    _write_facts(connection, log, note, told, known)
    _note_seen(connection, log, note, sorted(counted))


def _read_rows(connection: Connection, log: int, note: BatchNote, start: int) -> Iterator[_Told]:
    """Yield rows of a batch; those that were erased say nothing."""
    for position, leaf, body in rows_of_batch(
        connection, log, note.batch_id, start=start, count=_CHUNK
    ):
        if body is None:
            continue
        if leaf_hash(body) != leaf:
            raise LedgerCorrupt(f"entry {note.seq}: row {position} does not match its hash")
        kept = read_row(body)
        if kept.record is None:
            key_hash = bytes.fromhex(kept.seen_key)
        else:
            key_hash = key_hash_of(note.feed, kept.record.key)
        yield _Told(
            position=position,
            fact_id=fact_id_of(key_hash),
            content_hash=bytes.fromhex(kept.content),
            record=kept.record,
        )


def _news(connection: Connection, log: int, row: _Told, fact: KnownFact | None) -> Record | None:
    """Return the record of a row that tells something that is not known; else None.

    Whether it does is decided here, in the order of the ledger: another batch may have been read
    since the intake looked.
    """
    if fact is None:
        return row.record
    if fact.content_hash == row.content_hash and not fact.is_ended:
        return None
    record = row.record
    if record is None and row.content_hash:
        record = _record_of_version(connection, log, row)
    if record is None or fact.says(row.content_hash, is_ended=record.ended_on is not None):
        return None
    return record


def _record_of_version(connection: Connection, log: int, row: _Told) -> Record | None:
    """Return what an earlier version of a fact said; None where its row was erased."""
    statement = (
        select(CREDIT_ROW.c.body)
        .join(
            CREDIT_FACT,
            (CREDIT_FACT.c.log == CREDIT_ROW.c.log)
            & (CREDIT_FACT.c.batch_id == CREDIT_ROW.c.batch_id)
            & (CREDIT_FACT.c.position == CREDIT_ROW.c.position),
        )
        .where(
            CREDIT_FACT.c.log == log,
            CREDIT_FACT.c.id == row.fact_id,
            CREDIT_FACT.c.content_hash == row.content_hash,
            CREDIT_ROW.c.body.is_not(None),
        )
        .order_by(CREDIT_FACT.c.version)
    )
    for body in connection.execute(statement).scalars():
        record = read_row(body).record
        if record is not None:
            return record
    return None


def _write_facts(
    connection: Connection,
    log: int,
    note: BatchNote,
    told: Sequence[tuple[int, Record, bytes]],
    known: Mapping[UUID, KnownFact],
) -> None:
    keys = {position: key_hash_of(note.feed, record.key) for position, record, _ in told}
    ids = {position: fact_id_of(key) for position, key in keys.items()}
    subjects = _whom(connection, log, note, told, ids)
    no_longer_latest(connection, log, [one for one in ids.values() if one in known])
    rows = []
    for (position, record, content_hash), subject_id in zip(told, subjects, strict=True):
        earlier = known.get(ids[position])
        values: dict[str, Any] = {
            "log": log,
            "id": ids[position],
            "version": 1 if earlier is None else earlier.version + 1,
            "is_latest": True,
            "seq": note.seq,
            "recorded_at": note.recorded_at,
            "batch_id": note.batch_id,
            "position": position,
            "subject_id": subject_id,
            "feed": note.feed,
            "key_hash": keys[position],
            "content_hash": content_hash,
            **_told_values(record, earlier),
        }
        rows.append(tuple(values[name] for name in FACT_COLUMNS))
    insert_rows(connection, CREDIT_FACT, FACT_COLUMNS, rows)
    # Only what was known before can have been the basis of a measure.
    changed = {
        subject_id
        for (position, _, _), subject_id in zip(told, subjects, strict=True)
        if subject_id is not None and ids[position] in known
    }
    review_applications(connection, log, changed, note.recorded_at)


def _whom(
    connection: Connection,
    log: int,
    note: BatchNote,
    told: Sequence[tuple[int, Record, bytes]],
    ids: Mapping[int, UUID],
) -> list[UUID | None]:
    """Return whom the facts stand with: whom their codes name, or whom a person named."""
    claims = [record.claim for _, record, _ in told]
    named = subjects_of(connection, log, note.seq, claims, naming=note.naming)
    pairs = list(zip(told, named, strict=True))
    register = [(by.subject_id, row) for (_, row, _), by in pairs if by.subject_id is not None]
    register_subjects(connection, log, note.seq, register, naming=note.naming)
    mentioned = [
        Told(
            fact_id=ids[position],
            record=record,
            subject_id=by.subject_id,
            is_shared=by.is_shared,
        )
        for (position, record, _), by in pairs
    ]
    return settle_mentions(connection, log, note, mentioned)


def _told_values(record: Record, earlier: KnownFact | None) -> dict[str, Any]:
    """Return what a record tells; what was repaired, withdrawn or shielded here stays so.

    It stays so from the same day on. A shield has no day: the end of what it hides is its feed's.
    """
    if earlier is None or earlier.state not in (*DONE_HERE, FactState.SHIELDED):
        return fact_values(record)
    if earlier.state == FactState.SHIELDED:
        return {**fact_values(record), "state": earlier.state}
    values = fact_values(record, told_end=True)
    return {**values, "state": earlier.state, "ended_on": earlier.ended_on}


def _note_seen(connection: Connection, log: int, note: BatchNote, ids: Sequence[UUID]) -> None:
    known: set[UUID] = set()
    for start in range(0, len(ids), _KEYS):
        some = ids[start : start + _KEYS]
        again = (
            update(CREDIT_SEEN)
            .where(CREDIT_SEEN.c.log == log, CREDIT_SEEN.c.fact_id.in_(some))
            .values(last_at=note.ordered_at, last_batch_id=note.batch_id)
            .returning(CREDIT_SEEN.c.fact_id)
        )
        known.update(connection.execute(again).scalars())
    rows = [
        (log, one, note.ordered_at, note.ordered_at, note.batch_id)
        for one in ids
        if one not in known
    ]
    insert_rows(connection, CREDIT_SEEN, _SEEN_COLUMNS, rows)


def _end_unseen(connection: Connection, log: int, note: BatchNote) -> None:
    """End the records of a feed that its snapshot did not have.

    What was repaired or shielded here stays so, and does not come back as if it were still told.
    """
    gone = (
        select(CREDIT_FACT)
        .join(
            CREDIT_SEEN,
            (CREDIT_SEEN.c.log == CREDIT_FACT.c.log) & (CREDIT_SEEN.c.fact_id == CREDIT_FACT.c.id),
        )
        .where(
            CREDIT_FACT.c.log == log,
            CREDIT_FACT.c.feed == note.feed,
            CREDIT_FACT.c.is_latest,
            CREDIT_FACT.c.state.in_((FactState.ACTIVE, *HIDDEN)),
            CREDIT_SEEN.c.last_batch_id != note.batch_id,
            # What came in after this list is not on it, and is no less there.
            CREDIT_SEEN.c.last_at <= note.ordered_at,
        )
    )
    found = [dict(row._mapping) for row in connection.execute(gone)]  # noqa: SLF001 -- SQLAlchemy's public name
    ends = told_ends(connection, log, [row["id"] for row in found if row["state"] in HIDDEN])
    rows = [row for row in found if ends.get(row["id"]) is None]
    no_longer_latest(connection, log, [row["id"] for row in rows])
    ended = [_ended(row, note) for row in rows]
    insert_rows(
        connection,
        CREDIT_FACT,
        FACT_COLUMNS,
        [tuple(row[name] for name in FACT_COLUMNS) for row in ended],
    )
    subjects = {row["subject_id"] for row in rows if row["subject_id"] is not None}
    review_applications(connection, log, subjects, note.recorded_at)


def _ended(row: Mapping[str, Any], note: BatchNote) -> dict[str, Any]:
    """Return the version of a record that a whole list did not have any more."""
    day, state = civil_day(note.recorded_at), row["state"]
    return {
        **row,
        "version": row["version"] + 1,
        "is_latest": True,
        "seq": note.seq,
        "recorded_at": note.recorded_at,
        "state": FactState.ENDED if state == FactState.ACTIVE else state,
        # The day of a repair is the case's, and no word of the feed moves it.
        "ended_on": (row["ended_on"] or day) if state == FactState.REPAIRED else day,
    }
