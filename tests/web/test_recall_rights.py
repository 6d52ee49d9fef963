"""What an owner may see and do in a recall, and what is the authority's alone."""

import pytest

from tests.web.house import House
from tests.web.issuing_world import errors_of, made
from tests.web.recall_world import OTHER_RAW, OTHER_YOGHURT, RAW, YOGHURT, RecallWorld, open_world
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

END = {"outcome": "withdrawn", "note": "批号写错"}


@pytest.fixture
def world(sqlite_house: House) -> RecallWorld:
    return open_world(sqlite_house)


def test_a_trial_tells_an_owner_how_much_and_not_what_became_of_its_goods(
    world: RecallWorld,
) -> None:
    farm, dairy = (sign_in(world.house, key=one.key) for one in (world.farm, world.dairy))
    asked = {"domain": "food", "level": "1", "reason": "", "do": "try"}

    of_milk = text_of(farm.post("/work/recalls/open", codes=RAW, **asked))
    of_yoghurt = text_of(dairy.post("/work/recalls/open", codes=YOGHURT, **asked))

    assert "4 行货物" in of_milk
    assert "Y1" not in of_milk
    assert "2 行货物" in of_yoghurt or "3 行货物" in of_yoghurt
    assert "280" not in of_yoghurt


def test_an_owner_widens_and_never_narrows_what_the_authority_widened(world: RecallWorld) -> None:
    recall = made(world.ask_recall(YOGHURT, key=world.dairy.key, level=3))
    at = f"/{recall['id']}"
    both = {"codes": [YOGHURT, OTHER_YOGHURT], "reason": "另一批同样不合格"}
    made(world.post(f"{at}/scopes", both))

    narrowed = world.post(
        f"{at}/scopes", {"codes": [YOGHURT], "reason": "复检合格"}, key=world.dairy.key
    )
    ended = world.post(f"{at}/close", END, key=world.dairy.key)

    assert errors_of(narrowed) == ["codes"]
    assert ended.status_code == 403
    assert world.get(at)["state"] == "open"
    page = text_of(sign_in(world.house, key=world.dairy.key).get(f"/work/recalls{at}"))
    assert "只有监管部门可以缩小或结束" in page


def test_an_owner_widens_a_recall_of_class_one_and_does_not_end_it(world: RecallWorld) -> None:
    recall = made(world.ask_recall(RAW, key=world.farm.key))
    at = f"/{recall['id']}"
    both = {"codes": [RAW, OTHER_RAW], "reason": "另一批同样不合格"}

    widened = world.post(f"{at}/scopes", both, key=world.farm.key)
    ended = world.post(f"{at}/close", END, key=world.farm.key)

    assert (widened.status_code, ended.status_code) == (201, 403)
    assert made(world.post(f"{at}/close", END))["state"] == "withdrawn"


def test_what_the_authority_bound_stays_bound_when_an_owner_widens(world: RecallWorld) -> None:
    recall = made(world.ask_recall(RAW, key=world.farm.key, level=3))
    at = f"/{recall['id']}"
    made(world.post(f"{at}/scopes", {"codes": [RAW, OTHER_RAW], "reason": "都不合格"}))

    alone = {"codes": [RAW], "reason": "只有一批"}
    narrowed = world.post(f"{at}/scopes", alone, key=world.farm.key)

    assert errors_of(narrowed) == ["codes"]
    assert "Recalled: do not use this product" in world.page_of(OTHER_YOGHURT)


def test_an_owner_ends_a_recall_of_its_own_of_a_lower_class(world: RecallWorld) -> None:
    recall = made(world.ask_recall(YOGHURT, key=world.dairy.key, level=3))

    ended = world.post(f"/{recall['id']}/close", END, key=world.dairy.key)

    assert made(ended)["state"] == "withdrawn"
