"""Takes a snapshot of a list: its lines on a day as known at an instant, under one signed root.

The rule that must stay true: a snapshot holds every line of the list, each with the entry of the
ledger that it stands on, and its root is in the ledger before anybody has it. Natural persons are
on no list, and so in none.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import CIVIL_ZONE, Clock, format_instant
from base.db import reading
from base.errors import InputTooLarge, InvalidInput, Problem
from base.strict_json import JsonObject
from credit.checking import Listed
from credit.list_reading import AsKnown, search_list
from credit.reporting.entries import SnapshotNote, snapshot_draft
from credit.reporting.layout import layout
from credit.reporting.numbers import SNAPSHOT_PREFIX, new_number
from credit.reporting.proving import row_proofs
from credit.tables import CREDIT_FACT
from ledger.batch import Batch, Idempotency
from ledger.canonical import canonical_bytes
from ledger.journal import Journal
from ledger.merkle import leaf_hash, root_of
from parties.actors import Actor

FORMAT: Final = "suxin-credit-snapshot/1"
_PAGE_ROWS: Final = 500

DrawSnapshot = Callable[[JsonObject, Sequence[JsonObject]], bytes]
"""Draws a snapshot's head and lines as a PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDesk:
    """What taking a snapshot needs. `bring_up` makes what was appended count."""

    journal: Journal
    clock: Clock
    draw: DrawSnapshot
    bring_up: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a line stands, as `proving` asks for it."""

    id: UUID
    seq: int
    batch_id: UUID | None
    position: int | None
    row_number: int | None


def take_snapshot(
    desk: SnapshotDesk, actor: Actor, asked: AsKnown, *, idempotency: Idempotency | None = None
) -> str:
    """Take a snapshot and return its number; the same request is one snapshot.

    Raises `InvalidInput` for days and instants to come, `InputTooLarge` for too long a list.
    """
    desk.bring_up()
    now = desk.clock.now()
    today = now.astimezone(CIVIL_ZONE).date()
    known_at = asked.known_at or now
    if asked.day > today or known_at > now:
        message = "No snapshot tells of a day that has not come."
        raise InvalidInput(message, problems=(Problem(path="day", code="future", message=message),))
    with reading(desk.journal.engine) as connection:
        as_known = AsKnown(list_id=asked.list_id, day=asked.day, known_at=known_at)
        lines = lines_of(connection, desk.journal.log, as_known)
    packed = [canonical_bytes(line) for line in lines]
    root = root_of([leaf_hash(line) for line in packed])
    number = new_number(today, SNAPSHOT_PREFIX)
    head = head_json(
        number=number,
        as_known=AsKnown(list_id=asked.list_id, day=asked.day, known_at=known_at),
        taken_at=now,
        rows=len(lines),
        root=root,
    )
    paper = desk.draw(head, lines)
    note = SnapshotNote(
        number=number,
        list_id=asked.list_id,
        day=asked.day,
        known_at=known_at,
        taken_at=now,
        rows=len(lines),
        root=root,
        paper_hash=sha256(paper).digest(),
        lines=zlib.compress(b"\n".join(packed)),
        paper=paper,
    )
    drafts = (snapshot_draft(note),)
    batch = Batch(actor=actor.id, subject=number, drafts=drafts, idempotency=idempotency)
    receipt = desk.journal.append(batch)
    desk.bring_up()
    return receipt.subject


def head_json(
    *, number: str, as_known: AsKnown, taken_at: datetime, rows: int, root: bytes
) -> JsonObject:
    """Return the head of a snapshot: each word of it stands in its entry, too."""
    return {
        "format": FORMAT,
        "number": number,
        "list": as_known.list_id,
        "day": as_known.day.isoformat(),
        "known_at": format_instant(as_known.known_at or taken_at),
        "taken_at": format_instant(taken_at),
        "rows": rows,
        "root": root.hex(),
    }


def lines_of(connection: Connection, log: int, asked: AsKnown) -> list[JsonObject]:
    """Return the lines of a list, each with what proves it."""
    listed = list(listed_whole(connection, log, asked))
    places = _places(connection, log, listed)
    proofs: Mapping[UUID, JsonObject] = {}
    if len(listed) <= layout().limits.snapshot_paths:
        proofs = row_proofs(connection, log, places)
    plain = {one.id: _plain_proof(one) for one in places}
    return [
        {
            **line_of(one),
            "proof": proofs.get(one.entry.fact_id) or plain[one.entry.fact_id],
        }
        for one in listed
    ]


def listed_whole(connection: Connection, log: int, asked: AsKnown) -> Iterator[Listed]:
    """Yield all of a list; raises `InputTooLarge` for one that no snapshot holds."""
    rows_max, count, after, is_last = layout().limits.snapshot_rows, 0, "", False
    while not is_last:
        page = search_list(connection, log, asked, words="", after=after, rows_max=_PAGE_ROWS)
        count += len(page.listed)
        if count > rows_max:
            raise InputTooLarge(f"A snapshot holds up to {rows_max} lines.")
        yield from page.listed
        after, is_last = page.next_after, not page.next_after


def line_of(one: Listed) -> JsonObject:
    """Return what a line says, without its proof."""
    entry = one.entry
    return {
        "uscc": one.code,
        "name": one.name,
        "fact": str(entry.fact_id),
        "ground": entry.ground,
        "article": entry.article,
        "authority": entry.authority,
        "number": entry.number,
        "from": _day(entry.from_on),
        "stops_on": _day(entry.stops_on),
        "removable_on": _day(entry.removable_on),
    }


def _places(connection: Connection, log: int, listed: Sequence[Listed]) -> list[_Place]:
    ids = sorted({one.entry.fact_id for one in listed})
    positions: dict[tuple[UUID, int], int | None] = {}
    fact = CREDIT_FACT.c
    for start in range(0, len(ids), _PAGE_ROWS):
        statement = select(fact.id, fact.seq, fact.position).where(
            fact.log == log, fact.id.in_(ids[start : start + _PAGE_ROWS])
        )
        for row in connection.execute(statement):
            positions[row.id, row.seq] = row.position
    # A fact of a party with two codes stands on two lines and in one place.
    entries = {one.entry.fact_id: one.entry for one in listed}
    return [
        _Place(
            id=entry.fact_id,
            seq=entry.seq,
            batch_id=entry.batch_id,
            position=positions.get((entry.fact_id, entry.seq)),
            row_number=entry.row_number,
        )
        for entry in entries.values()
    ]


def _plain_proof(one: _Place) -> JsonObject:
    if one.batch_id is None or one.position is None:
        return {"seq": one.seq}
    return {
        "seq": one.seq,
        "batch": str(one.batch_id),
        "row": one.row_number,
        "position": one.position,
    }


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
