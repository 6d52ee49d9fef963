"""Who has each of many goods now, and how much of it, with the event that says so.

The rules that must stay true: everything is told from those movements alone that count (ADR 0010)
and that the reader may see, read for all goods at once; and who sees only its own and its partners'
events is told nothing of what a partner did with goods afterwards, not even that it did anything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from trace.heard import heard_among
from trace.movements import Movement, movements_of
from trace.sieves import seen_movements_among, sees_everything
from trace.state import (
    Balance,
    Flow,
    State,
    balance_of,
    flow_of,
    is_carried,
    is_class,
    state_of,
)
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from parties.actors import Actor


class Fate(StrEnum):
    """What became of goods, as far as the reader's events tell.

    `last_seen` is what another party was seen with, or was sent: who has it now is not told.
    """

    HELD = "held"
    UNDER_WAY = "under_way"
    SOLD = "sold"
    USED = "used"
    GONE = "gone"
    LAST_SEEN = "last_seen"
    UNKNOWN = "unknown"


_FATE_OF_FLOW: Final[Mapping[Flow, Fate]] = {
    Flow.SOLD: Fate.SOLD,
    Flow.USED: Fate.USED,
    Flow.GONE: Fate.GONE,
}
_OPEN: Final = frozenset({Fate.HELD, Fate.UNDER_WAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """How much of a thing is with whom, or went which way, and the entry that says so last.

    A unit of None counts pieces; an amount of None is not told. Without a party nobody is known; on
    its way the party is whoever sent it, where that is one alone.
    """

    party_id: UUID | None
    fate: Fate
    amount: Decimal | None
    unit: str | None
    seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where one thing is; `is_whole` is False where some event does not say how much."""

    hands: tuple[Hand, ...]
    is_lot: bool
    is_container: bool = False
    is_whole: bool = True


@dataclass(slots=True)
class HolderSum:
    """What one party has, or sold or used: single goods, lots with amounts, containers."""

    party_id: UUID | None
    fate: Fate
    pieces: int = 0
    lots: int = 0
    containers: int = 0
    amounts: dict[str | None, Decimal] = field(default_factory=dict)
    # Lots of which it is not told how much.
    untold: int = 0


UNKNOWN: Final = Whereabouts(
    hands=(Hand(party_id=None, fate=Fate.UNKNOWN, amount=None, unit=None, seq=None),),
    is_lot=False,
)


def whereabouts_of(
    connection: Connection,
    log: int,
    items: Collection[int],
    actor: Actor | None,
    containers: Collection[int] = (),
) -> dict[int, Whereabouts]:
    """Return where each thing is, as far as `actor` may know; the links are brought up."""
    movements = movements_of(connection, log, items)
    heard = heard_among(connection, log, movements)
    counted = {item: found.movements for item, found in heard.items()}
    seen = seen_movements_among(connection, log, counted, actor)
    found = {}
    for item, many in seen.items():
        told = _told(many, is_container=item in containers)
        found[item] = told if sees_everything(actor) else _as_far_as_seen(told, actor)
    return found


def _told(movements: Sequence[Movement], *, is_container: bool) -> Whereabouts:
    state = state_of(movements)
    if state is None:
        return UNKNOWN
    if not is_class(movements):
        hand = _hand_of_one(movements, state)
        return Whereabouts(hands=(hand,), is_lot=False, is_container=is_container)
    balance = balance_of(movements)
    hands = tuple(_hands_of_lot(movements, balance))
    if not hands:
        # It is somewhere, and no event says how much of it is.
        holder = Hand(
            party_id=state.holder,
            fate=_fate_of(movements, state),
            amount=None,
            unit=None,
            seq=state.seq,
        )
        return Whereabouts(hands=(holder,), is_lot=True, is_whole=False)
    return Whereabouts(hands=hands, is_lot=True, is_whole=balance.is_whole)


def _hand_of_one(movements: Sequence[Movement], state: State) -> Hand:
    return Hand(
        party_id=state.holder,
        fate=_fate_of(movements, state),
        amount=Decimal(1),
        unit=None,
        seq=state.seq,
    )


