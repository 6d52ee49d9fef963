"""Grades: every point cites its facts, and evidence of the trace never stands alone."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InvalidInput
from credit.scoring.model import Evidence, ScoredFact, Why
from credit.scoring.reading import MODELS_DIR, model_on, models, read_models
from credit.scoring.scoring import grade_of

DAY = date(2026, 11, 25)
MODEL = models()["enterprise-1"]


def _fact(number: int, kind: str = "penalty", **more: object) -> ScoredFact:
    values = {"list_id": "", "severity": "general", "grade": "", "decided_on": DAY}
    return ScoredFact(id=UUID(int=number), kind=kind, **{**values, **more})  # type: ignore[arg-type] # A table of changes.


def _recall(on: date = DAY) -> Evidence:
    return Evidence(code="ordered_recall", on=on, seqs=(7,))


def test_whoever_nothing_is_known_of_has_the_base_and_no_reasons() -> None:
    grade = grade_of(MODEL, [], [], DAY)

    assert (grade.points, grade.grade, grade.shares) == (700, "B", ())


def test_each_point_cites_the_facts_it_comes_from() -> None:
    grade = grade_of(MODEL, [_fact(1), _fact(2), _fact(3, "tax_grade", grade="A")], [], DAY)

    told = {
        share.item.id: (share.points, [one.int for one in share.fact_ids]) for share in grade.shares
    }
    assert told == {"penalty_general": (-80, [1, 2]), "tax_a": (60, [3])}
    assert grade.points == 700 - 80 + 60


def test_a_fact_fades_in_a_straight_line_and_then_gives_nothing() -> None:
    ages = {days: grade_of(MODEL, [_fact(1, decided_on=DAY - timedelta(days=days))], [], DAY).points
            for days in (0, 182, 364, 365, 1000)}  # fmt: skip

    assert ages == {0: 660, 182: 679, 364: 699, 365: 700, 1000: 700}


def test_an_item_is_bounded_however_many_facts_there_are() -> None:
    grade = grade_of(MODEL, [_fact(number) for number in range(50)], [], DAY)

    assert grade.points == 700 - 160
    assert len(grade.shares[0].fact_ids) == 50


def test_a_veto_fixes_the_class_and_cites_its_entries() -> None:
    listed = _fact(9, "serious_listing", list_id="serious_violation", severity=None)

    grade = grade_of(MODEL, [listed, _fact(1, "honour")], [], DAY)

    assert (grade.grade, grade.why) == ("D", Why.VETO)
    assert [one.int for one in grade.veto_facts] == [9]


def test_evidence_of_the_trace_changes_no_class_by_itself() -> None:
    alone = grade_of(MODEL, [], [_recall() for _ in range(20)], DAY)

    assert (alone.grade, alone.legal_class, alone.points) == ("B", "B", 700)
    assert alone.trace_points == -60
    assert alone.trace_shares[0].seqs == (7,)


def test_beside_a_legal_ground_it_makes_the_class_one_worse_at_most() -> None:
    facts = [_fact(1)]
    many = [_recall(), *(Evidence(code="finding", on=DAY, seqs=(8,)) for _ in range(9))]

    grade = grade_of(MODEL, facts, many, DAY)

    assert (grade.points, grade.trace_points) == (660, -70)
    assert (grade.legal_class, grade.grade, grade.why) == ("B", "C", Why.TRACE)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["penalty", "honour", "tax_grade", "inspection"]),
            st.sampled_from([None, "minor", "general", "serious"]),
            st.sampled_from(["", "A", "passed", "failed"]),
            st.integers(0, 2000),
        ),
        max_size=12,
    ),
    st.integers(0, 12),
)
def test_more_evidence_never_helps_and_never_costs_more_than_a_class(
    told: list[tuple[str, str | None, str, int]], recalls: int
) -> None:
    facts = [
        _fact(at, kind, severity=severity, grade=grade, decided_on=DAY - timedelta(days=days))
        for at, (kind, severity, grade, days) in enumerate(told)
    ]
    names = [name for name, _ in MODEL.classes]

    without = grade_of(MODEL, facts, [], DAY)
    with_it = grade_of(MODEL, facts, [_recall() for _ in range(recalls)], DAY)

    assert MODEL.least <= with_it.points <= MODEL.most
    assert with_it.legal_class == without.grade
    assert 0 <= names.index(with_it.grade) - names.index(without.grade) <= 1
    cited = [one for share in with_it.shares for one in share.fact_ids]
    assert len(cited) == len(set(cited))


def test_the_model_of_a_day_is_the_newest_that_holds_by_then() -> None:
    assert model_on("enterprise", DAY).name == "enterprise-1"
    with pytest.raises(KeyError):
        model_on("enterprise", date(2025, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points_min: 650", "points_min: 850", "from the best down"),
        ("most: 160, fades_months: 12", "most: 10, fades_months: 12", "bounds at least"),
        ("lists: [judgment_defaulter]", "lists: [debtors]", "debtors is no list"),
        ("class: D}\ntrace", "class: E}\ntrace", "a class that there is"),
        ("id: honour,", "id: permit,", "stands for two items"),
        ("version: 1", "version: 2", "holds enterprise-2"),
    ],
)  # fmt: skip
def test_a_wrong_model_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    folder = tmp_path / "models"
    copytree(MODELS_DIR, folder)
    path = folder / "enterprise-1.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(InvalidInput) as refusal:
        read_models(folder)

    assert told in " ".join(problem.message for problem in refusal.value.problems)
