"""GS1 company prefixes: claimed by a party, confirmed by an operator, ended when they are given up.

The rule that must stay true: only a confirmed prefix gives a right, and no two confirmed ones
overlap, so that a key is never under two parties' prefixes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, func, select, update

from base.db import reading, transaction
from base.errors import Conflict, InvalidInput, NotFound, Problem
from codes.gs1.check_digit import is_digits
from codes.gs1.company_prefix import company_prefix_length
from codes.gs1.digital_link import CANONICAL_STEM
from parties.actors import party_actor_id
from parties.ids import new_id
from parties.keys import Record
from parties.register import Page, Registered
from parties.rows import insert_once
from parties.tables import COMPANY_PREFIX, SPEC_CHARS_MAX

# GS1 General Specifications 1.4.2: 4 to 12 digits; shorter than 6 are given to no enterprise.
_DIGITS_MIN: Final = 6
_DIGITS_MAX: Final = 12

# Where the company prefix begins in the value of each key (GS1 General Specifications 2 and 3).
_KEY_OFFSETS: Final[Mapping[str, int]] = {
    "00": 1,
    "01": 1,
    "253": 0,
    "255": 0,
    "401": 0,
    "402": 0,
    "414": 0,
    "417": 0,
    "8003": 1,
    "8004": 0,
    "8006": 1,
    "8010": 0,
    "8013": 0,
    "8017": 0,
    "8018": 0,
}
_CHUNK: Final = 500
_WAITING: Final = COMPANY_PREFIX.c.confirmed_at.is_(None) & COMPANY_PREFIX.c.ended_at.is_(None)

# GS1 China holds 680 to 699 and has given these to no enterprise (codes.gs1.company_prefix).
_UNALLOCATED: Final = ("696", "698", "699")


def claim_prefix(
    connection: Connection,
    party_id: UUID,
    prefix: str,
    *,
    evidence: str,
    claims_max: int,
    now: datetime,
) -> Registered:
    """Keep a party's claim of a prefix; the same one again is the same.

    Raises `InvalidInput`, and `Conflict` where the prefix is confirmed for somebody else or the
    party claims too many.
    """
    _check(prefix, evidence)
    own = _open_rows(connection, COMPANY_PREFIX.c.party_id == party_id)
    for row in own:
        if row.prefix == prefix:
            return Registered(id=row.id, is_new=False)
    if len(own) >= claims_max:
        raise Conflict(f"A party claims at most {claims_max} prefixes at a time.")
    _require_free(connection, prefix, party_id)
    row_id = new_id(now)
    values = {
        "id": row_id,
        "party_id": party_id,
        "prefix": prefix,
        "evidence": evidence,
        "created_at": now,
        "is_open": True,
    }
    if not insert_once(connection, COMPANY_PREFIX, values):
        raise Conflict("This claim was being made by another request; try again.")
    return Registered(id=row_id, is_new=True)


def confirm_prefix(engine: Engine, row_id: UUID, *, now: datetime, record: Record) -> Row[Any]:
    """Confirm a claim; a second time changes nothing. The ledger is told first.

    Raises `NotFound`, and `Conflict` where it has ended or overlaps a confirmed one.
    """
    with reading(engine) as connection:
        row = read_prefix(connection, row_id)
        if row.confirmed_at is not None and row.ended_at is None:
            return row
        _require_confirmable(connection, row)
    _tell(record, "prefix_confirmed", row)
    with transaction(engine) as connection:
        # Asked again with every overlapping claim locked, in the order of their ids: of two that
        # are confirmed at the same time the second one sees the first.
        _lock_overlapping(connection, row.prefix)
        _require_confirmable(connection, read_prefix(connection, row_id))
        of_row = update(COMPANY_PREFIX).where(COMPANY_PREFIX.c.id == row_id)
        connection.execute(of_row.values(confirmed_at=now))
        return read_prefix(connection, row_id)


def end_prefix(engine: Engine, row_id: UUID, *, now: datetime, record: Record) -> Row[Any]:
    """End a claim or a confirmed prefix; what was issued under it stays. Raises `NotFound`."""
    with reading(engine) as connection:
        row = read_prefix(connection, row_id)
    if row.ended_at is not None:
        return row
    _tell(record, "prefix_ended", row)
    with transaction(engine) as connection:
        of_row = update(COMPANY_PREFIX).where(
            COMPANY_PREFIX.c.id == row_id, COMPANY_PREFIX.c.ended_at.is_(None)
        )
        connection.execute(of_row.values(ended_at=now, is_open=None))
        return read_prefix(connection, row_id)


def confirmed_prefix(connection: Connection, party_id: UUID, prefix: str) -> str:
    """Return the prefix if it is the party's own and confirmed; raises `InvalidInput`."""
    for row in _open_rows(connection, COMPANY_PREFIX.c.party_id == party_id):
        if row.prefix == prefix:
            if row.confirmed_at is None:
                raise _wrong(
                    "unconfirmed", "is claimed and not confirmed yet: an operator has to look at it"
                )
            return prefix
    raise _wrong("unclaimed", "is not a company prefix of this party: claim it first")


def prefix_owners(connection: Connection, uris: Collection[str]) -> dict[str, UUID]:
    """Return the party under whose confirmed prefix each canonical GS1 URI lies, if any."""
    digits = {uri: found for uri in uris if (found := _digits_of(uri))}
    beginnings = sorted(
        {one[:length] for one in digits.values() for length in range(_DIGITS_MIN, _DIGITS_MAX + 1)}
    )
    owners: dict[str, UUID] = {}
    for start in range(0, len(beginnings), _CHUNK):
        rows = _open_rows(
            connection, COMPANY_PREFIX.c.prefix.in_(beginnings[start : start + _CHUNK])
        )
        owners |= {row.prefix: row.party_id for row in rows if row.confirmed_at is not None}
    return {
        uri: owner for uri, one in digits.items() if (owner := _owner_of(one, owners)) is not None
    }


