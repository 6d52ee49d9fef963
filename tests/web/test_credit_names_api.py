"""Who is who over HTTP: the queue, a judgement, undoing it, and who may."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.credit.naming_world import registered
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House, open_house
from tests.web.issuing_world import errors_of, made, send

CANDIDATES = "/api/v1/credit/candidates"
JUDGEMENTS = "/api/v1/credit/judgements"
NAMES = "/api/v1/credit/names"


def _tell(house: House) -> House:
    hand_in(
        house,
        "registration",
        registered(1, "青岛海蓝食品有限公司"),
        registered(2, "青岛海兰食品有限公司"),
    )
    hand_in(house, "penalty", penalty(1, cf_xdr_mc="青岛海藍食品公司", cf_xdr_shxym=""))
    return house


@pytest.fixture
def own(house: House) -> House:
    """Give a house on either database."""
    return _tell(house)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give one house to all that take back what they said."""
    folder: Path = tmp_path_factory.mktemp("names")
    yield _tell(house := open_house(f"sqlite:///{folder / 'suxin.db'}", folder))
    house.services.engine.dispose()


def _json(answer: Any) -> Any:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def _waiting(house: House) -> Any:
    (one,) = _json(send(house, "GET", CANDIDATES, role="authority"))["waiting"]
    return one


def _said(waiting: Any, **changes: Any) -> dict[str, Any]:
    body = {
        "mention": waiting["mention"]["id"],
        "subject": waiting["candidates"][0]["subject"],
        "verdict": "positive",
        "reason": "登记档案核实",
    }
    return {**body, **changes}


def _undo(house: House, judgement: Any) -> None:
    path = f"{JUDGEMENTS}/{judgement['id']}/undo"
    assert send(house, "POST", path, {"reason": "复核"}, role="authority").status_code == 200


def test_a_candidate_says_what_agrees_and_what_does_not(told: House) -> None:
    waiting = _waiting(told)

    best, other = waiting["candidates"]
    assert (best["name"], best["outcome"]) == ("青岛海蓝食品有限公司", "same")
    (core, *_) = other["parts"]
    assert (other["outcome"], core["verdict"], core["reason"]) == (
        "possible",
        "near",
        "one_character",
    )


def test_a_judgement_is_made_told_and_undone(own: House) -> None:
    waiting = _waiting(own)

    judgement = made(send(own, "POST", JUDGEMENTS, _said(waiting), role="authority"))

    path = f"{CANDIDATES}/{waiting['mention']['id']}"
    one = _json(send(own, "GET", path, role="auditor"))
    assert (one["mention"]["state"], one["mention"]["subject"]) == (
        "judged",
        waiting["candidates"][0]["subject"],
    )
    assert [said["id"] for said in one["judgements"]] == [judgement["id"]]
    undone = _json(
        send(
            own,
            "POST",
            f"{JUDGEMENTS}/{judgement['id']}/undo",
            {"reason": "看错了"},
            role="authority",
        )
    )
    (listed,) = _json(send(own, "GET", JUDGEMENTS, role="auditor"))["judgements"]
    assert undone == listed
    assert (undone["state"], undone["undone_reason"]) == ("undone", "看错了")
    assert _waiting(own)["mention"]["state"] == "waiting"


def test_the_same_request_is_one_judgement(told: House) -> None:
    body = _said(_waiting(told))

    first, again = (
        made(send(told, "POST", JUDGEMENTS, body, role="authority", once="one")) for _ in range(2)
    )

    assert first == again
    _undo(told, first)


def test_what_was_undone_is_not_undone_again_under_another_key(told: House) -> None:
    judgement = made(send(told, "POST", JUDGEMENTS, _said(_waiting(told)), role="authority"))
    path, body = f"{JUDGEMENTS}/{judgement['id']}/undo", {"reason": "复核"}

    answers = [
        send(told, "POST", path, body, role="authority", once=key).status_code
        for key in ("first", "first", "second")
    ]

    assert answers == [200, 200, 409]


def test_a_second_word_about_the_same_is_refused(told: House) -> None:
    waiting = _waiting(told)
    judgement = made(send(told, "POST", JUDGEMENTS, _said(waiting), role="authority"))

    other = _said(waiting, subject=waiting["candidates"][1]["subject"])

    assert send(told, "POST", JUDGEMENTS, other, role="authority").status_code == 409
    _undo(told, judgement)


@pytest.mark.parametrize("role", ["producer", "auditor", "operator"])
def test_only_an_authority_judges_and_undoes(told: House, role: str) -> None:
    waiting = _waiting(told)
    judgement = made(send(told, "POST", JUDGEMENTS, _said(waiting), role="authority"))
    undo = f"{JUDGEMENTS}/{judgement['id']}/undo"

    judged = send(told, "POST", JUDGEMENTS, _said(waiting), role=role)
    undone = send(told, "POST", undo, {"reason": "不服"}, role=role)

    assert (judged.status_code, undone.status_code) == (403, 403)
    _undo(told, judgement)


@pytest.mark.parametrize(
    "path", [CANDIDATES, JUDGEMENTS, f"{CANDIDATES}/{'0' * 8}-0000-7000-8000-{'0' * 12}"]
)
def test_a_producer_does_not_see_who_waits(told: House, path: str) -> None:
    assert send(told, "GET", path, role="producer").status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"verdict": "maybe"}, "verdict"),
        ({"subject": None, "verdict": "negative"}, "subject"),
        ({"mention": None}, "mention"),
        ({"subject": "青岛"}, "subject"),
        ({"because": "x"}, "because"),
    ],
)
def test_what_is_said_badly_is_refused_with_its_field(
    told: House, changes: dict[str, Any], field: str
) -> None:
    answer = send(told, "POST", JUDGEMENTS, _said(_waiting(told), **changes), role="authority")

    assert answer.status_code == 400
    assert errors_of(answer) == [field]


def test_names_are_answered_in_their_order_with_candidates(told: House) -> None:
    body = {"names": ["海兰食品（青岛）有限公司", "济南泉水有限公司"]}

    first, second = _json(send(told, "POST", NAMES, body, role="auditor"))["found"]

    assert first["candidates"][0]["name"] == "青岛海兰食品有限公司"
    assert (second["name"], second["candidates"]) == ("济南泉水有限公司", [])
    assert send(told, "POST", NAMES, {"names": []}, role="auditor").status_code == 400
    assert send(told, "POST", NAMES, body, role="producer").status_code == 403
