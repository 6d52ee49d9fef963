"""Recalled goods that are sold, sent or used all the same: recorded, and never without a word."""

import pytest

from tests.instances import observation
from tests.web.epcis_world import post_document, post_event, readable
from tests.web.house import House
from tests.web.recall_world import (
    CUP,
    OTHER_YOGHURT,
    RAW,
    YOGHURT,
    RecallWorld,
    count_of,
    lots_event,
    open_world,
)
from tests.web.signed_in import sign_in
from tests.web.test_event_pages import PAGE, shipping
from tests.web.work_world import text_of


@pytest.fixture
def world(sqlite_house: House) -> RecallWorld:
    return open_world(sqlite_house)


def _advice(world: RecallWorld, step: str, code: str, **more: object) -> list[str]:
    event = lots_event(200, step, count_of(code, 1), **more)
    answer = post_event(world.house, event, key=world.shop.key)
    assert answer.status_code == 201
    return [
        one["title"]
        for one in answer.get_json().get("sx:advice", [])
        if one["code"] == "advice_recalled"
    ]


def test_a_sale_of_recalled_goods_is_recorded_with_a_warning(world: RecallWorld) -> None:
    number = world.recall(RAW)["number"]

    (said,) = _advice(world, "retail_selling", YOGHURT)
    others = _advice(world, "retail_selling", OTHER_YOGHURT)
    back = _advice(world, "shipping", YOGHURT, disposition="returned")

    assert number in said
    assert "class I)" in said
    assert "一级召回" in said
    assert others == back == []


def test_a_making_from_recalled_goods_is_warned_of_in_its_job(world: RecallWorld) -> None:
    number = world.recall(RAW)["number"]
    making = {
        "type": "TransformationEvent",
        "eventTime": "2024-05-02T00:20:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [count_of(RAW, 1, "KGM")],
        "outputQuantityList": [count_of(f"{YOGHURT}9", 4)],
    }

    answer = post_document(world.house, making, key=world.dairy.key)

    asked = {"Authorization": f"Bearer {world.dairy.key}"}
    job = readable(world.house.client.get(answer.headers["Location"], headers=asked)).get_json()
    first = job["advice"][0]
    assert (first["code"], job["success"]) == ("advice_recalled", True)
    assert number in first["title"]


def test_a_drill_and_a_withdrawn_recall_warn_of_nothing(world: RecallWorld) -> None:
    world.recall(RAW, is_mock=True)
    gone = world.recall(RAW)
    world.post(f"/{gone['id']}/close", {"outcome": "withdrawn", "note": "批号写错"})

    assert _advice(world, "retail_selling", YOGHURT) == []


def test_the_pages_of_recording_warn_before_and_after(world: RecallWorld) -> None:
    number = world.recall(RAW)["number"]
    shop = sign_in(world.house, key=world.shop.key)
    form = shipping(world.shop.site, code=YOGHURT, **{"goods-0-code": YOGHURT, "goods-unit": ""})
    form |= {"eventTime": "2024-05-02T15:00", "goods-0-amount": "2"}

    steps = shop.get(f"{PAGE}?code={YOGHURT}")
    fields = shop.get(f"{PAGE}?code={YOGHURT}&step=any/ship/main")
    words = shop.post(PAGE, act="show", **form)
    sent = shop.post(PAGE, act="send", **form)
    done = shop.get(sent.headers["Location"])

    for page in (steps, fields, words, done):
        assert number in text_of(page)
        assert "货物已被召回" in text_of(page)


def test_the_page_of_a_sold_recalled_item_does_not_say_that_all_is_well(
    world: RecallWorld,
) -> None:
    told = {"bizStep": "retail_selling", "disposition": "retail_sold", "epcList": [CUP]}
    sold = observation("", eventTime="2024-05-02T00:20:00.000Z", **told)
    assert post_event(world.house, sold, key=world.dairy.key).status_code == 201
    before = world.page_of(CUP)

    world.recall(RAW)

    assert "all is well" in before
    after = world.page_of(CUP)
    assert "Recalled: do not use this product" in after
    assert "was sold to a customer" in after
    assert "all is well" not in after
