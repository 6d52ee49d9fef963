"""Packs that were seen again after they were sold, burnt or stolen, as facts in the ledger.

The rule that must stay true: who saw such a pack, which one and when is an event through the one
door, once for each party, pack and act; it says nothing of who did wrong.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from trace.capture import Desk, Submission, submit
from trace.drugs.events import ALERT, act_event, as_document
from trace.drugs.model import State
from trace.drugs.verification import Checked, Pharmacy
from trace.events.model import Role
from trace.identifiers import find_ids, key_of
from trace.tables import EVENT, EVENT_ITEM
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from base.db import reading
from ledger.batch import Idempotency
from parties.actors import Actor

_DAY: Final = timedelta(days=1)
# Keys that begin so are no caller's to use (`web.idempotency`).
_OWN_KEYS: Final = "capture:drug-alert:"
_SEEN_AGAIN: Final = frozenset({State.SUPPLIED, State.DESTROYED, State.STOLEN, State.EXPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A party saw a pack that should not be there; `seq` is the entry."""

    uri: str
    seq: int
    at: datetime
    party_id: UUID | None


def note_alerts(
    pharmacy: Pharmacy, desk: Desk, actor: Actor, checked: Sequence[Checked], *, day_max: int
) -> frozenset[str]:
    """Record that packs were seen again, by a party that is not their supplier; return which.

    What the party noted before of the same pack and act is not recorded again, nor is more than
    `day_max` in a day: whoever sees so many tells little more with the next one.
    """
    seen = {
        one.pack.uri: f"urn:uuid:{_id(actor, one)}"
        for one in checked
        if _is_alarming(one, actor) and one.is_genuine
    }
    if not seen or actor.party_id is None:
        return frozenset()
    now = pharmacy.clock.now()
    with reading(pharmacy.engine) as connection:
        room = day_max - _count_since(connection, pharmacy.log, actor, now - _DAY)
        keys = [key_of(event_id) for event_id in seen.values()]
        own = select(EVENT.c.event_id_key).where(
            EVENT.c.event_id_key.in_(keys),
            EVENT.c.log == pharmacy.log,
            EVENT.c.party_id == actor.party_id,
        )
        known = set(connection.execute(own).scalars())
    noted = [uri for uri, event_id in seen.items() if key_of(event_id) in known]
    fresh = [(uri, event_id) for uri, event_id in seen.items() if key_of(event_id) not in known]
    for uri, event_id in fresh[: max(room, 0)]:
        event = act_event([uri], ALERT, at=now, site=None, event_id=event_id)
        # Two that look at one moment see it at two times: the key makes it one fact.
        asked = hashlib.sha256(event_id.encode()).digest()
        submission = Submission(
            actor=actor,
            document=as_document([event]),
            idempotency=Idempotency(key=f"{_OWN_KEYS}{event_id}", request_hash=asked),
        )
        submit(desk, submission)
        noted.append(uri)
    return frozenset(noted)


def _count_since(connection: Connection, log: int, actor: Actor, since: datetime) -> int:
    statement = select(func.count()).where(
        EVENT.c.party_id == actor.party_id,
        EVENT.c.log == log,
        EVENT.c.event_at >= since,
        EVENT.c.disposition == ALERT.disposition,
    )
    return int(connection.execute(statement).scalar_one())


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
