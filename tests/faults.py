"""A database that fails at a chosen moment: each write in turn, before and after it is done.

The failing is real to the code under test: a driver's error comes out of the statement or of the
commit. What was persisted before it stays persisted, what was not is lost, as in a real outage.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

WRITES: Final = ("INSERT", "UPDATE", "DELETE", "COPY")


@dataclass(slots=True, kw_only=True)
class Outage:
    """Fails at write number `at` (from 0) of those counted, or only counts where `at` is None.

    A commit is a write too. `is_after`: the write is done before the error is raised.
    """

    at: int | None = None
    is_after: bool = False
    seen: list[str] = field(default_factory=list)

    def note(self, what: str) -> bool:
        """Count a write; return whether it is the one to fail."""
        self.seen.append(what)
        return self.at is not None and len(self.seen) == self.at + 1


_CURRENT: list[Outage] = []


class _Cursor(psycopg.Cursor[Any]):
    """A cursor whose COPY can fail: SQLAlchemy does not see that statement."""

    @contextmanager
    def copy(self, statement: Any, params: Any = None, *, writer: Any = None) -> Iterator[Any]:
        is_last = bool(_CURRENT) and _CURRENT[0].note(str(statement)[:60])
        if is_last and not _CURRENT[0].is_after:
            raise psycopg.OperationalError("the outage came before the COPY")
        with super().copy(statement, params, writer=writer) as copy:
            yield copy
        if is_last:
            raise psycopg.OperationalError("the outage came after the COPY")


def make_fragile(engine: Engine) -> None:
    """Let `outage` reach every connection that the engine opens from now on."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _with_cursor)
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "after_cursor_execute", _after)
    event.listen(engine, "commit", _commit)


@contextmanager
def outage(*, at: int | None = None, is_after: bool = False) -> Iterator[Outage]:
    """Have the fragile engines of this process fail once inside the block."""
    _CURRENT[:] = [Outage(at=at, is_after=is_after)]
    try:
        yield _CURRENT[0]
    finally:
        _CURRENT.clear()


def _with_cursor(dialect: Any, record: Any, args: Any, parameters: dict[str, Any]) -> None:
    parameters["cursor_factory"] = _Cursor


def _before(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    if _CURRENT and statement.lstrip().upper().startswith(WRITES):
        is_last = _CURRENT[0].note(statement[:60])
        connection.info["fails_after"] = is_last and _CURRENT[0].is_after
        if is_last and not _CURRENT[0].is_after:
            raise _error(statement)


def _after(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    if connection.info.pop("fails_after", False):
        raise _error(statement)


def _commit(connection: Connection) -> None:
    if _CURRENT and connection.get_execution_options().get("writes"):
        if not _CURRENT[0].note("COMMIT"):
            return
        if _CURRENT[0].is_after:
            connection.connection.commit()
        raise _error("COMMIT")


def _error(statement: str) -> OperationalError:
    return OperationalError(statement, None, Exception("the outage"))
