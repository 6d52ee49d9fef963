"""Reads many packs from the event index at once: what was done to them, with whom they are.

The rule that must stay true: everything acknowledged before is in it; the links must have been
brought up (`trace.projections.lineage.bring_up`), and only what is heard counts.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from trace.drugs.fold import pack_state
from trace.drugs.model import Act, Deed, PackFacts, PackState, State
from trace.drugs.table import StateTable
from trace.drugs.words import Said, said_by
from trace.events.identifiers import lot_uri
from trace.events.model import Role
from trace.heard import heard_of
from trace.identifiers import find_ids
from trace.movements import Movement
from trace.projections.reading import IndexedEvent
from trace.tables import EVENT
from trace.types import Action, EventType
from typing import Final

from sqlalchemy import Connection

from base.bulk import find_rows

_OUTPUTS: Final = frozenset({Role.OUTPUT})
_NAMED: Final = frozenset({Role.EPC, Role.EPC_CLASS})
_BY_WORDS: Final = frozenset({EventType.OBJECT, EventType.TRANSACTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack: what its maker said, what it is, and every movement that is heard, in order.

    `made_by` is the movement by which it came into being, None where nobody heard of it;
    `is_named` whether any event names it, heard or not.
    """

    uri: str
    is_named: bool
    facts: PackFacts
    state: PackState
    movements: tuple[Movement, ...]
    made_by: Movement | None


def read_packs(
    connection: Connection, log: int, uris: Collection[str], table: StateTable
) -> dict[str, Pack]:
    """Return each pack by its canonical URI, also where nothing is known of it."""
    ids = find_ids(connection, log, uris)
    heard = _movements(connection, log, set(ids.values()))
    said = said_by(connection, log, _worth_reading(connection, log, heard))
    lots = _lots(connection, log, ids, heard, said)
    of_lots = _movements(connection, log, set(lots.values()))
    said |= said_by(connection, log, _worth_reading(connection, log, of_lots))
    packs = {uri: nothing_known(uri, table) for uri in uris}
    for uri, item in ids.items():
        own = heard[item]
        made_by = next((one for one in own if _is_making(one)), None)
        facts = said[made_by.event.seq].facts if made_by is not None else PackFacts()
        acts = [act for one in own for act in _acts(one, said, table)]
        if item in lots:
            acts += [act for one in of_lots[lots[item]] for act in _recalls(one, said)]
        packs[uri] = Pack(
            uri=uri,
            is_named=True,
            facts=facts,
            state=pack_state(acts, facts, table),
            movements=own,
            made_by=made_by,
        )
    return packs


def nothing_known(uri: str, table: StateTable) -> Pack:
    """Return a pack that no event names."""
    return Pack(
        uri=uri,
        is_named=False,
        facts=PackFacts(),
        state=pack_state((), PackFacts(), table),
        movements=(),
        made_by=None,
    )


def site_of(event: IndexedEvent) -> int | None:
    """Return where an event happened."""
    return event.biz_location if event.biz_location is not None else event.read_point


def _movements(
    connection: Connection, log: int, items: Collection[int]
) -> dict[int, tuple[Movement, ...]]:
    """Return what is heard of each thing (docs/adr/0010), in its order."""
    found = heard_of(connection, log, items) if items else {}
    return {item: one.movements for item, one in found.items()}


def _is_making(movement: Movement) -> bool:
    if movement.container is not None:
        return False
    event = movement.event
    if movement.role in _OUTPUTS:
        return event.type == EventType.TRANSFORMATION
    is_added = event.type == EventType.OBJECT and event.action == Action.ADD
    return is_added and movement.role is Role.EPC


def _worth_reading(
    connection: Connection, log: int, movements: Mapping[int, Sequence[Movement]]
) -> set[int]:
    """Return the entries whose words are not all in the index: makings and warnings."""
    every = [one for of in movements.values() for one in of]
    seqs = sorted({one.event.seq for one in every})
    warnings: dict[int, bool] = dict(find_rows(connection, EVENT, ("seq", "is_warning"), log, seqs))
    return {one.event.seq for one in every if _is_making(one) or warnings.get(one.event.seq, False)}


def _acts(movement: Movement, said: Mapping[int, Said], table: StateTable) -> Iterator[Act]:
    event = movement.event
    if _is_making(movement):
        yield _act(Deed.MAKE, event)
        return
    yield from _recalls(movement, said)
    if movement.role is Role.INPUT:
        # What was put into something else is no pack any more.
        yield _act(Deed.SET, event, State.CHECKED_OUT)
    elif movement.role is Role.EPC and event.type in _BY_WORDS:
        state = table.state_said(event.biz_step, event.disposition)
        if state is not None:
            yield _act(Deed.SET, event, state)


def _recalls(movement: Movement, said: Mapping[int, Said]) -> Iterator[Act]:
    event = movement.event
    words = said.get(event.seq)
    if words is None or movement.role not in _NAMED:
        return
    if words.recalls:
        yield _act(Deed.RECALL, event)
    elif words.lifts:
        yield _act(Deed.LIFT, event)


def _act(deed: Deed, event: IndexedEvent, state: State | None = None) -> Act:
    return Act(
        deed=deed,
        at=event.event_at,
        recorded_at=event.recorded_at,
        key=event.event_hash_key,
        seq=event.seq,
        party_id=event.party_id,
        site=site_of(event),
        state=state,
    )


def _lots(
    connection: Connection,
    log: int,
    ids: Mapping[str, int],
    movements: Mapping[int, Sequence[Movement]],
    said: Mapping[int, Said],
) -> dict[int, int]:
    """Return the lot of each pack whose maker named one, as far as the code tells of lots."""
    named: dict[int, str] = {}
    for uri, item in ids.items():
        for one in movements.get(item, ()):
            words = said.get(one.event.seq)
            joined = lot_uri(uri, words.facts.lot) if words and _is_making(one) else None
            if joined is not None:
                named.setdefault(item, joined)
    found = find_ids(connection, log, set(named.values()))
    return {item: found[uri] for item, uri in named.items() if uri in found}
