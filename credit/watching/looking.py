"""How far a subscriber has looked at what changed, so that its page begins behind that.

The rule that must stay true: only its own look moves it on; a page that was opened earlier and sent
later moves nothing back, so that what came meanwhile stays to be looked at.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from base.db import transaction
from credit.watching.positions import Position, read_after
from credit.watching.tables import CREDIT_WATCH_LOOK
from parties.actors import Actor
from parties.rows import insert_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How far a subscriber has looked, as a token of the feed, and when; "" and None for never."""

    seen: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A page that was looked at: it began behind `after` and told everything up to `upto`."""

    after: str
    upto: str
    now: datetime


def look_of(connection: Connection, log: int, actor: Actor) -> Look:
    """Return how far a subscriber has looked."""
    own = CREDIT_WATCH_LOOK.c
    statement = select(own.seen, own.seen_at).where(own.log == log, own.actor == actor.id)
    row = connection.execute(statement).one_or_none()
    return Look(seen="", at=None) if row is None else Look(seen=row.seen, at=row.seen_at)


def note_look(engine: Engine, log: int, actor: Actor, looked: Looked, head: Position) -> bool:
    """Keep that a page was looked at; return False where another one was meanwhile.

    Raises `InvalidInput` for a token that was never given out.
    """
    read_after(looked.upto, head)
    values = {"seen": looked.upto, "seen_at": looked.now}
    with transaction(engine) as connection:
        row = {"log": log, "actor": actor.id, **values}
        if not looked.after and insert_once(connection, CREDIT_WATCH_LOOK, row):
            return True
        own = CREDIT_WATCH_LOOK.c
        moved = update(CREDIT_WATCH_LOOK).where(
            own.log == log, own.actor == actor.id, own.seen == looked.after
        )
        return connection.execute(moved.values(**values)).rowcount == 1
