"""Of whom facts, cases and measures in use are by their own words, where a judgement moved them.

The rule that must stay true: what is noted here is noted once and for ever; by it everything goes
back to where it was when a judgement is undone.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.bulk import insert_rows
from credit.judging.standing import stands_as
from credit.tables import CREDIT_OWN

_COLUMNS: Final = ("log", "thing_id", "node_id")


def own_things(connection: Connection, log: int, rows: list[tuple[UUID, UUID]]) -> None:
    """Note of which mention or party things are by their own words: (thing, node)."""
    insert_rows(connection, CREDIT_OWN, _COLUMNS, [(log, *row) for row in rows])


def place_new(connection: Connection, log: int, thing_id: UUID, subject_id: UUID) -> UUID:
    """Return with whom a new thing stands that is a party's; that it is, is noted if it has to be.

    Once a party stands with another, what comes in for it has to find back to it.
    """
    standing_id = stands_as(connection, log, subject_id)
    if standing_id != subject_id:
        own_things(connection, log, [(thing_id, subject_id)])
    return standing_id
