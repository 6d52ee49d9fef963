"""A batch made into facts: new ones, new versions, what was seen again, what a snapshot ended.

The rule that must stay true: the rows are those the entry's root stands for, or nothing is made of
them; and a record that is not in a batch ends only where the feed says that this means its end.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select, update

from base.bulk import insert_rows
from base.errors import LedgerCorrupt
from credit.facts import FactState, KnownFact, content_hash_of, fact_id_of, key_hash_of, known_facts
from credit.feeds.model import Record
from credit.folding.applying import review_applications
from credit.folding.subjects import register_subjects, subjects_of
from credit.folding.values import fact_values
from credit.folding.versions import FACT_COLUMNS, civil_day, no_longer_latest
from credit.intake.batches import leaves_of_batch, rows_of_batch
from credit.intake.entries import BatchNote, batch_of
from credit.intake.records import read_row, record_json
from credit.tables import CREDIT_FACT, CREDIT_SEEN
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


def _fold_rows(connection: Connection, log: int, note: BatchNote, start: int) -> None:
    told: list[tuple[int, Record]] = []
    seen: list[UUID] = []
    for position, leaf, body in rows_of_batch(
        connection, log, note.batch_id, start=start, count=_CHUNK
    ):
        if body is None:
            continue
        if leaf_hash(body) != leaf:
            raise LedgerCorrupt(f"entry {note.seq}: row {position} does not match its hash")
        kept = read_row(body)
        if kept.record is None:
            seen.append(fact_id_of(bytes.fromhex(kept.seen_key)))
        else:
            told.append((position, kept.record))
    ids = _write_facts(connection, log, note, told)
    _note_seen(connection, log, note, sorted({*ids, *seen}))


def _write_facts(
    connection: Connection, log: int, note: BatchNote, told: Sequence[tuple[int, Record]]
) -> list[UUID]:
    keys = {position: key_hash_of(note.feed, record.key) for position, record in told}
    ids = {position: fact_id_of(key) for position, key in keys.items()}
    known = {one.id: one for one in known_facts(connection, log, ids.values())}
    subjects = subjects_of(connection, log, note.seq, [record.claim for _, record in told])
    named = [
        (subject_id, record)
        for (_, record), subject_id in zip(told, subjects, strict=True)
        if subject_id is not None
    ]
    register_subjects(connection, log, note.seq, named)
    no_longer_latest(connection, log, known)
    rows = []
    for (position, record), subject_id in zip(told, subjects, strict=True):
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
            # A person's number was made a key before the row was kept: nothing is left to turn.
            "content_hash": content_hash_of(record_json(record, str)),
            **fact_values(record),
        }
        values["state"] = _state_of(earlier, values["state"])
        rows.append(tuple(values[name] for name in FACT_COLUMNS))
    insert_rows(connection, CREDIT_FACT, FACT_COLUMNS, rows)
    # Only what was known before can have been the basis of a measure.
    changed = {
        subject_id
        for (position, _), subject_id in zip(told, subjects, strict=True)
        if subject_id is not None and ids[position] in known
    }
    review_applications(connection, log, changed, note.recorded_at)
    return list(ids.values())


def _state_of(earlier: KnownFact | None, state: str) -> str:
    """Return the state of a new version: what was repaired or withdrawn here stays so."""
    lasting = (FactState.REPAIRED, FactState.WITHDRAWN, FactState.SHIELDED)
    return earlier.state if earlier is not None and earlier.state in lasting else state


def _note_seen(connection: Connection, log: int, note: BatchNote, ids: Sequence[UUID]) -> None:
    known: set[UUID] = set()
    for start in range(0, len(ids), _KEYS):
        some = ids[start : start + _KEYS]
        again = (
            update(CREDIT_SEEN)
            .where(CREDIT_SEEN.c.log == log, CREDIT_SEEN.c.fact_id.in_(some))
            .values(last_at=note.recorded_at, last_batch_id=note.batch_id)
            .returning(CREDIT_SEEN.c.fact_id)
        )
        known.update(connection.execute(again).scalars())
    rows = [
        (log, one, note.recorded_at, note.recorded_at, note.batch_id)
        for one in ids
        if one not in known
    ]
    insert_rows(connection, CREDIT_SEEN, _SEEN_COLUMNS, rows)


def _end_unseen(connection: Connection, log: int, note: BatchNote) -> None:
    """End the active records of a feed that its snapshot did not have."""
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
            CREDIT_FACT.c.state == FactState.ACTIVE,
            CREDIT_SEEN.c.last_batch_id != note.batch_id,
        )
    )
    rows = [dict(row._mapping) for row in connection.execute(gone)]  # noqa: SLF001 -- SQLAlchemy's public name
    no_longer_latest(connection, log, [row["id"] for row in rows])
    changed = {
        "is_latest": True,
        "seq": note.seq,
        "recorded_at": note.recorded_at,
        "state": FactState.ENDED,
        "ended_on": civil_day(note.recorded_at),
    }
    ended = [{**row, **changed, "version": row["version"] + 1} for row in rows]
    insert_rows(
        connection,
        CREDIT_FACT,
        FACT_COLUMNS,
        [tuple(row[name] for name in FACT_COLUMNS) for row in ended],
    )
    subjects = {row["subject_id"] for row in rows if row["subject_id"] is not None}
    review_applications(connection, log, subjects, note.recorded_at)
