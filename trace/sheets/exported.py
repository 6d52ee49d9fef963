"""Rows of a sheet that this service made: which are recorded already, which were changed since.

The rule that must stay true: a row that cites an entry is never recorded a second time. Unchanged
it is left alone; changed it is refused with the cells that differ, or, where that was asked for,
what was recorded is declared wrong (ISO/IEC 19987 7.4.1.4) and the row is recorded beside it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from trace.declaring import WrongReason, declaration_of
from trace.events.hashing import event_hash
from trace.reading import ReadEvent, read_events
from trace.sheets.cells import tidy
from trace.sheets.checked import NAMESPACES, CellFault, CheckedRow
from trace.sheets.headers import LANGUAGES, said
from trace.tables import EVENT
from trace.withdrawn import is_declared_wrong
from typing import Final

from sqlalchemy import Connection, select

from parties.actors import Actor
from schemas.cbv import STANDARD_PREFIXES
from schemas.profiles.cells import CellStyle
from schemas.profiles.columns import Sheet
from schemas.profiles.model import Words
from schemas.profiles.naming import renamed
from schemas.profiles.row_events import event_of_row, row_of_event

ENTRY: Final = Words(zh="账本条目", en="Ledger entry")
HASH: Final = Words(zh="事件哈希", en="Event hash")
CITED: Final = (
    ENTRY,
    HASH,
    Words(zh="保存至", en="Keep until"),
    Words(zh="保存依据", en="Kept by"),
)
"""The headers behind those of a template where the service hands its records out."""

_SEQ: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_CHANGED: Final = Words(
    zh="与账本条目 {seq} 不同。要更正，请选择“更正改过的行”；要另登记一件事，请清空这一行的"
    "账本条目和事件哈希",
    en="differs from ledger entry {seq}. To correct it, choose to correct changed rows; to record"
    " another event, empty the row's ledger entry and event hash",
)
_UNKNOWN: Final = Words(
    zh="没有这样的本单位记录：账本条目和事件哈希要与下载时一致，新的行两格都留空",
    en="is no record of yours: entry and hash stay as they were handed out; a new row has neither",
)
_WITHDRAWN: Final = Words(
    zh="账本条目 {seq} 已声明有误。要重新登记，请清空账本条目和事件哈希",
    en="was declared wrong, ledger entry {seq}. To record the row anew, empty its entry and hash",
)


class ChangedRows(StrEnum):
    """What becomes of rows that were handed out and changed since."""

    REFUSE = "refuse"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What rows are held against: the ledger as its reader sees it, and the template."""

    log: int
    actor: Actor
    sheet: Sheet
    style: CellStyle
    changed: ChangedRows
    now: datetime


def sheet_mark(sheet: Sheet) -> str:
    """Return how the name of the sheet ends on which records of a template are handed out."""
    return f" {sheet.cte.id} {sheet.way.name}"


def cited_at(header: Sequence[str]) -> dict[str, int]:
    """Return where the entry and the hash of an event stand in a header, for those that do."""
    found = {}
    for words in (ENTRY, HASH):
        for at, text in enumerate(header):
            if text in (words.zh, words.en):
                found[words.en] = at
    return found


def with_recorded(
    connection: Connection,
    ground: Ground,
    keys: Mapping[int, str],
    places: Mapping[str, int],
    rows: Sequence[CheckedRow],
) -> list[CheckedRow]:
    """Return the rows, those that cite an entry held against it."""
    if ENTRY.en not in places and HASH.en not in places:
        return list(rows)
    cited = {row.row.number: _cited(row, places) for row in rows}
    seqs = sorted({int(seq) for seq, _ in cited.values() if _SEQ.fullmatch(seq)})
    found = read_events(connection, ground.log, seqs, ground.actor)
    withdrawn = _withdrawn(connection, ground, seqs)
    told: list[CheckedRow] = []
    for row in rows:
        seq, hash_id = cited[row.row.number]
        if not seq and not hash_id:
            told.append(row)
            continue
        read = found.get(int(seq)) if _SEQ.fullmatch(seq) else None
        is_own = read is not None and read.party_id == ground.actor.party_id
        if read is None or not is_own or read.event_hash != hash_id:
            at = places.get(HASH.en, places.get(ENTRY.en, 0))
            told.append(_refused(row, [(at, "no_such_record", _UNKNOWN)], seq))
        elif read.seq in withdrawn:
            told.append(_refused(row, [(places[HASH.en], "withdrawn", _WITHDRAWN)], seq))
        else:
            told.append(_held_against(ground, keys, places, row, read))
    return told


def _held_against(
    ground: Ground,
    keys: Mapping[int, str],
    places: Mapping[str, int],
    row: CheckedRow,
    read: ReadEvent,
) -> CheckedRow:
    event = renamed(read.event, {**STANDARD_PREFIXES, **read.namespaces})
    known = {
        lang: row_of_event(ground.sheet, event, NAMESPACES, replace(ground.style, language=lang))
        for lang in LANGUAGES
    }
    recorded = event_of_row(ground.sheet, _tidied(ground.sheet, known["zh"]), ground.style).event
    if row.event == recorded:
        # What of it is hidden even from its sender is not in the row: that is no fault of it.
        return replace(row, faults=(), is_known=True)
    if ground.changed is ChangedRows.CORRECT:
        corrective = (event_hash(row.event, NAMESPACES),)
        why = WrongReason.INCORRECT_DATA
        said = declaration_of(event, read.event_hash, why, ground.now, corrective=corrective)
        return replace(row, declaration=said)
    wrong = [(at, "changed", _CHANGED) for at, key in keys.items() if _differs(row, at, key, known)]
    return _refused(row, wrong or [(places[HASH.en], "changed", _CHANGED)], str(read.seq))


def _differs(row: CheckedRow, at: int, key: str, known: Mapping[str, Mapping[str, str]]) -> bool:
    cell = row.row.cells[at] if at < len(row.row.cells) else ""
    return all(cell.strip() != cells.get(key, "").strip() for cells in known.values())


def _tidied(sheet: Sheet, cells: Mapping[str, str]) -> dict[str, str]:
    columns = {column.key: column for column in sheet.columns}
    return {key: tidy(cell, columns[key]) for key, cell in cells.items() if key in columns}


def _cited(row: CheckedRow, places: Mapping[str, int]) -> tuple[str, str]:
    cells = row.row.cells
    seq, hash_id = (
        cells[at].strip() if (at := places.get(name, len(cells))) < len(cells) else ""
        for name in (ENTRY.en, HASH.en)
    )
    return seq, hash_id


def _refused(row: CheckedRow, faults: Sequence[tuple[int, str, Words]], seq: str) -> CheckedRow:
    told = tuple(
        CellFault(
            row=row.row.number,
            at=at,
            code=code,
            message=said(words, "en").format(seq=seq),
            message_zh=said(words, "zh").format(seq=seq),
        )
        for at, code, words in faults
    )
    return replace(row, faults=told)


def _withdrawn(connection: Connection, ground: Ground, seqs: Sequence[int]) -> frozenset[int]:
    """Return which of the entries their own recorder declared wrong."""
    statement = select(EVENT.c.seq).where(
        EVENT.c.log == ground.log, EVENT.c.seq.in_(seqs), is_declared_wrong(ground.log)
    )
    return frozenset(connection.execute(statement).scalars())
