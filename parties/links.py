"""The links of products, lots and things: where a resolver leads from their codes.

The rule that must stay true: of one anchor (a canonical URI) at most one link that has not ended is
the default. A link is never deleted: it ends, and its row goes on saying where a code led. A code
leads only where its present owner wants: what a former one kept is listed, and served no more.

Services take the caller's connection and never commit it. Whoever writes holds `lock_links` of the
party first, so that nobody else counts its links or chooses its defaults at the same time.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, func, select, update

from base.clock import Clock
from base.db import glancing
from base.errors import Conflict, Problem
from parties.cache import TimedCache
from parties.ids import new_id
from parties.link_drafts import LinkDraft
from parties.register import Page, Registered, RegisterRow, one_of
from parties.tables import API_KEY, POST_REQUEST, PRODUCT_LINK

LINKS_S: Final = 2.0
"""How long a process may go on believing the links of an anchor that another process changed."""

_ANCHORS_CACHED_MAX: Final = 20_000
# What makes two links the same: everything but the words for it.
_IDENTITY: Final = ("uri", "link_type", "href", "language", "media_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLimits:
    """How many links that have not ended an anchor and a party may have."""

    anchor_max: int
    party_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that has not ended; `link_type` is its name in the GS1 vocabulary."""

    id: UUID
    party_id: UUID
    uri: str
    link_type: str
    href: str
    title: str
    language: str
    media_type: str
    is_default: bool


Links: TypeAlias = tuple[Link, ...]

OwnersOf: TypeAlias = Callable[[Collection[str]], Mapping[str, UUID | None]]
"""Returns whose each canonical URI is now, None where it is nobody's."""


def lock_links(connection: Connection, party_id: UUID) -> None:
    """Let nobody else change the links of the party until this transaction ends."""
    # Only who may change a row may lock it, and nobody may change a party: its keys are locked. Of
    # two writers each has shown one, and who began later sees the earlier one's. SQLite's writing
    # transaction has the whole database to itself.
    keys = select(API_KEY.c.id).where(API_KEY.c.party_id == party_id).order_by(API_KEY.c.id)
    connection.execute(keys.with_for_update(key_share=True)).all()


def add_link(
    connection: Connection, party_id: UUID, draft: LinkDraft, *, now: datetime, limits: LinkLimits
) -> Registered:
    """Keep a checked link; the party's very same one again returns the row that is there.

    Raises `Conflict` for the same link under another title, and where a limit is reached.
    """
    standing = PRODUCT_LINK.c.ended_at.is_(None)
    same = [PRODUCT_LINK.c[name] == getattr(draft, name) for name in _IDENTITY]
    same.append(PRODUCT_LINK.c.party_id == party_id)
    found = connection.execute(select(PRODUCT_LINK).where(standing, *same)).first()
    if found is not None:
        return _again(connection, found, draft)
    _check_count(connection, "anchor", limits.anchor_max, PRODUCT_LINK.c.uri == draft.uri)
    _check_count(connection, "party", limits.party_max, PRODUCT_LINK.c.party_id == party_id)
    row_id = new_id(now)
    row = {**asdict(draft), "id": row_id, "party_id": party_id, "created_at": now}
    connection.execute(PRODUCT_LINK.insert().values({**row, "is_default": False}))
    if draft.is_default:
        set_default(connection, row_id, is_default=True)
    return Registered(id=row_id, is_new=True)


def _again(connection: Connection, found: RegisterRow, draft: LinkDraft) -> Registered:
    stored = found._mapping  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    if stored["title"] != draft.title:
        told = "this link is kept already, with another title"
        raise Conflict(
            f"title: {told}", problems=[Problem(path="title", code="kept", message=told)]
        )
    if draft.is_default and not stored["is_default"]:
        set_default(connection, stored["id"], is_default=True)
    return Registered(id=stored["id"], is_new=False)


def _check_count(
    connection: Connection, word: str, count_max: int, whose: ColumnElement[bool]
) -> None:
    counted = select(func.count()).select_from(PRODUCT_LINK)
    count = connection.execute(counted.where(PRODUCT_LINK.c.ended_at.is_(None), whose)).scalar_one()
    if count >= count_max:
        told = f"This {word} has {count} links, and at most {count_max}; end one first."
        problem = Problem(path="uri", code=f"{word}_links", message=told)
        raise Conflict(told, problems=(problem,))


