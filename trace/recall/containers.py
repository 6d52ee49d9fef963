"""In which containers the goods of a scope were, and from when to when.

The rule that must stay true: a box in a box counts for the time that both held, up to the entry the
scope was reckoned from; and a holder is told only of packings whose event it may read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from trace.edges import STAYS, Edge, edges_of
from trace.heard import with_heard_ends
from trace.identifiers import find_ids, read_uris
from trace.recall.loads import Span
from trace.sieves import ALWAYS, sieve_for
from typing import Final

from sqlalchemy import Connection

from base.db import from_micros
from parties.actors import Actor

_DEPTH_MAX: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A container in which something was; `until` is None where it is still there."""

    uri: str
    since: datetime
    until: datetime | None


def containers_of(
    connection: Connection, log: int, uris: Collection[str], *, size: int, actor: Actor
) -> dict[str, tuple[Inside, ...]]:
    """Return the containers of each code by time, as far as the first `size` entries tell."""
    ids = find_ids(connection, log, uris)
    found: dict[int, list[tuple[int, Span]]] = {}
    layer: dict[int, list[tuple[int, Span | None]]] = {one: [(one, None)] for one in ids.values()}
    for _ in range(_DEPTH_MAX):
        beyond: dict[int, list[tuple[int, Span | None]]] = {}
        for stay in _stays_of(connection, log, layer, size, actor):
            for item, span in layer[stay.src]:
                whole = Span(since=stay.since, until=stay.until)
                common = whole if span is None else span.common(stay)
                if common is not None:
                    found.setdefault(item, []).append((stay.dst, common))
                    beyond.setdefault(stay.dst, []).append((item, common))
        layer = beyond
    names = read_uris(connection, log, {one for many in found.values() for one, _ in many})
    return {
        uri: tuple(
            Inside(
                uri=names[container],
                since=from_micros(span.since[0]),
                until=None if span.until is None else from_micros(span.until[0]),
            )
            for container, span in sorted(found.get(item, ()), key=lambda one: one[1].since)
        )
        for uri, item in ids.items()
    }


def _stays_of(
    connection: Connection, log: int, items: Collection[int], size: int, actor: Actor
) -> list[Edge]:
    edges = [
        edge
        for edge in edges_of(connection, log, items, near="src")
        if edge.kind in STAYS and edge.seq < size
    ]
    sieve = sieve_for(connection, log, actor, ALWAYS)
    told = with_heard_ends(connection, log, edges) if sieve is None else sieve(edges)
    return [
        edge.without_end() if edge.until_seq is not None and edge.until_seq >= size else edge
        for edge in told
    ]
