"""The register: who is who, which place and which goods are whose, and what was certified.

The rule that must stay true: a registration is never overwritten. The very same one again returns
the row that is there; another one under the same name is a `Conflict`.

Services take the caller's connection and never commit it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Row, Table, select

from base.errors import Conflict, InvalidInput, NotFound, Problem
from parties.drafts import (
    CertificateDraft,
    PartyDraft,
    ProductDraft,
    SiteDraft,
    checked_certificate,
    checked_party,
    checked_product,
    checked_site,
)
from parties.ids import new_id
from parties.rows import insert_once
from parties.tables import CERTIFICATE, PARTY, POST_REQUEST, PRODUCT, SITE

RegisterRow: TypeAlias = Row[tuple[object, ...]]

PAGE_ROWS_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The id of a row, and whether this call wrote it."""

    id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows in the order of their ids; `next_after` is None on the last page."""

    rows: Sequence[RegisterRow]
    next_after: UUID | None


def register_party(connection: Connection, draft: PartyDraft, *, now: datetime) -> Registered:
    """Register a party; raises `InvalidInput`, or `Conflict` where its code or licence is taken."""
    draft = checked_party(draft)
    keys: list[dict[str, object]] = [] if draft.uscc is None else [{"uscc": draft.uscc}]
    if draft.licence_no is not None:
        keys.append({"licence_kind": draft.licence_kind, "licence_no": draft.licence_no})
    return _register(connection, PARTY, _values(draft), keys, now)


def register_site(connection: Connection, draft: SiteDraft, *, now: datetime) -> Registered:
    """Register a site; raises `InvalidInput`, `NotFound` (party) or `Conflict` (its URI)."""
    draft = checked_site(draft)
    _expect_row(connection, PARTY, draft.party_id, "party")
    return _register(connection, SITE, _values(draft), [{"uri": draft.uri}], now)


def register_product(connection: Connection, draft: ProductDraft, *, now: datetime) -> Registered:
    """Register a product; raises `InvalidInput`, `NotFound` (party) or `Conflict` (its URI)."""
    draft = checked_product(draft)
    _expect_row(connection, PARTY, draft.party_id, "party")
    return _register(connection, PRODUCT, _values(draft), [{"uri": draft.uri}], now)


def register_certificate(
    connection: Connection, draft: CertificateDraft, *, now: datetime
) -> Registered:
    """Register a certificate; raises `InvalidInput`, `NotFound` (party, product) or `Conflict`."""
    draft = checked_certificate(draft)
    _expect_row(connection, PARTY, draft.party_id, "party")
    if draft.product_id is not None:
        product = _expect_row(connection, PRODUCT, draft.product_id, "product")
        if product.party_id != draft.party_id:
            message = "is a product of another party"
            problem = Problem(path="product_id", code="scope", message=message)
            raise InvalidInput(f"product_id: {message}", problems=(problem,))
    keys = [{"kind": draft.kind, "number": draft.number, "issuer": draft.issuer}]
    return _register(connection, CERTIFICATE, _values(draft), keys, now)


def _values(
    draft: PartyDraft | SiteDraft | ProductDraft | CertificateDraft,
) -> dict[str, object]:
    return asdict(draft)


def _expect_row(connection: Connection, table: Table, row_id: UUID, word: str) -> RegisterRow:
    row = connection.execute(select(table).where(table.c.id == row_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no {word} with that id.")
    return row


def _register(
    connection: Connection,
    table: Table,
    values: Mapping[str, object],
    keys: Sequence[Mapping[str, object]],
    now: datetime,
) -> Registered:
    row_id = new_id(now)
    if insert_once(connection, table, {"id": row_id, "created_at": now, **values}):
        return Registered(id=row_id, is_new=True)
    for key, row in _rows_under(connection, table, keys):
        stored = row._mapping  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
        different = sorted(name for name, value in values.items() if stored[name] != value)
        if not different:
            return Registered(id=stored["id"], is_new=False)
        others = ", ".join(different)
        told = f"is registered already, with another {others}"
        problems = [Problem(path=name, code="conflict", message=told) for name in key]
        problems += [
            Problem(path=name, code="conflict", message="differs from what is registered")
            for name in different
        ]
        raise Conflict(f"{' and '.join(key)}: {told}", problems=problems)
    raise Conflict(f"This {table.name} was being registered by somebody else; try again.")


def _rows_under(
    connection: Connection, table: Table, keys: Sequence[Mapping[str, object]]
) -> Iterator[tuple[Mapping[str, object], RegisterRow]]:
    """Yield each name with the row that holds it, the strongest name first."""
    for key in keys:
        conditions = [table.c[name] == value for name, value in key.items()]
        for row in connection.execute(select(table).where(*conditions)):
            yield key, row


def page_of(
    connection: Connection,
    table: Table,
    *,
    after: UUID | None,
    rows_max: int,
    equal: Mapping[str, object] | None = None,
) -> Page:
    """Return the rows after an id, oldest first, whose columns equal `equal`.

    `rows_max` is at most `PAGE_ROWS_MAX`. The id is the cursor, so a page neither repeats nor
    skips a row, whatever was registered in between.
    """
    if not 1 <= rows_max <= PAGE_ROWS_MAX:
        raise InvalidInput(f"a page has 1 to {PAGE_ROWS_MAX} rows")
    statement = select(table).order_by(table.c.id).limit(rows_max + 1)
    if after is not None:
        statement = statement.where(table.c.id > after)
    for name, value in (equal or {}).items():
        statement = statement.where(table.c[name] == value)
    rows = connection.execute(statement).all()
    if len(rows) <= rows_max:
        return Page(rows=rows, next_after=None)
    return Page(rows=rows[:rows_max], next_after=rows[rows_max - 1]._mapping["id"])  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy


def one_of(connection: Connection, table: Table, row_id: UUID) -> RegisterRow:
    """Return one row; raises `NotFound`."""
    return _expect_row(connection, table, row_id, table.name)


def remember_request(
    connection: Connection,
    *,
    actor: str,
    idempotency_key: str,
    request_hash: bytes,
    row_id: UUID,
    now: datetime,
) -> None:
    """Bind an idempotency key to one request; raises `Conflict` where it named another.

    Called in the transaction that registers, so that neither exists without the other.
    """
    values = {
        "actor": actor,
        "idempotency_key": idempotency_key,
        "request_hash": request_hash,
        "row_id": row_id,
        "created_at": now,
    }
    if not insert_once(connection, POST_REQUEST, values):
        require_same_request(
            connection, actor=actor, idempotency_key=idempotency_key, request_hash=request_hash
        )


def require_same_request(
    connection: Connection, *, actor: str, idempotency_key: str, request_hash: bytes
) -> None:
    """Raise `Conflict` where an idempotency key named another request before."""
    held = connection.execute(
        select(POST_REQUEST.c.request_hash).where(
            POST_REQUEST.c.actor == actor, POST_REQUEST.c.idempotency_key == idempotency_key
        )
    ).scalar()
    if held is not None and held != request_hash:
        raise Conflict("This idempotency key was used for another request.")
