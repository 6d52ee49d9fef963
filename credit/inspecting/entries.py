"""Draws and results of inspections as entries of the ledger, and back.

The rule that must stay true: the hash of the seed and of the pool are in public before the draw,
the seed and the value after it; who was drawn, and what was found, the authority reads.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from base.strict_json import JsonObject
from credit.inspecting.orders import Order, order_json, order_of
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part
from ledger.store import StoredEntry
from ledger.told import told_by

COMMITTED_KIND: Final = "credit_draw_committed"
DRAWN_KIND: Final = "credit_draw_drawn"
RESULT_KIND: Final = "credit_inspection_result"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitNote:
    """A draw to come: by which plan, from which pool, and with the hash of its seed.

    `beacon` says which public value, not known yet, will be mixed in.
    """

    draw_id: UUID
    title: str
    plan: str
    seed_hash: bytes
    pool_hash: bytes
    party_count: int
    inspector_count: int
    beacon: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNote:
    """A draw that was made: its seed, the public value, and the inspections that it orders.

    A large draw has more than one entry, each with some of its orders; `marks` are theirs.
    """

    draw_id: UUID
    seed: bytes
    value: str
    drawn_count: int
    marks: tuple[str, ...]
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultNote:
    """What an inspection found. `failed_item` says what failed; `authority` is whose it was.

    `name` is what the party was called then, "" where nobody knew.
    """

    inspection_id: UUID
    warning_id: UUID | None
    result: str
    inspected_on: date
    failed_item: str
    note: str
    authority: str
    name: str = ""


def commit_draft(note: CommitNote) -> Draft:
    """Return the entry of a draw to come: all of it is public."""
    public: JsonObject = {
        "draw": str(note.draw_id),
        "title": note.title,
        "plan": note.plan,
        "seed_hash": note.seed_hash.hex(),
        "pool_hash": note.pool_hash.hex(),
        "parties": note.party_count,
        "inspectors": note.inspector_count,
        "beacon": note.beacon,
        "due_on": note.due_on.isoformat(),
    }
    return draft_of_parts(COMMITTED_KIND, {Part.PUBLIC: public}, note=note)


def drawn_draft(note: DrawnNote) -> Draft:
    """Return an entry of a draw that was made."""
    public: JsonObject = {
        "draw": str(note.draw_id),
        "seed": note.seed.hex(),
        "value": note.value,
        "drawn": note.drawn_count,
        "marks": list(note.marks),
    }
    authority: JsonObject = {"orders": [order_json(one) for one in note.orders]}
    return draft_of_parts(DRAWN_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def result_draft(note: ResultNote) -> Draft:
    """Return the entry of a result."""
    public: JsonObject = {"inspection": str(note.inspection_id)}
    authority: JsonObject = {
        "warning": None if note.warning_id is None else str(note.warning_id),
        "result": note.result,
        "inspected_on": note.inspected_on.isoformat(),
        "failed_item": note.failed_item,
        "note": note.note,
        "authority": note.authority,
        "name": note.name,
    }
    return draft_of_parts(RESULT_KIND, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def commit_of(entry: StoredEntry) -> CommitNote:
    """Read a draw to come back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "an inspection") as told:
        return CommitNote(
            draw_id=UUID(told["draw"]),
            title=told["title"],
            plan=told["plan"],
            seed_hash=bytes.fromhex(told["seed_hash"]),
            pool_hash=bytes.fromhex(told["pool_hash"]),
            party_count=told["parties"],
            inspector_count=told["inspectors"],
            beacon=told["beacon"],
            due_on=date.fromisoformat(told["due_on"]),
        )


def drawn_of(entry: StoredEntry) -> DrawnNote:
    """Read a draw back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "an inspection") as told:
        return DrawnNote(
            draw_id=UUID(told["draw"]),
            seed=bytes.fromhex(told["seed"]),
            value=told["value"],
            drawn_count=told["drawn"],
            marks=tuple(told["marks"]),
            orders=tuple(order_of(one) for one in told.get("orders", ())),
        )


def result_of(entry: StoredEntry) -> ResultNote:
    """Read a result back; raises `LedgerCorrupt` where the entry is none."""
    with told_by(entry, "an inspection") as told:
        return ResultNote(
            inspection_id=UUID(told["inspection"]),
            warning_id=UUID(told["warning"]) if told.get("warning") else None,
            result=told["result"],
            inspected_on=date.fromisoformat(told["inspected_on"]),
            failed_item=told["failed_item"],
            note=told["note"],
            authority=told["authority"],
            # Entries of before tell none.
            name=told.get("name", ""),
        )
