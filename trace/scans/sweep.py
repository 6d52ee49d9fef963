"""Deletes scans whose time is over. Their summaries and alerts stay: they name no device.

One rule: it deletes in small transactions, so that no page's scan waits behind it.
"""

from datetime import datetime
from trace.scans.tables import SCAN, SCAN_BURST
from typing import Final

from sqlalchemy import Engine, Table, delete, select

from base.db import transaction

_ROWS: Final = 2000


def sweep(engine: Engine, before: datetime) -> int:
    """Delete the scans made, and the bursts ended, before an instant; return how many rows."""
    return _delete(engine, SCAN, "at", before) + _delete(engine, SCAN_BURST, "last_at", before)


def _delete(engine: Engine, table: Table, column: str, before: datetime) -> int:
    old = select(table.c.id).where(table.c[column] < before).order_by(table.c[column]).limit(_ROWS)
    deleted = 0
    while True:
        with transaction(engine) as connection:
            ids = list(connection.execute(old).scalars())
            if ids:
                connection.execute(delete(table).where(table.c.id.in_(ids)))
        deleted += len(ids)
        if len(ids) < _ROWS:
            return deleted
