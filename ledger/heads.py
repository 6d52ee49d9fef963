"""How far a log has come: one look at its head, for whoever keeps something made from it."""

from typing import Final

from sqlalchemy import Engine, bindparam, select

from base.db import glancing
from ledger.tables import LEDGER_HEAD

_SIZE: Final = select(LEDGER_HEAD.c.size).where(LEDGER_HEAD.c.log == bindparam("of_log"))


def size_of(engine: Engine, log: int) -> int | None:
    """Return how many entries the log has right now; nothing where it is not open."""
    with glancing(engine) as connection:
        size: int | None = connection.execute(_SIZE, {"of_log": log}).scalar_one_or_none()
    return size
