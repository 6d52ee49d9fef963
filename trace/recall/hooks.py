"""Hooks: a holder's own address for notices of recalls, and what is still to be told there.

The rule that must stay true: each party has a signing key of its own, derived and stored nowhere,
so that nobody else can send it a notice that looks like ours.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from trace.recall.hook_tables import OUTCOME_CHARS_MAX, RECALL_DELIVERY, RECALL_HOOK, URL_CHARS_MAX
from trace.recall.tables import RECALL, RECALL_CLOSE, RECALL_NOTICE
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection, Row, and_, delete, exists, or_, select, update

from base.errors import InvalidInput, NotFound, Problem
from base.installation_secret import InstallationSecret
from parties.rows import insert_once

_RETRY_FIRST: Final = timedelta(minutes=1)
_UNKNOWN: Final = "It is not known what came of it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where a party's program takes notices."""

    party_id: UUID
    url: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """A notice that is to be told to a party's program, and how often that was tried."""

    notice_id: UUID
    recall_id: UUID
    number: str
    level: int
    reason: str
    is_mock: bool
    party_id: UUID
    line_count: int
    due_at: datetime
    url: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of telling a notice to a program; `next_at` is None where that is over."""

    notice_id: UUID
    party_id: UUID
    attempts: int
    outcome: str
    next_at: datetime | None
    delivered_at: datetime | None


def signing_key(secret: InstallationSecret, party_id: UUID) -> bytes:
    """Return the key under which a party's notices are signed."""
    return secret.key_for(f"recall hook {party_id}")


def next_try(now: datetime, attempts: int) -> datetime:
    """Return when what was tried so often is tried once more: each time after twice as long."""
    return now + _RETRY_FIRST * (1 << (attempts - 1))


def keep_hook(
    connection: Connection, party_id: UUID, url: str, *, now: datetime, may_be_plain: bool = False
) -> Hook:
    """Keep where a party's notices go, in place of what was kept; raises `InvalidInput`."""
    check_address(url, may_be_plain=may_be_plain)
    row = {"party_id": party_id, "url": url, "created_at": now}
    if not insert_once(connection, RECALL_HOOK, row):
        own = update(RECALL_HOOK).where(RECALL_HOOK.c.party_id == party_id)
        connection.execute(own.values(url=url, created_at=now))
    return Hook(party_id=party_id, url=url, created_at=now)


def read_hook(connection: Connection, party_id: UUID) -> Hook:
    """Return a party's hook; raises `NotFound`."""
    statement = select(RECALL_HOOK).where(RECALL_HOOK.c.party_id == party_id)
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound("No address for notices of recalls is kept.")
    return Hook(**row)


def drop_hook(connection: Connection, party_id: UUID) -> None:
    """Forget a party's hook; what was told stays told."""
    connection.execute(delete(RECALL_HOOK).where(RECALL_HOOK.c.party_id == party_id))


def due_deliveries(
    connection: Connection, log: int, *, now: datetime, rows_max: int
) -> Sequence[DueDelivery]:
    """Return the notices of open recalls that a program was not told yet, the oldest first."""
    done, newer = RECALL_DELIVERY, RECALL_NOTICE.alias("newer")
    is_replaced = exists().where(
        newer.c.log == log,
        newer.c.recall_id == RECALL_NOTICE.c.recall_id,
        newer.c.party_id == RECALL_NOTICE.c.party_id,
        newer.c.seq > RECALL_NOTICE.c.seq,
    )
    statement = (
        select(
            RECALL_NOTICE.c.id.label("notice_id"),
            RECALL_NOTICE.c.recall_id,
            RECALL_NOTICE.c.party_id,
            RECALL_NOTICE.c.line_count,
            RECALL_NOTICE.c.due_at,
            RECALL.c.number,
            RECALL.c.level,
            RECALL.c.reason,
            RECALL.c.is_mock,
            RECALL_HOOK.c.url,
            done.c.attempts,
        )
        .join(RECALL_HOOK, RECALL_HOOK.c.party_id == RECALL_NOTICE.c.party_id)
        .join(RECALL, and_(RECALL.c.log == log, RECALL.c.id == RECALL_NOTICE.c.recall_id))
        .outerjoin(
            RECALL_CLOSE,
            and_(RECALL_CLOSE.c.log == log, RECALL_CLOSE.c.recall_id == RECALL.c.id),
        )
        .outerjoin(done, done.c.notice_id == RECALL_NOTICE.c.id)
        .where(
            RECALL_NOTICE.c.log == log,
            RECALL_CLOSE.c.seq.is_(None),
            ~is_replaced,
            or_(done.c.notice_id.is_(None), done.c.next_at <= now),
        )
        .order_by(RECALL_NOTICE.c.seq)
        .limit(rows_max)
    )
    return [_due(row) for row in connection.execute(statement)]


