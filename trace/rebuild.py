"""The index of events, codes, links and recalls from entry 0: made anew, or compared with itself.

One rule: only the ledger's own bytes count. What they do not hold is which party an actor id stands
for: a header names `party:` and the last 16 hexadecimal digits of the party's row id
(`parties.actors`), so the register says which row that is. An id that no party has, or that two
have, is corruption and never a guess.

Ids of identifiers are compared by what they stand for: of two URIs with the same number, which one
took the next free number depends on how their events were merged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from trace.events.model import Event
from trace.findings.checking import differing_findings
from trace.findings.evaluator import forget_findings
from trace.identifiers import Interner, find_ids
from trace.index import (
    EVENT_COLUMNS,
    EventNote,
    PlacedEvent,
    dedup_hash,
    event_row,
    named_by,
    uris_of,
    write_events,
)
from trace.projections.checking import differing_links
from trace.projections.lineage import rebuild as rebuild_lineage
from trace.reading import event_of
from trace.recall.replay import (
    RECALL_KINDS,
    differing_recalls,
    forget_recalls,
    recall_by,
    write_recalls,
)
from trace.recall.rows import Placed
from trace.recall.tables import TABLES as RECALL_TABLES
from trace.tables import EVENT, EVENT_ITEM, IDENTIFIER
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, select

from base.errors import AppError, LedgerCorrupt
from base.strict_json import JsonObject
from ledger.append import lock_head
from ledger.store import StoredEntry, read_head, scan_entries
from parties.actors import party_actor_id
from parties.issuing.replay import (
    ISSUED_KINDS,
    PlacedNote,
    differing_issued,
    forget_issued,
    issued_by,
    write_issued,
)
from parties.issuing.tables import CODE_BLOCK, CODE_RANGE
from parties.tables import PARTY

EVENT_KIND: Final = "event"
_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFinding:
    """One entry whose rows are not those that the ledger gives; `seq` is None for the whole."""

    seq: int | None
    code: str
    message: str


def rebuild_index(connection: Connection, log: int) -> int:
    """Write the index of a log anew and return how many events it has.

    Nothing is appended meanwhile: the head stays locked until the caller's transaction ends.
    Raises `LedgerCorrupt` where an entry cannot be read; then nothing is changed.
    """
    size = lock_head(connection, log).size
    for table in (EVENT_ITEM, EVENT, IDENTIFIER):
        connection.execute(delete(table).where(table.c.log == log))
    forget_issued(connection, log)
    forget_recalls(connection, log)
    interner = Interner(log)
    parties = _parties_by_actor(connection)
    count = 0
    for piece in _pieces(connection, log, size, parties):
        write_events(connection, log, interner, piece.events)
        write_issued(connection, log, piece.issued)
        write_recalls(connection, log, piece.recalls)
        count += len(piece.events)
    rebuild_lineage(connection, log, size)
    forget_findings(connection, log)
    return count


def check_index(connection: Connection, log: int) -> tuple[IndexFinding, ...]:
    """Return where the stored index is not the one that the ledger gives; changes nothing.

    Raises `LedgerCorrupt` where an entry cannot be read.
    """
    size = read_head(connection, log).size
    parties = _parties_by_actor(connection)
    findings: list[IndexFinding] = []
    used: set[str] = set()
    for piece in _pieces(connection, log, size, parties):
        named = [named_by(one.note.event) for one in piece.events]
        used.update(uris_of(piece.events, named))
        findings += _compare(connection, log, (piece.start, size), piece.events)
        findings += [
            IndexFinding(seq=seq, code="codes_differ", message=message)
            for seq, message in differing_issued(
                connection, log, piece.start, piece.end, piece.issued
            )
        ]
        findings += [
            IndexFinding(seq=seq, code="recall_differs", message=message)
            for seq, message in differing_recalls(
                connection, log, piece.start, piece.end, piece.recalls
            )
        ]
    findings += _beyond(connection, log, size)
    stored = set(
        connection.execute(select(IDENTIFIER.c.uri).where(IDENTIFIER.c.log == log)).scalars()
    )
    for code, uris in (("identifier_missing", used - stored), ("identifier_extra", stored - used)):
        if uris:
            message = f"{len(uris)} identifiers, the first of them {min(uris)}"
            findings.append(IndexFinding(seq=None, code=code, message=message))
    findings += [
        IndexFinding(seq=seq, code=code, message=message)
        for found in (differing_links, differing_findings)
        for seq, code, message in found(connection, log, size)
    ]
    return tuple(findings)


def _compare(
    connection: Connection, log: int, place: tuple[int, int], placed: Sequence[PlacedEvent]
) -> Iterator[IndexFinding]:
    """Yield the differences of one piece of the log; `place` is its start and the log's size."""
    named = [named_by(one.note.event) for one in placed]
    ids = find_ids(connection, log, set(uris_of(placed, named)))
    rows = {one.seq: event_row(log, one, ids) for one in placed}
    # An identifier that is not stored has no id; None differs from whatever the rows say.
    items = {
        one.seq: {(ids.get(uri), int(role)) for role, uri in pairs}
        for one, pairs in zip(placed, named, strict=True)
    }
    stored_rows, stored_items = _stored(connection, log, *place)
    for seq in sorted(rows.keys() | stored_rows.keys() | stored_items.keys()):
        if rows.get(seq) != stored_rows.get(seq):
            yield _difference(seq, rows.get(seq), stored_rows.get(seq))
        if items.get(seq, set()) != stored_items.get(seq, set()):
            message = "its identifiers are not those of the entry"
            yield IndexFinding(seq=seq, code="items_differ", message=message)


