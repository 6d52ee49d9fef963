"""What is known of the goods and events of a trace, in the words of the register.

The rule that must stay true: who and when are told from the entries of the trace itself, so that
nothing is shown that its reader may not see.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from trace.identifiers import find_ids
from trace.projections.tables import LinkKind
from trace.reading import read_rows
from trace.sieves import seen_seqs
from trace.tables import EVENT_ITEM
from trace.tracing import Step, Trace
from trace.types import EVENT_TYPE_OF
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from codes.canonical import parts_of
from parties.actors import Actor
from parties.directory import PartyCard, ProductCard, parties_by_id, products_by_uri, register_uris
from web.pages.alerts import printed_code
from web.pages.model import Lang
from web.pages.words import step_key, step_words
from web.pages.work_blueprint import name_of, when

_TYPE_WORDS: Final = {int(kind): word for word, kind in EVENT_TYPE_OF.items()}
_CHUNK: Final = 500
# What says best where a thing is from.
_TELLING: Final = (LinkKind.MADE_BY, LinkKind.LOT_OF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event of the trace: its number, what happened, who recorded it, when."""

    seq: int
    title: str
    party: str
    at: datetime

    @property
    def when(self) -> str:
        """Return when it happened, on China's clock."""
        return when(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A code of the trace: what it is of, and the entry that tells of it best."""

    uri: str
    code: str
    product: str
    product_uri: str
    lot: str
    serial: str
    entry: Entry | None

    @property
    def number(self) -> str:
        """Return what tells it from others of its product."""
        return self.serial or self.lot or self.code

    @property
    def is_single(self) -> bool:
        """Return whether it is one item, and no lot or class."""
        return bool(self.serial) or not self.lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The things and events of some traces, by their codes and numbers.

    `makings` are the makings between them, each with an entry that tells of it.
    """

    things: Mapping[str, Thing]
    entries: Mapping[int, Entry]
    makings: Mapping[str, int]


def nearest(trace: Trace, items_max: int) -> Trace:
    """Return the part of a trace that is nearest to its beginning."""
    if len(trace.reached) <= items_max:
        return trace
    kept = trace.reached[:items_max]
    far = {one.uri for one in trace.reached[items_max:]}
    steps = [step for step in trace.steps if step.source not in far and step.target not in far]
    return replace(trace, reached=kept, steps=tuple(steps))


def known_of(
    connection: Connection, log: int, traces: Sequence[Trace], actor: Actor, lang: Lang
) -> Known:
    """Return what is known of everything in some traces to one who may see it."""
    steps = [step for trace in traces for step in trace.steps]
    uris = dict.fromkeys(one.uri for trace in traces for one in trace.reached)
    told = _told_by(steps)
    first = _first_of(connection, log, [uri for uri in uris if uri not in told], actor)
    told |= first
    seqs = {step.seq for step in steps} | set(first.values())
    entries = entries_of(connection, log, seqs, lang)
    cards = products_by_uri(connection, {register_uris(uri)[-1] for uri in uris})
    things = {
        uri: thing_of(uri, cards.get(register_uris(uri)[-1]), entries.get(told.get(uri, -1)))
        for uri in uris
    }
    return Known(things=things, entries=entries, makings=_makings_of(steps))


def _makings_of(steps: Iterable[Step]) -> dict[str, int]:
    found: dict[str, int] = {}
    for step in steps:
        if step.kind is LinkKind.USED_IN:
            found.setdefault(step.target, step.seq)
        elif step.kind is LinkKind.MADE_BY:
            found[step.source] = step.seq
    return found


def entries_of(
    connection: Connection, log: int, seqs: Collection[int], lang: Lang
) -> dict[int, Entry]:
    """Return what is known of events from their index rows alone."""
    rows = read_rows(connection, log, sorted(seqs))
    parties = parties_by_id(connection, {row.party_id for row in rows.values() if row.party_id})
    return {
        seq: Entry(
            seq=seq,
            title=step_words(step_key(_TYPE_WORDS[row.type], row.biz_step or "")).title.of(lang),
            party=_party(parties, row.party_id),
            at=row.event_at,
        )
        for seq, row in rows.items()
    }


def thing_of(uri: str, card: ProductCard | None, entry: Entry | None) -> Thing:
    """Return a code in words."""
    parts = parts_of(uri) or {}
    return Thing(
        uri=uri,
        code=printed_code(uri),
        product=name_of(card) if card is not None else "",
        product_uri=register_uris(uri)[-1],
        lot=parts.get("10", ""),
        serial=parts.get("21", ""),
        entry=entry,
    )


def _party(parties: Mapping[UUID, PartyCard], party_id: UUID | None) -> str:
    card = parties.get(party_id) if party_id is not None else None
    return "" if card is None else name_of(card)


def _told_by(steps: Iterable[Step]) -> dict[str, int]:
    """Return the entry by which a thing was made or became one of a lot, where there is one."""
    best: dict[str, tuple[int, datetime, int]] = {}
    for step in steps:
        if step.kind in _TELLING:
            rank = (_TELLING.index(step.kind), step.from_at, step.seq)
            best[step.target] = min(best.get(step.target, rank), rank)
    return {uri: rank[2] for uri, rank in best.items()}


def _first_of(
    connection: Connection, log: int, uris: Sequence[str], actor: Actor
) -> dict[str, int]:
    """Return the first entry that names each code, where the actor may see it."""
    ids = find_ids(connection, log, uris)
    first: dict[int, int] = {}
    numbers = sorted(ids.values())
    for start in range(0, len(numbers), _CHUNK):
        statement = (
            select(EVENT_ITEM.c.item, func.min(EVENT_ITEM.c.seq).label("first"))
            .where(EVENT_ITEM.c.log == log, EVENT_ITEM.c.item.in_(numbers[start : start + _CHUNK]))
            .group_by(EVENT_ITEM.c.item)
        )
        first.update((row.item, row.first) for row in connection.execute(statement))
    seen = seen_seqs(connection, log, set(first.values()), actor)
    return {uri: first[item] for uri, item in ids.items() if first.get(item) in seen}
