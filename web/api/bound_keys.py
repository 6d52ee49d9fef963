"""Idempotency keys of requests whose effect is no entry of their own: bound to what was asked.

The rule that must stay true: a key that was bound to one request is refused for another before
anything happens, and a request that was refused binds nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, select

from base.db import reading, transaction
from base.errors import Conflict
from parties.register import remember_request
from parties.tables import POST_REQUEST
from web.auth import current_actor
from web.idempotency import id_of_request, idempotency_key, request_hash
from web.services import services


def row_id_of_key() -> UUID | None:
    """Return the id that the request's key gives to what it makes, None without a key."""
    key = idempotency_key()
    return None if key is None else id_of_request(current_actor().id, key)


def bind_key(connection: Connection, values: Mapping[str, object], row_id: UUID) -> None:
    """Bind the request's key, if it has one, in the transaction that does what was asked."""
    key = idempotency_key()
    if key is not None:
        remember_request(
            connection,
            actor=current_actor().id,
            idempotency_key=key,
            request_hash=request_hash(sorted(values.items())),
            row_id=row_id,
            now=services().clock.now(),
        )


@contextmanager
def key_bound_to(values: Mapping[str, object], row_id: UUID | None) -> Iterator[None]:
    """Refuse a key of another request, then do what is inside, then bind the key to it."""
    key = idempotency_key()
    if key is None or row_id is None:
        yield
        return
    parts = services()
    statement = select(POST_REQUEST.c.request_hash).where(
        POST_REQUEST.c.actor == current_actor().id, POST_REQUEST.c.idempotency_key == key
    )
    with reading(parts.engine) as connection:
        held = connection.execute(statement).scalar_one_or_none()
    if held is not None and held != request_hash(sorted(values.items())):
        raise Conflict("This idempotency key was used for another request.")
    yield
    with transaction(parts.engine) as connection:
        bind_key(connection, values, row_id)
