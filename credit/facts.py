"""Facts as rows: found by their keys, and known by what they said.

The rule that must stay true: a fact's id follows from its feed and its key in that feed alone, so
that a fold from the first entry on gives the same rows.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from base.strict_json import JsonObject, loads
from credit.folding.versions import civil_day
from credit.intake.entries import BATCH_KIND
from credit.tables import CREDIT_ENTRY, CREDIT_FACT, CREDIT_SEEN
from ledger.canonical import canonical_bytes
from parties.ids import id_of_hash

_KEYS: Final = 900
_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6


class FactState:
    """Where a fact is: these words are stored."""

    ACTIVE: Final = "active"
    ENDED: Final = "ended"
    REPAIRED: Final = "repaired"
    WITHDRAWN: Final = "withdrawn"
    SHIELDED: Final = "shielded"


HIDDEN: Final = (FactState.REPAIRED, FactState.SHIELDED)
"""What a case hid and another step may bring back."""

DONE_HERE: Final = (FactState.REPAIRED, FactState.WITHDRAWN)
"""What has the day of a case as its end, whatever its feed tells meanwhile."""

TOLD_END: Final = "told_ended_on"
"""Under which name the body of such a fact keeps the end that its feed tells."""


def stands_on(state: str, ended_on: date | None, day: date) -> bool:
    """Return whether a fact in that state is not over: an end told beforehand has yet to come."""
    is_to_end = state == FactState.ENDED and ended_on is not None and ended_on > day
    return state == FactState.ACTIVE or is_to_end


def standing_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Return `stands_on` as a condition on the rows of facts."""
    fact = CREDIT_FACT.c
    return or_(
        fact.state == FactState.ACTIVE, and_(fact.state == FactState.ENDED, fact.ended_on > day)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFact:
    """The newest version of a fact, as far as another version has to know it.

    `seen_at` is when the newest row came in that told it; None for what was decided here. It is
    ended where its feed says so, though it be repaired or hidden here; `ended_on` is the day that
    stands in it, which of a repaired one is that of its repair.
    """

    id: UUID
    key_hash: bytes
    version: int
    content_hash: bytes
    state: str
    is_ended: bool
    subject_id: UUID | None = None
    ended_on: date | None = None
    seen_at: datetime | None = None

    def is_newer_than(self, ordered_at: datetime) -> bool:
        """Return whether a row came in since that told of it: what came later counts."""
        return self.seen_at is not None and self.seen_at > ordered_at

    def says(self, content_hash: bytes, *, is_ended: bool) -> bool:
        """Return whether it says the same: one that had ended and is told again is new."""
        return self.content_hash == content_hash and (not self.is_ended or is_ended)


def key_hash_of(feed: str, key: str) -> bytes:
    """Return what a record of a feed is found by."""
    return sha256(f"{feed}\n{key}".encode()).digest()


def fact_id_of(key_hash: bytes) -> UUID:
    """Return the id of the fact with that key."""
    return id_of_hash(key_hash)


def content_hash_of(record: JsonObject) -> bytes:
    """Return what two records that say the same have in common."""
    return sha256(canonical_bytes(record)).digest()


def known_facts(connection: Connection, log: int, ids: Collection[UUID]) -> Iterator[KnownFact]:
    """Yield the newest versions of those of these facts that are known."""
    wanted = sorted(ids)
    of_seen = (CREDIT_SEEN.c.log == CREDIT_FACT.c.log) & (CREDIT_SEEN.c.fact_id == CREDIT_FACT.c.id)
    for start in range(0, len(wanted), _KEYS):
        statement = select(
            CREDIT_FACT.c.id,
            CREDIT_FACT.c.key_hash,
            CREDIT_FACT.c.version,
            CREDIT_FACT.c.content_hash,
            CREDIT_FACT.c.state,
            CREDIT_FACT.c.subject_id,
            CREDIT_FACT.c.ended_on,
            CREDIT_SEEN.c.last_at,
        ).outerjoin(CREDIT_SEEN, of_seen)
        statement = statement.where(
            CREDIT_FACT.c.log == log,
            CREDIT_FACT.c.id.in_(wanted[start : start + _KEYS]),
            CREDIT_FACT.c.is_latest,
        )
        rows = list(connection.execute(statement))
        ends = told_ends(connection, log, [row.id for row in rows if row.state in HIDDEN])
        for row in rows:
            yield KnownFact(
                id=row.id,
                key_hash=row.key_hash,
                version=row.version,
                content_hash=row.content_hash,
                state=row.state,
                is_ended=row.state == FactState.ENDED or ends.get(row.id) is not None,
                subject_id=row.subject_id,
                ended_on=row.ended_on,
                seen_at=row.last_at,
            )


def told_ends(connection: Connection, log: int, ids: Collection[UUID]) -> dict[UUID, date | None]:
    """Return since when facts have ended as their feeds last told, None where they have not.

    What a case did to a fact is no word of its feed; what its feed told meanwhile is.
    """
    found: dict[UUID, date | None] = {}
    places: dict[UUID, tuple[UUID | None, int | None]] = {}
    wanted = sorted(ids)
    fact, entry = CREDIT_FACT.c, CREDIT_ENTRY.c
    for start in range(0, len(wanted), _KEYS):
        statement = (
            select(CREDIT_FACT, entry.kind.label("entry_kind"))
            .join(CREDIT_ENTRY, (entry.log == fact.log) & (entry.seq == fact.seq))
            .where(fact.log == log, fact.id.in_(wanted[start : start + _KEYS]))
            .order_by(fact.version)
        )
        for row in connection.execute(statement):
            place = (row.batch_id, row.position)
            is_told = row.entry_kind == BATCH_KIND
            if is_told and places.get(row.id) == place:
                # No row of the batch tells it: a whole list that did not have it any more.
                found[row.id] = civil_day(row.recorded_at)
            elif is_told or row.state in (FactState.ACTIVE, FactState.ENDED):
                found[row.id] = _told_end(row)
            places[row.id] = place
    return found


def _told_end(row: Row[*tuple[Any, ...]]) -> date | None:
    """Return the end that a feed told: where the day of a case stands, it lies in the body."""
    ended_on: date | None = row.ended_on
    if row.state not in DONE_HERE:
        return ended_on
    body: Any = loads(row.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)
    if TOLD_END not in body:
        # A version from before it was kept beside: the feed's word stood in its place.
        return ended_on
    return None if body[TOLD_END] is None else date.fromisoformat(body[TOLD_END])
