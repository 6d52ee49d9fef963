"""A recall over HTTP, from the lot to the report: who is reached, who may do what, what turns."""

from datetime import timedelta
from typing import Any

import pytest

from tests.parties.samples import NOW
from tests.web.epcis_world import check
from tests.web.house import House
from tests.web.issuing_world import errors_of, made, send
from tests.web.recall_world import (
    CUP,
    OTHER_RAW,
    OTHER_YOGHURT,
    RAW,
    YOGHURT,
    RecallWorld,
    open_world,
)

WARNING = "Recalled: do not use this product"


@pytest.fixture
def world(house: House) -> RecallWorld:
    return open_world(house)


@pytest.fixture
def sqlite_world(sqlite_house: House) -> RecallWorld:
    return open_world(sqlite_house)


def _counted(found: str = "100", **more: str) -> dict[str, Any]:
    return {"kind": "counted", "amounts": [{"found": found, "destroyed": found, **more}]}


def test_a_recall_of_milk_reaches_the_yoghurt_and_its_holders(world: RecallWorld) -> None:
    recall = world.recall(RAW)

    items = world.get(f"/{recall['id']}/lines")["items"]
    held = {(one["code"], one["holder"], one["quantity"], one["sold"]) for one in items}
    assert held == {
        (RAW, str(world.dairy.id), None, None),
        (YOGHURT, str(world.dairy.id), "100", "0"),
        (YOGHURT, str(world.shop.id), "280", "20"),
        (CUP, str(world.dairy.id), "1", None),
    }
    notices = world.get(f"/{recall['id']}/notices")["items"]
    assert {one["party_id"] for one in notices} == {str(world.dairy.id), str(world.shop.id)}
    assert {one["due_at"] for one in notices} == {(NOW + timedelta(hours=24)).isoformat()}
    check(world.house)


def test_the_pages_turn_at_once_and_only_those_of_the_scope(world: RecallWorld) -> None:
    before = [world.page_of(code) for code in (YOGHURT, CUP, OTHER_YOGHURT)]

    recall = world.recall(RAW)

    assert [WARNING in page for page in before] == [False] * 3
    after = [world.page_of(code) for code in (YOGHURT, CUP, OTHER_YOGHURT)]
    assert [WARNING in page for page in after] == [True, True, False]
    assert recall["number"] in after[0]


def test_a_recall_goes_from_opening_to_close(world: RecallWorld) -> None:
    recall = world.recall(RAW)
    at = f"/{recall['id']}"
    house = world.house

    early = world.post(f"{at}/close", {"outcome": "completed", "note": "完成"})
    house.clock.instant = NOW + timedelta(minutes=30)
    read = world.post(f"{at}/answers", {"kind": "acknowledged"}, key=world.shop.key)
    house.clock.instant = NOW + timedelta(minutes=90)
    counted = world.post(f"{at}/answers", _counted("270", sold="30"), key=world.shop.key)
    half = world.get(at)
    still_early = world.post(f"{at}/close", {"outcome": "completed", "note": "完成"})
    explained = world.post(
        f"{at}/explanations", {"party_id": str(world.dairy.id), "note": "工厂停业，已现场封存"}
    )
    house.clock.instant = NOW + timedelta(minutes=120)
    closed = world.post(f"{at}/close", {"outcome": "completed", "note": "完成"})

    assert (early.status_code, still_early.status_code) == (400, 400)
    assert [read.status_code, counted.status_code, explained.status_code] == [201] * 3
    assert half["progress"]["total"] == {
        "holders": 2,
        "acknowledged": 1,
        "answered": 1,
        "late": 0,
        "percent": 50,
    }
    assert half["progress"]["awaited"] == [str(world.dairy.id)]
    assert made(closed)["state"] == "completed"
    stages = {one["name"]: one["minutes"] for one in world.get(at)["stages"]}
    assert stages == {
        "opened": 0,
        "scoped": 0,
        "noticed": 0,
        "first_acknowledged": 30,
        "all_acknowledged": 90,
        "all_answered": 90,
        "closed": 120,
    }
    assert WARNING in world.page_of(YOGHURT)
    check(house)


def test_a_withdrawn_recall_lets_the_goods_go(sqlite_world: RecallWorld) -> None:
    world = sqlite_world
    recall = world.recall(RAW)

    made(world.post(f"/{recall['id']}/close", {"outcome": "withdrawn", "note": "批号写错"}))

    assert WARNING not in world.page_of(YOGHURT)
    again = world.post(f"/{recall['id']}/answers", _counted(), key=world.shop.key)
    assert again.status_code == 400


