"""Which events their own recorder declared to be wrong (ISO/IEC 19987 7.4.1.4), as a condition.

The rule that must stay true: a declaration is matched by eventID and by event hash, as everywhere
(`trace.walk_rows`), and takes back its own recorder's events alone.
"""

from trace.tables import EVENT

from sqlalchemy import ColumnElement, exists, or_


def is_declared_wrong(log: int) -> ColumnElement[bool]:
    """Return the condition that an event of a log, a row of `EVENT`, was declared to be wrong."""
    declared = EVENT.alias("declared")
    is_own = (
        declared.c.log == log,
        declared.c.party_id == EVENT.c.party_id,
        declared.c.declared_at.is_not(None),
    )
    # Two questions, each with an index of its own.
    return or_(
        exists().where(declared.c.event_hash_key == EVENT.c.event_hash_key, *is_own),
        exists().where(declared.c.event_id_key == EVENT.c.event_id_key, *is_own),
    )
