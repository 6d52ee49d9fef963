"""A holder records what it did with recalled goods by an event that is ready for it."""

import pytest

from tests.web.epcis_world import post_document
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.recall_world import RAW, RECALLS, YOGHURT, RecallWorld, open_world
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of


@pytest.fixture
def world(house: House) -> RecallWorld:
    return open_world(house)


def _ready(world: RecallWorld, recall_id: str, act: str, key: str) -> tuple[int, dict[str, object]]:
    answer = send(world.house, "GET", f"{RECALLS}/{recall_id}/events?act={act}", key=key)
    return answer.status_code, answer.get_json()


def test_the_ready_event_is_of_the_holders_own_lines_and_takes_them_out_of_the_next_scope(
    world: RecallWorld,
) -> None:
    recall = world.recall(RAW)
    status, document = _ready(world, recall["id"], "destroyed", world.shop.key)
    (event,) = document["epcisBody"]["eventList"]  # type: ignore[index] # JSON as it came.

    captured = post_document(world.house, event, key=world.shop.key)
    again = world.recall(RAW)

    assert status == 200
    assert event["quantityList"] == [{"epcClass": YOGHURT, "quantity": 280}]
    assert event["sx:recallNumber"] == recall["number"]
    assert captured.status_code == 202
    lines = world.get(f"/{again['id']}/lines")["items"]
    left = [one["quantity"] for one in lines if one["holder"] == str(world.shop.id)]
    assert left == ["0"]


def test_a_press_on_the_page_records_the_event_once(world: RecallWorld) -> None:
    recall = world.recall(RAW)
    shop = sign_in(world.house, key=world.shop.key)
    at = f"/work/recalls/{recall['id']}"

    pressed = shop.post(f"{at}/act", act="set_aside", is_sure="1")
    wrong = shop.post(f"{at}/act", act="eaten", is_sure="1")
    unsure = shop.post(f"{at}/act", act="destroyed")

    assert pressed.status_code == 303, text_of(pressed)
    assert wrong.status_code == 400
    assert "请清点后勾选" in text_of(unsure)
    assert "已作为您的记录写入账本" in text_of(shop.get(pressed.headers["Location"]))


def test_nobody_else_gets_an_event_and_a_drill_and_a_closed_recall_move_nothing(
    world: RecallWorld,
) -> None:
    recall, drill = world.recall(RAW), world.recall(RAW, is_mock=True)
    at = f"/work/recalls/{recall['id']}/act"

    stranger = sign_in(world.house, key=world.rival.key).post(at, act="destroyed", is_sure="1")

    assert stranger.status_code == 404
    assert _ready(world, recall["id"], "returned", world.rival.key)[0] == 404
    assert _ready(world, drill["id"], "returned", world.shop.key)[0] == 409
    world.post(f"/{recall['id']}/close", {"outcome": "withdrawn", "note": "误报"})
    assert _ready(world, recall["id"], "returned", world.shop.key)[0] == 409
