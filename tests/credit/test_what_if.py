"""What a grade would be: by other versions, without facts, with others."""

from datetime import date
from uuid import UUID

import pytest

from base.errors import InvalidInput
from credit.scoring.model import Evidence, ScoredFact
from credit.scoring.reading import models
from credit.scoring.scoring import grade_of
from credit.scoring.what_if import Ground, Supposed, side_by_side, supposing

DAY = date(2026, 11, 25)
MODEL = models()["enterprise-1"]


def _fact(number: int, kind: str = "penalty", **more: object) -> ScoredFact:
    values = {"list_id": "", "severity": "general", "grade": "", "decided_on": DAY}
    return ScoredFact(id=UUID(int=number), kind=kind, **{**values, **more})  # type: ignore[arg-type] # A table of changes.


GROUND = Ground(
    facts=(_fact(1), _fact(2), _fact(3, "permit", severity=None)),
    evidence=(Evidence(code="ordered_recall", on=DAY, seqs=(7,)),),
    day=DAY,
)


def test_versions_stand_side_by_side_from_the_same_facts() -> None:
    first, second = side_by_side([MODEL, models()["enterprise-2"]], GROUND)

    assert (first[1].model, second[1].model) == ("enterprise-1", "enterprise-2")
    assert first[1].points - second[1].points == 5


def test_nothing_supposed_is_the_grade_itself() -> None:
    assert supposing(MODEL, GROUND, Supposed()) == grade_of(
        MODEL, GROUND.facts, GROUND.evidence, DAY
    )


def test_a_fact_left_out_gives_its_points_back() -> None:
    now = supposing(MODEL, GROUND, Supposed())

    then = supposing(MODEL, GROUND, Supposed(without=frozenset({UUID(int=1)})))

    assert then.points == now.points + 40


def test_evidence_left_out_leaves_the_legal_class() -> None:
    then = supposing(MODEL, GROUND, Supposed(without_trace=True))

    assert (then.trace_points, then.grade) == (0, then.legal_class)


def test_an_entry_of_a_list_that_is_supposed_decides_the_class() -> None:
    added = _fact(9, "", list_id="serious_violation", severity=None)

    then = supposing(MODEL, GROUND, Supposed(added=(added,)))

    assert (then.grade, then.veto_facts) == ("D", (UUID(int=9),))


@pytest.mark.parametrize(
    ("supposed", "path"),
    [
        (Supposed(without=frozenset({UUID(int=8)})), "without"),
        (Supposed(added=(_fact(9), _fact(10, "weather"))), "added[1].kind"),
        (Supposed(added=(_fact(9, "", list_id="best_friends"),)), "added[0].list"),
    ],
)
def test_what_the_model_does_not_count_is_refused_by_its_field(
    supposed: Supposed, path: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        supposing(MODEL, GROUND, supposed)

    assert [problem.path for problem in caught.value.problems] == [path]
