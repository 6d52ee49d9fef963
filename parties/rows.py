"""Writing one row once, whichever of two writers comes first."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless any unique constraint of the table refuses it; return whether it did.

    On PostgreSQL this waits for another transaction that is writing the same key, so whoever
    gets `False` can read the other's row.
    """
    key = next(iter(table.primary_key))
    # Only a row that was written comes back, on both databases.
    if connection.dialect.name == "sqlite":
        on_sqlite = sqlite.insert(table).values(values).on_conflict_do_nothing().returning(key)
        return connection.execute(on_sqlite).first() is not None
    on_postgres = postgresql.insert(table).values(values).on_conflict_do_nothing().returning(key)
    return connection.execute(on_postgres).first() is not None
