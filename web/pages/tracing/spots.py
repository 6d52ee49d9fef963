"""The places of a trace: where its things were, and where they went on to.

The rule that must stay true: a place is that of an event which names a thing of the trace and which
the reader may see; of a container only what happened while it held what is traced.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.edges import STAYS
from trace.identifiers import find_ids, read_uris
from trace.sieves import seen_seqs
from trace.tables import EVENT, EVENT_ITEM
from trace.tracing import Trace
from trace.withdrawn import is_declared_wrong
from typing import Final, TypeAlias

from sqlalchemy import Connection, and_, select

from parties.actors import Actor
from parties.directory import SiteCard, register_uris, sites_by_uri
from web.pages.model import Lang
from web.pages.tracing.map import Spot

_CHUNK: Final = 500
_EVENTS_MAX: Final = 20_000

_Windows: TypeAlias = Mapping[str, Sequence[tuple[datetime, datetime | None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places with coordinates, those with most events first; ways lead from key to key."""

    spots: tuple[Spot, ...]
    ways: tuple[tuple[str, str], ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Seen:
    item: int
    seq: int
    at: datetime
    place: int


def places_of(
    connection: Connection,
    log: int,
    traces: Sequence[Trace],
    actor: Actor,
    lang: Lang,
    spots_max: int,
) -> Places:
    """Return where the things of some traces were, at most `spots_max` places."""
    uris = dict.fromkeys(one.uri for trace in traces for one in trace.reached)
    ids = {item: uri for uri, item in find_ids(connection, log, uris).items()}
    windows = _windows(traces)
    seen = [
        one
        for one in _events_of(connection, log, sorted(ids), actor)
        if _is_meant(windows.get(ids[one.item], ()), one.at)
    ]
    cards = _cards(connection, log, {one.place for one in seen})
    events = Counter({one.seq: cards[one.place].uri for one in seen if one.place in cards}.values())
    shown = [uri for uri, _ in events.most_common(spots_max)]
    by_uri = {card.uri: card for card in cards.values()}
    spots = tuple(
        Spot(
            key=uri,
            name=(card.name_en if lang == "en" else "") or card.name_zh,
            latitude=card.latitude,
            longitude=card.longitude,
            events=events[uri],
        )
        for uri in shown
        if (card := by_uri[uri]).latitude is not None and card.longitude is not None
    )
    return Places(spots=spots, ways=tuple(_ways(seen, cards)), total=len(events))


def _windows(traces: Sequence[Trace]) -> _Windows:
    """Return when each container of a trace held what is traced; goods have no such time."""
    stays: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for trace in traces:
        for step in trace.steps:
            if step.kind in STAYS:
                stays.setdefault(step.target, []).append((step.from_at, step.until_at))
    subjects = {uri for trace in traces for uri in trace.subjects}
    return {uri: many for uri, many in stays.items() if uri not in subjects}


def _is_meant(windows: Sequence[tuple[datetime, datetime | None]], at: datetime) -> bool:
    return not windows or any(
        since <= at and (until is None or at <= until) for since, until in windows
    )


def _events_of(connection: Connection, log: int, items: Sequence[int], actor: Actor) -> list[_Seen]:
    found: list[_Seen] = []
    beside = EVENT_ITEM.join(
        EVENT, and_(EVENT.c.log == EVENT_ITEM.c.log, EVENT.c.seq == EVENT_ITEM.c.seq)
    )
    for start in range(0, len(items), _CHUNK):
        statement = (
            select(
                EVENT_ITEM.c.item,
                EVENT.c.seq,
                EVENT.c.event_at,
                EVENT.c.biz_location,
                EVENT.c.read_point,
            )
            .select_from(beside)
            .where(
                EVENT_ITEM.c.log == log,
                EVENT_ITEM.c.item.in_(items[start : start + _CHUNK]),
                EVENT.c.declared_at.is_(None),
                ~is_declared_wrong(log),
            )
            .limit(_EVENTS_MAX - len(found))
        )
        for row in connection.execute(statement):
            place = row.read_point if row.biz_location is None else row.biz_location
            if place is not None:
                found.append(_Seen(row.item, row.seq, row.event_at, place))
        if len(found) >= _EVENTS_MAX:
            break
    seen = seen_seqs(connection, log, {one.seq for one in found}, actor)
    return [one for one in found if one.seq in seen]


def _cards(connection: Connection, log: int, places: Collection[int]) -> dict[int, SiteCard]:
    """Return the registered site of each place that has coordinates."""
    uris = read_uris(connection, log, places)
    names = {item: register_uris(uri) for item, uri in uris.items()}
    cards = sites_by_uri(connection, {name for many in names.values() for name in many})
    found = {}
    for item, many in names.items():
        card = next((cards[name] for name in many if name in cards), None)
        if card is not None and card.latitude is not None:
            found[item] = card
    return found


def _ways(seen: Iterable[_Seen], cards: Mapping[int, SiteCard]) -> Iterator[tuple[str, str]]:
    """Yield from where to where each thing went, place after place."""
    last: dict[int, str] = {}
    for one in sorted(seen, key=lambda one: (one.at, one.seq)):
        card = cards.get(one.place)
        if card is None:
            continue
        before = last.get(one.item)
        if before is not None and before != card.uri:
            yield before, card.uri
        last[one.item] = card.uri
