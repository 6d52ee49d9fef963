"""The rows that a note of a recall gives, and nothing but what it gives.

Pure but for `write_rows`. One rule: live rows and rebuilt ones come from here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.identifiers import key_of
from trace.recall.entries import amount_json, criteria_json, decimal_text
from trace.recall.model import (
    AnswerNote,
    CloseNote,
    EscalationNote,
    LinesNote,
    NoticeNote,
    OpenNote,
    RecallNote,
    ScopeNote,
)
from trace.recall.tables import (
    RECALL,
    RECALL_ANSWER,
    RECALL_CLOSE,
    RECALL_ESCALATION,
    RECALL_LINE,
    RECALL_NOTICE,
    RECALL_SCOPE,
    TABLES,
)
from typing import Final, TypeAlias

import orjson
from sqlalchemy import Connection, Table

from base.bulk import insert_rows

Row: TypeAlias = tuple[object, ...]

COLUMNS: Final = {table.name: tuple(column.name for column in table.columns) for table in TABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A note with what its entry's header says."""

    seq: int
    recorded_at: datetime
    actor: str
    note: RecallNote


def write_rows(connection: Connection, log: int, placed: Sequence[Placed]) -> None:
    """Write the rows of these notes."""
    for table, rows in rows_of(log, placed):
        insert_rows(connection, table, COLUMNS[table.name], rows)


def rows_of(log: int, placed: Iterable[Placed]) -> Iterator[tuple[Table, list[Row]]]:
    """Yield each table that these notes write to, with its rows in the order of its columns."""
    found: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    for one in placed:
        if isinstance(one.note, LinesNote):
            found[RECALL_LINE.name] += _lines(log, one.seq, one.note)
        else:
            table, values = _values(one)
            row = {"log": log, "seq": one.seq, "recorded_at": one.recorded_at, **values}
            found[table.name].append(tuple(row[name] for name in COLUMNS[table.name]))
    for table in TABLES:
        if found[table.name]:
            yield table, found[table.name]


def _values(placed: Placed) -> tuple[Table, dict[str, object]]:
    note = placed.note
    if isinstance(note, OpenNote):
        return RECALL, {**_plain(note), "opened_by": placed.actor}
    if isinstance(note, ScopeNote):
        return RECALL_SCOPE, {**_plain(note), "criteria": _json(criteria_json(note.criteria))}
    if isinstance(note, NoticeNote):
        return RECALL_NOTICE, _plain(note)
    if isinstance(note, AnswerNote):
        amounts = _json([amount_json(amount) for amount in note.amounts])
        said = {"kind": note.kind.value, "amounts": amounts, "said_by": placed.actor}
        return RECALL_ANSWER, {**_plain(note), **said}
    if isinstance(note, EscalationNote):
        return RECALL_ESCALATION, _plain(note)
    if isinstance(note, CloseNote):
        ended = {"outcome": note.outcome.value, "closed_by": placed.actor}
        return RECALL_CLOSE, {**_plain(note), **ended}
    raise TypeError("lines have rows of their own")


def _plain(note: RecallNote) -> dict[str, object]:
    return {name: getattr(note, name) for name in note.__slots__}


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _lines(log: int, seq: int, note: LinesNote) -> Iterator[Row]:
    for position, line in enumerate(note.lines, start=note.start):
        yield (
            key_of(line.uri),
            log,
            note.scope_id,
            position,
            note.recall_id,
            seq,
            line.uri,
            line.depth,
            line.binds,
            line.holder,
            line.place,
            None if line.quantity is None else decimal_text(line.quantity),
            None if line.sold is None else decimal_text(line.sold),
            line.uom,
            line.is_gone,
            ",".join(map(str, line.shown_by)),
        )
