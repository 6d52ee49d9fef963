"""Recalls beside goods: on the page of a trace, in what a search finds, and beside findings."""

from urllib.parse import quote

import pytest

from tests.web.house import House
from tests.web.recall_world import CUP, RAW, YOGHURT, RecallWorld, open_world
from tests.web.signed_in import Visitor, sign_in, visitor
from tests.web.work_world import text_of


@pytest.fixture
def world(sqlite_house: House) -> RecallWorld:
    return open_world(sqlite_house)


def trace(person: Visitor, code: str) -> str:
    return text_of(person.get(f"/work/trace?code={quote(code, safe='')}"))


def search(person: Visitor, code: str) -> str:
    return text_of(person.get(f"/work/search?q={quote(code, safe='')}"))


def badge(words: str, recall: dict[str, str]) -> str:
    return f'href="/work/recalls/{recall["id"]}">{words} · {recall["number"]}</a>'


def test_recalled_goods_are_marked_in_a_trace_and_in_a_search(world: RecallWorld) -> None:
    person = sign_in(world.house, "authority")
    assert "已召回" not in trace(person, YOGHURT) + search(person, YOGHURT)

    recall = world.recall(YOGHURT)

    # The lot itself above, and its cup in the table.
    assert trace(person, YOGHURT).count(badge("已召回", recall)) == 2
    assert badge("已召回", recall) in trace(person, RAW)
    assert badge("已召回", recall) in search(person, CUP)


def test_a_drill_marks_nothing(world: RecallWorld) -> None:
    world.recall(YOGHURT, is_mock=True)

    person = sign_in(world.house, "authority")
    assert "已召回" not in trace(person, YOGHURT) + search(person, YOGHURT)


def test_the_recall_is_linked_for_those_alone_who_may_see_it(world: RecallWorld) -> None:
    recall = world.recall(YOGHURT)

    holder, farm = (sign_in(world.house, key=one.key) for one in (world.shop, world.farm))

    assert badge("已召回", recall) in search(holder, YOGHURT)
    assert f"/work/recalls/{recall['id']}" not in trace(farm, RAW)


def test_one_who_may_not_open_the_recall_reads_that_the_goods_are_recalled(
    world: RecallWorld,
) -> None:
    # The farm has nothing left of its milk, and the dairy alone is told.
    recall = world.recall(RAW)

    page = trace(sign_in(world.house, key=world.farm.key), RAW)

    assert f"已召回 · {recall['number']}" in page


def test_goods_of_a_recalled_ingredient_are_marked_in_softer_words(world: RecallWorld) -> None:
    recall = world.recall(RAW, key=world.farm.key, level=2)

    page = search(sign_in(world.house, "authority"), YOGHURT)

    assert badge("原料被召回", recall) in page
    assert badge("已召回", recall) in search(sign_in(world.house, "authority"), RAW)


def scanned(person: Visitor, text: str) -> str:
    return text_of(person.client.post("/scan/reading", data={"text": text}))


def test_whoever_scans_recalled_goods_reads_it_first_and_loudly(world: RecallWorld) -> None:
    nobody = visitor(world.house)
    assert "已召回" not in scanned(nobody, CUP)

    recall = world.recall(YOGHURT)

    page = scanned(nobody, CUP)
    assert 'role="alert"' in page
    assert "已召回：不得销售、发出或使用" in page
    assert page.index("已召回") < page.index("scan-code")
    assert f"/work/recalls/{recall['id']}" not in page
    assert badge("已召回", recall) in scanned(sign_in(world.house, "authority"), YOGHURT)


def test_whoever_scans_what_a_recalled_ingredient_went_into_reads_softer_words(
    world: RecallWorld,
) -> None:
    world.recall(RAW, key=world.farm.key, level=2)

    page = scanned(visitor(world.house), YOGHURT)

    assert "所用原料已被召回" in page
    assert "不得销售" not in page


def test_a_recalled_lot_is_marked_among_the_lots_of_its_product(world: RecallWorld) -> None:
    recall = world.recall(YOGHURT)

    page = trace(sign_in(world.house, "authority"), YOGHURT.partition("/10/")[0])

    assert badge("已召回", recall) in page
