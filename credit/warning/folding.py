"""Nights and acts made into rows: where each warning is, and what it stands on.

The rule that must stay true: a row follows from the entries alone, in their order; what a night
found while somebody judged it is compared with what was judged.
"""

from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, delete, select, update

from base.bulk import insert_rows
from base.strict_json import loads
from credit.inspecting.entries import result_of
from credit.inspecting.folding import fold_result
from credit.inspecting.orders import Origin, order_row
from credit.inspecting.tables import CREDIT_INSPECTION
from credit.warning.entries import act_of, night_of
from credit.warning.life import ACTS, ENDING, Standing, is_news
from credit.warning.model import Found, WarningState
from credit.warning.people import pieces
from credit.warning.rules import SEVERITIES
from credit.warning.tables import CREDIT_WARNING
from ledger.store import StoredEntry

_COLUMNS: Final = tuple(column.name for column in CREDIT_WARNING.columns)
_BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 5
_JUDGED: Final = frozenset({WarningState.DISMISSED, WarningState.CLOSED})


def fold_night(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Open warnings, add grounds to those that are open, and end those whose ground is gone."""
    note = night_of(entry)
    known = {
        row["id"]: row
        for some in pieces(sorted(note.warning_ids))
        for row in _rows(connection, log, some)
    }
    fresh = []
    for one in note.found:
        row = known.get(one.id)
        if is_news(None if row is None else standing_of(row), one.refs):
            fresh.append(_opened(log, entry, one, row))
    gone = [one for one in note.gone if one in known and standing_of(known[one]).state in ENDING]
    for some in pieces([row["id"] for row in fresh]):
        connection.execute(
            delete(CREDIT_WARNING).where(CREDIT_WARNING.c.log == log, CREDIT_WARNING.c.id.in_(some))
        )
    insert_rows(
        connection,
        CREDIT_WARNING,
        _COLUMNS,
        [tuple(row[name] for name in _COLUMNS) for row in fresh],
    )
    for some in pieces(gone):
        connection.execute(
            update(CREDIT_WARNING)
            .where(CREDIT_WARNING.c.log == log, CREDIT_WARNING.c.id.in_(some))
            .values(
                state=WarningState.CLOSED.value,
                is_ground_gone=True,
                last_seq=entry.seq,
                last_at=entry.header.recorded_at,
            )
        )


def fold_act(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Move a warning by an act; an escalation orders its inspection."""
    note = act_of(entry)
    act = ACTS[note.act]
    (row,) = _rows(connection, log, [note.warning_id])
    values: dict[str, Any] = {
        "state": act.target.value,
        "last_seq": entry.seq,
        "last_at": entry.header.recorded_at,
    }
    if act.target in _JUDGED:
        values["judged"] = " ".join(sorted(standing_of(row).refs | standing_of(row).judged))
    if note.order is not None:
        values["inspection_id"] = note.order.id
        order = order_row(log, entry, note.order, Origin.WARNING, note.warning_id)
        connection.execute(CREDIT_INSPECTION.insert().values(order))
    own = (CREDIT_WARNING.c.log == log) & (CREDIT_WARNING.c.id == note.warning_id)
    connection.execute(update(CREDIT_WARNING).where(own).values(values))


def fold_inspected(connection: Connection, log: int, entry: StoredEntry) -> None:
    """Write the result of an inspection; the warning that it was ordered by is done with."""
    fold_result(connection, log, entry)
    note = result_of(entry)
    known = _rows(connection, log, [] if note.warning_id is None else [note.warning_id])
    for row in known:
        if row["state"] != WarningState.ESCALATED or row["inspection_id"] != note.inspection_id:
            continue
        standing = standing_of(row)
        own = (CREDIT_WARNING.c.log == log) & (CREDIT_WARNING.c.id == row["id"])
        connection.execute(
            update(CREDIT_WARNING)
            .where(own)
            .values(
                state=WarningState.CLOSED.value,
                judged=" ".join(sorted(standing.refs | standing.judged)),
                last_seq=entry.seq,
                last_at=entry.header.recorded_at,
            )
        )


def standing_of(row: Any) -> Standing:
    """Return a row as a night compares it."""
    return Standing(
        state=WarningState(row["state"]),
        refs=refs_in(row["told"]),
        judged=frozenset(row["judged"].split()),
        is_ground_gone=row["is_ground_gone"],
    )


def refs_in(told: str) -> frozenset[str]:
    """Return what a stored warning stands on."""
    found = read_told(told)
    words = [*(f"fact:{one}" for one in found["facts"]), *(f"entry:{one}" for one in found["seqs"])]
    return frozenset([*words, *([f"mark:{found['mark']}"] if found["mark"] else [])])


def read_told(told: str) -> Any:
    """Return the details, facts and entries of a stored warning."""
    return loads(told.encode(), bytes_max=_BYTES_MAX, depth_max=_DEPTH_MAX)


def _opened(log: int, entry: StoredEntry, one: Found, known: Any) -> dict[str, Any]:
    """Return the row of what was found: a new warning, or a known one on more grounds."""
    at = entry.header.recorded_at
    told = {
        "details": dict(one.details),
        "facts": [str(fact) for fact in one.facts],
        "seqs": list(one.seqs),
        "mark": one.mark,
    }
    row: dict[str, Any] = {
        "log": log,
        "id": one.id,
        "code": one.code,
        "severity": one.severity,
        "rank": SEVERITIES.index(one.severity),
        "subject_id": one.subject_id,
        "key": one.key,
        "state": WarningState.OPEN.value,
        "told": orjson.dumps(told).decode(),
        "judged": "",
        "is_ground_gone": False,
        "inspection_id": None,
        "opened_seq": entry.seq,
        "opened_at": at,
        "last_seq": entry.seq,
        "last_at": at,
    }
    if known is None:
        return row
    row["judged"] = known["judged"]
    if WarningState(known["state"]) not in _JUDGED:
        # More grounds do not undo that somebody has seen it, or ordered an inspection.
        row |= {name: known[name] for name in ("state", "inspection_id", "opened_seq", "opened_at")}
    return row


def _rows(connection: Connection, log: int, ids: Any) -> list[Any]:
    statement = select(CREDIT_WARNING).where(
        CREDIT_WARNING.c.log == log, CREDIT_WARNING.c.id.in_(ids)
    )
    return list(connection.execute(statement).mappings())


def warning_rows(connection: Connection, log: int, ids: list[UUID]) -> dict[UUID, Any]:
    """Return the stored rows of these warnings."""
    return {row["id"]: row for some in pieces(ids) for row in _rows(connection, log, some)}
