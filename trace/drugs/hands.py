"""In whose hands a pack was, from its making on, and which link of that chain is missing. Pure.

The rule that must stay true: a hand-over is whole only where both sides said it: the giver that it
was shipped and to whom, the taker that it was received. Nobody's word stands for the other's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from trace.events.model import Role
from trace.movements import Movement
from trace.state import Flow, flow_of
from trace.types import Action
from typing import Final, TypeAlias
from uuid import UUID

Named: TypeAlias = Mapping[int, frozenset[UUID]]
"""The parties that each event names as its destination, by entry number."""

# Whoever carries goods tells of the way without having them.
_ON_THE_WAY: Final = frozenset({"transporting", "departing", "arriving", "staging_outbound"})
_TOLD_ROLES: Final = frozenset({Role.EPC, Role.CHILD, Role.INPUT})


class Gap(StrEnum):
    """What a chain lacks."""

    NOT_MADE = "not_made"
    NO_SHIPPING = "no_shipping"
    NO_RECEIVING = "no_receiving"
    OTHER_RECEIVER = "other_receiver"
    RECEIVED_BEFORE_SHIPPED = "received_before_shipped"
    UNKNOWN_RECEIVER = "unknown_receiver"
    NOT_THE_HOLDER = "not_the_holder"
    PACKS_DIFFER = "packs_differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One change of hands; `shipped` or `received` is None where that side said nothing.

    `missing` are packs of the same shipment that its receiver never received.
    """

    giver: UUID | None
    receivers: frozenset[UUID]
    shipped: Movement | None = None
    received: Movement | None = None
    gaps: tuple[Gap, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intrusion:
    """Somebody did something with a pack that was in other hands by what is recorded."""

    movement: Movement
    holder: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """The chain of a pack. `on_the_way` is the last hand-over where it is not received yet."""

    maker: UUID | None
    is_made: bool
    handovers: tuple[HandOver, ...]
    intrusions: tuple[Intrusion, ...]
    holder: UUID | None
    on_the_way: HandOver | None

    @property
    def may_act(self) -> frozenset[UUID]:
        """Return who has the pack, or is about to: goods on the way are both sides' care."""
        coming = self.on_the_way.receivers if self.on_the_way is not None else frozenset()
        return coming | ({self.holder} if self.holder is not None else frozenset())

    @property
    def is_whole(self) -> bool:
        """Return whether no link is missing; goods on the way are no gap."""
        return self.is_made and not self.intrusions and not any(one.gaps for one in self.handovers)


def hands_of(movements: Sequence[Movement], made_by: Movement | None, named: Named) -> Hands:
    """Return the chain that these movements tell, in their order."""
    chain = _Chain(named=named, holder=made_by.event.party_id if made_by is not None else None)
    for movement in movements:
        if movement is not made_by and movement.role in _TOLD_ROLES:
            chain.take(movement)
    handovers = (*chain.handovers, *((chain.waiting,) if chain.waiting is not None else ()))
    return Hands(
        maker=made_by.event.party_id if made_by is not None else None,
        is_made=made_by is not None,
        handovers=handovers,
        intrusions=tuple(chain.intrusions),
        holder=chain.holder,
        on_the_way=chain.waiting,
    )


@dataclass(slots=True, kw_only=True)
class _Chain:
    named: Named
    holder: UUID | None
    handovers: list[HandOver] = field(default_factory=list)
    intrusions: list[Intrusion] = field(default_factory=list)
    waiting: HandOver | None = None

    def take(self, movement: Movement) -> None:
        flow = flow_of(movement)
        if flow is Flow.SHIPPED:
            self._ship(movement)
        elif flow is Flow.RECEIVED:
            self._receive(movement)
        elif movement.event.biz_step not in _ON_THE_WAY:
            self._do(movement)

    def _ship(self, movement: Movement) -> None:
        giver = movement.event.party_id
        receivers = self.named.get(movement.event.seq, frozenset())
        last = self.handovers[-1] if self.handovers else None
        is_late = last is not None and last.shipped is None and giver == last.giver
        if last is not None and is_late and last.receivers <= receivers:
            late = (Gap.RECEIVED_BEFORE_SHIPPED,)
            self.handovers[-1] = replace(last, shipped=movement, gaps=late)
            return
        if self.waiting is not None and giver in self.waiting.receivers:
            self._close_unreceived(giver)
        elif giver != self.holder:
            self.intrusions.append(Intrusion(movement=movement, holder=self.holder))
        elif self.waiting is not None:
            self._close_unreceived(self.holder)
        gaps = () if receivers else (Gap.UNKNOWN_RECEIVER,)
        self.waiting = HandOver(giver=giver, receivers=receivers, shipped=movement, gaps=gaps)

    def _receive(self, movement: Movement) -> None:
        taker = movement.event.party_id
        takers = frozenset({taker}) if taker is not None else frozenset()
        if self.waiting is not None:
            is_other = bool(self.waiting.receivers) and not takers <= self.waiting.receivers
            gaps = (*self.waiting.gaps, *((Gap.OTHER_RECEIVER,) if is_other else ()))
            self.handovers.append(replace(self.waiting, received=movement, gaps=gaps))
            self.waiting = None
        elif taker != self.holder:
            gaps = (Gap.NO_SHIPPING,)
            over = HandOver(giver=self.holder, receivers=takers, received=movement, gaps=gaps)
            self.handovers.append(over)
        self.holder = taker

    def _do(self, movement: Movement) -> None:
        doer = movement.event.party_id
        if doer == self.holder:
            return
        if self.waiting is not None and doer in self.waiting.receivers:
            self._close_unreceived(doer)
        elif not _is_emptying(movement):
            self.intrusions.append(Intrusion(movement=movement, holder=self.holder))

    def _close_unreceived(self, holder: UUID | None) -> None:
        """End a hand-over whose taker acts without having said that it has the goods."""
        if self.waiting is not None:
            gaps = (*self.waiting.gaps, Gap.NO_RECEIVING)
            self.handovers.append(replace(self.waiting, gaps=gaps))
        self.waiting, self.holder = None, holder


def _is_emptying(movement: Movement) -> bool:
    return movement.role is Role.CHILD and movement.event.action == Action.DELETE
