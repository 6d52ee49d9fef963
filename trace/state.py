"""Where a thing is, with whom and in what state, and how much of a lot is left with whom.

Pure. The rule that must stay true: everything is told from the movements of the thing alone, in
their order, so that a late event or one taken back changes exactly what it should.

Who has how much is reckoned as a warehouse does, with two things that people leave unsaid: whoever
uses or passes on what was sent and not received has received it, and whoever only carries it away
(`transporting`) has sent it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from trace.events.model import Role
from trace.movements import Movement
from trace.types import Action, EventType
from typing import Final, TypeAlias
from uuid import UUID


class Flow(StrEnum):
    """What a movement does to how much of a thing a party has."""

    MADE = "made"
    RECEIVED = "received"
    SHIPPED = "shipped"
    USED = "used"
    SOLD = "sold"
    GONE = "gone"


INWARD: Final = frozenset({Flow.MADE, Flow.RECEIVED})

# By CBV 2.0 business step (7.1); a step that is not here moves nothing from one hand to another.
_FLOW_OF_STEP: Final[Mapping[str, Flow]] = {
    "shipping": Flow.SHIPPED,
    "receiving": Flow.RECEIVED,
    "accepting": Flow.RECEIVED,
    "retail_selling": Flow.SOLD,
    "dispensing": Flow.SOLD,
    "destroying": Flow.GONE,
    "decommissioning": Flow.GONE,
}
# Steps that move what somebody else may have shipped: they ship what their recorder has, and only
# where it tells of no shipping otherwise.
_CARRYING: Final = frozenset({"loading", "departing", "transporting"})
_OUTPUTS: Final = frozenset({Role.OUTPUT, Role.OUTPUT_CLASS})
_INPUTS: Final = frozenset({Role.INPUT, Role.INPUT_CLASS})
_NAMED: Final = frozenset({Role.EPC, Role.EPC_CLASS})
_CLASSES: Final = frozenset(
    {Role.EPC_CLASS, Role.CHILD_CLASS, Role.INPUT_CLASS, Role.OUTPUT_CLASS, Role.LOT}
)
_LOSSES: Final = frozenset({Flow.USED, Flow.SOLD, Flow.GONE})

Holding: TypeAlias = tuple[UUID | None, str | None]
"""A party and the unit in which it counts; a unit of None counts pieces."""


def flow_of(movement: Movement) -> Flow | None:
    """Return what a movement does to a party's stock of the thing, None for nothing."""
    event, role = movement.event, movement.role
    if role in _OUTPUTS:
        return Flow.MADE
    if role in _INPUTS:
        return Flow.USED
    if event.type != EventType.OBJECT or role not in _NAMED:
        return None
    if event.action == Action.ADD:
        # A container that comes into being brings nothing of its content into being.
        return Flow.MADE if movement.container is None else None
    flow = _FLOW_OF_STEP.get(event.biz_step or "")
    if event.action == Action.DELETE and flow not in (Flow.SOLD, Flow.GONE):
        return Flow.GONE if movement.container is None else None
    return flow


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of a thing after its last movement.

    `holder` is who spoke of it last, on its way whoever sent it; `place` is where that was;
    `container` is what the last movement happened to it in. `is_gone` where it was used up, sold,
    destroyed or taken out of use, and did not come back; of a lot, where nothing is left of it.
    """

    holder: UUID | None
    place: int | None
    step: str | None
    disposition: str | None
    container: int | None
    at: datetime
    seq: int
    is_gone: bool


def is_class(movements: Iterable[Movement]) -> bool:
    """Return whether a thing is a lot or a class, by the roles in which events name it."""
    return any(one.role in _CLASSES for one in movements if one.container is None)


def state_of(movements: Sequence[Movement]) -> State | None:
    """Return the state of a thing after its movements, None where there are none."""
    # What an error declaration or a label says of a lot happened to no single thing.
    told = [one for one in movements if one.role is not Role.LOT]
    if not told:
        return None
    if is_class(told):
        is_gone = _is_used_up(told)
    else:
        told, is_gone = _while_there(told)
    last = told[-1].event
    disposition = next(
        (one.event.disposition for one in reversed(told) if one.event.disposition), None
    )
    place = next((place for one in reversed(told) if (place := _place(one)) is not None), None)
    return State(
        holder=last.party_id,
        place=place,
        step=last.biz_step,
        disposition=disposition,
        container=told[-1].container,
        at=last.event_at,
        seq=last.seq,
        is_gone=is_gone,
    )


def _while_there(movements: Sequence[Movement]) -> tuple[list[Movement], bool]:
    """Return what happened to a single thing, and whether it is gone in the end.

    What was sold out of a crate that nobody unpacked does not go on with the crate.
    """
    told: list[Movement] = []
    is_gone = False
    for one in movements:
        if is_gone and one.container is not None:
            continue
        flow = flow_of(one)
        is_gone = flow in _LOSSES or (is_gone and flow not in INWARD)
        told.append(one)
    return told, is_gone


def _is_used_up(movements: Sequence[Movement]) -> bool:
    """Return whether nothing is left of a lot, or, where amounts are not told, its last flow."""
    balance = balance_of(movements)
    if balance.is_whole and balance.flows:
        return all(balance.left(holding) <= 0 for holding in balance.flows)
    flows = [flow for one in movements if (flow := flow_of(one)) is not None]
    return bool(flows) and flows[-1] in _LOSSES


def _place(movement: Movement) -> int | None:
    event = movement.event
    return event.biz_location if event.biz_location is not None else event.read_point


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How much of a thing each party made, received, shipped, used, sold or lost.

    `is_whole` is False where some movement does not say how much; then nothing follows from what
    is missing.
    """

    flows: Mapping[Holding, Mapping[Flow, Decimal]]
    is_whole: bool

    def left(self, holding: Holding) -> Decimal:
        """Return how much a party should still have; below zero it gave more than it had."""
        flows = self.flows.get(holding, {})
        zero = Decimal(0)
        return sum(
            (amount if flow in INWARD else -amount for flow, amount in flows.items()), start=zero
        )

    def total(self, flow: Flow, unit: str | None) -> Decimal:
        """Return how much went one way over all parties."""
        many = (of[flow] for (_, uom), of in self.flows.items() if uom == unit and flow in of)
        return sum(many, start=Decimal(0))