def claim_delivery(
    connection: Connection, due: DueDelivery, *, now: datetime, attempts_max: int
) -> bool:
    """Note a try before it is made; return False where another worker makes it.

    Each further one waits twice as long, until it is given up. A worker that dies meanwhile leaves
    a try that failed.
    """
    attempts = due.attempts + 1
    is_last = attempts >= attempts_max
    values = {
        "attempts": attempts,
        "outcome": _UNKNOWN,
        "next_at": None if is_last else next_try(now, attempts),
        "delivered_at": None,
    }
    row = {"notice_id": due.notice_id, "party_id": due.party_id, **values}
    if not due.attempts:
        return insert_once(connection, RECALL_DELIVERY, row)
    own = update(RECALL_DELIVERY).where(
        RECALL_DELIVERY.c.notice_id == due.notice_id, RECALL_DELIVERY.c.attempts == due.attempts
    )
    return connection.execute(own.values(**values)).rowcount == 1


def note_delivery(
    connection: Connection, due: DueDelivery, *, outcome: str, is_taken: bool, now: datetime
) -> None:
    """Keep what came of a try that was claimed."""
    values: dict[str, Any] = {"outcome": outcome[:OUTCOME_CHARS_MAX]}
    if is_taken:
        values |= {"next_at": None, "delivered_at": now}
    own = update(RECALL_DELIVERY).where(
        RECALL_DELIVERY.c.notice_id == due.notice_id,
        RECALL_DELIVERY.c.attempts == due.attempts + 1,
    )
    connection.execute(own.values(**values))


def deliveries_of(connection: Connection, notice_ids: Collection[UUID]) -> Mapping[UUID, Delivery]:
    """Return what came of telling programs, by notice; nothing for one without an address."""
    wanted = RECALL_DELIVERY.c.notice_id.in_(list(notice_ids))
    rows = connection.execute(select(RECALL_DELIVERY).where(wanted)).mappings()
    return {row["notice_id"]: Delivery(**row) for row in rows}


def newest_deliveries(
    connection: Connection, party_id: UUID, *, rows_max: int
) -> Sequence[Delivery]:
    """Return what came of telling a party's program, the newest notice first."""
    statement = (
        select(RECALL_DELIVERY)
        .where(RECALL_DELIVERY.c.party_id == party_id)
        .order_by(RECALL_DELIVERY.c.notice_id.desc())
        .limit(rows_max)
    )
    return [Delivery(**row) for row in connection.execute(statement).mappings()]


def _due(row: Row[*tuple[Any, ...]]) -> DueDelivery:
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return DueDelivery(**{**values, "attempts": values["attempts"] or 0})


def check_address(url: str, *, may_be_plain: bool) -> None:
    """Refuse what is no address of a program; raises `InvalidInput`."""
    schemes = ("http", "https") if may_be_plain else ("https",)
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_fine, parts = False, urlsplit("")
    is_plain = url.isascii() and url.isprintable() and len(url) <= URL_CHARS_MAX
    if not is_fine or not is_plain or parts.username or parts.password or parts.fragment:
        message = "is an address that begins with https://, without a user's name"
        problem = Problem(path="url", code="address", message=message)
        raise InvalidInput(f"url: {message}", problems=(problem,))
