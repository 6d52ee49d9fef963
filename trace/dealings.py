"""With whom a party dealt lately: the other ends of the events that it recorded itself.

One rule: only what the asker recorded is looked at, so that nobody learns of another's partners.
"""

from trace.events.model import Role
from trace.identifiers import read_uris
from trace.tables import CAPTURE, EVENT_ITEM
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

_SIDES: Final = (int(Role.SOURCE), int(Role.DESTINATION))


def recent_partner_uris(
    connection: Connection, log: int, party_id: UUID, *, captures_max: int
) -> list[str]:
    """Return the sources and destinations of a party's newest captures, the newest first.

    Of a capture its first event counts: what was sent at once mostly went one way.
    """
    newest = (
        select(CAPTURE.c.first_seq)
        .where(
            CAPTURE.c.party_id == party_id, CAPTURE.c.log == log, CAPTURE.c.first_seq.is_not(None)
        )
        .order_by(CAPTURE.c.created_at.desc())
        .limit(captures_max)
    )
    seqs = list(connection.execute(newest).scalars())
    named = (
        select(EVENT_ITEM.c.item)
        .where(EVENT_ITEM.c.log == log, EVENT_ITEM.c.seq.in_(seqs), EVENT_ITEM.c.role.in_(_SIDES))
        .order_by(EVENT_ITEM.c.seq.desc(), EVENT_ITEM.c.role, EVENT_ITEM.c.item)
    )
    items = list(dict.fromkeys(connection.execute(named).scalars()))
    uris = read_uris(connection, log, items)
    return [uris[item] for item in items if item in uris]
