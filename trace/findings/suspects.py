"""Which things scans speak of: an alert is opened without any entry in the log.

One rule: a code that no event of the log names is nobody's suspect here.
"""

from trace.identifiers import find_ids
from trace.scans.tables import SCAN_ALERT

from sqlalchemy import Connection, select


def suspected_items(connection: Connection, log: int) -> list[int]:
    """Return the things of a log with an alert that is not explained."""
    statement = select(SCAN_ALERT.c.uri).where(SCAN_ALERT.c.state != "explained").distinct()
    return list(find_ids(connection, log, connection.execute(statement).scalars()).values())
