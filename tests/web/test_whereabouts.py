"""Who has each of the goods of a trace now, on the page, in the files and over HTTP."""

import io
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from sqlalchemy import event

from base.db import reading
from ledger.store import read_head
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.test_trace_pages import producer, trace_of
from tests.web.trace_world import (
    MIXED,
    World,
    cup,
    lot_of,
    milk,
    seen,
    some,
    tell_dairy,
)
from tests.web.work_world import text_of
from web.app import create_app


@pytest.fixture
def dairy(sqlite_house: House) -> World:
    return tell_dairy(sqlite_house)


def forward(world: World, code: str, name: str = "") -> Any:
    """Return the forward half of the file of a trace, as a party or the authority sees it."""
    person = producer(world, name) if name else sign_in(world.house, "authority")
    return json.loads(person.get(trace_of(code, ".json")).data)[1]


def hands(answer: Any, uri: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(
        one["where"] for one in answer["reached"] if one["uri"] == uri
    )
    return found


def party(world: World, name: str) -> str:
    return str(world.actors[name].party_id)


def test_each_piece_says_who_has_it_and_by_which_entry(dairy: World) -> None:
    answer = forward(dairy, milk(1))

    (sold,), (kept,) = hands(answer, cup(0)), hands(answer, cup(3))
    assert (sold["fate"], sold["party_id"]) == ("sold", party(dairy, "Shop 1"))
    assert (kept["fate"], kept["party_id"]) == ("held", party(dairy, "Shop 2"))
    assert isinstance(kept["seq"], int)


def test_of_a_lot_it_is_told_how_much_is_left_with_whom_and_what_was_used(dairy: World) -> None:
    answer = forward(dairy, milk(1))

    amounts = {one["fate"]: one["amount"] for one in hands(answer, lot_of(MIXED, "MIX1"))}
    assert amounts == {"held": "50", "used": "250"}
    assert [one["fate"] for one in hands(answer, milk(1))] == ["used"]


def test_what_was_sent_and_not_received_is_on_its_way_from_its_sender(dairy: World) -> None:
    lot = lot_of(MIXED, "MIX1")
    dairy.tell("Dairy", seen("shipping", some(lot, 20)), to="Shop 1")

    found = {one["fate"]: one for one in hands(forward(dairy, milk(1)), lot)}

    assert found["under_way"]["amount"] == "20"
    assert found["under_way"]["party_id"] == party(dairy, "Dairy")
    assert found["held"]["amount"] == "30"


def test_the_sum_of_each_holder_is_that_of_the_rows(dairy: World) -> None:
    answer = forward(dairy, milk(1))

    sums = {(one["party_id"], one["fate"]): one for one in answer["holders"]}
    assert sums[party(dairy, "Shop 1"), "sold"]["pieces"] == 1
    assert sums[party(dairy, "Shop 1"), "held"]["pieces"] == 2
    assert sums[party(dairy, "Shop 2"), "held"]["pieces"] == 3
    assert sums[party(dairy, "Dairy"), "held"]["amounts"] == [{"amount": "50", "uom": "KGM"}]
    assert sum(one["pieces"] for one in answer["holders"]) == 6
    assert answer["told_of"] == len(answer["reached"])


def test_a_producer_is_told_to_whom_it_gave_goods_and_not_what_became_of_them(
    dairy: World,
) -> None:
    (before,) = hands(forward(dairy, milk(1), "Farm 1"), milk(1))
    page = text_of(producer(dairy, "Farm 1").get(trace_of(milk(1))))

    assert before["fate"] == "last_seen"
    assert "已交出；现在在谁手里不向您显示" in page
    assert "惠民超市" not in page


def test_what_a_partner_does_afterwards_changes_nothing_of_what_a_producer_is_told(
    dairy: World,
) -> None:
    lot = lot_of(MIXED, "MIX1")
    dairy.tell("Dairy", seen("shipping", some(lot, 20)), to="Shop 1")
    dairy.tell("Shop 1", seen("receiving", some(lot, 20)))
    before = forward(dairy, lot, "Dairy")

    dairy.tell("Shop 1", seen("retail_selling", some(lot, 20)))

    after = forward(dairy, lot, "Dairy")
    assert before["holders"] == after["holders"]
    assert hands(before, lot) == hands(after, lot)
    sold = [one for one in hands(forward(dairy, lot), lot) if one["fate"] == "sold"]
    assert [one["party_id"] for one in sold] == [party(dairy, "Shop 1")]


def test_the_word_of_a_stranger_moves_nothing(dairy: World) -> None:
    before = hands(forward(dairy, milk(1)), cup(4))

    dairy.tell("Farm 2", seen("retail_selling", things=(cup(4),)))

    assert hands(forward(dairy, milk(1)), cup(4)) == before


def test_the_page_and_the_workbook_sum_up_the_holders(dairy: World) -> None:
    person = sign_in(dairy.house, "authority")

    page = text_of(person.get(trace_of(milk(1))))
    book = openpyxl.load_workbook(io.BytesIO(person.get(trace_of(milk(1), ".xlsx")).data))

    assert "现在在谁手里" in page
    assert "50 千克" in page
    lines = list(book.worksheets[1].iter_rows(values_only=True))
    assert ("惠民超市1店", "已售给消费者", 1) in [line[:3] for line in lines]


def test_many_rows_cost_no_more_statements_than_few(sqlite_house: House) -> None:
    world = tell_dairy(sqlite_house, cups=24, per_carton=6)
    few, many = cup(0), lot_of(MIXED, "MIX1")
    forward(world, many)

    counts = [_statements(world.house, code) for code in (few, many)]

    # The walk takes some more steps; to ask of each cup would cost a hundred statements.
    assert counts[1] < counts[0] + 24


def _statements(house: House, code: str) -> int:
    told: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    engine = house.services.engine
    query = f"/api/v1/lineage?code={quote(code, safe='')}&direction=forward&whereabouts=true"
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert house.ask("GET", query, role="authority").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(told)


def test_a_question_reads_no_more_of_a_backlog_than_is_set_and_says_how_far_behind_it_is(
    dairy: World,
) -> None:
    parts = dairy.house.services
    settings = replace(parts.settings, trace_backlog_max=4)
    app_parts = replace(parts, settings=settings)
    app = create_app(settings, services=app_parts)
    slow = replace(dairy.house, app=app, client=app.test_client(), services=app_parts)
    with reading(parts.engine) as connection:
        size = read_head(connection, parts.log).size
    query = f"code={quote(milk(1), safe='')}"

    first, second = (
        json.loads(slow.ask("GET", f"/api/v1/{path}{query}", role="authority").data)
        for path in ("state?", "lineage?direction=forward&")
    )

    assert (first["size"], first["behind"]) == (4, size - 4)
    assert (second["size"], second["behind"]) == (8, size - 8)
    assert "本结果落后于账本" in text_of(sign_in(slow, "authority").get(trace_of(milk(1))))
    assert forward(dairy, milk(1))["behind"] == 0
