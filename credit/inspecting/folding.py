"""Draws and results made into rows, and a result into a fact.

The rule that must stay true: what an inspection found is a fact like those of the feeds, with the
entry that proves it; a draw counts once, and a result once. All of it is told by entries: what the
register of parties holds by now changes nothing.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select, update

from base.bulk import insert_rows
from credit.facts import content_hash_of, fact_id_of, key_hash_of
from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind
from credit.folding.owning import own_things
from credit.folding.subjects import subjects_of
from credit.folding.values import fact_values
from credit.folding.versions import FACT_COLUMNS
from credit.inspecting.entries import ResultNote, commit_of, drawn_of, result_of
from credit.inspecting.orders import Origin, order_row
from credit.inspecting.tables import CREDIT_DRAW, CREDIT_INSPECTION
from credit.judging.standing import stands_as
from credit.rulebook.code_lists import code_lists
from credit.tables import CREDIT_FACT
from ledger.store import StoredEntry

FEED: Final = "inspections"
_COLUMNS: Final = tuple(column.name for column in CREDIT_INSPECTION.columns)
# Nobody was there, or the place was closed: no fact about what was looked for.
NOT_DONE: Final = "not_done"


def fold_commit(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Write a draw to come."""
    note = commit_of(entry)
    connection.execute(
        CREDIT_DRAW.insert().values(
            log=log,
            id=note.draw_id,
            title=note.title,
            plan=note.plan,
            seed_hash=note.seed_hash,
            pool_hash=note.pool_hash,
            party_count=note.party_count,
            inspector_count=note.inspector_count,
            beacon=note.beacon,
            value="",
            seed=None,
            drawn_count=None,
            due_on=note.due_on,
            committed_seq=entry.seq,
            committed_at=entry.header.recorded_at,
            drawn_seq=None,
            drawn_at=None,
        )
    )


def fold_drawn(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Write the inspections that a draw orders; the first draw counts."""
    note = drawn_of(entry)
    own = (CREDIT_DRAW.c.log == log) & (CREDIT_DRAW.c.id == note.draw_id)
    known = connection.execute(select(CREDIT_DRAW).where(own)).one_or_none()
    if known is None or (known.seed is not None and known.value != note.value):
        return
    if known.seed is None:
        connection.execute(
            update(CREDIT_DRAW)
            .where(own)
            .values(
                seed=note.seed,
                value=note.value,
                drawn_count=note.drawn_count,
                drawn_seq=entry.seq,
                drawn_at=entry.header.recorded_at,
            )
        )
    ids = select(CREDIT_INSPECTION.c.id).where(
        CREDIT_INSPECTION.c.log == log, CREDIT_INSPECTION.c.draw_id == note.draw_id
    )
    there = set(connection.execute(ids).scalars())
    rows = [
        order_row(log, entry, one, Origin.DRAW, note.draw_id)
        for one in note.orders
        if one.id not in there
    ]
    values = [tuple(row[name] for name in _COLUMNS) for row in rows]
    insert_rows(connection, CREDIT_INSPECTION, _COLUMNS, values)


def fold_result(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Write the first result of an inspection, and the fact that it is."""
    note = result_of(entry)
    own = (CREDIT_INSPECTION.c.log == log) & (CREDIT_INSPECTION.c.id == note.inspection_id)
    row = connection.execute(select(CREDIT_INSPECTION).where(own)).one_or_none()
    if row is None or row.result:
        return
    connection.execute(
        update(CREDIT_INSPECTION)
        .where(own)
        .values(
            result=note.result,
            result_seq=entry.seq,
            inspected_on=note.inspected_on,
            note=note.note,
        )
    )
    if note.result != NOT_DONE:
        _make_fact(connection, log, entry, note, row)


def inspection_fact_id(number: str) -> UUID:
    """Return the id of the fact that the result of an inspection is."""
    return fact_id_of(key_hash_of(FEED, number))


def _make_fact(
    connection: Connection,
    log: int,
    entry: StoredEntry,
    note: ResultNote,
    row: Row[*tuple[Any, ...]],
) -> None:
    record = _record(note, row)
    # A party of which credit was told nothing so far becomes known by this.
    (named,) = subjects_of(connection, log, entry.seq, [record.claim])
    own = named.subject_id or row.subject_id
    subject_id = stands_as(connection, log, own)
    values: dict[str, Any] = {
        "log": log,
        "id": inspection_fact_id(row.number),
        "version": 1,
        "is_latest": True,
        "seq": entry.seq,
        "recorded_at": entry.header.recorded_at,
        "batch_id": None,
        "position": None,
        "subject_id": subject_id,
        "feed": FEED,
        "key_hash": key_hash_of(FEED, row.number),
        "content_hash": content_hash_of(
            {"number": row.number, "result": note.result, "item": note.failed_item}
        ),
        **fact_values(record),
    }
    if subject_id != own:
        own_things(connection, log, [(values["id"], own)])
    values = {name: values[name] for name in FACT_COLUMNS}
    insert_rows(connection, CREDIT_FACT, FACT_COLUMNS, [tuple(values.values())])


def _record(note: ResultNote, row: Row[*tuple[Any, ...]]) -> Record:
    authority = code_lists().authorities.of_title(note.authority)
    return Record(
        key=row.number,
        kind=FactKind.INSPECTION,
        claim=Claim(
            kind=SubjectKind.ENTERPRISE,
            name=note.name or row.code,
            codes={CodeScheme.USCC: row.code},
        ),
        authority="" if authority is None else authority.id,
        authority_name=note.authority,
        number=row.number,
        title=note.failed_item or note.note,
        decided_on=note.inspected_on,
        grade=note.result,
        item=row.origin,
        details={"inspectors": row.inspectors, "class": row.risk_class, "note": note.note},
    )