def _fate_of(movements: Sequence[Movement], state: State) -> Fate:
    """Return what the last flow up to the thing's state says became of it."""
    flows = [(one, flow) for one in movements if (flow := flow_of(one)) is not None]
    if state.is_gone:
        lost = [_FATE_OF_FLOW[flow] for _, flow in flows if flow in _FATE_OF_FLOW]
        return lost[-1] if lost else Fate.GONE
    if not flows or flows[-1][1] is not Flow.SHIPPED:
        return Fate.HELD
    # Whoever speaks of it at home after it was sent has received it, and did not say so.
    last = next(one for one in reversed(movements) if one.event.seq == state.seq)
    is_with_sender = state.holder == flows[-1][0].event.party_id
    return Fate.UNDER_WAY if is_with_sender or is_carried(last) else Fate.HELD


def _hands_of_lot(movements: Sequence[Movement], balance: Balance) -> Iterable[Hand]:
    shippers: dict[str | None, list[UUID | None]] = {}
    for (party_id, unit), flows in balance.flows.items():
        left = balance.left((party_id, unit))
        if left > 0:
            yield _hand(movements, party_id, Fate.HELD, left, unit, None)
        for flow, fate in _FATE_OF_FLOW.items():
            if flows.get(flow, 0) > 0:
                yield _hand(movements, party_id, fate, flows[flow], unit, flow)
        if flows.get(Flow.SHIPPED, 0) > 0:
            shippers.setdefault(unit, []).append(party_id)
    for unit, senders in shippers.items():
        sent = balance.total(Flow.SHIPPED, unit) - balance.total(Flow.RECEIVED, unit)
        if sent > 0:
            sender = senders[0] if len(senders) == 1 else None
            yield _hand(movements, sender, Fate.UNDER_WAY, sent, unit, Flow.SHIPPED)


def _hand(
    movements: Sequence[Movement],
    party_id: UUID | None,
    fate: Fate,
    amount: Decimal,
    unit: str | None,
    flow: Flow | None,
) -> Hand:
    """Return a hand with the last event of the party that says so."""
    own = [one for one in movements if party_id is None or one.event.party_id == party_id]
    telling = [one for one in own if flow is None or flow_of(one) is flow] or own
    seq = telling[-1].event.seq if telling else None
    return Hand(party_id=party_id, fate=fate, amount=amount, unit=unit, seq=seq)


def _as_far_as_seen(told: Whereabouts, actor: Actor | None) -> Whereabouts:
    """Return where a thing is without claiming what became of it in the hands of others.

    What was handed over is the same whether or not there are events after it: else the answer
    would tell that there are.
    """
    own = None if actor is None else actor.party_id
    hands = tuple(
        hand
        if hand.fate not in _OPEN or (hand.fate is Fate.HELD and hand.party_id == own)
        else Hand(
            party_id=hand.party_id,
            fate=Fate.LAST_SEEN,
            amount=hand.amount,
            unit=hand.unit,
            seq=hand.seq,
        )
        for hand in told.hands
    )
    return Whereabouts(
        hands=hands,
        is_lot=told.is_lot,
        is_container=told.is_container,
        is_whole=told.is_whole,
    )


def sum_holders(many: Iterable[Whereabouts]) -> list[HolderSum]:
    """Return who has how much of many things, whoever has the most of them first."""
    sums: dict[tuple[UUID | None, Fate], HolderSum] = {}
    for one in many:
        lots_of = set()
        for hand in one.hands:
            key = hand.party_id, hand.fate
            found = sums.setdefault(key, HolderSum(party_id=hand.party_id, fate=hand.fate))
            if not one.is_lot:
                found.containers += one.is_container
                found.pieces += not one.is_container
                continue
            # A lot that is counted in two units is one lot.
            found.lots += key not in lots_of
            lots_of.add(key)
            if hand.amount is None:
                found.untold += 1
            else:
                before = found.amounts.get(hand.unit, Decimal(0))
                found.amounts[hand.unit] = before + hand.amount
    order = list(Fate)
    return sorted(
        sums.values(),
        key=lambda one: (
            order.index(one.fate),
            -(one.pieces + one.lots),
            -one.containers,
            str(one.party_id or ""),
        ),
    )
