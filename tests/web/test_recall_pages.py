"""The desk of recalls on pages: opened by a regulator, answered by a holder, read by everybody."""

import html
import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from base.db import reading
from parties.tables import PARTY
from tests.web.house import House
from tests.web.recall_world import OTHER_YOGHURT, RAW, YOGHURT, RecallWorld, open_world
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.work_world import text_of

WARNING = "Recalled: do not use this product"


@pytest.fixture
def world(house: House) -> RecallWorld:
    return open_world(house)


def _opened(world: RecallWorld, authority: Visitor, **changed: str) -> str:
    form = {"codes": RAW, "reason": "检出单增李斯特菌", "domain": "food", "level": "1"}
    answer = authority.post("/work/recalls/open", do="open", **{**form, **changed})
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"].partition("?")[0]


def test_a_recall_goes_from_the_form_to_its_close(world: RecallWorld) -> None:
    authority = sign_in(world.house, "authority")
    shop, dairy = (sign_in(world.house, key=one.key) for one in (world.shop, world.dairy))
    assert "/work/recalls" in text_of(authority.get("/work"))

    trial = authority.post(
        "/work/recalls/open", do="try", codes=RAW, domain="food", level="1", reason=""
    )
    at = _opened(world, authority)
    early = authority.post(f"{at}/close", outcome="completed", note="完成")
    mine = text_of(shop.get(f"{at}/answer"))
    read = shop.post(f"{at}/answer", do="read")
    numbers = {"found-0": "270", "destroyed-0": "270", "sold-0": "30"}
    counted = shop.post(f"{at}/answer", do="count", **numbers)
    party = str(world.dairy.id)
    explained = authority.post(f"{at}/explain", party_id=party, note="停业")
    closed = authority.post(f"{at}/close", outcome="completed", note="完成")

    assert "4 行货物" in text_of(trial)
    assert early.status_code == 400
    assert "还有持有人没有答复" in text_of(early)
    assert "280 件" in mine
    assert "第51农场" not in mine
    answers = (read, counted, explained, closed)
    assert [one.status_code for one in answers] == [303] * 4
    page = text_of(authority.get(at))
    assert all(word in page for word in ("已完成", "已清点", "停业", "100%"))
    assert dairy.get(at).status_code == 200
    assert sign_in(world.house, key=world.rival.key).get(at).status_code == 404
    assert WARNING in world.page_of(YOGHURT)


def test_the_scope_is_widened_and_narrowed_on_the_page(world: RecallWorld) -> None:
    authority = sign_in(world.house, "authority")
    at = _opened(world, authority)

    narrowed = authority.post(f"{at}/scope", codes=RAW, without=YOGHURT, reason="复检合格")
    same = authority.post(f"{at}/scope", codes=RAW, without=YOGHURT, reason="复检合格")

    assert narrowed.status_code == 303
    assert "与之前的范围完全相同" in text_of(same)
    assert WARNING not in world.page_of(YOGHURT)
    assert "第 2 版" in text_of(authority.get(at))


def test_an_answer_with_nothing_typed_is_refused_and_a_tick_says_none(
    sqlite_house: House,
) -> None:
    world = open_world(sqlite_house)
    at = _opened(world, sign_in(world.house, "authority"))
    shop = sign_in(world.house, key=world.shop.key)

    empty = shop.post(f"{at}/answer", do="count")
    half = shop.post(f"{at}/answer", **{"do": "count", "found-0": "1.5"})
    both = shop.post(f"{at}/answer", **{"do": "count", "found-0": "3", "none-0": "1"})
    none = shop.post(f"{at}/answer", **{"do": "count", "none-0": "1", "sold-0": "300"})
    short = shop.post(f"{at}/answer", **{"do": "count", "found-0": "100"})
    page = text_of(sign_in(world.house, "authority").get(at))

    assert [one.status_code for one in (empty, half, both, none)] == [400, 400, 400, 303]
    assert short.status_code == 303
    assert "已核实 100，应有 300 件" in page
    assert "没有查到请勾选" in text_of(empty)
    assert "件数应为整数" in text_of(half)
    assert "改正其中一项" in text_of(both)


