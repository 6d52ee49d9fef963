"""The supervision grade of food businesses: risk, class, visits a year, and what they stand on."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from base.db import reading
from credit.folding.projector import bring_up_credit
from credit.inspecting.plans import plan_on
from credit.inspecting.pool import PoolAsked, pool_parties
from credit.intake.taking import IntakeDesk
from credit.rulebook.matters import GradesTerms
from credit.rulebook.model import Regime
from credit.rulebook.reading import rulebook
from credit.scoring.model import Evidence, ScoredFact
from credit.scoring.scoring import grade_of
from credit.subjects import subject_of_code
from credit.supervising.grading import (
    DYNAMIC_MOST,
    Supervision,
    scale_on,
    supervision_of,
)
from credit.supervising.static import STATIC_MAX, static_of, static_rows
from tests.credit.samples import penalty, serious, uscc
from tests.credit.warning_world import TODAY, set_day, take
from tests.instances import Installation

SCALE = scale_on(rulebook(), TODAY)


def registered(number: int, industry: str) -> dict[str, str]:
    return {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "kind": "02",
        "region": "370202",
        "industry": industry,
        "established_on": "2015-01-05",
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }


def failed(number: int, **changes: str) -> dict[str, str]:
    row = {
        "sample_no": "S1",
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "role": "生产企业",
        "product": "蛋糕",
        "lot": "20261101",
        "result": "不合格",
        "failed_item": "菌落总数",
        "sampled_on": TODAY.isoformat(),
        "authority": "青岛市市场监督管理局",
    }
    return {**row, **changes}


def graded(installation: Installation, number: int) -> Supervision | None:
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        subject_id = subject_of_code(connection, installation.log, uscc(number))
        assert subject_id is not None
        return supervision_of(connection, installation.log, subject_id, SCALE, TODAY)


def test_the_classes_are_those_of_the_rulebook_turned_round() -> None:
    found = rulebook().one("food.risk_score", TODAY, Regime.MARKET, GradesTerms)
    assert found is not None

    # Upper limits are inclusive: a risk of 30 is still A, one of 31 is B.
    assert SCALE.model.classes == (("A", 70), ("B", 55), ("C", 40), ("D", 0))
    assert SCALE.visits == {"A": (1, 1), "B": (1, 2), "C": (2, 3), "D": (3, 4)}
    assert {"R49-21", "RFR-1", "RFR-2"} <= {one.id for one in SCALE.rules}


def test_the_parts_of_the_risk_are_those_that_the_norm_names() -> None:
    assert max(row.points for row in static_rows().values()) <= STATIC_MAX
    taken = sum(item.most for item in SCALE.model.items if item.points < 0)
    assert taken == DYNAMIC_MOST


@pytest.mark.parametrize(
    ("industry", "points"),
    [("1441", 30), ("1411", 20), ("1499", 20), ("6241", 34), ("1321", None), ("4210", None)],
)
def test_the_longest_number_of_an_industry_says_its_static_risk(
    industry: str, points: int | None
) -> None:
    found = static_of(industry)

    assert (None if found is None else found.points) == points


def test_a_grade_tells_its_risk_its_reasons_and_its_visits(
    installation: Installation, intake: IntakeDesk
) -> None:
    set_day(installation, TODAY)
    take(intake, "registration", registered(1, "1411"), registered(2, "4210"))
    assert graded(installation, 2) is None
    new = graded(installation, 1)
    assert new is not None
    assert (new.static.points, new.dynamic, new.grade.grade, new.visits) == (20, 0, "A", (1, 1))

    day = TODAY.isoformat()
    take(intake, "inspection", *(failed(1, sample_no=f"S{at}") for at in "12"))
    take(intake, "penalty", penalty(1, cf_jdrq=day))

    told = graded(installation, 1)
    assert told is not None
    shares = {one.item.id: (one.points, len(one.fact_ids)) for one in told.grade.shares}
    assert shares["failed_inspection"] == (-24, 2)
    assert told.risk == 20 + told.dynamic
    assert (told.risk, told.grade.grade, told.visits, told.left) == (50, "C", (2, 3), 2)


def test_whoever_is_on_the_list_of_serious_violations_is_graded_d(
    installation: Installation, intake: IntakeDesk
) -> None:
    set_day(installation, TODAY)
    take(intake, "registration", registered(1, "1531"))
    take(intake, "serious_listing", serious(1))

    told = graded(installation, 1)

    assert told is not None
    assert (told.grade.grade, told.visits, len(told.grade.veto_facts)) == ("D", (3, 4), 1)


def _fact(number: int, **more: Any) -> ScoredFact:
    values: dict[str, Any] = {"kind": "inspection", "list_id": "", "severity": None}
    values |= {"grade": "failed", "decided_on": TODAY}
    return ScoredFact(id=UUID(int=number), **{**values, **more})


@pytest.mark.parametrize(("facts", "grade"), [(0, "A"), (1, "B")])
def test_evidence_of_the_trace_changes_no_class_alone_and_by_one_beside_a_ground(
    facts: int, grade: str
) -> None:
    model = replace(SCALE.model, base=70 + 12 * facts, most=70 + 12 * facts)
    evidence = [Evidence(code="failed_test", on=TODAY, seqs=(at,)) for at in range(9)]

    found = grade_of(model, [_fact(at) for at in range(facts)], evidence, TODAY)

    assert (found.legal_class, found.grade) == ("A", grade)


def test_the_pool_is_classed_by_supervision_and_its_shares_are_the_visits_of_a_year(
    installation: Installation, intake: IntakeDesk
) -> None:
    set_day(installation, TODAY)
    take(intake, "registration", registered(1, "1531"), registered(2, "1491"), registered(3, "42"))
    take(intake, "serious_listing", serious(1))
    bring_up_credit(installation.engine, installation.log)
    plan = plan_on("food", TODAY)

    with reading(installation.engine) as connection:
        found = pool_parties(connection, installation.log, plan, PoolAsked(), rulebook(), TODAY)

    assert found.shares == {"A": 25, "B": 50, "C": 75, "D": 100}
    assert found.parties == {uscc(1): "D", uscc(2): "B"}


def test_the_items_of_a_risk_add_up_to_it_with_what_its_bounds_take_away(
    sqlite_world_parts: Any,
) -> None:
    installation, intake = sqlite_world_parts
    set_day(installation, TODAY)
    take(intake, "registration", registered(1, "1411"), registered(2, "1411"))
    take(intake, "inspection", failed(1, result="合格", failed_item=""), failed(2))

    clean, risky = graded(installation, 1), graded(installation, 2)

    for one in (clean, risky):
        assert one is not None
        items = one.static.points - sum(share.points for share in one.grade.shares)
        assert items + one.beyond == one.risk
    assert clean is not None
    assert (clean.dynamic, clean.beyond > 0) == (0, True)
    assert risky is not None
    assert risky.beyond == 0
