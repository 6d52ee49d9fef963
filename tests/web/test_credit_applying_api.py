"""Measures in use: the gate, and the receipt once the basis fell away."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credit.offices import grant_office
from parties.actors import Role
from parties.ids import short_hex
from parties.keys import KeyRequest, grant
from tests.credit.samples import defaulter, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send

PATH = "/api/v1/credit/applications"


@pytest.fixture
def told(house: House) -> House:
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    hand_in(house, "serious_listing", serious(1))
    hand_in(house, "judgment_default", defaulter(2))
    return house


def _report(house: House, number: int, measure: str, matter: str, **more: Any) -> Any:
    body = {"uscc": uscc(number), "measure": measure, "matter": matter, **more}
    return send(house, "POST", PATH, body, role="authority")


def _json(answer: Any) -> Any:
    return json.loads(answer.get_data())


def test_a_measure_is_applied_and_has_to_be_lifted_once_its_basis_fell_away(told: House) -> None:
    applied = _json(_report(told, 1, "MZ-03", "honours", reference="评优 2026-7"))
    assert (applied["must_lift"], len(applied["facts"])) == (False, 1)
    assert _json(send(told, "GET", f"{PATH}?to_lift=true", role="authority")) == {
        "applications": [],
        "nextPageToken": "",
    }

    told.clock.instant += timedelta(hours=1)
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(told, "serious_listing", removed)

    (due,) = _json(send(told, "GET", f"{PATH}?to_lift=true", role="authority"))["applications"]
    assert (due["id"], due["must_lift"]) == (applied["id"], True)
    lifted = _json(send(told, "POST", f"{PATH}/{due['id']}/lift", {}, role="authority"))
    assert (lifted["must_lift"], lifted["lifted_on"]) == (False, "2026-11-25")
    told.clock.instant += timedelta(days=1)
    again = send(told, "POST", f"{PATH}/{due['id']}/lift", {}, role="authority")
    assert _json(again) == lifted
    other = {"reference": "另一张"}
    lift = send(told, "POST", f"{PATH}/{due['id']}/lift", other, role="authority")
    assert lift.status_code == 409


@pytest.mark.parametrize(
    ("number", "measure", "matter", "code"),
    [
        (1, "MZ-03", "bidding", "other_matter"),
        (1, "MS-01", "government_procurement", "not_meant"),
        (2, "MZ-03", "honours", "not_meant"),
        (2, "MS-99", "honours", "unknown"),
        (2, "MC-03", "consumption", "not_meant"),
    ],
)
def test_the_gate_refuses_what_the_law_does_not_call_for(
    told: House, number: int, measure: str, matter: str, code: str
) -> None:
    answer = _report(told, number, measure, matter)

    assert answer.status_code == 400
    assert errors_of(answer) == ["measure"]
    assert code in answer.get_data(as_text=True)


def test_the_gate_refuses_a_measure_on_a_day_on_which_its_row_was_not_in_force(
    told: House,
) -> None:
    hand_in(told, "serious_listing", serious(3, listed_on="2021-08-20"))

    before = _report(told, 3, "MZ-03", "honours", on="2021-08-31")
    after = _report(told, 3, "MZ-03", "honours", on="2021-09-01")

    # On the day after the row was in force, and nothing was known of the party here.
    assert (before.status_code, after.status_code) == (400, 400)
    assert "not_in_force" in before.get_data(as_text=True)
    assert "not_meant" in after.get_data(as_text=True)


def test_nobody_lifts_or_sees_what_another_applied(told: House) -> None:
    applied = _json(_report(told, 1, "MZ-03", "honours"))

    seen = send(told, "GET", PATH, role="auditor")
    lift = send(told, "POST", f"{PATH}/{applied['id']}/lift", {}, role="auditor")

    assert [one["id"] for one in _json(seen)["applications"]] == [applied["id"]]
    assert lift.status_code == 403
    assert send(told, "GET", PATH, role="producer").status_code == 403


def test_the_same_report_is_one_application(told: House) -> None:
    body = {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours"}

    first = _json(send(told, "POST", PATH, body, role="authority", once="one"))
    told.clock.instant += timedelta(days=1)
    again = _json(send(told, "POST", PATH, body, role="authority", once="one"))

    assert first == again
    assert len(_json(send(told, "GET", PATH, role="authority"))["applications"]) == 1


def test_what_is_wrong_with_a_day_or_a_page_is_refused_by_its_field(told: House) -> None:
    applied = _json(_report(told, 1, "MZ-03", "honours"))
    tomorrow = (told.clock.instant + timedelta(days=1)).date().isoformat()

    refused = [
        _report(told, 1, "MZ-03", "honours", on=tomorrow),
        send(told, "POST", f"{PATH}/{applied['id']}/lift", {"on": tomorrow}, role="authority"),
        send(told, "GET", f"{PATH}?nextPageToken=x", role="authority"),
    ]

    assert [errors_of(one) for one in refused] == [["on"], ["on"], ["nextPageToken"]]


def test_of_an_unknown_party_nothing_is_applied(told: House) -> None:
    assert _report(told, 77, "MZ-03", "honours").status_code == 404


def test_whoever_holds_the_same_office_lifts_what_a_former_key_applied(house: House) -> None:
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    keys = [_authority_key(house, office) for office in ("市监局", "市监局", "农业局")]
    hand_in(house, "serious_listing", serious(1), is_one_office=False)
    body = {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours"}
    applied = _json(send(house, "POST", PATH, body, key=keys[0]))

    same = _json(send(house, "GET", PATH, key=keys[1]))["applications"]
    other = _json(send(house, "GET", PATH, key=keys[2]))["applications"]
    given_up = {"reason": "评优已取消"}
    refused = send(house, "POST", f"{PATH}/{applied['id']}/lift", given_up, key=keys[2])
    lifted = send(house, "POST", f"{PATH}/{applied['id']}/lift", given_up, key=keys[1])

    assert ([one["id"] for one in same], other) == ([applied["id"]], [])
    assert (refused.status_code, lifted.status_code) == (404, 200)


def _authority_key(house: House, office: str) -> str:
    engine, now = house.services.engine, house.clock.now()
    asked = KeyRequest(label=office, role=Role.AUTHORITY)
    key = grant(engine, asked, now=now, record=lambda *_: None)
    grant_office(
        engine,
        actor=f"key:{short_hex(key.id)}",
        authority=office,
        code="",
        now=now,
        record=lambda *_: None,
    )
    return key.text or ""


def test_a_measure_that_still_binds_is_lifted_with_a_reason_alone(told: House) -> None:
    applied = _json(_report(told, 1, "MZ-03", "honours"))
    lift = f"{PATH}/{applied['id']}/lift"

    refused = [
        send(told, "POST", lift, body, role="authority")
        for body in ({}, {"reference": "解 1"}, {"reason": " "})
    ]
    still = _json(send(told, "GET", PATH, role="authority"))["applications"]
    lifted = send(told, "POST", lift, {"reason": "评优已取消"}, role="authority")

    assert [(one.status_code, errors_of(one)) for one in refused] == [(400, ["reason"])] * 3
    assert [one["lifted_seq"] for one in still] == [None]
    assert (lifted.status_code, _json(lifted)["lifted_on"]) == (200, "2026-11-25")


def test_what_was_lifted_and_binds_again_is_told_to_whoever_lifted_it(told: House) -> None:
    applied = _json(_report(told, 1, "MZ-03", "honours"))
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(told, "serious_listing", removed)
    send(told, "POST", f"{PATH}/{applied['id']}/lift", {}, role="authority")

    before = _json(send(told, "GET", PATH, role="authority"))["applications"]
    told.clock.instant += timedelta(days=2)
    hand_in(told, "serious_listing", serious(1, ground="再次列入"))
    after = _json(send(told, "GET", PATH, role="authority"))["applications"]

    assert [one["binds_again"] for one in before] == [False]
    assert [one["binds_again"] for one in after] == [True]