def test_a_holder_reads_first_what_a_recall_asks_of_it(sqlite_house: House) -> None:
    world = open_world(sqlite_house)
    authority = sign_in(world.house, "authority")
    at = _opened(world, authority)
    drill = _opened(world, authority, is_mock="1", reason="年度演练")
    shop = sign_in(world.house, key=world.shop.key)

    start = text_of(shop.get("/work"))
    of_drill = text_of(shop.get(f"{drill}/answer?done=answered"))
    for one in (at, drill):
        authority.post(f"{one}/close", outcome="withdrawn", note="批号写错")

    assert "有 2 项召回等待您答复" in start
    assert start.index("检出单增李斯特菌") < start.index("年度演练")
    assert "货物不必移动" in of_drill
    assert "停止销售" not in of_drill
    assert "您的答复已记录" not in of_drill
    assert "等待您答复" not in text_of(shop.get("/work"))
    assert "不再需要您做什么" in text_of(shop.get(f"{at}/answer"))


def test_a_recall_is_opened_from_the_trace_of_a_lot(world: RecallWorld) -> None:
    authority = sign_in(world.house, "authority")
    trace = authority.get(f"/work/trace?{urlencode({'code': RAW})}").get_data(as_text=True)
    address = re.search(r'href="(/work/recalls/open[^"]*)"', trace)
    assert address is not None

    form = authority.get(html.unescape(address[1])).get_data(as_text=True)

    assert "(01)06901234567885(10)M1</textarea>" in form


def test_the_party_of_a_scope_stays_in_the_form_that_widens_it(world: RecallWorld) -> None:
    authority = sign_in(world.house, "authority")
    with reading(world.house.services.engine) as connection:
        named = select(PARTY.c.uscc).where(PARTY.c.id == world.dairy.id)
        uscc = connection.execute(named).scalar_one()
    times = {"since": "2000-01-01T00:00", "until": "2100-01-01T00:00"}
    at = _opened(world, authority, codes="", party=uscc, **times)

    page = authority.get(at).get_data(as_text=True)

    assert f'name="party" value="{uscc}"' in page


def test_an_owner_that_tries_a_scope_is_not_shown_what_others_made_of_its_goods(
    world: RecallWorld,
) -> None:
    farm = sign_in(world.house, key=world.farm.key)

    trial = farm.post(
        "/work/recalls/open", do="try", codes=RAW, domain="food", level="1", reason=""
    )

    assert "4 行货物" in text_of(trial)
    assert "(10)Y1" not in text_of(trial)


def test_everybody_reads_the_public_list_and_no_drill_is_on_it(world: RecallWorld) -> None:
    authority = sign_in(world.house, "authority")
    _opened(world, authority)
    _opened(world, authority, is_mock="1", reason="年度演练", codes=OTHER_YOGHURT)

    page = world.house.client.get("/recalls", headers={"Accept-Language": "zh"})

    shown = text_of(page)
    assert "检出单增李斯特菌" in shown
    assert "原味酸奶" in shown
    assert "年度演练" not in shown
    assert "农场" not in shown


def test_a_form_that_is_sent_twice_opens_one_recall(world: RecallWorld) -> None:
    authority = sign_in(world.house, "authority")
    once = once_of(authority.get("/work/recalls/open"))

    first = _opened(world, authority, once=once)
    again = _opened(world, authority, once=once)

    assert first == again


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"codes": "https://id.gs1.org/01/06901234567892/10/NONE"}, "没有这个编码"),
        ({"reason": ""}, "请用 1 到 500 个字说明"),
        ({"codes": "", "since": "x"}, "时间写作"),
        ({"level": "9"}, "请从中选择一项"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    sqlite_house: House, changed: dict[str, str], said: str
) -> None:
    world = open_world(sqlite_house)
    authority = sign_in(world.house, "authority")
    form = {"codes": RAW, "reason": "x", "domain": "food", "level": "1", "do": "open"}

    answer = authority.post("/work/recalls/open", **{**form, **changed})

    assert answer.status_code == 400
    assert said in text_of(answer)
