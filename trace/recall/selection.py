"""Which codes a recall begins from: those that were named, or that somebody handled somewhere then.

The rule that must stay true: what an error declaration took back picks nothing, and every question
has a bound, so that a recall of everything is refused and not half done.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from trace.events.model import Role
from trace.identifiers import find_ids
from trace.projections.reading import events_at, taken_back
from trace.recall.model import Criteria
from trace.tables import EVENT, IDENTIFIER
from typing import Final

from sqlalchemy import Connection, or_, select

from base.errors import InputTooLarge, InvalidInput, NotFound, Problem
from codes.canonical import Level, level_of

# What an event brings into being, moves or looks at; not what it is packed in or was made from.
_HANDLED: Final = (Role.EPC, Role.EPC_CLASS, Role.CHILD, Role.CHILD_CLASS, Role.OUTPUT)
_ALL_HANDLED: Final = (*_HANDLED, Role.OUTPUT_CLASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one recall may pick, reach and name."""

    events_max: int
    items_max: int
    depth_max: int


def named_items(connection: Connection, log: int, codes: Sequence[str]) -> dict[int, str]:
    """Return the identifiers that these codes stand for: a product stands for all that is of it.

    Raises `NotFound` for a code that no event names.
    """
    found = {item: uri for uri, item in find_ids(connection, log, codes).items()}
    for code in codes:
        of_product = dict(_of_product(connection, log, code))
        if not of_product and code not in found.values():
            raise NotFound(f"No event names the code {code}.")
        found |= of_product
    return found


def _of_product(connection: Connection, log: int, code: str) -> Iterator[tuple[int, str]]:
    """Yield every lot and thing of a code that is that of a product."""
    if level_of(code) is not Level.CLASS:
        return
    statement = select(IDENTIFIER.c.id, IDENTIFIER.c.uri).where(
        IDENTIFIER.c.log == log, IDENTIFIER.c.uri.startswith(f"{code}/", autoescape=True)
    )
    for row in connection.execute(statement):
        yield row.id, row.uri


def handled_items(
    connection: Connection, log: int, criteria: Criteria, bounds: Bounds
) -> frozenset[int]:
    """Return what the events of a party, at a place, in a time speak of.

    Raises `InvalidInput` without an end of the time, `InputTooLarge` for too many events.
    """
    seqs = _seqs(connection, log, criteria, bounds)
    events = [event for event in events_at(connection, log, seqs) if not event.is_declaration]
    wrong = taken_back(connection, log, events)
    return frozenset(
        item for event in events if event.seq not in wrong for item in event.of(*_ALL_HANDLED)
    )


def _seqs(connection: Connection, log: int, criteria: Criteria, bounds: Bounds) -> Collection[int]:
    if criteria.since is None or criteria.until is None or criteria.since >= criteria.until:
        message = "a party or a place is picked between two times, the earlier first"
        problem = Problem(path="since", code="period", message=message)
        raise InvalidInput(f"since: {message}", problems=(problem,))
    statement = select(EVENT.c.seq).where(
        EVENT.c.log == log, EVENT.c.event_at >= criteria.since, EVENT.c.event_at < criteria.until
    )
    if criteria.party_id is not None:
        statement = statement.where(EVENT.c.party_id == criteria.party_id)
    if criteria.place:
        place = find_ids(connection, log, [criteria.place]).get(criteria.place)
        if place is None:
            raise NotFound("No event happened at that place.")
        statement = statement.where(or_(EVENT.c.biz_location == place, EVENT.c.read_point == place))
    seqs = connection.execute(statement.limit(bounds.events_max + 1)).scalars().all()
    if len(seqs) > bounds.events_max:
        raise InputTooLarge(
            f"More than {bounds.events_max} events happened there and then; choose a shorter time."
        )
    return seqs
