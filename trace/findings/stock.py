"""How much of a lot each party had and gave away, told in its favour.

Pure. The rule that must stay true: an amount counts once as given, however many events and pallets
tell of it, and counts as had by whatever word it came.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from trace.findings.custody import is_own_move
from trace.findings.measures import in_one_unit
from trace.findings.model import Evidence
from trace.findings.steps import Says, is_arrival, says
from trace.movements import Movement
from trace.state import INWARD, Flow, balance_of, flow_of
from typing import TypeAlias
from uuid import UUID

_Unit: TypeAlias = str | None
_Given: TypeAlias = dict[tuple[Flow, datetime, _Unit], dict[bool, Decimal]]


@dataclass(slots=True)
class Stock:
    """What one party had and gave, by unit, and the movements that say so."""

    had: dict[_Unit, Decimal] = field(default_factory=dict)
    gave: dict[_Unit, Decimal] = field(default_factory=dict)
    told: list[Movement] = field(default_factory=list)


def stocks_of(evidence: Evidence) -> dict[UUID | None, Stock] | None:
    """Return what each party had and gave of a lot; None where some amount is not told."""
    moving: dict[UUID | None, list[Movement]] = {}
    for one in evidence.movements:
        if flow_of(one) is not None or is_arrival(one) or says(one, Says.VOIDS):
            moving.setdefault(one.event.party_id, []).append(one)
    flows = [one for many in moving.values() for one in many if flow_of(one) is not None]
    if not balance_of(flows, as_told=True).is_whole:
        return None
    return {party: _stock(evidence, many) for party, many in moving.items()}


def _stock(evidence: Evidence, movements: list[Movement]) -> Stock:
    stock = Stock(told=movements)
    given: _Given = {}
    received: Counter[tuple[_Unit, Decimal]] = Counter()
    arrived: Counter[tuple[_Unit, Decimal]] = Counter()
    packings: set[tuple[int, int]] = set()
    for one in movements:
        if one.stay is not None:
            # A pallet, its cases and what they are in may all be named by one event.
            packing = one.event.seq, one.stay.seq
            if packing in packings:
                continue
            packings.add(packing)
        flow = flow_of(one)
        for amount, unit in _amounts(one):
            if flow is Flow.RECEIVED:
                received[unit, amount] += 1
            elif flow is None and not says(one, Says.VOIDS):
                arrived[unit, amount] += 1
            if flow in INWARD:
                _add(stock.had, unit, amount)
            elif flow is None and says(one, Says.VOIDS):
                _add(stock.gave, unit, -amount)
            elif flow is not None and not is_own_move(evidence, one):
                _give(given, one, flow, (amount, unit))
    # Who unloads goods and receives them says the same of them twice.
    for (unit, amount), count in (arrived - received).items():
        _add(stock.had, unit, amount * count)
    for (_, _, unit), ways in given.items():
        _add(stock.gave, unit, max(ways.values()))
    return stock


def _amounts(one: Movement) -> Iterable[tuple[Decimal, _Unit]]:
    """Yield what a movement tells; an arrival that tells no amount adds none."""
    for amount, unit in one.quantities:
        if amount is not None:
            yield in_one_unit(amount, unit)


def _give(given: _Given, one: Movement, flow: Flow, told: tuple[Decimal, _Unit]) -> None:
    """Note what was given by name or in a container: of one time that is told once."""
    amount, unit = told
    ways = given.setdefault((flow, one.event.event_at, unit), {})
    is_packed = one.container is not None
    ways[is_packed] = ways.get(is_packed, Decimal(0)) + amount


def _add(amounts: dict[_Unit, Decimal], unit: _Unit, amount: Decimal) -> None:
    amounts[unit] = amounts.get(unit, Decimal(0)) + amount