def test_widening_and_narrowing_turn_pages_and_tell_who_is_concerned(world: RecallWorld) -> None:
    recall = world.recall(RAW)
    at = f"/{recall['id']}"
    both = {"codes": [RAW, OTHER_RAW], "reason": "另一批同样不合格"}
    less = {"codes": [RAW, OTHER_RAW], "without": [YOGHURT], "reason": "复检合格"}

    made(world.post(f"{at}/scopes", both))
    wide = [WARNING in world.page_of(code) for code in (YOGHURT, OTHER_YOGHURT)]
    made(world.post(f"{at}/scopes", less))
    narrow = [WARNING in world.page_of(code) for code in (YOGHURT, OTHER_YOGHURT)]
    same = world.post(f"{at}/scopes", less)

    assert (wide, narrow) == ([True, True], [False, True])
    assert world.get(f"{at}/scopes/2/diff") == {"added": [OTHER_RAW, OTHER_YOGHURT], "removed": []}
    assert YOGHURT in world.get(f"{at}/scopes/3/diff")["removed"]
    assert errors_of(same) == ["codes"]
    whole = world.get(at)
    assert [one["version"] for one in whole["scopes"]] == [1, 2, 3]
    check(world.house)


def test_a_mock_recall_tells_holders_and_never_a_consumer(sqlite_world: RecallWorld) -> None:
    world = sqlite_world

    recall = world.recall(RAW, is_mock=True)

    assert len(world.get(f"/{recall['id']}/notices")["items"]) == 2
    assert WARNING not in world.page_of(YOGHURT)


def test_an_owner_recalls_its_own_goods_and_warns_of_what_was_made_of_them(
    world: RecallWorld,
) -> None:
    made(world.ask_recall(RAW, key=world.farm.key))

    assert WARNING in world.page_of(RAW)
    assert WARNING not in world.page_of(YOGHURT)
    assert "An ingredient was recalled" in world.page_of(YOGHURT)


def test_nobody_recalls_the_goods_of_another(sqlite_world: RecallWorld) -> None:
    world = sqlite_world
    window = {"since": "2024-05-01T00:00:00Z", "until": "2024-05-02T00:00:00Z"}

    rival = world.ask_recall(YOGHURT, key=world.rival.key)
    shop = world.ask_recall(key=world.shop.key, party_id=str(world.shop.id), **window)

    assert errors_of(rival) == ["codes"]
    assert shop.status_code == 404
    assert WARNING not in world.page_of(YOGHURT)


def test_a_holder_sees_its_own_lines_and_a_stranger_nothing(world: RecallWorld) -> None:
    recall = world.recall(RAW)
    at = f"/{recall['id']}"

    lines = world.get(f"{at}/lines", key=world.shop.key)["items"]
    notices = world.get(f"{at}/notices", key=world.shop.key)["items"]
    whole = world.get(at, key=world.shop.key)

    assert [(one["code"], one["holder"]) for one in lines] == [(YOGHURT, str(world.shop.id))]
    assert [one["party_id"] for one in notices] == [str(world.shop.id)]
    assert whole["progress"]["awaited"] == whole["progress"]["units"] == []
    assert "criteria" not in whole["scopes"][0]
    assert world.get("", key=world.shop.key)["items"][0]["id"] == recall["id"]
    assert world.get("", key=world.rival.key)["items"] == []
    for tail in ("", "/lines", "/notices"):
        strange = world.house.client.get(
            f"/api/v1/recalls{at}{tail}", headers={"Authorization": f"Bearer {world.rival.key}"}
        )
        assert strange.status_code == 404
    answer = world.post(f"{at}/answers", _counted(), key=world.rival.key)
    assert answer.status_code == 404
    scope = world.post(f"{at}/scopes", {"reason": "x", "codes": [RAW]}, key=world.shop.key)
    assert scope.status_code == 403
    assert len(world.get(at)["scopes"]) == 1


def test_lines_are_read_page_by_page_and_each_once(sqlite_world: RecallWorld) -> None:
    world = sqlite_world
    path = f"/{world.recall(RAW)['id']}/lines"

    for key in (None, world.shop.key):
        whole = world.get(path, key=key)["items"]
        paged: list[Any] = []
        start: int | None = 0
        while start is not None:
            page = world.get(f"{path}?limit=1&start={start}", key=key)
            paged += page["items"]
            start = page["next"]

        assert paged == whole
        assert whole


