"""Records and cases over HTTP: from application to decision, and nobody else's."""

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

RECORD, CASES = "/api/v1/credit/record", "/api/v1/credit/cases"
PAPER = {"name": "缴款凭证.pdf", "sha256": "00" * 32}
# The house opens on 1 March 2026 and these tests play 300 days later.
DECIDED = {"decision": "青农信修〔2026〕1号", "decided_on": "2026-12-26"}


def _code_of(house: House) -> str:
    with reading(house.services.engine) as connection:
        statement = select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)
        return str(connection.execute(statement).scalar_one())


@pytest.fixture
def told(house: House) -> House:
    house.clock.instant += timedelta(days=300)
    own = penalty(1, cf_xdr_shxym=_code_of(house), cf_jdrq="2026-04-01")
    hand_in(house, "penalty", own, penalty(2))
    return house


def _json(answer: Any) -> Any:
    return json.loads(answer.get_data())


def _apply(house: House, **changes: Any) -> Any:
    facts = _json(send(house, "GET", RECORD))["facts"]
    body = {
        "kind": "repair",
        "facts": [facts[0]["id"]],
        "reason": "已整改",
        "committed": True,
        "documents": [PAPER],
    }
    return send(house, "POST", CASES, {**body, **changes})


def _step(house: House, case: Any, step: str, role: str = "authority", **more: Any) -> Any:
    return send(house, "POST", f"{CASES}/{case['id']}/steps", {"step": step, **more}, role=role)


def test_a_party_reads_its_own_record_and_asks_for_repair_that_an_authority_grants(
    told: House,
) -> None:
    record = _json(send(told, "GET", RECORD))
    (fact,) = record["facts"]
    assert (record["known"], fact["state"], fact["repairable_on"]) == (True, "active", "2026-07-02")

    case = _json(_apply(told))
    assert (case["state"], [one["step"] for one in case["next"]]) == (
        "applied",
        ["return", "accept", "refuse", "drop"],
    )
    assert _json(_step(told, case, "accept"))["state"] == "accepted"
    done = _json(_step(told, case, "approve", reason="核实", **DECIDED))

    assert (done["state"], done["open"]) == ("repaired", False)
    assert _json(send(told, "GET", RECORD))["facts"][0]["state"] == "repaired"
    whole = _json(send(told, "GET", f"{CASES}/{case['id']}"))
    assert [one["step"] for one in whole["steps"]] == ["apply", "accept", "approve"]
    assert len({one["seq"] for one in whole["steps"]}) == 3


def test_nobody_reads_or_moves_what_is_anothers(told: House) -> None:
    assert send(told, "GET", f"{RECORD}?uscc={uscc(2)}").status_code == 404
    others = _json(send(told, "GET", f"{RECORD}?uscc={uscc(2)}", role="authority"))["facts"]
    assert _apply(told, facts=[others[0]["id"]]).status_code == 404
    case = _json(_apply(told))
    assert _step(told, case, "approve", role="producer", reason="x", **DECIDED).status_code == 403
    assert _step(told, case, "drop", role="authority").status_code == 403
    assert send(told, "GET", CASES, role="operator").status_code == 403


def test_the_same_request_is_one_case_and_one_step(told: House) -> None:
    facts = _json(send(told, "GET", RECORD))["facts"]
    body = {
        "kind": "objection",
        "facts": [facts[0]["id"]],
        "reason": "不是本单位",
    }

    first, again = (_json(send(told, "POST", CASES, body, once="one")) for _ in range(2))

    assert first["id"] == again["id"]
    assert len(_json(send(told, "GET", CASES))["cases"]) == 1


def test_the_desk_shows_what_is_overdue_first(told: House) -> None:
    case = _json(_apply(told))
    assert _json(send(told, "GET", f"{CASES}?overdue=true", role="authority"))["cases"] == []

    told.clock.instant += timedelta(days=30)

    (late,) = _json(send(told, "GET", f"{CASES}?overdue=true", role="authority"))["cases"]
    assert (late["id"], late["overdue"]) == (case["id"], True)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"kind": "prayer"}, ["kind"]),
        ({"reason": ""}, ["reason"]),
        ({"documents": []}, ["documents"]),
        ({"committed": False}, ["committed"]),
        ({"documents": [{"name": "a", "sha256": "xx"}]}, ["documents[0].sha256"]),
        ({"surprise": 1}, ["surprise"]),
    ],
)
def test_what_is_lacking_is_refused_by_its_field(
    told: House, changes: dict[str, Any], paths: list[str]
) -> None:
    answer = _apply(told, **changes)

    assert answer.status_code in (400, 422)
    assert errors_of(answer) == paths
    assert _json(send(told, "GET", CASES))["cases"] == []


def test_a_refusal_of_a_step_names_the_field_of_the_request(told: House) -> None:
    case = _json(_apply(told))
    _step(told, case, "accept")
    late, early = ({**DECIDED, "decided_on": day} for day in ("2027-12-01", "2026-01-05"))
    terms = {"list": "serious_violation", "authority": "tax", "authority_name": "青岛税务局"}
    notice = {"kind": "listing", "uscc": uscc(2), "reason": "x", "article": "第44号令第五条"}
    unknown = {**terms, "authority": "market_regulation", "measures": "M-1", "item": "1"}

    refused = [
        _step(told, case, "approve", reason="核实"),
        _step(told, case, "approve", reason="核实", decision=DECIDED["decision"]),
        _step(told, case, "approve", reason="核实", **late),
        _step(told, case, "approve", reason="核实", **early),
        send(told, "POST", CASES, notice, role="authority"),
        send(told, "POST", CASES, {**notice, "terms": terms}, role="authority"),
        send(told, "POST", CASES, {**notice, "terms": unknown}, role="authority"),
    ]

    assert [errors_of(one) for one in refused] == [
        ["decision", "decided_on"],
        ["decided_on"],
        ["decided_on"],
        ["decided_on"],
        ["terms.list", "terms.measures", "terms.list", "terms.authority"],
        ["terms.authority"],
        ["terms.measures"],
    ]


def test_a_step_that_cannot_follow_is_a_conflict(told: House) -> None:
    case = _json(_apply(told))
    _step(told, case, "refuse", reason="材料不实", article="第36号令第十二条")

    answer = _step(told, case, "approve", reason="核实", **DECIDED)

    assert answer.status_code == 409
    assert "what can is nothing" in answer.get_data(as_text=True)


def test_a_grade_tells_its_reasons_and_a_repaired_record_takes_nothing(told: House) -> None:
    graded = _json(send(told, "GET", "/api/v1/credit/grade"))
    fact = _json(send(told, "GET", RECORD))["facts"][0]
    (share,) = graded["shares"]
    assert (share["item"], share["facts"]) == ("penalty_general", [fact["id"]])
    assert graded["points"] == graded["base"] + share["points"] < graded["base"]

    case = _json(_apply(told))
    _step(told, case, "accept")
    _step(told, case, "approve", reason="核实", **DECIDED)

    after = _json(send(told, "GET", "/api/v1/credit/grade"))
    assert (after["shares"], after["points"]) == ([], graded["base"])
    other = send(told, "GET", f"/api/v1/credit/grade?uscc={uscc(2)}")
    assert other.status_code == 404
    assert _json(send(told, "GET", "/api/v1/credit/grade?uscc=" + uscc(9), role="authority")) == {
        "known": False
    }
