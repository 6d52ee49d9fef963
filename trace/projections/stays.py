"""How long things were in what they were packed in, from the events of one container.

Pure. The rule that must stay true: the stays follow from the set of events alone, in the order of
their event times and, among equal times, of their entries; in which order they came in does not
matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from trace.types import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """One event of a container: what it adds to it, takes out of it, or only sees in it.

    `amounts` are those of classes, by child and unit, where the event says how much; a child
    without any counts as the whole of it.
    """

    seq: int
    event_at: datetime
    action: Action
    children: tuple[int, ...]
    amounts: Mapping[int, Mapping[str | None, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A child in its container from one event up to another; None where it is still there."""

    child: int
    seq: int
    from_at: datetime
    until_at: datetime | None = None
    until_seq: int | None = None


@dataclass(slots=True)
class _Load:
    """What is in there of one child: since which event, and how much where that was said."""

    since: Packing
    amounts: dict[str | None, Decimal]

    def add(self, amounts: Mapping[str | None, Decimal]) -> None:
        for unit, amount in amounts.items():
            self.amounts[unit] = self.amounts.get(unit, Decimal(0)) + amount

    def take(self, amounts: Mapping[str | None, Decimal]) -> bool:
        """Take some out; return whether anything is left, as far as amounts were said."""
        if not self.amounts or not amounts:
            return False
        for unit, amount in amounts.items():
            self.amounts[unit] = self.amounts.get(unit, Decimal(0)) - amount
        return any(amount > 0 for amount in self.amounts.values())


def stays_of(packings: Iterable[Packing]) -> list[Stay]:
    """Return every stay in one container.

    ADD begins one, DELETE ends it, and a DELETE that names no child ends them all (ISO/IEC 19987
    7.4.3). A second ADD of what is there already begins nothing, a DELETE of a part of a lot ends
    nothing, and neither does OBSERVE: to see a thing in a container is not to put it there.
    """
    stays: list[Stay] = []
    loads: dict[int, _Load] = {}
    for packing in sorted(packings, key=lambda one: (one.event_at, one.seq)):
        if packing.action is Action.ADD:
            for child in packing.children:
                loads.setdefault(child, _Load(packing, {})).add(packing.amounts.get(child, {}))
        elif packing.action is Action.DELETE:
            for child in packing.children or tuple(loads):
                load = loads.get(child)
                if load is not None and not load.take(packing.amounts.get(child, {})):
                    stays.append(_stay(child, loads.pop(child).since, packing))
    stays += [_stay(child, load.since, None) for child, load in loads.items()]
    return stays


def _stay(child: int, begun: Packing, ended: Packing | None) -> Stay:
    return Stay(
        child=child,
        seq=begun.seq,
        from_at=begun.event_at,
        until_at=ended.event_at if ended else None,
        until_seq=ended.seq if ended else None,
    )
