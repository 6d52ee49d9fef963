"""The event index, written in the append's transaction.

One rule: under the head's lock, and from what the ledger holds, so that the same ledger always
gives the same rows (`trace.rebuild`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from trace.captures import CaptureNote, capture_row, ended_by, finish_stored
from trace.events.model import Event, Role, Side
from trace.identifiers import Interner, key_of
from trace.tables import CAPTURE, EVENT, EVENT_ITEM
from trace.types import ACTION_OF, EVENT_TYPE_OF
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.bulk import find_rows, insert_rows
from base.errors import Problem
from base.strict_json import JsonValue
from ledger.batch import Appended, Batch
from ledger.canonical import canonical_bytes

# Roles whose identifiers stand in fields that name single things; an entry's item commitment
# (`ledger.items`) is over these.
INSTANCE_ROLES = frozenset({Role.EPC, Role.PARENT, Role.CHILD, Role.INPUT, Role.OUTPUT})
# Roles whose identifiers are public: lots and classes of things.
CLASS_ROLES = frozenset(
    {Role.EPC_CLASS, Role.CHILD_CLASS, Role.INPUT_CLASS, Role.OUTPUT_CLASS, Role.LOT}
)
_SIDE_ROLES = {Side.SOURCE: Role.SOURCE, Side.DESTINATION: Role.DESTINATION}

EVENT_COLUMNS = tuple(column.name for column in EVENT.columns)
_ITEM_COLUMNS = tuple(column.name for column in EVENT_ITEM.columns)
_CAPTURE_COLUMNS = tuple(column.name for column in CAPTURE.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNote:
    """What the index needs of one event: its reading, its place in the document, its hashes."""

    event: Event
    event_id: str
    hash_id: str
    dedup_hash: bytes
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEvent:
    """An event with its place in the log, and all that its rows say."""

    seq: int
    recorded_at: datetime
    party_id: UUID | None
    capture_id: UUID
    note: EventNote


def dedup_hash(hash_id: str, actor: str, declaration: JsonValue) -> bytes:
    """Return what makes an event the same as another: its recorder, its CBV hash, its declaration.

    What two recorders say is two statements, even in the same words; if it were one, whoever came
    first could take another one's event, and "recorded already" would tell a guesser that a guess
    at hidden fields was right. The CBV hash leaves error declarations out, so that one names the
    event it speaks of; to the ledger event and declaration are two things.
    """
    digest = bytes.fromhex(hash_id.removeprefix("ni:///sha-256;").partition("?")[0])
    said = b"" if declaration is None else canonical_bytes(declaration)
    return sha256(digest + actor.encode() + b"\x00" + said).digest()


# Dispositions (CBV 2.0 7.2) and steps (7.1) that somebody who has the thing, or eats it, must hear
# of, whenever they are recorded.
WARNING_DISPOSITIONS: Final = frozenset(
    {"recalled", "destroyed", "disposed", "stolen", "damaged", "non_conformant", "expired"}
)
WARNING_STEPS: Final = frozenset({"decommissioning", "destroying"})


def is_warning(event: Event) -> bool:
    """Return whether an event sets, or lifts, something that must not be overlooked."""
    spoken = {event.disposition, *event.persistent_set, *event.persistent_unset}
    return event.biz_step in WARNING_STEPS or not WARNING_DISPOSITIONS.isdisjoint(spoken)


class EventIndex:
    """Writes the rows of appended events; one for each log and process."""

    def __init__(self, log: int) -> None:
        self._log = log
        self._interner = Interner(log)

    def admit(
        self, connection: Connection, batches: Sequence[Batch]
    ) -> list[Mapping[int, Problem]]:
        """Refuse each event that the log holds already or that an earlier draft brings."""
        hashes = [note.dedup_hash for batch in batches for _, note in _notes(batch)]
        stored = _stored_hashes(connection, self._log, hashes)
        seen = set(stored)
        refusals: list[Mapping[int, Problem]] = []
        for batch in batches:
            refused: dict[int, Problem] = {}
            fresh: set[bytes] = set()
            for at, note in _notes(batch):
                if note.dedup_hash in seen or note.dedup_hash in fresh:
                    refused[at] = _duplicate(note, stored.get(note.dedup_hash))
                else:
                    fresh.add(note.dedup_hash)
            if batch.may_skip or not refused:
                seen |= fresh
            refusals.append(refused)
        return refusals

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Add event, item and capture rows, and the identifiers that are new to the log."""
        placed = [
            _placed(place, place.first_seq + offset, note)
            for place in appended
            for offset, note in _kept_notes(place)
        ]
        write_events(connection, self._log, self._interner, placed)
        captures: list[tuple[object, ...]] = []
        for place in appended:
            note = place.batch.note
            if isinstance(note, CaptureNote) and note.is_stored:
                finish_stored(connection, self._log, note.id, ended_by(place, note))
            elif isinstance(note, CaptureNote):
                captures.append(capture_row(self._log, place, note))
        insert_rows(connection, CAPTURE, _CAPTURE_COLUMNS, captures)


