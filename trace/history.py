"""The history of a code: what happened to it, to what carried it and to what it was made from.

One rule: it is read at one state of the log (`size`), so that a proof over that state covers it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from trace.identifiers import find_ids, read_uris
from trace.reading import ReadEvent, read_events
from trace.standing import Standing
from trace.walk import FoundEvent, Relation, Walk, WalkLimits, walk_heard
from trace.walk_rows import RowReader
from uuid import UUID

from sqlalchemy import Connection

from base.errors import NotFound
from base.strict_json import JsonObject
from ledger.store import read_head
from parties.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStep:
    """One event of a history, as its reader may see it.

    `items` are the canonical URIs through which it belongs; `distance` counts containers and
    transformations between it and the subject, 0 is the subject itself. `inputs` were put in by
    this event, `containers` hold the items from this event on, `lots` are what they are of.
    """

    log: int
    seq: int
    recorded_at: datetime
    event: JsonObject
    party_id: UUID | None
    items: tuple[str, ...]
    relation: str
    distance: int
    is_damaged: bool
    error_declared_at: datetime | None
    inputs: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The steps of a subject in order of their event times, from a log of `size` entries.

    `unheard` counts entries about the subject whose recorders have no standing in it; they are in
    the ledger, and they are no part of this history.
    """

    subject: str
    steps: tuple[HistoryStep, ...]
    truncated: bool
    log: int
    size: int
    unheard: int = 0


def history(
    connection: Connection, log: int, subject: str, actor: Actor, limits: WalkLimits
) -> History:
    """Return the history of a canonical URI; raises `NotFound` where no event names it."""
    size = read_head(connection, log).size
    walk = walk_of(connection, log, subject, limits)
    seqs = sorted(walk.found)
    events = read_events(connection, log, seqs, actor)
    uris = read_uris(
        connection, log, {item for found in walk.found.values() for item in _named_by(found)}
    )
    steps = [_step_of(walk.found[seq], events[seq], uris) for seq in seqs]
    return History(
        subject=subject,
        steps=tuple(sorted(steps, key=lambda step: (walk.found[step.seq].event_at, step.seq))),
        truncated=walk.is_truncated,
        log=log,
        size=size,
        unheard=len(walk.unheard),
    )


def walk_of(connection: Connection, log: int, subject: str, limits: WalkLimits) -> Walk:
    """Return the walk back from a canonical URI; raises `NotFound` where no event names it."""
    item = find_ids(connection, log, [subject]).get(subject)
    if item is None:
        raise NotFound("No event names this code.")
    return walk_heard(RowReader(connection, log), item, limits, Standing(connection, log))


def _step_of(found: FoundEvent, event: ReadEvent, uris: dict[int, str]) -> HistoryStep:
    return HistoryStep(
        log=event.log,
        seq=event.seq,
        recorded_at=event.recorded_at,
        event=event.event,
        party_id=event.party_id,
        items=_uris(found.items, uris),
        inputs=_uris(found.led_to.get(Relation.INPUT, ()), uris),
        containers=_uris(found.led_to.get(Relation.CONTAINER, ()), uris),
        lots=_uris(found.led_to.get(Relation.LOT, ()), uris),
        relation=found.relation.value,
        distance=found.distance,
        is_damaged=event.is_damaged,
        error_declared_at=found.declared_at,
    )


def _named_by(found: FoundEvent) -> set[int]:
    return found.items.union(*found.led_to.values())


def _uris(items: Iterable[int], uris: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(sorted(uris[item] for item in items))
