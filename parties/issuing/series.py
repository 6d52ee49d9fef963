"""Series of numbers that never repeat: their keys, and reserving the next numbers of one.

The rule that must stay true: a number is reserved by one statement that moves the counter, and is
never handed out unless that was committed. Whoever dies afterwards leaves numbers that nobody has,
never numbers that two have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, select, update

from base.db import transaction
from base.errors import ConfigurationError, Conflict, InvalidInput, Problem
from base.installation_secret import InstallationSecret
from codes.permutation import Domain, Permutation
from parties.ids import new_id
from parties.issuing.tables import CODE_SERIES
from parties.rows import insert_once

_MARK_BYTES: Final = 8
_COUNTER_MAX: Final = (1 << 63) - 1  # A counter is a bigint, whatever its kind has room for.


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One run of numbers: `kind` and `scope` name it, `party_id` is None where it serves many."""

    id: UUID
    kind: str
    scope: str
    party_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRequest:
    """What is reserved: `count` numbers below `capacity`, the first a multiple of `step`.

    `first` is where a new series begins; an enterprise that numbered for itself goes on from there.
    What lies below it is never given out, so one above `first_max` has to be confirmed.
    """

    kind: str
    scope: str
    party_id: UUID | None
    count: int
    capacity: int
    step: int = 1
    first: int = 0
    first_max: int = 0
    is_first_confirmed: bool = False


def has_series(connection: Connection) -> bool:
    """Return whether anything was ever issued, so that the installation's secret is needed."""
    return connection.execute(select(CODE_SERIES.c.id).limit(1)).first() is not None


def reserve(
    engine: Engine, secret: InstallationSecret, request: SeriesRequest, *, now: datetime
) -> tuple[Series, int]:
    """Return the series, begun where it is new, and the first of its reserved numbers.

    Raises `Conflict` where the series has too few numbers left or was begun before its `first`,
    `InvalidInput` for a `first` that is not confirmed, `ConfigurationError` where the series was
    begun under another secret.
    """
    taken = -(-request.count // request.step) * request.step
    capacity = min(request.capacity, _COUNTER_MAX)
    with transaction(engine) as connection:
        series = _open(connection, secret, request, now)
        statement = (
            update(CODE_SERIES)
            .where(CODE_SERIES.c.id == series.id, CODE_SERIES.c.next <= capacity - taken)
            .values(next=CODE_SERIES.c.next + taken)
            .returning(CODE_SERIES.c.next)
        )
        after = connection.execute(statement).scalar_one_or_none()
        if after is None:
            left = capacity - _next_of(connection, series.id)
            raise Conflict(f"Only {left} numbers are left here; {request.count} were asked for.")
        return series, int(after) - taken


def find_series(
    connection: Connection, secret: InstallationSecret, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Series]:
    """Return the series of these (kind, scope) pairs that were begun."""
    found = {}
    for kind, scope in dict.fromkeys(names):
        row = _row(connection, kind, scope, secret)
        if row is not None:
            found[kind, scope] = row
    return found


def permutation_of(series: Series, domain: Domain, secret: InstallationSecret) -> Permutation:
    """Return the series' own permutation."""
    return Permutation(secret.key_for(f"series:{series.id}"), domain)


def series_by_id(
    connection: Connection, secret: InstallationSecret, series_id: UUID
) -> Series | None:
    """Return a series; raises `ConfigurationError` where it was begun under another secret."""
    row = connection.execute(select(CODE_SERIES).where(CODE_SERIES.c.id == series_id)).one_or_none()
    return None if row is None else _checked(row, secret)


def _open(
    connection: Connection, secret: InstallationSecret, request: SeriesRequest, now: datetime
) -> Series:
    known = _row(connection, request.kind, request.scope, secret)
    if known is not None:
        if request.first:
            message = "Numbers were given out here already, so a first one cannot be chosen."
            problem = Problem(path="first", code="begun", message=message)
            raise Conflict(message, problems=(problem,))
        return known
    _require_confirmed(request)
    series_id = new_id(now)
    values = {
        "id": series_id,
        "kind": request.kind,
        "scope": request.scope,
        "party_id": request.party_id,
        "next": -(-request.first // request.step) * request.step,
        "mark": _mark(secret, series_id),
        "created_at": now,
    }
    insert_once(connection, CODE_SERIES, values)
    begun = _row(connection, request.kind, request.scope, secret)
    if begun is None:
        raise Conflict("This series was being begun by another request; try again.")
    return begun


def _require_confirmed(request: SeriesRequest) -> None:
    """Refuse a first number that one typo may have made: a series is begun once and for ever."""
    if request.first > request.first_max and not request.is_first_confirmed:
        message = (
            f"would give up {request.first:,} of {request.capacity:,} numbers for ever;"
            " confirm it with confirm_first"
        )
        problem = Problem(path="first", code="confirm_first", message=message)
        raise InvalidInput(f"first: {message}", problems=(problem,))


def _row(
    connection: Connection, kind: str, scope: str, secret: InstallationSecret
) -> Series | None:
    statement = select(CODE_SERIES).where(CODE_SERIES.c.kind == kind, CODE_SERIES.c.scope == scope)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _checked(row, secret)


def _checked(row: Row[Any], secret: InstallationSecret) -> Series:
    values = row._mapping  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    if values["mark"] != _mark(secret, values["id"]):
        raise ConfigurationError(
            "The installation's secret is not the one under which codes were issued here:"
            " restore installation.secret from its backup."
        )
    return Series(
        id=values["id"], kind=values["kind"], scope=values["scope"], party_id=values["party_id"]
    )


def _mark(secret: InstallationSecret, series_id: UUID) -> bytes:
    return secret.key_for(f"series-mark:{series_id}", length=_MARK_BYTES)


def _next_of(connection: Connection, series_id: UUID) -> int:
    statement = select(CODE_SERIES.c.next).where(CODE_SERIES.c.id == series_id)
    return int(connection.execute(statement).scalar_one())
