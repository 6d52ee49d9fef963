"""Packs that were seen again after they were sold, burnt or stolen, as facts in the ledger.

The rule that must stay true: who saw such a pack, which one and when is an event through the one
door, once for each party, pack and act; it says nothing of who did wrong.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.capture import Desk, Submission, submit
from trace.drugs.events import ALERT, act_event, as_document
from trace.drugs.model import State
from trace.drugs.verification import Checked, Pharmacy
from trace.events.model import Role
from trace.identifiers import find_ids, key_of
from trace.tables import EVENT, EVENT_ITEM
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.bulk import find_rows
from base.db import reading
from parties.actors import Actor

_SEEN_AGAIN: Final = frozenset({State.SUPPLIED, State.DESTROYED, State.STOLEN, State.EXPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A party saw a pack that should not be there; `seq` is the entry."""

    uri: str
    seq: int
    at: datetime
    party_id: UUID | None


def note_alerts(
    pharmacy: Pharmacy, desk: Desk, actor: Actor, checked: Sequence[Checked]
) -> frozenset[str]:
    """Record that packs were seen again, by a party that is not their supplier; return which.

    What the party noted before of the same pack and act is not recorded again.
    """
    seen = {
        one.pack.uri: f"urn:uuid:{_id(actor, one)}"
        for one in checked
        if _is_alarming(one, actor) and one.is_genuine
    }
    if not seen or actor.party_id is None:
        return frozenset()
    with reading(pharmacy.engine) as connection:
        keys = [key_of(event_id) for event_id in seen.values()]
        known = {
            key
            for key, party in find_rows(
                connection, EVENT, ("event_id_key", "party_id"), pharmacy.log, keys
            )
            if party == actor.party_id
        }
    fresh = [(uri, event_id) for uri, event_id in seen.items() if key_of(event_id) not in known]
    if fresh:
        now = pharmacy.clock.now()
        events = [
            act_event([uri], ALERT, at=now, site=None, event_id=event_id) for uri, event_id in fresh
        ]
        submit(desk, Submission(actor=actor, document=as_document(events)))
    return frozenset(seen)


def alerts_about(connection: Connection, log: int, uri: str, *, rows_max: int) -> list[Alert]:
    """Return who saw a pack again, the newest first."""
    item = find_ids(connection, log, [uri]).get(uri)
    if item is None:
        return []
    statement = (
        select(EVENT.c.seq, EVENT.c.event_at, EVENT.c.party_id)
        .join(EVENT_ITEM, (EVENT.c.log == EVENT_ITEM.c.log) & (EVENT.c.seq == EVENT_ITEM.c.seq))
        .where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item == item,
            EVENT_ITEM.c.role == int(Role.EPC),
            EVENT.c.disposition == ALERT.disposition,
            EVENT.c.declared_at.is_(None),
        )
        .order_by(EVENT.c.seq.desc())
        .limit(rows_max)
    )
    return [
        Alert(uri=uri, seq=row.seq, at=row.event_at, party_id=row.party_id)
        for row in connection.execute(statement)
    ]


def _is_alarming(one: Checked, actor: Actor) -> bool:
    by = one.pack.state.by
    is_again = one.pack.state.state in _SEEN_AGAIN
    return is_again and by is not None and by.party_id != actor.party_id


def _id(actor: Actor, one: Checked) -> UUID:
    by = one.pack.state.by
    said = f"seen again\n{actor.id}\n{one.pack.uri}\n{by.seq if by is not None else ''}"
    number = int.from_bytes(hashlib.sha256(said.encode()).digest()[:16])
    return UUID(int=(number & ~(0xF << 76) | 0x8 << 76) & ~(0b11 << 62) | 0b10 << 62)
