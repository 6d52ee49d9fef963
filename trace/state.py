"""Where a thing is, with whom and in what state, and how much of a lot is left with whom.

Pure. The rule that must stay true: everything is told from the movements of the thing alone, in
their order, so that a late event or one taken back changes exactly what it should.
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
_OUTPUTS: Final = frozenset({Role.OUTPUT, Role.OUTPUT_CLASS})
_INPUTS: Final = frozenset({Role.INPUT, Role.INPUT_CLASS})
_NAMED: Final = frozenset({Role.EPC, Role.EPC_CLASS})

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
    destroyed or taken out of use.
    """

    holder: UUID | None
    place: int | None
    step: str | None
    disposition: str | None
    container: int | None
    at: datetime
    seq: int
    is_gone: bool


def state_of(movements: Sequence[Movement]) -> State | None:
    """Return the state of a thing after its movements, None where there are none."""
    # What an error declaration or a label says of a lot happened to no single thing.
    told = [one for one in movements if one.role is not Role.LOT]
    if not told:
        return None
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
        is_gone=flow_of(told[-1]) in (Flow.USED, Flow.SOLD, Flow.GONE),
    )


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


def balance_of(movements: Iterable[Movement]) -> Balance:
    """Return who had how much of a thing, from its movements."""
    book = _Book()
    for movement in movements:
        flow = flow_of(movement)
        if flow is not None:
            book.add(movement, flow)
    return Balance(flows=book.flows, is_whole=book.is_whole)


@dataclass(slots=True)
class _Book:
    flows: dict[Holding, dict[Flow, Decimal]] = field(default_factory=dict)
    is_whole: bool = True

    def add(self, movement: Movement, flow: Flow) -> None:
        is_single = movement.role in (Role.EPC, Role.INPUT, Role.OUTPUT)
        amounts = movement.quantities
        if not amounts and is_single and movement.container is None:
            amounts = ((Decimal(1), None),)
        if not amounts:
            self.is_whole = self.is_whole and movement.container is not None and is_single
        for amount, unit in amounts:
            if amount is None:
                self.is_whole = False
                continue
            of = self.flows.setdefault((movement.event.party_id, unit), {})
            of[flow] = of.get(flow, Decimal(0)) + amount
