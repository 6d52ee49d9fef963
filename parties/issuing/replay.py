"""Issued codes read back from the ledger: their rows made anew, or compared with what is stored.

One rule: only the entries' own bytes count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, delete, select

from base.bulk import insert_rows
from base.errors import LedgerCorrupt
from base.strict_json import JsonObject
from ledger.parts import Part, merge
from ledger.store import StoredEntry, parse_part
from parties.issuing.blocks import CODES_ISSUED
from parties.issuing.index import (
    BLOCK_COLUMNS,
    RANGE_COLUMNS,
    BlockNote,
    RangeNote,
    block_row,
    range_row,
)
from parties.issuing.ranges import CODES_ACTIVATED, CODES_VOIDED
from parties.issuing.tables import CODE_BLOCK, CODE_RANGE, RangeAction

_ACTION_OF: Final = {
    CODES_ACTIVATED: RangeAction.ACTIVATED,
    CODES_VOIDED: RangeAction.VOIDED,
}
ISSUED_KINDS: Final = frozenset({CODES_ISSUED, *_ACTION_OF})

_Rows: TypeAlias = dict[int, tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedNote:
    """What an entry issued or did with codes, and where it stands."""

    seq: int
    recorded_at: datetime
    note: BlockNote | RangeNote


def issued_by(entry: StoredEntry) -> PlacedNote:
    """Read an entry of one of `ISSUED_KINDS`; raises `LedgerCorrupt` where it cannot be read."""
    stored = entry.parts.get(Part.AUTHORITY)
    if stored is None or entry.damaged_parts():
        raise LedgerCorrupt(f"entry {entry.seq}: a part does not match its hash; run fsck")
    payload = merge([parse_part(stored)])
    try:
        note = _note_of(entry.header.kind, payload)
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerCorrupt(f"entry {entry.seq}: not readable as codes: {error!r}") from None
    return PlacedNote(seq=entry.seq, recorded_at=entry.header.recorded_at, note=note)


def forget_issued(connection: Connection, log: int) -> None:
    """Delete every row of a log that `write_issued` makes again."""
    for table in (CODE_BLOCK, CODE_RANGE):
        connection.execute(delete(table).where(table.c.log == log))


def write_issued(connection: Connection, log: int, placed: Sequence[PlacedNote]) -> None:
    """Write the rows of these entries."""
    blocks, ranges = _rows_of(log, placed)
    insert_rows(connection, CODE_BLOCK, BLOCK_COLUMNS, list(blocks.values()))
    insert_rows(connection, CODE_RANGE, RANGE_COLUMNS, list(ranges.values()))


def differing_issued(
    connection: Connection, log: int, start: int, end: int, placed: Sequence[PlacedNote]
) -> Iterator[tuple[int, str]]:
    """Yield entry number and message wherever the stored rows from `start` to `end` differ."""
    for table, rows in zip((CODE_BLOCK, CODE_RANGE), _rows_of(log, placed), strict=True):
        statement = select(table).where(table.c.log == log, table.c.seq >= start, table.c.seq < end)
        stored = {row.seq: tuple(row) for row in connection.execute(statement)}
        for seq in sorted(rows.keys() | stored.keys()):
            if rows.get(seq) != stored.get(seq):
                yield seq, f"its row in {table.name} is not the one that the entry gives"


def _rows_of(log: int, placed: Sequence[PlacedNote]) -> tuple[_Rows, _Rows]:
    blocks: _Rows = {}
    ranges: _Rows = {}
    for one in placed:
        if isinstance(one.note, BlockNote):
            blocks[one.seq] = block_row(log, one.seq, one.recorded_at, one.note)
        else:
            ranges[one.seq] = range_row(log, one.seq, one.recorded_at, one.note)
    return blocks, ranges


def _note_of(kind: str, payload: JsonObject) -> BlockNote | RangeNote:
    if kind == CODES_ISSUED:
        product_id = _text(payload, "product_id")
        return BlockNote(
            id=UUID(_text(payload, "block_id")),
            series_id=UUID(_text(payload, "series_id")),
            party_id=UUID(_text(payload, "party_id")),
            product_id=UUID(product_id) if product_id else None,
            start=int(_text(payload, "start")),
            count=_number(payload, "count"),
            tag_key=_text(payload, "tag_key") or None,
        )
    return RangeNote(
        id=UUID(_text(payload, "range_id")),
        block_seq=_number(payload, "block_seq"),
        series_id=UUID(_text(payload, "series_id")),
        action=_ACTION_OF[kind],
        start=int(_text(payload, "start")),
        count=_number(payload, "count"),
        lot=_text(payload, "lot"),
        reason=_text(payload, "reason"),
    )


def _text(payload: JsonObject, name: str) -> str:
    value = payload[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text")
    return value


def _number(payload: JsonObject, name: str) -> int:
    value = payload[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is a number")
    return value