def balance_of(movements: Iterable[Movement], *, as_told: bool = False) -> Balance:
    """Return who had how much of a thing, from its movements in their order.

    With `as_told` nothing is added that no event says.
    """
    many = tuple(movements)
    shippers = {one.event.party_id for one in many if flow_of(one) is Flow.SHIPPED}
    book = _Book(is_single=not is_class(many), as_told=as_told)
    for one in many:
        flow = flow_of(one)
        if flow is not None:
            book.add(one, flow)
        elif not as_told and is_carried(one) and one.event.party_id not in shippers:
            book.carry(one)
    return Balance(flows=book.flows, is_whole=book.is_whole)


def is_carried(movement: Movement) -> bool:
    """Return whether a movement tells that somebody carries goods away, or on."""
    event = movement.event
    return (
        event.type == EventType.OBJECT
        and event.action == Action.OBSERVE
        and event.biz_step in _CARRYING
        and movement.role in (*_NAMED, Role.CHILD)
    )


@dataclass(slots=True)
class _Book:
    is_single: bool
    as_told: bool
    flows: dict[Holding, dict[Flow, Decimal]] = field(default_factory=dict)
    # How much was sent and not received yet, by unit.
    under_way: dict[str | None, Decimal] = field(default_factory=dict)
    is_whole: bool = True

    def add(self, movement: Movement, flow: Flow) -> None:
        """Enter a movement."""
        for amount, unit in self._amounts(movement):
            if amount is None:
                self.is_whole = False
                continue
            holding = (movement.event.party_id, unit)
            if flow not in INWARD and not self.as_told:
                self._receive_silently(holding, amount - self._left(holding))
            self._enter(holding, flow, amount)

    def carry(self, movement: Movement) -> None:
        """Enter that a party carries away what it has of this."""
        for amount, unit in self._amounts(movement):
            holding = (movement.event.party_id, unit)
            if amount is not None and (has := min(amount, self._left(holding))) > 0:
                self._enter(holding, Flow.SHIPPED, has)

    def _amounts(self, movement: Movement) -> Sequence[tuple[Decimal | None, str | None]]:
        if movement.quantities:
            return movement.quantities
        if self.is_single:
            return ((Decimal(1), None),)
        # A lot in a container of which nobody said how much, or a class named without an amount.
        self.is_whole = False
        return ()

    def _receive_silently(self, holding: Holding, lacking: Decimal) -> None:
        taken = min(lacking, self.under_way.get(holding[1], Decimal(0)))
        if taken > 0:
            self._enter(holding, Flow.RECEIVED, taken)

    def _left(self, holding: Holding) -> Decimal:
        return Balance(flows=self.flows, is_whole=True).left(holding)

    def _enter(self, holding: Holding, flow: Flow, amount: Decimal) -> None:
        of = self.flows.setdefault(holding, {})
        of[flow] = of.get(flow, Decimal(0)) + amount
        sent = {Flow.SHIPPED: amount, Flow.RECEIVED: -amount}.get(flow)
        if sent is not None:
            unit = holding[1]
            self.under_way[unit] = max(self.under_way.get(unit, Decimal(0)) + sent, Decimal(0))
