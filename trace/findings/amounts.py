"""Findings about how much: more codes than goods, more given than had, more made than went in.

Pure. The rule that must stay true: nothing follows from an amount that was not told, and amounts of
different units are never compared.
"""

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from trace.events.model import Role
from trace.findings.measures import PIECES, in_one_unit
from trace.findings.model import Evidence, FindingRule, Hit, amount_text, some_events
from trace.findings.stock import stocks_of
from trace.movements import Movement
from trace.state import Flow, flow_of
from trace.types import Action
from typing import Final

_HUNDRED: Final = Decimal(100)
_CLASSES: Final = frozenset({Role.EPC_CLASS, Role.OUTPUT_CLASS})


def over_issue(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find a lot that has more codes than pieces, by more than `limit` per cent."""
    codes: set[int] = set()
    naming: list[Movement] = []
    made: list[Movement] = []
    for one in evidence.movements:
        if one.role is Role.LOT and one.event.action in (None, Action.ADD):
            codes.update(one.event.of(Role.EPC, Role.OUTPUT))
            naming.append(one)
        if one.role in _CLASSES and one.container is None and flow_of(one) is Flow.MADE:
            made.append(one)
    amounts = [
        None if amount is None else in_one_unit(amount, unit)
        for one in made
        for amount, unit in one.quantities
    ]
    told = [one[0] for one in amounts if one is not None and one[1] is PIECES]
    if not codes or not told or len(told) < len(amounts):
        return []
    pieces = sum(told, start=Decimal(0))
    if len(codes) <= pieces * (_HUNDRED + rule.limit) / _HUNDRED:
        return []
    return [
        Hit(
            key="",
            party_id=naming[-1].event.party_id,
            events=some_events([*made, *naming]),
            details={"codes": len(codes), "pieces": amount_text(pieces)},
        )
    ]


def over_sale(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find who gave away more of a lot than it had, by more than `limit` per cent of that.

    Whoever has nothing inward in a unit gave what it got in another one, or does not hold the goods
    at all, and that is another finding. Whoever has some in two units may have opened boxes.
    """
    moving = [one for one in evidence.movements if flow_of(one) is not None]
    if not any(one.role not in (Role.EPC, Role.INPUT, Role.OUTPUT) for one in moving):
        return []
    hits = []
    for party, stock in (stocks_of(evidence) or {}).items():
        if len(stock.had) != 1:
            continue
        ((unit, had),) = stock.had.items()
        gave = stock.gave.get(unit, Decimal(0))
        if had > 0 and gave > had * (_HUNDRED + rule.limit) / _HUNDRED:
            details = {"had": amount_text(had), "gave": amount_text(gave), "unit": unit or ""}
            key = f"{party or ''}:{unit or ''}"
            events = some_events(one for one in stock.told if one.quantities)
            hits.append(Hit(key=key, party_id=party, events=events, details=details))
    return hits


def dilution(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find a making out of which more came than the class allows for what went in.

    `limit` per cent are allowed where the profile has no bound for such a making.
    """
    if evidence.limits.profile is None:
        return []
    hits = []
    for one in evidence.movements:
        making = evidence.makings.get(one.event.seq)
        if making is None or making.lead != evidence.item or one.event.seq != making.seqs[0]:
            continue
        unit = _common_unit(making.inputs, making.outputs)
        if unit is None or making.inputs is None or making.outputs is None:
            continue
        percent = evidence.limits.yield_percent(one.event.biz_step) or rule.limit
        went_in, came_out = making.inputs[unit], making.outputs[unit]
        if came_out * _HUNDRED <= went_in * percent:
            continue
        details = {
            "inputs": amount_text(went_in),
            "outputs": amount_text(came_out),
            "unit": unit,
            "percent": amount_text(percent),
        }
        own = [move for move in evidence.movements if move.event.seq in making.seqs]
        hits.append(
            Hit(
                key=str(making.seqs[0]),
                party_id=one.event.party_id,
                events=some_events(own),
                details=details,
            )
        )
    return hits


def _common_unit(
    inputs: Mapping[str | None, Decimal] | None, outputs: Mapping[str | None, Decimal] | None
) -> str | None:
    """Return the unit that everything of a making is told in, None where there is no such unit.

    Pieces say nothing: of one melon come eight slices.
    """
    if not inputs or not outputs:
        return None
    units = set(chain(inputs, outputs))
    return units.pop() if len(units) == 1 else None
