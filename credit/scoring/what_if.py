"""What a grade would be: under other versions of a model, without some facts, or with others.

The rule that must stay true: a question changes nothing; its answer is reckoned by the same
function as the grade itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from base.errors import InvalidInput, Problem
from credit.refusal_words import sentence_zh
from credit.scoring.model import Evidence, Grade, Model, ScoredFact
from credit.scoring.scoring import grade_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a grade is reckoned from on a day: the facts that count, and evidence of the trace."""

    facts: tuple[ScoredFact, ...]
    evidence: tuple[Evidence, ...]
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What is supposed: these facts gone, those come, and the evidence of the trace left out."""

    without: frozenset[UUID] = frozenset()
    added: tuple[ScoredFact, ...] = ()
    without_trace: bool = False


def side_by_side(models: Sequence[Model], ground: Ground) -> list[tuple[Model, Grade]]:
    """Return the grade by each model, from the same ground."""
    return [(one, grade_of(one, ground.facts, ground.evidence, ground.day)) for one in models]


def supposing(model: Model, ground: Ground, supposed: Supposed) -> Grade:
    """Return the grade as it would be; raises `InvalidInput` for a fact that does not count."""
    _refuse_unknown(supposed.without, {one.id for one in ground.facts})
    _refuse_uncounted(model, supposed.added)
    facts = [one for one in ground.facts if one.id not in supposed.without]
    evidence = () if supposed.without_trace else ground.evidence
    return grade_of(model, [*facts, *supposed.added], evidence, ground.day)


def _refuse_unknown(without: Collection[UUID], counted: Collection[UUID]) -> None:
    problems = tuple(
        _unknown("without", f"{one} does not count on that day.")
        for one in sorted(without)
        if one not in counted
    )
    if problems:
        raise InvalidInput("A fact that does not count cannot be left out.", problems=problems)


def _refuse_uncounted(model: Model, added: Sequence[ScoredFact]) -> None:
    kinds = {kind for item in model.items for kind in item.kinds}
    lists = {one for veto in model.vetoes for one in veto.lists}
    problems = tuple(
        _unknown(
            f"added[{at}].{'list' if fact.list_id else 'kind'}",
            f"The model counts {', '.join(sorted(lists if fact.list_id else kinds))}.",
        )
        for at, fact in enumerate(added)
        if (fact.list_id not in lists if fact.list_id else fact.kind not in kinds)
    )
    if problems:
        raise InvalidInput("The model counts nothing of that kind.", problems=problems)


def _unknown(path: str, message: str) -> Problem:
    return Problem(path=path, code="unknown", message=message, message_zh=sentence_zh(message))
