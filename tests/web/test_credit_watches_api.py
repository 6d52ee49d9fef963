"""Watches over HTTP: added, told of, given up; nobody sees another's, and nobody watches people."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from base.db import reading
from credit.folding.projector import is_behind
from credit.nightly.running import NightDesk, run_night
from credit.rulebook.reading import rulebook
from credit.watching.feed import FeedAsked, ToLift, page_of
from credit.watching.positions import write_position
from credit.watching.telling import position_now
from tests.credit.naming_world import registered
from tests.credit.samples import penalty, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in

WATCHES = "/api/v1/credit/watches"
CHANGES = "/api/v1/credit/changes"
MORNING = datetime(2026, 11, 25, 1, tzinfo=UTC)


def _json(answer: Any) -> Any:
    assert answer.status_code < 300, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def _watch(house: House, *codes: str, role: str = "authority") -> Any:
    body = {"codes": list(codes), "purpose": "政府采购项目的供应商"}
    return send(house, "POST", WATCHES, body, role=role)


def _ask(house: House, after: str = "", *, role: str = "authority", limit: int = 100) -> Any:
    return _json(send(house, "GET", f"{CHANGES}?after={after}&limit={limit}", role=role))


def _told(feed: Any) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["why"]) for one in feed["changes"] if "record" in one["kind"]]


def test_a_change_is_told_once_and_page_by_page_the_same(house: House) -> None:
    house.clock.instant = MORNING
    hand_in(house, "serious_listing", serious(2))
    assert _json(_watch(house, uscc(1), uscc(2))) == {"added": 2, "known": 0}
    assert _json(_watch(house, uscc(1))) == {"added": 0, "known": 1}
    hand_in(house, "serious_listing", serious(1))

    whole = _ask(house)
    after, pages = "", list[Any]()
    for _ in whole["changes"]:
        page = _ask(house, after, limit=1)
        pages += page["changes"]
        after = page["next_after"]

    assert _told(whole) == [("record_begun", None)]
    assert whole["changes"][0]["record"]["number"] == serious(1)["list_no"]
    assert whole["changes"][1]["measure"]["article"]
    assert pages == whole["changes"]
    assert _ask(house, after)["changes"] == []
    assert _ask(house, whole["next_after"]) == {
        "changes": [],
        "next_after": whole["next_after"],
        "is_last": True,
    }


def test_a_record_that_leaves_is_told_of_without_what_it_said(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant = MORNING
    _json(_watch(house, uscc(1)))
    hand_in(house, "serious_listing", serious(1))
    body = {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours"}
    applied = _json(send(house, "POST", "/api/v1/credit/applications", body, role="authority"))
    begun = _ask(house)
    house.clock.instant += timedelta(hours=1)
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(house, "serious_listing", removed)

    ended = _ask(house, begun["next_after"])
    again = _ask(house)

    (left,) = (one for one in ended["changes"] if one["kind"] == "record_ended")
    assert (left["why"], left["record"]) == ("ended", None)
    assert [one["id"] for one in left["to_lift"]] == [applied["id"]]
    lifting = [one["item"] for one in ended["changes"] if one["to_lift"]]
    assert lifting == [left["item"], "MZ-03"]
    # The old change stays where it was, and says no more than may be said by now.
    assert _told(again) == [("record_begun", None), ("record_ended", "ended")]
    assert serious(1)["list_no"] not in json.dumps(again, ensure_ascii=False)


def test_a_record_ends_for_its_watcher_because_a_day_came(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant = MORNING
    _json(_watch(house, uscc(1)))
    hand_in(house, "serious_listing", serious(1, listed_on="2023-11-27"))
    begun = _ask(house)

    stops = begun["changes"][0]["record"]["stops_on"]
    house.clock.instant = datetime.fromisoformat(f"{stops}T01:00:00+00:00") - timedelta(days=1)
    before = _ask(house, begun["next_after"])
    house.clock.instant += timedelta(days=1)
    ended = _ask(house, before["next_after"])

    assert before["changes"] == []
    assert _told(ended) == [("record_ended", "run_out")]
    assert ended["changes"][0]["day"] == stops


def test_a_producer_is_told_of_public_lists_alone_and_of_its_own_watches(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    house.clock.instant = MORNING
    _json(_watch(house, uscc(1), role="producer"))
    hand_in(house, "serious_listing", serious(1), serious(2))
    hand_in(house, "penalty", penalty(1))

    mine = _ask(house, role="producer")
    others = _ask(house)

    assert [(one["kind"], one["list"]) for one in mine["changes"]] == [
        ("record_begun", "serious_violation")
    ]
    assert others["changes"] == []
    assert _json(send(house, "GET", WATCHES, role="authority"))["watches"] == []
    gone = send(house, "DELETE", f"{WATCHES}/{uscc(1)}", role="authority")
    assert gone.status_code == 404
    assert send(house, "DELETE", f"{WATCHES}/{uscc(1)}", role="producer").status_code == 204
    assert _ask(house, role="producer")["changes"] == []


def test_a_grade_is_told_of_once_its_night_is_over(house: House) -> None:
    house.clock.instant = MORNING
    parts = house.services
    desk = NightDesk(engine=parts.engine, log=parts.log, clock=house.clock)
    hand_in(house, "penalty", penalty(1))
    run_night(desk)
    _json(_watch(house, uscc(1)))
    hand_in(house, "serious_listing", serious(1))
    house.clock.instant += timedelta(days=1)
    before = _ask(house)

    run_night(desk)
    after = _ask(house, before["next_after"])

    assert "grade_changed" not in {one["kind"] for one in before["changes"]}
    (changed,) = after["changes"]
    assert (changed["kind"], changed["after"]) == ("grade_changed", "D")
    assert changed["before"] not in ("", "D")
    assert _ask(house, after["next_after"])["changes"] == []


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_who_changes_nothing_watches_nobody(sqlite_house: House, role: str) -> None:
    assert _watch(sqlite_house, uscc(1), role=role).status_code == 403
    assert send(sqlite_house, "GET", CHANGES, role=role).status_code == 403


def test_what_is_no_code_is_told_by_its_place_and_nothing_is_watched(sqlite_house: House) -> None:
    refused = _watch(sqlite_house, uscc(1), "370202199001011234")
    headers = {"Content-Type": "text/csv"}
    path = f"{WATCHES}/file?purpose=x"
    wrong = sqlite_house.ask(
        "POST", path, role="authority", data=b"a,b\r\n1,2\r\n", headers=headers
    )
    taken = sqlite_house.ask(
        "POST",
        path,
        role="authority",
        data=f"uscc,name\r\n{uscc(1)},a\r\n{uscc(2)},b\r\n".encode(),
        headers=headers,
    )

    assert (refused.status_code, errors_of(refused)) == (400, ["codes[1]"])
    assert wrong.status_code == 400
    assert _json(taken) == {"added": 2, "known": 0}
    assert send(sqlite_house, "GET", f"{CHANGES}?after=zzzz", role="authority").status_code == 400


def test_what_is_appended_while_somebody_asks_is_told_by_the_next_question(
    house: House,
) -> None:
    house.clock.instant = MORNING
    parts = house.services
    _json(_watch(house, uscc(1)))
    hand_in(house, "serious_listing", serious(1))
    with reading(parts.engine) as connection:
        assert is_behind(connection, parts.log)
        early = position_now(connection, parts.log, MORNING)

    told = _ask(house, write_position(early))

    assert _told(told) == [("record_begun", None)]


def test_of_a_file_a_wrong_code_is_told_by_its_row(sqlite_house: House) -> None:
    body = f"name,uscc\r\na,{uscc(1)}\r\nb,91370200000000001X\r\n".encode()

    refused = sqlite_house.ask(
        "POST",
        f"{WATCHES}/file?purpose=x",
        role="authority",
        data=body,
        headers={"Content-Type": "text/csv"},
    )

    assert (refused.status_code, errors_of(refused)) == (400, ["rows[3].uscc"])
    assert _json(send(sqlite_house, "GET", WATCHES, role="authority"))["watches"] == []


def test_whoever_was_joined_to_another_is_told_of_under_the_old_code(house: House) -> None:
    house.clock.instant = MORNING
    known = [registered(1, "青岛海蓝食品有限公司"), registered(2, "青岛海兰食品有限公司")]
    hand_in(house, "registration", *known)
    _json(_watch(house, uscc(1), uscc(3)))
    person, codes = sign_in(house, "authority"), "/work/credit/names/codes"
    asked = {"old": uscc(1), "new": uscc(2)}
    said = {"verdict": "positive", "reason": "吸收合并登记"}
    joined = person.post(codes, page=f"{codes}?{urlencode(asked)}", **said, **asked)
    begun = _ask(house)
    hand_in(house, "serious_listing", serious(2, name="青岛海兰食品有限公司"))

    told = _ask(house, begun["next_after"])

    assert joined.status_code == 303
    assert _told(told) == [("record_begun", None)]
    assert {one["uscc"] for one in told["changes"]} == {uscc(1)}


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        (b"uscc,uscc\r\n", "file", "首行应写明各列名称"),
        (b"name\r\na\r\n", "uscc", "应有一列名为"),
        (b"uscc\r\n91370200000000001X\r\n", "rows[2].uscc", "请逐位核对"),
    ],
    ids=["twice", "no column", "wrong code"],
)
def test_a_file_that_is_refused_says_what_is_wrong_in_both_languages(
    sqlite_house: House, body: bytes, path: str, said: str
) -> None:
    refused = sqlite_house.ask(
        "POST",
        f"{WATCHES}/file?purpose=x",
        role="authority",
        data=body,
        headers={"Content-Type": "text/csv"},
    )

    (problem,) = json.loads(refused.get_data())["errors"]
    assert (refused.status_code, problem["path"]) == (400, path)
    assert said in problem["message_zh"]
    assert problem["message"]


def test_a_short_page_leaves_out_nothing_of_what_has_to_be_lifted(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant = MORNING
    _json(_watch(house, uscc(1)))
    hand_in(house, "serious_listing", serious(1))
    applied = [_applied(house, reference) for reference in ("A-1", "A-2")]
    begun = _ask(house)
    house.clock.instant += timedelta(hours=1)
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(house, "serious_listing", removed)

    short = _ask(house, begun["next_after"], limit=1)

    (left,) = short["changes"]
    assert [one["id"] for one in left["to_lift"]] == applied
    assert left["to_lift_is_cut"] is False
    cut = _first_behind(house, begun["next_after"], to_lift_max=1)
    assert ([str(one.id) for one in cut.applications], cut.is_cut) == (applied[:1], True)


def _applied(house: House, reference: str) -> str:
    body = {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours", "reference": reference}
    answer = send(house, "POST", "/api/v1/credit/applications", body, role="authority")
    applied: str = _json(answer)["id"]
    return applied


def _first_behind(house: House, after: str, *, to_lift_max: int) -> ToLift:
    parts = house.services
    actor = parts.key_ring.authenticate(house.keys["authority"])
    asked = FeedAsked(
        after=after, rows_max=1, to_lift_max=to_lift_max, book=rulebook(), now=parts.clock.now()
    )
    with reading(parts.engine) as connection:
        return page_of(connection, parts.log, actor, asked).to_lift[0][1]