def test_a_start_that_is_no_count_is_refused_in_clear_words(sqlite_world: RecallWorld) -> None:
    world = sqlite_world
    path = f"/api/v1/recalls/{world.recall(RAW)['id']}/lines?start=-1"

    refused = send(world.house, "GET", path)

    assert refused.status_code == 400
    assert errors_of(refused) == ["start"]
    assert "from 0 to 999999" in refused.get_data(as_text=True)


def test_an_owner_that_opened_a_recall_does_not_learn_its_buyers_buyers(
    sqlite_world: RecallWorld,
) -> None:
    world = sqlite_world
    recall = made(world.ask_recall(RAW, key=world.farm.key))

    lines = world.get(f"/{recall['id']}/lines", key=world.farm.key)["items"]
    whole = world.get(f"/{recall['id']}", key=world.farm.key)

    assert {one["holder"] for one in lines} <= {str(world.farm.id)}
    assert whole["progress"]["total"]["holders"] == 2
    assert whole["progress"]["awaited"] == []


def test_the_same_request_twice_is_one_recall_and_one_answer(world: RecallWorld) -> None:
    first = made(world.ask_recall(RAW, once="k1"))
    again = made(world.ask_recall(RAW, once="k1"))
    other = world.ask_recall(OTHER_RAW, once="k1")
    at = f"/{first['id']}/answers"

    made(world.post(at, _counted(), key=world.shop.key, once="k2"))
    made(world.post(at, _counted(), key=world.shop.key, once="k2"))

    assert again["id"] == first["id"]
    assert other.status_code == 409
    (mine,) = world.get(f"/{first['id']}/notices", key=world.shop.key)["items"]
    assert len(mine["answers"]) == 1
    assert len(world.get("")["items"]) == 1


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"domain": "us_food"}, "domain"),
        ({"level": 4}, "level"),
        ({"reason": ""}, "reason"),
        ({"codes": []}, "codes"),
        ({"codes": [], "place": "x"}, "place"),
        ({"since": "2024-05-02T00:00:00Z", "until": "2024-05-01T00:00:00Z"}, "since"),
    ],
)
def test_what_is_wrong_is_named(
    sqlite_world: RecallWorld, changed: dict[str, Any], path: str
) -> None:
    refused = sqlite_world.ask_recall(RAW, **changed)

    assert refused.status_code == 400
    assert errors_of(refused)[0].startswith(path)
    assert sqlite_world.get("")["items"] == []


def test_an_unknown_code_is_not_recalled(sqlite_world: RecallWorld) -> None:
    assert sqlite_world.ask_recall(f"{RAW}9").status_code == 404


def test_a_place_and_a_time_pick_what_was_handled_there(sqlite_world: RecallWorld) -> None:
    world = sqlite_world
    window = {"since": "2024-05-01T01:00:00Z", "until": "2024-05-01T02:00:00Z"}

    recall = world.recall(place=world.dairy.site, **window)

    codes = {one["code"] for one in world.get(f"/{recall['id']}/lines")["items"]}
    assert codes == {OTHER_RAW, OTHER_YOGHURT}


def test_an_answer_accounts_for_no_more_than_it_found(sqlite_world: RecallWorld) -> None:
    world = sqlite_world
    recall = world.recall(RAW)

    over = {"kind": "counted", "amounts": [{"found": "1", "destroyed": "2"}]}
    none = {"kind": "counted"}

    for body, path in ((over, "amounts[0].destroyed"), (none, "amounts")):
        answer = world.post(f"/{recall['id']}/answers", body, key=world.shop.key)
        assert errors_of(answer) == [path]


def test_the_late_are_listed_and_facts_are_told_to_the_authority_alone(
    sqlite_world: RecallWorld,
) -> None:
    world = sqlite_world
    recall = world.recall(RAW)
    made(world.post(f"/{recall['id']}/answers", _counted(), key=world.shop.key))
    world.house.clock.instant = NOW + timedelta(days=2)

    late = world.get("/late")["items"]
    facts = world.get("/facts")["items"]

    assert [(one["party_id"], one["number"]) for one in late] == [
        (str(world.dairy.id), recall["number"])
    ]
    told = {(one["kind"], one["party_id"]) for one in facts}
    assert told == {
        ("goods_recalled_by_authority", str(world.farm.id)),
        ("answered_in_time", str(world.shop.id)),
    }
    assert all(one["entries"] for one in facts)
    for tail in ("late", "facts"):
        key = {"Authorization": f"Bearer {world.shop.key}"}
        assert world.house.client.get(f"/api/v1/recalls/{tail}", headers=key).status_code == 403
