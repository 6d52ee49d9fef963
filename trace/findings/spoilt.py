"""Which codes of a lot were spoilt: taken out of use again by whoever put them into use.

The rule that must stay true: it is asked only of lots that have more codes than pieces, and a code
that somebody else took out of use stood for a piece.
"""

from collections.abc import Collection, Mapping
from trace.edges import edges_of
from trace.events.model import Role
from trace.findings.amounts import issue_of
from trace.movements import Movement
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.projections.tables import LinkKind
from trace.tables import EVENT, EVENT_ITEM
from trace.types import Action
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, select

_CHUNK: Final = 900
# CBV 2.0 7.1: the code, or the piece with it, is no more.
_STEPS: Final = frozenset({"decommissioning", "destroying"})


def spoilt_codes(
    connection: Connection, log: int, movements: Mapping[int, Collection[Movement]]
) -> dict[int, frozenset[int]]:
    """Return, for each lot with more codes than pieces, those of its codes that were spoilt."""
    lots = {item: issue_of(many) for item, many in movements.items()}
    many = {item: one for item, one in lots.items() if one.is_over()}
    codes = {code for one in many.values() for code in one.codes}
    if not codes:
        return {}
    spoilt = _spoilt(connection, log, codes)
    return {
        item: frozenset(
            code
            for code in one.codes
            if spoilt.get(code, frozenset()) & {it.event.party_id for it in one.naming}
        )
        for item, one in many.items()
    }


def lots_of_spoilt(
    connection: Connection, log: int, events: Collection[IndexedEvent]
) -> frozenset[int]:
    """Return the lots of the codes that these events take out of use."""
    codes = {code for event in events if _is_spoiling(event) for code in event.of(Role.EPC)}
    edges = edges_of(connection, log, codes, near="dst") if codes else ()
    return frozenset(edge.src for edge in edges if edge.kind == LinkKind.LOT_OF)


def _spoilt(
    connection: Connection, log: int, codes: Collection[int]
) -> dict[int, frozenset[UUID | None]]:
    """Return who took each of these codes out of use."""
    beside = EVENT_ITEM.join(
        EVENT, and_(EVENT.c.log == EVENT_ITEM.c.log, EVENT.c.seq == EVENT_ITEM.c.seq)
    )
    seqs: set[int] = set()
    wanted = sorted(codes)
    for start in range(0, len(wanted), _CHUNK):
        statement = (
            select(EVENT_ITEM.c.seq)
            .select_from(beside)
            .where(
                EVENT_ITEM.c.log == log,
                EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
                EVENT.c.biz_step.in_(sorted(_STEPS)),
            )
        )
        seqs.update(connection.execute(statement).scalars())
    read = [one for one in events_at(connection, log, seqs) if not one.is_declaration]
    wrong = taken_back(connection, log, read) if read else set()
    found: dict[int, frozenset[UUID | None]] = {}
    for event in read:
        if event.seq in wrong or not _is_spoiling(event):
            continue
        for code in event.of(Role.EPC):
            found[code] = found.get(code, frozenset()) | {event.party_id}
    return found


def _is_spoiling(event: IndexedEvent) -> bool:
    return event.biz_step in _STEPS and event.action == Action.DELETE