def write_events(
    connection: Connection, log: int, interner: Interner, placed: Sequence[PlacedEvent]
) -> None:
    """Add the rows of these events, and the identifiers that are new to the log."""
    named = [named_by(one.note.event) for one in placed]
    ids = interner.intern(connection, uris_of(placed, named))
    insert_rows(connection, EVENT, EVENT_COLUMNS, [event_row(log, one, ids) for one in placed])
    items = [
        (ids[uri], log, one.seq, int(role))
        for one, pairs in zip(placed, named, strict=True)
        for role, uri in pairs
    ]
    insert_rows(connection, EVENT_ITEM, _ITEM_COLUMNS, items)


def _placed(place: Appended, seq: int, note: EventNote) -> PlacedEvent:
    capture = place.batch.note
    if not isinstance(capture, CaptureNote):
        raise TypeError("an event is appended only as part of a capture")
    return PlacedEvent(
        seq=seq,
        recorded_at=place.recorded_at,
        party_id=capture.party_id,
        capture_id=capture.id,
        note=note,
    )


def _notes(batch: Batch) -> Iterable[tuple[int, EventNote]]:
    for at, draft in enumerate(batch.drafts):
        if isinstance(draft.note, EventNote):
            yield at, draft.note


def _kept_notes(place: Appended) -> Iterable[tuple[int, EventNote]]:
    for offset, at in enumerate(place.kept):
        note = place.batch.drafts[at].note
        if isinstance(note, EventNote):
            yield offset, note


def _stored_hashes(connection: Connection, log: int, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """Return the entry number of each hash that the log holds."""
    return dict(find_rows(connection, EVENT, ("dedup_hash", "seq"), log, hashes))


def _duplicate(note: EventNote, seq: int | None) -> Problem:
    place = "by this very request" if seq is None else f"as entry {seq}"
    return Problem(
        path=note.path,
        code="duplicate",
        message=f"This event is recorded already, {place} (event hash {note.hash_id}).",
    )


def named_by(event: Event) -> dict[tuple[Role, str], None]:
    """Return what an event names, each once per role, in the event's order."""
    named = dict.fromkeys((item.role, item.uri) for item in event.items)
    named.update(dict.fromkeys((_SIDE_ROLES[party.side], party.uri) for party in event.parties))
    named.update(dict.fromkeys((Role.NAMED_INPUT, uri) for uri in event.named_inputs))
    if event.transformation_id is not None:
        named[Role.TRANSFORMATION, event.transformation_id] = None
    return named


def uris_of(
    placed: Iterable[PlacedEvent], named: Iterable[Mapping[tuple[Role, str], None]]
) -> Iterable[str]:
    """Yield every URI that the events' rows refer to, in the order in which ids are given."""
    for one, pairs in zip(placed, named, strict=True):
        for _, uri in pairs:
            yield uri
        event = one.note.event
        if event.read_point is not None:
            yield event.read_point
        if event.biz_location is not None:
            yield event.biz_location


def event_row(log: int, placed: PlacedEvent, ids: Mapping[str, int]) -> tuple[object, ...]:
    """Return the row of an event, in the order of `EVENT_COLUMNS`."""
    note = placed.note
    event = note.event
    hash_key = key_of(note.hash_id)
    return (
        log,
        placed.seq,
        int(EVENT_TYPE_OF[event.type]),
        None if event.action is None else int(ACTION_OF[event.action]),
        event.event_at,
        placed.recorded_at,
        event.biz_step,
        event.disposition,
        ids.get(event.read_point) if event.read_point else None,
        ids.get(event.biz_location) if event.biz_location else None,
        placed.party_id,
        placed.capture_id,
        hash_key if note.event_id == note.hash_id else key_of(note.event_id),
        hash_key,
        event.error_declaration.declared_at if event.error_declaration else None,
        note.dedup_hash,
        is_warning(event),
    )
