"""Early warnings over HTTP: read by authorities, acted on once, and hidden from everybody else."""

import json
from datetime import timedelta
from typing import Any

import pytest

from credit.warning.rules import warning_rules
from tests.credit.samples import penalty, uscc
from tests.web.credit_world import hand_in, run_rules, run_waiting
from tests.web.house import House
from tests.web.issuing_world import errors_of, send

WARNINGS = "/api/v1/credit/warnings"
DAYS = ("2026-09-01", "2026-10-01", "2026-11-01")


def _json(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return json.loads(answer.get_data())


@pytest.fixture
def warned(house: House) -> House:
    house.clock.instant += timedelta(days=265)
    rows = [penalty(1, cf_wsh=f"青农罚〔2026〕{at}号", cf_jdrq=day) for at, day in enumerate(DAYS)]
    hand_in(house, "penalty", *rows)
    run = run_rules(house)
    assert (run["found"], run["opened"], run["ended"]) == (1, 1, 0)
    assert run["by_rule"] == {"penalty_jump": 1}
    return house


def _only(house: House, query: str = "") -> Any:
    (one,) = _json(send(house, "GET", WARNINGS + query, role="authority"))["warnings"]
    return one


def _act(house: House, one: Any, act: str, **more: Any) -> Any:
    once = more.pop("once", None)
    body = {"act": act, **more}
    return send(house, "POST", f"{WARNINGS}/{one['id']}/acts", body, role="authority", once=once)


def test_a_warning_tells_its_party_its_grounds_and_what_may_be_done(warned: House) -> None:
    one = _only(warned, f"?state=open&uscc={uscc(1)}&severity=warn&rule=penalty_jump")

    assert (one["uscc"], one["severity"], one["zh"]) == (uscc(1), "warn", "行政处罚骤增")
    assert one["says_en"] == "3 penalties in 90 days, 0 in the 365 days before."
    assert (len(one["facts"]), one["may"]) == (3, ["acknowledge", "dismiss", "escalate"])
    other = send(warned, "GET", f"{WARNINGS}?uscc={uscc(2)}", role="authority")
    assert _json(other)["warnings"] == []


def test_each_act_is_an_entry_and_the_same_request_is_one(warned: House) -> None:
    one = _only(warned)

    for _ in range(2):
        _json(_act(warned, one, "dismiss", reason="同一案件", once="once"))

    whole = _json(send(warned, "GET", f"{WARNINGS}/{one['id']}", role="auditor"))
    assert [said["act"] for said in whole["said"]] == ["night", "dismiss"]
    assert (whole["state"], whole["said"][1]["reason"]) == ("dismissed", "同一案件")
    assert len({said["seq"] for said in whole["said"]}) == 2
    again = run_rules(warned)
    assert (again["opened"], again["ended"]) == (0, 0)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"act": "forgive"}, ["act"]),
        ({"act": "dismiss"}, ["reason"]),
        ({"act": "dismiss", "reason": "x" * 2001}, ["reason"]),
        ({"act": "escalate", "reason": "查", "due_on": "2020-01-01"}, ["due_on"]),
        ({"act": "dismiss", "reason": "查", "surprise": 1}, ["surprise"]),
    ],
)
def test_what_is_wrong_with_an_act_is_told_by_its_field(
    warned: House, body: dict[str, Any], paths: list[str]
) -> None:
    answer = _act(warned, _only(warned), **body)

    assert (answer.status_code in (400, 422), errors_of(answer)) == (True, paths)
    assert _only(warned)["state"] == "open"


def test_what_is_lacking_is_said_in_both_languages(warned: House) -> None:
    past = _act(warned, _only(warned), "escalate", reason="查", due_on="2020-01-01")
    grade = send(warned, "GET", "/api/v1/credit/grade", role="authority")

    said = [json.loads(one.get_data())["errors"][0] for one in (past, grade)]

    assert [one["message_zh"] for one in said] == [
        "检查期限应为今天或者以后的日期。",
        "请用统一社会信用代码写明是哪个主体。",
    ]


def test_one_of_something_is_told_in_english_as_one() -> None:
    says = {one.id: one.says("en", {"count": 1}) for one in warning_rules().values()}
    many = warning_rules()["failed_inspection"].says("en", {"count": 12})

    assert says["failed_inspection"] == "1 failed inspection in 90 days."
    assert many == "12 failed inspections in 90 days."
    assert not any(mark in one for one in says.values() for mark in "[]|")


def test_whoever_acts_on_old_news_is_told_so(warned: House) -> None:
    one = _only(warned)
    _json(_act(warned, one, "acknowledge"))

    assert _act(warned, one, "dismiss", reason="旧", after=one["last_seq"]).status_code == 409
    assert _only(warned)["state"] == "acknowledged"


def test_a_key_of_its_own_lets_nobody_do_what_cannot_follow(warned: House) -> None:
    one = _only(warned)

    closed = _act(warned, one, "close", reason="查", once="k1")
    _json(_act(warned, one, "escalate", reason="查", once="k2"))
    again = _act(warned, one, "escalate", reason="再查", once="k3")
    dismissed = _act(warned, one, "dismiss", reason="算了", once="k4")
    replayed = _act(warned, one, "escalate", reason="查", once="k2")

    assert [one.status_code for one in (closed, again, dismissed, replayed)] == [409, 409, 409, 200]
    whole = _json(send(warned, "GET", f"{WARNINGS}/{one['id']}", role="auditor"))
    assert [said["act"] for said in whole["said"]] == ["night", "escalate"]


def test_a_producer_learns_of_no_warning_not_even_of_its_own(warned: House) -> None:
    one = _only(warned)
    for method, path in (
        ("GET", WARNINGS),
        ("GET", f"{WARNINGS}/{one['id']}"),
        ("POST", f"{WARNINGS}/runs"),
        ("GET", "/api/v1/credit/warning-rules"),
    ):
        assert send(warned, method, path).status_code == 403
    answer = send(warned, "POST", f"{WARNINGS}/{one['id']}/acts", {"act": "acknowledge"})
    assert answer.status_code == 403


def test_a_run_is_a_workers_and_whoever_asks_meanwhile_gets_the_same(house: House) -> None:
    first, second = (
        send(house, "POST", f"{WARNINGS}/runs", role="authority", once=once)
        for once in ("one", "two")
    )

    told = json.loads(first.get_data())
    assert (first.status_code, told["state"], told["found"]) == (202, "waiting", None)
    assert second.headers["Location"] == first.headers["Location"]
    assert run_waiting(house) == "done"
    done = _json(send(house, "GET", first.headers["Location"], role="auditor"))
    assert (done["state"], done["done"], done["total"]) == ("done", 4, 4)
    again = send(house, "POST", f"{WARNINGS}/runs", role="authority", once="one")
    assert json.loads(again.get_data())["id"] == done["id"]


def test_a_run_that_nobody_asked_for_is_not_found(house: House) -> None:
    answer = send(house, "GET", f"{WARNINGS}/runs/{house.party_id}", role="authority")

    assert answer.status_code == 404


def test_the_rules_are_told_with_their_numbers(house: House) -> None:
    rules = _json(send(house, "GET", "/api/v1/credit/warning-rules", role="auditor"))["rules"]

    (jump,) = [rule for rule in rules if rule["id"] == "penalty_jump"]
    assert (jump["window_days"], jump["factor"], jump["norm"]) == (90, 3, "")
    assert next(rule["severity"] for rule in rules) == "alarm"
