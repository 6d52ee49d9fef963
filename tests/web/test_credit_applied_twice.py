"""The same measure reported twice is one application, and check and form say that it is in use."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

PATH = "/api/v1/credit/applications"
CHECK = f"/work/credit/check?q={uscc(1)}"
FORM = f"/work/credit/apply?uscc={uscc(1)}"


@pytest.fixture
def told(house: House) -> House:
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    hand_in(house, "serious_listing", serious(1))
    return house


def report(house: House, *, once: str = "", **more: str) -> Any:
    body = {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours", "reference": "评优7", **more}
    keyed = {"once": once} if once else {}
    return send(house, "POST", PATH, body, role="authority", **keyed)


def test_the_same_measure_under_the_same_file_number_is_refused(told: House) -> None:
    first = json.loads(report(told).data)

    again = report(told)
    told.clock.instant += timedelta(days=1)
    other_day = report(told)

    problem = json.loads(again.data)["errors"][0]
    assert (again.status_code, errors_of(again)) == (409, ["reference"])
    assert (problem["code"], first["id"] in problem["message"]) == ("applied_already", True)
    assert other_day.status_code == 409


def test_another_file_or_what_was_lifted_is_another_application(told: House) -> None:
    first = json.loads(report(told).data)

    other = report(told, reference="评优8")
    given_up = {"reason": "评优已取消"}
    send(told, "POST", f"{PATH}/{first['id']}/lift", given_up, role="authority")
    anew = report(told)

    assert (other.status_code, anew.status_code) == (201, 201)


def test_without_a_file_number_a_day_has_one_and_the_next_another(told: House) -> None:
    answers = [report(told, reference="") for _ in range(2)]
    told.clock.instant += timedelta(days=1)
    answers.append(report(told, reference=""))

    assert [one.status_code for one in answers] == [201, 409, 201]


def test_the_same_request_sent_again_is_still_answered_the_same(told: House) -> None:
    first, again = (json.loads(report(told, once="one").data) for _ in range(2))

    assert first == again


def test_check_and_form_say_that_it_is_in_use(told: House) -> None:
    person = sign_in(told, "authority")
    before = text_of(person.get(CHECK))
    report(told)

    check, form = text_of(person.get(CHECK)), text_of(person.get(FORM))
    twice = person.post(
        "/work/credit/apply",
        page=FORM,
        uscc=uscc(1),
        measure="MZ-03",
        matter="honours",
        on="2026-11-25",
        reference="评优7",
    )

    assert "已报告适用" not in before
    assert "已报告适用" in check
    assert "正在适用：1 项" in form
    assert twice.status_code == 400
    assert "这项措施已于2026-11-25报告适用" in text_of(twice)