def set_default(connection: Connection, link_id: UUID, *, is_default: bool) -> None:
    """Make a link the default of its anchor in place of any other, or leave the anchor without one.

    Raises `NotFound`, and `Conflict` for a link that has ended.
    """
    row = one_of(connection, PRODUCT_LINK, link_id)._mapping  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    if row["ended_at"] is not None:
        raise Conflict("This link has ended.")
    others = PRODUCT_LINK.c.uri == row["uri"], PRODUCT_LINK.c.ended_at.is_(None)
    if is_default:
        connection.execute(update(PRODUCT_LINK).where(*others).values(is_default=False))
    this = update(PRODUCT_LINK).where(PRODUCT_LINK.c.id == link_id)
    connection.execute(this.values(is_default=is_default))


def end_link(connection: Connection, link_id: UUID, *, now: datetime) -> None:
    """End a link for ever; a second time changes nothing."""
    unended = PRODUCT_LINK.c.id == link_id, PRODUCT_LINK.c.ended_at.is_(None)
    connection.execute(update(PRODUCT_LINK).where(*unended).values(ended_at=now))


def link_of_request(
    connection: Connection, *, actor: str, idempotency_key: str, request_hash: bytes
) -> UUID | None:
    """Return the link that an earlier request under this key made, ended or not.

    None where the key is new. Raises `Conflict` where it was used for another request.
    """
    row = connection.execute(
        select(POST_REQUEST.c.request_hash, POST_REQUEST.c.row_id).where(
            POST_REQUEST.c.actor == actor, POST_REQUEST.c.idempotency_key == idempotency_key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise Conflict("This idempotency key was used for another request.")
    if not isinstance(row.row_id, UUID):
        raise TypeError("not an id")
    return row.row_id


def links_of(connection: Connection, uris: Collection[str]) -> Mapping[str, Links]:
    """Return the links of each anchor that have not ended, oldest first."""
    columns = [PRODUCT_LINK.c[field.name] for field in fields(Link)]
    statement = (
        select(*columns)
        .where(PRODUCT_LINK.c.uri.in_(list(uris)), PRODUCT_LINK.c.ended_at.is_(None))
        .order_by(PRODUCT_LINK.c.id)
    )
    found: defaultdict[str, list[Link]] = defaultdict(list)
    for row in connection.execute(statement).mappings():
        found[row["uri"]].append(Link(**row))
    return {uri: tuple(found.get(uri, ())) for uri in uris}


def list_links(
    connection: Connection,
    whose: Mapping[str, object],
    *,
    is_ended: bool,
    before: UUID | None,
    rows_max: int,
) -> Page:
    """Return links whose columns equal `whose`, the newest first, below the id `before`.

    Those that have ended, or those that have not; `next_after` is the cursor of the next page.
    """
    ended = PRODUCT_LINK.c.ended_at
    conditions = [PRODUCT_LINK.c[name] == value for name, value in whose.items()]
    conditions.append(ended.is_not(None) if is_ended else ended.is_(None))
    if before is not None:
        conditions.append(PRODUCT_LINK.c.id < before)
    statement = select(PRODUCT_LINK).where(*conditions).order_by(PRODUCT_LINK.c.id.desc())
    rows = connection.execute(statement.limit(rows_max + 1)).all()
    is_last = len(rows) <= rows_max
    return Page(rows=rows[:rows_max], next_after=None if is_last else rows[rows_max - 1].id)


class LinkBook:
    """Remembers the links of anchors for a moment; one per process, safe for its threads."""

    def __init__(self, engine: Engine, clock: Clock, owners_of: OwnersOf) -> None:
        self._engine = engine
        self._clock = clock
        self._owners_of = owners_of
        self._held: TimedCache[str, Links] = TimedCache(entries_max=_ANCHORS_CACHED_MAX)

    def links_of(self, uris: Collection[str]) -> Mapping[str, Links]:
        """Return the links that the present owner of each anchor keeps, oldest first."""
        kept = self._kept(uris)
        linked = [uri for uri, links in kept.items() if links]
        if not linked:
            return kept  # As most codes have none, most ask no more.
        owners = self._owners_of(linked)
        return {
            uri: tuple(link for link in links if link.party_id == owners[uri])
            for uri, links in kept.items()
        }

    def _kept(self, uris: Collection[str]) -> dict[str, Links]:
        """Return all links of each anchor; one question to the database for all not remembered."""
        now = self._clock.now()
        found: dict[str, Links] = {}
        for uri in uris:
            is_held, links = self._held.get(uri, now)
            if is_held:
                found[uri] = links or ()
        missing = [uri for uri in uris if uri not in found]
        if not missing:
            return found
        ticket = self._held.ticket()
        with glancing(self._engine) as connection:
            read = links_of(connection, missing)
        self._held.put(read, ticket=ticket, until=now + timedelta(seconds=LINKS_S))
        return {**found, **read}

    def forget(self, uri: str) -> None:
        """Read the links of this anchor anew the next time: called after a change here."""
        self._held.forget([uri])
