"""Reading events back from the ledger, as far as their reader may see them.

One rule: what a reader gets is merged from the parts that `parties.access` names, and from nothing
else; stored bytes that no longer match their hash are marked, never passed on as sound.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.events.model import Event, read
from trace.partners import partner_seqs
from trace.tables import EVENT
from trace.types import ACTION_OF, EVENT_TYPE_OF
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Row, select

from base.errors import AppError, LedgerCorrupt
from base.strict_json import JsonObject
from codes.model import CodeError
from ledger.parts import Part, member_path, merge, payload_hash
from ledger.store import StoredEntry, parse_part, read_entries
from parties.access import Subject, visible_parts
from parties.actors import Actor
from schemas.cbv import STANDARD_PREFIXES

_CHUNK: Final = 500

EventRow: TypeAlias = Row[*tuple[Any, ...]]

_TYPE_WORDS: Final = {int(kind): word for word, kind in EVENT_TYPE_OF.items()}
_ACTION_WORDS: Final = {int(action): word for word, action in ACTION_OF.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """One event as its reader sees it. `event` and `namespaces` hold visible members only."""

    log: int
    seq: int
    recorded_at: datetime
    event: JsonObject
    namespaces: Mapping[str, str]
    event_hash: str | None
    party_id: UUID | None
    parts: frozenset[Part]
    is_damaged: bool


def read_events(
    connection: Connection, log: int, seqs: Sequence[int], actor: Actor
) -> dict[int, ReadEvent]:
    """Return the events with these entry numbers, as `actor` may see them."""
    rows = read_rows(connection, log, seqs)
    entries = read_entries(connection, log, seqs)
    parts = visible_of(connection, log, rows, actor)
    return {
        seq: _merged(rows[seq], entries[seq], parts[seq]) if seq in entries else _lost(rows[seq])
        for seq in seqs
        if seq in rows
    }


def read_rows(connection: Connection, log: int, seqs: Sequence[int]) -> dict[int, EventRow]:
    """Return the index rows of these entries, as far as they are events."""
    rows: dict[int, EventRow] = {}
    for start in range(0, len(seqs), _CHUNK):
        statement = select(EVENT).where(
            EVENT.c.log == log, EVENT.c.seq.in_(seqs[start : start + _CHUNK])
        )
        rows.update((row.seq, row) for row in connection.execute(statement))
    return rows


def visible_of(
    connection: Connection, log: int, rows: Mapping[int, EventRow], actor: Actor
) -> dict[int, frozenset[Part]]:
    """Return, for each event, the parts that `actor` may see."""
    partnered: Collection[int] = ()
    if actor.party_id is not None:
        others = [seq for seq, row in rows.items() if row.party_id != actor.party_id]
        partnered = partner_seqs(connection, log, others, actor.party_id)
    return {
        seq: _parts_for(actor, row.party_id, is_partner=seq in partnered)
        for seq, row in rows.items()
    }


def _parts_for(actor: Actor, party_id: UUID | None, *, is_partner: bool) -> frozenset[Part]:
    own = frozenset() if party_id is None else frozenset({party_id})
    near = frozenset({actor.party_id}) if is_partner and actor.party_id else frozenset()
    names = visible_parts(actor, Subject(party_ids=own, neighbour_party_ids=near))
    return frozenset(part for part in Part if part.name.lower() in names)


def _merged(row: EventRow, entry: StoredEntry, parts: frozenset[Part]) -> ReadEvent:
    shown = [part for part in sorted(entry.parts) if part in parts]
    damaged = set(entry.damaged_parts())
    # Only a personal part may be erased, and that one is nobody's to see.
    lacking = parts.intersection(entry.part_hashes) - entry.parts.keys()
    is_damaged = bool(damaged.intersection(shown) or lacking) or not _is_header_sound(entry)
    payload = _merge_sound(entry, [part for part in shown if part not in damaged])
    event = payload.get("event")
    event_hash = payload.get("eventHash")
    return ReadEvent(
        log=entry.log,
        seq=entry.seq,
        recorded_at=row.recorded_at,
        event=event if isinstance(event, dict) else _outline(row),
        namespaces=namespaces_of(payload),
        event_hash=event_hash if isinstance(event_hash, str) else None,
        party_id=row.party_id,
        parts=frozenset(shown),
        is_damaged=is_damaged,
    )


def _lost(row: EventRow) -> ReadEvent:
    """Return what the index still knows of an event whose entry is gone."""
    return ReadEvent(
        log=row.log,
        seq=row.seq,
        recorded_at=row.recorded_at,
        event=_outline(row),
        namespaces={},
        event_hash=None,
        party_id=row.party_id,
        parts=frozenset(),
        is_damaged=True,
    )


def _is_header_sound(entry: StoredEntry) -> bool:
    try:
        return entry.header.payload_hash == payload_hash(entry.part_hashes)
    except AppError:
        return False


def _merge_sound(entry: StoredEntry, parts: Iterable[Part]) -> JsonObject:
    try:
        return merge([parse_part(entry.parts[part]) for part in parts])
    except (AppError, LedgerCorrupt) as error:
        # Bytes that match their hash were readable when they were hashed.
        raise LedgerCorrupt(f"entry {entry.seq}: a sound part is not readable: {error}") from None


def _outline(row: EventRow) -> JsonObject:
    """Return what the index still knows of an event whose public part is damaged."""
    outline: JsonObject = {
        "type": _TYPE_WORDS[row.type],
        "eventTime": row.event_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventTimeZoneOffset": "+00:00",
    }
    if row.action is not None:
        outline["action"] = _ACTION_WORDS[row.action]
    if row.biz_step is not None:
        outline["bizStep"] = row.biz_step
    return outline


def event_of(entry: StoredEntry) -> tuple[JsonObject, JsonObject, Event]:
    """Return the payload of an entry, the event in it and its reading, from all its parts.

    Raises `LedgerCorrupt` where a part is damaged or the entry is no event.
    """
    if entry.damaged_parts():
        raise LedgerCorrupt(f"entry {entry.seq}: a part does not match its hash; run fsck")
    payload = merge(parse_part(stored) for stored in entry.parts.values())
    try:
        sent = payload["event"]
        if not isinstance(sent, dict):
            raise ValueError("an event has its members")
        # What the EPCIS context binds for everybody is not stored with each event.
        read_as = read(sent, {**STANDARD_PREFIXES, **namespaces_of(payload)})
    except (AppError, CodeError, KeyError, ValueError) as error:
        raise LedgerCorrupt(f"entry {entry.seq}: not readable as an event: {error!r}") from None
    return payload, sent, read_as


def members_of(entry: StoredEntry, names: Collection[str]) -> tuple[JsonObject, dict[str, str]]:
    """Return some members of the event in an entry, as sent, and the prefixes in force in it.

    The rest is not put together, which is most of the cost of reading an event. Raises
    `LedgerCorrupt` where a part is damaged or not readable.
    """
    if entry.damaged_parts():
        raise LedgerCorrupt(f"entry {entry.seq}: a part does not match its hash; run fsck")
    wanted = ("/namespaces", *(member_path("/event", name) for name in names))
    try:
        payload = merge(
            {path: leaf for path, leaf in parse_part(stored).items() if path.startswith(wanted)}
            for stored in entry.parts.values()
        )
    except AppError as error:
        raise LedgerCorrupt(f"entry {entry.seq}: not readable as an event: {error!r}") from None
    event = payload.get("event")
    sent = event if isinstance(event, dict) else {}
    return {name: sent[name] for name in names if name in sent}, namespaces_of(payload)


def namespaces_of(payload: JsonObject) -> dict[str, str]:
    """Return the prefixes that were in force inside an event, from its merged parts."""
    value = payload.get("namespaces")
    if not isinstance(value, dict):
        return {}
    return {name: text for name, text in value.items() if isinstance(text, str)}
