"""Findings about how much: more codes than goods, more given than had, more made than went in.

Pure. The rule that must stay true: nothing follows from an amount that was not told, and amounts of
different units are never compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
_ZERO: Final = Decimal(0)
_CLASSES: Final = frozenset({Role.EPC_CLASS, Role.OUTPUT_CLASS})


@dataclass(slots=True)
class Issue:
    """The codes that name a lot, the pieces that were made of it, and the movements that say so.

    `pieces` is None where some amount is told in another unit, or none is told.
    """

    codes: set[int] = field(default_factory=set)
    naming: list[Movement] = field(default_factory=list)
    made: list[Movement] = field(default_factory=list)
    pieces: Decimal | None = None

    def is_over(self, spoilt: int = 0, percent: Decimal = _ZERO) -> bool:
        """Return whether there are more codes than pieces, by more than so many per cent."""
        if self.pieces is None or not self.codes:
            return False
        return len(self.codes) - spoilt > self.pieces * (_HUNDRED + percent) / _HUNDRED


def issue_of(movements: Iterable[Movement]) -> Issue:
    """Return how many codes and pieces a lot has."""
    issue = Issue()
    for one in movements:
        if one.role is Role.LOT and one.event.action in (None, Action.ADD):
            issue.codes.update(one.event.of(Role.EPC, Role.OUTPUT))
            issue.naming.append(one)
        if one.role in _CLASSES and one.container is None and flow_of(one) is Flow.MADE:
            issue.made.append(one)
    amounts = [
        None if amount is None else in_one_unit(amount, unit)
        for one in issue.made
        for amount, unit in one.quantities
    ]
    told = [one[0] for one in amounts if one is not None and one[1] is PIECES]
    if told and len(told) == len(amounts):
        issue.pieces = sum(told, start=_ZERO)
    return issue


def over_issue(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find a lot that has more codes than pieces, by more than `limit` per cent.

    Codes that whoever put them into use took out of it again count as never used.
    """
    issue = issue_of(evidence.movements)
    if issue.pieces is None or not issue.is_over(len(evidence.spoilt), rule.limit):
        return []
    return [
        Hit(
            key="",
            party_id=issue.naming[-1].event.party_id,
            events=some_events([*issue.made, *issue.naming]),
            details={
                "codes": len(issue.codes) - len(evidence.spoilt),
                "pieces": amount_text(issue.pieces),
            },
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
