"""Grades over HTTP: versions side by side, and what a grade would be."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from base.db import reading
from parties.tables import PARTY
from tests.credit.samples import penalty, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send

GRADE, GRADES, WHAT_IF = (f"/api/v1/credit/{one}" for one in ("grade", "grades", "grade/what-if"))


@pytest.fixture
def told(house: House) -> House:
    with reading(house.services.engine) as connection:
        statement = select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)
        code = str(connection.execute(statement).scalar_one())
    house.clock.instant += timedelta(days=300)
    hand_in(house, "penalty", penalty(1, cf_xdr_shxym=code, cf_jdrq="2026-11-01"), penalty(2))
    return house


def _json(answer: Any) -> Any:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def test_every_version_is_shown_beside_the_others(told: House) -> None:
    every = _json(send(told, "GET", GRADES))
    one = _json(send(told, "GET", f"{GRADES}?models=enterprise-2"))

    assert [grade["model"] for grade in every["grades"]] == ["enterprise-1", "enterprise-2"]
    assert one["grades"] == every["grades"][1:]
    assert every["grades"][0] == _json(send(told, "GET", GRADE))


def test_a_party_sees_its_grade_without_a_penalty_and_nothing_is_changed(told: House) -> None:
    now = _json(send(told, "GET", GRADE))
    (fact,) = now["shares"][0]["facts"]

    answer = _json(send(told, "POST", WHAT_IF, {"without": [fact]}))

    assert answer["now"] == now
    assert (answer["supposed"]["points"], answer["supposed"]["shares"]) == (now["base"], [])
    assert _json(send(told, "GET", GRADE)) == now


def test_a_listing_that_is_supposed_decides_the_class(told: House) -> None:
    answer = _json(send(told, "POST", WHAT_IF, {"added": [{"list": "judgment_defaulter"}]}))

    assert (answer["supposed"]["grade"], answer["supposed"]["veto"]) == ("D", "defaulter")


def test_nobody_supposes_anything_of_another(told: House) -> None:
    assert send(told, "GET", f"{GRADES}?uscc={uscc(2)}").status_code == 404
    assert send(told, "POST", WHAT_IF, {"uscc": uscc(2)}).status_code == 404
    assert _json(send(told, "POST", WHAT_IF, {"uscc": uscc(2)}, role="authority"))["known"]


def test_of_whom_nothing_was_told_nothing_is_supposed(told: House) -> None:
    answer = _json(send(told, "POST", WHAT_IF, {"uscc": uscc(9)}, role="authority"))

    assert answer == {"known": False}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"model": "enterprise-9"}, ["model"]),
        ({"without": ["00000000-0000-0000-0000-000000000001"]}, ["without"]),
        ({"added": [{"kind": "weather"}]}, ["added[0].kind"]),
        ({"added": [{"kind": "penalty", "severity": "awful"}]}, ["added[0].severity"]),
        ({"day": "2020-01-01"}, ["day"]),
    ],
)
def test_a_wrong_question_is_refused_by_its_field(
    told: House, body: dict[str, Any], paths: list[str]
) -> None:
    answer = send(told, "POST", WHAT_IF, body)

    assert answer.status_code in (400, 422)
    assert errors_of(answer) == paths
