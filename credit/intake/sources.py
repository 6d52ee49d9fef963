"""Addresses that batches are fetched from: whose, of which feed, how often, and what came of it.

The rule that must stay true: an address is a sender's, and stands in the ledger before it is asked
for the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from trace.recall.hook_addresses import require_public
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, select, update

from base.db import reading, transaction
from base.errors import Conflict, InvalidInput, NotFound, Problem
from credit.intake.senders import read_sender
from credit.tables import CREDIT_SOURCE, OUTCOME_CHARS_MAX
from parties.ids import new_id
from parties.keys import Record

SOURCE_ADDED: Final = "credit_source_added"
SOURCE_ENDED: Final = "credit_source_ended"
URL_CHARS_MAX: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An address of a sender's. `is_signed`: what comes from it without a signature is held.

    `failure` is what came of asking when it last went wrong; `wanted_at` since when somebody waits
    for it to be asked before its time.
    """

    id: UUID
    sender_id: UUID
    feed: str
    url: str
    every_minutes: int
    is_signed: bool
    created_at: datetime
    ended_at: datetime | None
    asked_at: datetime | None
    outcome: str
    failure: str | None = None
    wanted_at: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """Return when its time comes, None where it has come or will never."""
        if self.ended_at is not None or self.asked_at is None or self.wanted_at is not None:
            return None
        return self.asked_at + timedelta(minutes=self.every_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRequest:
    """An address as somebody wants it to be asked."""

    sender_id: UUID
    feed: str
    url: str
    every_minutes: int
    is_signed: bool = True
    may_be_private: bool = False


def add_source(engine: Engine, asked: SourceRequest, *, now: datetime, record: Record) -> Source:
    """Keep an address; the ledger is told first. Raises `InvalidInput` and `NotFound`."""
    with reading(engine) as connection:
        sender = read_sender(connection, asked.sender_id)
    if sender.revoked_at is not None or asked.feed not in sender.feeds:
        raise _refusal("feed", f"{sender.name} hands in no such feed.")
    scheme, netloc, *_rest = urlsplit(asked.url)
    if len(asked.url) > URL_CHARS_MAX or not netloc or "@" in netloc:
        raise _refusal("url", "This is no address that can be asked.")
    if not asked.may_be_private:
        if scheme != "https":
            raise _refusal("url", "An address begins with https://.")
        require_public(asked.url)
    source = Source(
        id=new_id(now),
        sender_id=asked.sender_id,
        feed=asked.feed,
        url=asked.url,
        every_minutes=asked.every_minutes,
        is_signed=asked.is_signed,
        created_at=now,
        ended_at=None,
        asked_at=None,
        outcome="",
    )
    public = {"source": str(source.id), "sender": str(source.sender_id), "feed": source.feed}
    record(SOURCE_ADDED, public, {"url": source.url, "signed": str(source.is_signed).lower()})
    with transaction(engine) as connection:
        columns = CREDIT_SOURCE.columns.keys()
        values = {name: getattr(source, name) for name in columns}
        connection.execute(CREDIT_SOURCE.insert().values(values))
    return source


def end_source(engine: Engine, source_id: UUID, *, now: datetime, record: Record) -> None:
    """Ask an address no more."""
    with reading(engine) as connection:
        source = read_source(connection, source_id)
    if source.ended_at is not None:
        raise Conflict("This address is not asked any more.")
    record(SOURCE_ENDED, {"source": str(source_id)}, {})
    with transaction(engine) as connection:
        own = update(CREDIT_SOURCE).where(CREDIT_SOURCE.c.id == source_id)
        connection.execute(own.values(ended_at=now))


def read_source(connection: Connection, source_id: UUID) -> Source:
    """Return a source; raises `NotFound`."""
    statement = select(CREDIT_SOURCE).where(CREDIT_SOURCE.c.id == source_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no address with that id.")
    return _source(row)


def list_sources(connection: Connection) -> list[Source]:
    """Return every source, the oldest first."""
    return [_source(row) for row in connection.execute(select(CREDIT_SOURCE).order_by("id"))]


def due_sources(connection: Connection, *, now: datetime) -> Sequence[Source]:
    """Return the sources that are to be asked now."""
    return [
        one
        for one in list_sources(connection)
        if one.ended_at is None and (one.next_at is None or one.next_at <= now)
    ]


def want_source(engine: Engine, source_id: UUID, *, now: datetime) -> None:
    """Let an address be asked before its time, at the worker's next look.

    Wanting it twice is wanting it once. Raises `NotFound`, and `Conflict` for one that was ended.
    """
    with transaction(engine) as connection:
        if read_source(connection, source_id).ended_at is not None:
            raise Conflict("This address is not asked any more.")
        own = update(CREDIT_SOURCE).where(
            CREDIT_SOURCE.c.id == source_id, CREDIT_SOURCE.c.wanted_at.is_(None)
        )
        connection.execute(own.values(wanted_at=now))


def claim_source(engine: Engine, source: Source, *, now: datetime) -> bool:
    """Note that a source is asked now; False where somebody else does it already."""
    with transaction(engine) as connection:
        asked = CREDIT_SOURCE.c.asked_at
        own = update(CREDIT_SOURCE).where(
            CREDIT_SOURCE.c.id == source.id,
            CREDIT_SOURCE.c.ended_at.is_(None),
            asked.is_(None) if source.asked_at is None else asked == source.asked_at,
        )
        values = {"asked_at": now, "outcome": "", "wanted_at": None}
        return connection.execute(own.values(values)).rowcount == 1


def note_outcome(engine: Engine, source: Source, outcome: str, *, is_failure: bool) -> None:
    """Keep what came of asking a source; a failure is kept until the next one."""
    told = outcome[:OUTCOME_CHARS_MAX]
    values = {"outcome": told, "failure": told} if is_failure else {"outcome": told}
    with transaction(engine) as connection:
        own = update(CREDIT_SOURCE).where(CREDIT_SOURCE.c.id == source.id)
        connection.execute(own.values(values))


def _source(row: Row[Any]) -> Source:
    return Source(**row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy


def _refusal(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code="invalid", message=message),))
