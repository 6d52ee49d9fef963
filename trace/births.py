"""What was said of goods when they came into being: the master data of their births (ILMD).

The rule that must stay true: a birth counts if its recorder owns the product (docs/adr/0010), if
nobody took it back, and if what the ledger holds of it is sound. Of goods without such a birth
nothing is known, which is told apart from a birth that says nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from trace.events.model import Event, Role
from trace.identifiers import find_ids
from trace.projections.reading import events_at, taken_back
from trace.reading import event_of, namespaces_of
from trace.tables import EVENT, EVENT_ITEM
from trace.types import Action, EventType
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, or_, select

from base.db import reading
from base.errors import LedgerCorrupt
from base.strict_json import JsonObject, JsonValue
from ledger.store import StoredEntry, read_entries
from parties.directory import Owners
from schemas.cbv import STANDARD_PREFIXES
from schemas.profiles.naming import renamed

Said: TypeAlias = Mapping[str, JsonValue]
"""What births say of one thing, by term (`sx:productionDate`)."""

_CHUNK: Final = 500
_MADE_BY_OBJECT: Final = (Role.EPC, Role.EPC_CLASS)
_MADE_BY_TRANSFORMATION: Final = (Role.OUTPUT, Role.OUTPUT_CLASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Births:
    """Where births are read: the index and entries of one log, and who owns products."""

    engine: Engine
    log: int
    owners: Owners

    def said_of(self, uris: Collection[str]) -> dict[str, Said]:
        """Return what the births of these say; a URI that is not there has none on record."""
        if not uris:
            return {}
        owners = self.owners.owners_of(uris)
        with reading(self.engine) as connection:
            ids = find_ids(connection, self.log, sorted(uris))
            seqs = _births(connection, self.log, {ids[uri]: owners[uri] for uri in ids})
            wanted = sorted({seq for some in seqs.values() for seq in some})
            data = _master_data(read_entries(connection, self.log, wanted))
        return {
            uri: _joined(data[seq] for seq in seqs[ids[uri]] if seq in data)
            for uri in ids
            if any(seq in data for seq in seqs.get(ids[uri], ()))
        }


def born_in(
    events: Iterable[tuple[Event, JsonObject, Mapping[str, str]]],
) -> dict[str, Said]:
    """Return what these events (read, sent, prefixes) say of the goods they bring into being."""
    found: dict[str, list[Said]] = {}
    for event, sent, namespaces in events:
        made = {item.uri for item in event.items if item.role in made_by(event)}
        if made and event.error_declaration is None:
            said = master_data(sent, namespaces)
            for uri in made:
                found.setdefault(uri, []).append(said)
    return {uri: _joined(many) for uri, many in found.items()}


def made_by(event: Event) -> Sequence[Role]:
    """Return the roles of what an event brings into being (ISO/IEC 19987 7.4.2, 7.4.6)."""
    if event.type == "ObjectEvent" and event.action == "ADD":
        return _MADE_BY_OBJECT
    return _MADE_BY_TRANSFORMATION


def master_data(sent: JsonObject, namespaces: Mapping[str, str]) -> Said:
    """Return the master data of an event under our prefixes."""
    ilmd = sent.get("ilmd")
    return renamed(ilmd, namespaces) if isinstance(ilmd, dict) else {}


def _joined(many: Iterable[Said]) -> Said:
    """Return what several births of one thing say together; the first word of each stands."""
    found: dict[str, JsonValue] = {}
    for said in many:
        found = {**said, **found}
    return found


def _births(
    connection: Connection, log: int, owners: Mapping[int, UUID | None]
) -> dict[int, list[int]]:
    """Return the entries that brought each thing into being by its owner's word, in order."""
    found: dict[int, list[int]] = {}
    wanted = sorted(item for item, owner in owners.items() if owner is not None)
    is_object = and_(EVENT.c.type == int(EventType.OBJECT), EVENT.c.action == int(Action.ADD))
    for start in range(0, len(wanted), _CHUNK):
        statement = (
            select(EVENT_ITEM.c.item, EVENT.c.seq, EVENT.c.party_id)
            .join(EVENT, (EVENT.c.log == EVENT_ITEM.c.log) & (EVENT.c.seq == EVENT_ITEM.c.seq))
            .where(
                EVENT_ITEM.c.log == log,
                EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
                EVENT.c.declared_at.is_(None),
                or_(
                    and_(EVENT_ITEM.c.role.in_([int(one) for one in _MADE_BY_OBJECT]), is_object),
                    EVENT_ITEM.c.role.in_([int(one) for one in _MADE_BY_TRANSFORMATION]),
                ),
            )
            .order_by(EVENT.c.seq)
        )
        for row in connection.execute(statement):
            if row.party_id == owners[row.item]:
                found.setdefault(row.item, []).append(row.seq)
    events = events_at(connection, log, {seq for some in found.values() for seq in some})
    wrong = taken_back(connection, log, events)
    return {item: [seq for seq in some if seq not in wrong] for item, some in found.items()}


def _master_data(entries: Mapping[int, StoredEntry]) -> dict[int, Said]:
    found: dict[int, Said] = {}
    for seq, entry in entries.items():
        try:
            payload, sent, _ = event_of(entry)
        except LedgerCorrupt:
            continue  # Damage is fsck's to tell; here it is a birth of which nothing is known.
        found[seq] = master_data(sent, {**STANDARD_PREFIXES, **namespaces_of(payload)})
    return found
