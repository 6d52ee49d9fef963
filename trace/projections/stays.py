"""How long things were in what they were packed in, from the events of one container.

Pure. The rule that must stay true: the stays follow from the set of events alone, in the order of
their event times and, among equal times, of their entries; in which order they came in does not
matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.types import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """One event of a container: what it adds to it, takes out of it, or only sees in it."""

    seq: int
    event_at: datetime
    action: Action
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A child in its container from one event up to another; None where it is still there."""

    child: int
    seq: int
    from_at: datetime
    until_at: datetime | None = None
    until_seq: int | None = None


def stays_of(packings: Iterable[Packing]) -> list[Stay]:
    """Return every stay in one container.

    ADD begins one, DELETE ends it, and a DELETE that names no child ends them all (ISO/IEC 19987
    7.4.3). A second ADD of what is there already changes nothing, and so does OBSERVE: to see a
    thing in a container is not to put it there.
    """
    stays: list[Stay] = []
    present: dict[int, Packing] = {}
    for packing in sorted(packings, key=lambda one: (one.event_at, one.seq)):
        if packing.action is Action.ADD:
            for child in packing.children:
                present.setdefault(child, packing)
        elif packing.action is Action.DELETE:
            for child in packing.children or tuple(present):
                begun = present.pop(child, None)
                if begun is not None:
                    stays.append(_stay(child, begun, packing))
    stays += [_stay(child, begun, None) for child, begun in present.items()]
    return stays


def _stay(child: int, begun: Packing, ended: Packing | None) -> Stay:
    return Stay(
        child=child,
        seq=begun.seq,
        from_at=begun.event_at,
        until_at=ended.event_at if ended else None,
        until_seq=ended.seq if ended else None,
    )


def present_at(stays: Sequence[Stay], moment: datetime) -> frozenset[int]:
    """Return what was in the container at a moment."""
    return frozenset(
        stay.child
        for stay in stays
        if stay.from_at <= moment and (stay.until_at is None or moment < stay.until_at)
    )
