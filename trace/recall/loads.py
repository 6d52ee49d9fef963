"""What was in the containers that a recall names, at the time that it names.

The rule that must stay true: whoever recalls a pallet means what is on it, and never what lay on it
before or comes on it later. Without a time that is its last load: all that came in since it was
last empty, whether it is still there or was unpacked. A stay that somebody without a standing ended
goes on, as everywhere (`docs/adr/0016`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from trace.edges import STAYS, Edge, Moment, edges_of
from trace.heard import with_heard_ends
from trace.identifiers import read_uris
from trace.recall.model import Criteria
from typing import Final

from sqlalchemy import Connection

from base.db import to_micros
from codes.canonical import parts_of

_PRODUCT: Final = "01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time from a moment up to, and not at, another; None is open."""

    since: Moment
    until: Moment | None

    def common(self, stay: Edge) -> "Span | None":
        """Return the time of a stay that lies in this one, None where none does."""
        since = max(self.since, stay.since)
        ends = [one for one in (self.until, stay.until) if one is not None]
        until = min(ends, default=None)
        return None if until is not None and until <= since else Span(since=since, until=until)


def with_contents(
    connection: Connection,
    log: int,
    roots: Collection[int],
    criteria: Criteria,
    *,
    depth_max: int,
) -> frozenset[int]:
    """Return the roots with what was in them then, and without what only carried it.

    What is goods itself, such as a case with a number of its own, stays beside its content.
    """
    found: set[int] = set()
    carriers: set[int] = set()
    seen: set[tuple[int, Span | None]] = {(root, None) for root in roots}
    layer = set(seen)
    for _ in range(depth_max):
        stays = _stays_in(connection, log, {item for item, _ in layer})
        inside: set[tuple[int, Span | None]] = set()
        for container, span in layer:
            if held := stays[container]:
                inside |= _within(held, span or _named_span(criteria, held))
        layer = inside - seen
        carriers |= {container for container, many in stays.items() if many}
        if not layer:
            break
        seen |= layer
        found |= {item for item, _ in layer}
    everything = found.union(roots)
    return frozenset(everything - _bare(connection, log, carriers) if found else roots)


def _stays_in(
    connection: Connection, log: int, containers: Collection[int]
) -> defaultdict[int, list[Edge]]:
    found: defaultdict[int, list[Edge]] = defaultdict(list)
    edges = [
        edge for edge in edges_of(connection, log, containers, near="dst") if edge.kind in STAYS
    ]
    for edge in with_heard_ends(connection, log, edges):
        found[edge.dst].append(edge)
    return found


def _within(stays: Iterable[Edge], span: Span) -> set[tuple[int, Span | None]]:
    times = ((stay.src, span.common(stay)) for stay in stays)
    return {(item, time) for item, time in times if time is not None}


def _named_span(criteria: Criteria, stays: Collection[Edge]) -> Span:
    if criteria.since is not None and criteria.until is not None:
        until = (to_micros(criteria.until), -1)
        return Span(since=(to_micros(criteria.since), -1), until=until)
    return last_load(stays)


def last_load(stays: Collection[Edge]) -> Span:
    """Return the time since a container was last empty, up to when it was empty again."""
    first, *others = sorted(stays, key=lambda stay: stay.since)
    load = Span(since=first.since, until=first.until)
    for stay in others:
        if load.until is not None and load.until <= stay.since:
            load = Span(since=stay.since, until=stay.until)
        elif load.until is not None:
            until = None if stay.until is None else max(load.until, stay.until)
            load = Span(since=load.since, until=until)
    return load


def _bare(connection: Connection, log: int, carriers: Collection[int]) -> set[int]:
    uris = read_uris(connection, log, carriers)
    return {item for item, uri in uris.items() if _PRODUCT not in parts_of(uri)}