def _difference(
    seq: int, expected: tuple[object, ...] | None, stored: tuple[object, ...] | None
) -> IndexFinding:
    if expected is None:
        return IndexFinding(seq=seq, code="event_extra", message="the entry is no event")
    if stored is None:
        return IndexFinding(seq=seq, code="event_missing", message="the event has no row")
    pairs = zip(EVENT_COLUMNS, expected, stored, strict=True)
    wrong = [name for name, one, other in pairs if one != other]
    return IndexFinding(seq=seq, code="event_differs", message=f"differs in {', '.join(wrong)}")


def _stored(
    connection: Connection, log: int, start: int, size: int
) -> tuple[dict[int, tuple[object, ...]], dict[int, set[tuple[int | None, int]]]]:
    end = min(start + _CHUNK, size)
    events = select(EVENT).where(EVENT.c.log == log, EVENT.c.seq >= start, EVENT.c.seq < end)
    items = select(EVENT_ITEM).where(
        EVENT_ITEM.c.log == log, EVENT_ITEM.c.seq >= start, EVENT_ITEM.c.seq < end
    )
    by_seq: dict[int, set[tuple[int | None, int]]] = {}
    for row in connection.execute(items):
        by_seq.setdefault(row.seq, set()).add((row.item, row.role))
    return {row.seq: tuple(row) for row in connection.execute(events)}, by_seq


def _beyond(connection: Connection, log: int, size: int) -> Iterator[IndexFinding]:
    for table in (EVENT, EVENT_ITEM, CODE_BLOCK, CODE_RANGE, *RECALL_TABLES):
        statement = select(func.count()).where(table.c.log == log, table.c.seq >= size)
        beyond = connection.execute(statement.select_from(table)).scalar_one()
        if beyond:
            message = f"{beyond} rows of {table.name} lie beyond the last entry"
            yield IndexFinding(seq=None, code="beyond_head", message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Entries `start` … `end - 1` of a log: its events, issued codes and recalls."""

    start: int
    end: int
    events: Sequence[PlacedEvent]
    issued: Sequence[PlacedNote]
    recalls: Sequence[Placed]


def _pieces(
    connection: Connection, log: int, size: int, parties: Mapping[str, UUID | None]
) -> Iterator[_Piece]:
    """Yield each piece of the log, in order."""
    for start in range(0, size, _CHUNK):
        end = min(start + _CHUNK, size)
        entries = list(scan_entries(connection, log, start=start, end=end))
        if [entry.seq for entry in entries] != list(range(start, end)):
            raise LedgerCorrupt(f"log {log}: entries from {start} to {end - 1} are missing")
        yield _Piece(
            start=start,
            end=end,
            events=[_event_of(one, parties) for one in entries if one.header.kind == EVENT_KIND],
            issued=[issued_by(one) for one in entries if one.header.kind in ISSUED_KINDS],
            recalls=[recall_by(one) for one in entries if one.header.kind in RECALL_KINDS],
        )


def _event_of(entry: StoredEntry, parties: Mapping[str, UUID | None]) -> PlacedEvent:
    """Read one event back from all its parts."""
    header = entry.header
    party_id = parties.get(header.actor)
    if party_id is None:
        raise LedgerCorrupt(f"entry {entry.seq}: no one party has the actor id {header.actor}")
    payload, sent, event = event_of(entry)
    try:
        note = _note_of(payload, sent, event, header.actor)
        capture_id = UUID(str(payload["capture"]))
    except (AppError, KeyError, ValueError) as error:
        raise LedgerCorrupt(f"entry {entry.seq}: not readable as an event: {error!r}") from None
    return PlacedEvent(
        seq=entry.seq,
        recorded_at=header.recorded_at,
        party_id=party_id,
        capture_id=capture_id,
        note=note,
    )


def _note_of(payload: JsonObject, sent: JsonObject, event: Event, actor: str) -> EventNote:
    hash_id = payload["eventHash"]
    if not isinstance(hash_id, str):
        raise ValueError("an event has its hash")
    return EventNote(
        event=event,
        event_id=event.event_id or hash_id,
        hash_id=hash_id,
        dedup_hash=dedup_hash(hash_id, actor, sent.get("errorDeclaration")),
        path="",
    )


def _parties_by_actor(connection: Connection) -> Mapping[str, UUID | None]:
    """Return the party behind each actor id, None where two parties would share one."""
    parties: dict[str, UUID | None] = {}
    for party_id in connection.execute(select(PARTY.c.id)).scalars():
        actor = party_actor_id(party_id)
        parties[actor] = None if actor in parties else party_id
    return parties
