"""Taking back an event of one's own: its declaration, and which declaration took it back.

The rule that must stay true: a declaration is the event again as its sender may see it, with its
own id, or the hash where it has none (ISO/IEC 19987 7.4.1.4); what is a person's is not written
twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from trace.projections.reading import IndexedEvent, taken_back_by
from trace.tables import EVENT
from typing import Final

from sqlalchemy import Connection, select

from base.strict_json import JsonObject
from ledger.parts import Leaves, Part, member_path

_DECLARED: Final = member_path("/event", "errorDeclaration") + "/"


class WrongReason(StrEnum):
    """Why an event was wrong (CBV 2.0 7.5, error reasons)."""

    DID_NOT_OCCUR = "did_not_occur"
    INCORRECT_DATA = "incorrect_data"


def declaration_of(
    event: JsonObject,
    event_hash: str | None,
    reason: WrongReason,
    now: datetime,
    *,
    corrective: Sequence[str] = (),
) -> JsonObject:
    """Return what takes an event back; `corrective` are the events recorded in its place."""
    said: JsonObject = {
        "declarationTime": now.isoformat(timespec="milliseconds"),
        "reason": reason.value,
    }
    if corrective:
        said["correctiveEventIDs"] = list(corrective)
    return {**event, "eventID": event.get("eventID") or event_hash, "errorDeclaration": said}


def declarations_of(connection: Connection, log: int, seq: int) -> list[int]:
    """Return the entries in which an event's own recorder took it back, oldest first."""
    own = select(EVENT.c.party_id, EVENT.c.event_id_key, EVENT.c.event_hash_key).where(
        EVENT.c.log == log, EVENT.c.seq == seq
    )
    row = connection.execute(own).one()
    found: set[int] = set()
    # Two questions, each with an index of its own.
    for column, key in (
        (EVENT.c.event_hash_key, row.event_hash_key),
        (EVENT.c.event_id_key, row.event_id_key),
    ):
        statement = select(EVENT.c.seq).where(
            EVENT.c.log == log,
            column == key,
            EVENT.c.party_id == row.party_id,
            EVENT.c.declared_at.is_not(None),
        )
        found.update(connection.execute(statement).scalars())
    return sorted(found)


def without_copied_persons(leaves: Mapping[Part, Leaves]) -> dict[Part, Leaves]:
    """Return the leaves of a declaration without what its event says of persons.

    Whoever has that erased in the event has erased it everywhere. What the declaration itself says
    stays, since it tells one declaration from another.
    """
    kept = {
        path: value
        for path, value in leaves.get(Part.PERSONAL, {}).items()
        if path.startswith(_DECLARED)
    }
    split = {**leaves, Part.PERSONAL: kept}
    return {part: some for part, some in split.items() if some}


def taken_back_in(connection: Connection, log: int, declaration: IndexedEvent) -> list[int]:
    """Return the entries of the events that a declaration took back."""
    return sorted(taken_back_by(connection, log, [declaration]))
