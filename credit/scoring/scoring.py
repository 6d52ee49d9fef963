"""Reckons a grade: a pure function of the model, what counts, and the day.

The rule that must stay true: evidence of the trace ledger alone changes no class. It makes a class
one worse at most, and only beside a legal ground; it never makes one better.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from credit.periods import corresponding_day
from credit.scoring.model import Evidence, Grade, Item, Model, ScoredFact, Share, Veto, Why

Thing = TypeVar("Thing", ScoredFact, Evidence)
_NONE: Final = "none"


def grade_of(
    model: Model, facts: Sequence[ScoredFact], evidence: Sequence[Evidence], day: date
) -> Grade:
    """Return the grade of a party from what counts on a day."""
    shares = tuple(_fact_shares(model.items, facts, day))
    trace_shares = tuple(_trace_shares(model.trace, evidence, day))
    points = model.base + sum(share.points for share in shares)
    points = max(model.least, min(model.most, points))
    trace_points = sum(share.points for share in trace_shares)
    veto, veto_facts = _veto_of(model, facts)
    if veto is not None:
        legal_class, why = veto.grade, Why.VETO
    else:
        legal_class, why = _class_of(model, points), Why.POINTS
    grade = legal_class
    has_ground = any(share.points < 0 for share in shares)
    if veto is None and has_ground and trace_points < 0:
        with_trace = _class_of(model, max(model.least, points + trace_points))
        grade = _one_worse_at_most(model, legal_class, with_trace)
        why = Why.TRACE if grade != legal_class else why
    return Grade(
        model=model.name,
        day=day,
        grade=grade,
        legal_class=legal_class,
        points=points,
        trace_points=trace_points,
        why=why,
        veto=veto,
        veto_facts=veto_facts,
        shares=shares,
        trace_shares=trace_shares,
    )


def _fact_shares(items: Iterable[Item], facts: Sequence[ScoredFact], day: date) -> Iterable[Share]:
    for item in items:
        counted = _counted(item, facts, day, _is_counted, lambda fact: fact.decided_on)
        if counted:
            yield Share(
                item=item,
                points=_bounded(item, [points for _, points in counted]),
                fact_ids=tuple(fact.id for fact, _ in counted),
            )


def _trace_shares(
    items: Iterable[Item], evidence: Sequence[Evidence], day: date
) -> Iterable[Share]:
    for item in items:
        counted = _counted(item, evidence, day, _is_shown, lambda one: one.on)
        if counted:
            yield Share(
                item=item,
                points=_bounded(item, [points for _, points in counted]),
                seqs=tuple(sorted({seq for one, _ in counted for seq in one.seqs})),
            )


def _counted(
    item: Item,
    things: Sequence[Thing],
    day: date,
    is_counted: Callable[[Item, Thing], bool],
    day_of: Callable[[Thing], date | None],
) -> list[tuple[Thing, int]]:
    """Return what an item counts, each with its points on a day; what has faded is left out."""
    found = []
    for thing in things:
        if is_counted(item, thing):
            points = _faded(item, day_of(thing), day)
            if points:
                found.append((thing, points))
    return found


def _is_counted(item: Item, fact: ScoredFact) -> bool:
    if fact.kind not in item.kinds:
        return False
    if item.severities and (fact.severity or _NONE) not in item.severities:
        return False
    return not item.grades or fact.grade in item.grades


def _is_shown(item: Item, one: Evidence) -> bool:
    return one.code in item.codes


def _faded(item: Item, since: date | None, day: date) -> int:
    """Return an item's points for something of a day: all at first, nothing at the end."""
    if item.fades_months == 0 or since is None:
        return item.points
    end = corresponding_day(since, item.fades_months)
    if day >= end:
        return 0
    left, whole = (end - max(day, since)).days, (end - since).days
    # Rounded towards the whole: a fact that still counts counts for a point at least.
    return -(-item.points * left // whole) if item.points > 0 else item.points * left // whole


def _bounded(item: Item, points: Iterable[int]) -> int:
    return max(-item.most, min(item.most, sum(points)))


def _veto_of(model: Model, facts: Sequence[ScoredFact]) -> tuple[Veto | None, tuple[UUID, ...]]:
    for veto in model.vetoes:
        ids = tuple(fact.id for fact in facts if fact.list_id in veto.lists)
        if ids:
            return veto, ids
    return None, ()


def _class_of(model: Model, points: int) -> str:
    return next(name for name, least in model.classes if points >= least)


def _one_worse_at_most(model: Model, legal_class: str, with_trace: str) -> str:
    names = [name for name, _ in model.classes]
    legal, worse = names.index(legal_class), names.index(with_trace)
    return names[min(max(legal, worse), legal + 1)]