def list_prefixes(
    connection: Connection,
    party_id: UUID | None,
    *,
    after: UUID | None,
    rows_max: int,
    newest_first: bool = False,
) -> Page:
    """Return claims of one party, ended ones too, or of all that wait for an operator.

    Those that follow the claim `after`, at most `rows_max`; oldest first unless it is said.
    """
    row_id = COMPANY_PREFIX.c.id
    whose = _WAITING if party_id is None else COMPANY_PREFIX.c.party_id == party_id
    statement = select(COMPANY_PREFIX).where(whose).limit(rows_max + 1)
    statement = statement.order_by(row_id.desc() if newest_first else row_id)
    if after is not None:
        statement = statement.where(row_id < after if newest_first else row_id > after)
    rows = connection.execute(statement).all()
    is_last = len(rows) <= rows_max
    return Page(rows=rows[:rows_max], next_after=None if is_last else rows[rows_max - 1].id)


def open_prefixes(connection: Connection, party_id: UUID) -> Sequence[Row[Any]]:
    """Return a party's claims that have not ended, which are never more than it may claim."""
    return _open_rows(connection, COMPANY_PREFIX.c.party_id == party_id)


def waiting_count(connection: Connection) -> int:
    """Return how many claims wait for an operator."""
    statement = select(func.count()).select_from(COMPANY_PREFIX).where(_WAITING)
    return int(connection.execute(statement).scalar_one())


def read_prefix(connection: Connection, row_id: UUID) -> Row[Any]:
    """Return one claim; raises `NotFound`."""
    statement = select(COMPANY_PREFIX).where(COMPANY_PREFIX.c.id == row_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no claim of a prefix with that id.")
    return row


def _digits_of(uri: str) -> str:
    """Return the digits of a GS1 key from its company prefix on, "" where it has none."""
    stem = f"{CANONICAL_STEM}/"
    if not uri.startswith(stem):
        return ""
    key, _, rest = uri[len(stem) :].partition("/")
    value = rest.partition("/")[0]
    offset = _KEY_OFFSETS.get(key)
    return "" if offset is None or len(value) <= _DIGITS_MIN else value[offset:]


def _owner_of(digits: str, owners: Mapping[str, UUID]) -> UUID | None:
    lengths = range(_DIGITS_MAX, _DIGITS_MIN - 1, -1)
    return next((owners[digits[:one]] for one in lengths if digits[:one] in owners), None)


def _open_rows(connection: Connection, condition: Any) -> Sequence[Row[Any]]:
    statement = select(COMPANY_PREFIX).where(condition, COMPANY_PREFIX.c.ended_at.is_(None))
    return connection.execute(statement.order_by(COMPANY_PREFIX.c.id)).all()


def _require_confirmable(connection: Connection, row: Row[Any]) -> None:
    if row.ended_at is not None:
        raise Conflict("This claim has ended; the party has to claim the prefix again.")
    _require_free(connection, row.prefix, row.party_id)


def _require_free(connection: Connection, prefix: str, party_id: UUID) -> None:
    """Raise `Conflict` where a confirmed prefix of another party overlaps this one."""
    for row in _open_rows(connection, _overlapping(prefix)):
        if row.confirmed_at is not None and row.party_id != party_id:
            raise Conflict("This prefix overlaps one that is confirmed for another party.")


def _overlapping(prefix: str) -> Any:
    beginnings = [prefix[:length] for length in range(_DIGITS_MIN, len(prefix) + 1)]
    longer = COMPANY_PREFIX.c.prefix.startswith(prefix, autoescape=True)
    return COMPANY_PREFIX.c.prefix.in_(beginnings) | longer


def _lock_overlapping(connection: Connection, prefix: str) -> None:
    statement = select(COMPANY_PREFIX.c.id).where(_overlapping(prefix))
    connection.execute(statement.order_by(COMPANY_PREFIX.c.id).with_for_update()).all()


def _check(prefix: str, evidence: str) -> None:
    if not is_digits(prefix) or not _DIGITS_MIN <= len(prefix) <= _DIGITS_MAX:
        raise _wrong("digits", f"is {_DIGITS_MIN} to {_DIGITS_MAX} digits")
    if prefix.startswith(_UNALLOCATED):
        raise _wrong("unallocated", "begins with three digits of which GS1 China has given none")
    length = company_prefix_length(prefix)
    if length is not None and length != len(prefix):
        raise _wrong("length", f"has {length} digits where it begins with {prefix[:3]}")
    if not evidence.isprintable() or len(evidence) > SPEC_CHARS_MAX:
        message = f"is at most {SPEC_CHARS_MAX} printable characters"
        problem = Problem(path="evidence", code="text", message=message)
        raise InvalidInput(f"evidence: {message}", problems=(problem,))


def _wrong(code: str, message: str) -> InvalidInput:
    problem = Problem(path="prefix", code=code, message=message)
    return InvalidInput(f"prefix: {message}", problems=(problem,))


def _tell(record: Record, kind: str, row: Row[Any]) -> None:
    record(
        kind,
        {"prefix": row.prefix, "party": party_actor_id(row.party_id)},
        {"claim_id": str(row.id), "party_id": str(row.party_id)},
    )
