"""Search, trace and events on pages: what supervision finds, and what a producer does not."""

import csv
import io
import json
from urllib.parse import quote, quote_plus

import openpyxl
import pytest

from parties.actors import Role
from parties.keys import KeyRequest, grant
from tests.parties.samples import NOW
from tests.web.house import House
from tests.web.signed_in import Visitor, sign_in
from tests.web.trace_world import MIXED, YOGHURT, World, cup, lot_of, milk, sscc, tell_dairy
from tests.web.work_world import text_of

LOT = lot_of(YOGHURT, "Y20260221")


@pytest.fixture
def dairy(sqlite_house: House) -> World:
    return tell_dairy(sqlite_house)


def trace_of(code: str, ending: str = "") -> str:
    return f"/work/trace{ending}?code={quote(code, safe='')}"


def producer(world: World, name: str) -> Visitor:
    request = KeyRequest(label=name, role=Role.PRODUCER, party_id=world.actors[name].party_id)
    key = grant(world.house.services.engine, request, now=NOW, record=lambda *_: None)
    return sign_in(world.house, key=key.text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Y20260221", LOT),
        ("C0002", cup(2)),
        ("c0002", cup(2)),
        ("y20260221", LOT),
        (f"(01){YOGHURT[-14:]}(10)Y20260221", LOT),
        (f"{YOGHURT[-14:]} Y20260221", LOT),
        (sscc(1)[-18:], sscc(1)),
        (cup(3), cup(3)),
    ],
)
def test_any_way_to_write_a_code_finds_it(dairy: World, text: str, found: str) -> None:
    page = text_of(sign_in(dairy.house, "authority").get(f"/work/search?q={quote(text)}"))

    assert f'href="{trace_of(found)}"' in page


@pytest.mark.parametrize("text", ["冀中", "Dairy"])
def test_a_name_finds_the_party_and_its_site(dairy: World, text: str) -> None:
    page = text_of(sign_in(dairy.house, "authority").get(f"/work/search?q={quote(text)}"))

    assert f'href="/work/trace?party={dairy.actors["Dairy"].party_id}"' in page
    assert f'href="/work/trace?site={quote(dairy.sites["Dairy"], safe="")}"' in page.replace(
        "site=https%3A//", "site=https%3A%2F%2F"
    ).replace("id.gs1.org/414/", "id.gs1.org%2F414%2F")


def test_the_number_of_a_person_is_not_looked_up(dairy: World) -> None:
    person = sign_in(dairy.house, "authority")

    for text in ("11010519491231002X", "11010519491231002x"):
        answers = (
            person.post("/work/search", q=text),
            person.get(f"/work/search?q={text}"),
        )
        for answer in answers:
            assert answer.status_code == 303
            page = text_of(person.get(answer.headers["Location"]))
            assert text not in answer.headers["Location"] + page
            assert "这是公民身份号码" in page
            assert "没有相关记录" not in page


def test_the_field_leads_to_the_address_of_its_search(dairy: World) -> None:
    answer = sign_in(dairy.house, "authority").post("/work/search", q="酸奶 1&2")

    assert answer.headers["Location"] == f"/work/search?q={quote_plus('酸奶 1&2')}"


def test_a_code_shows_where_it_is_what_happened_and_both_ways(dairy: World) -> None:
    page = text_of(sign_in(dairy.house, "authority").get(trace_of(lot_of(MIXED, "MIX1"))))

    assert "冀中乳业" in page
    assert "<svg" in page
    for code in (milk(1), milk(3), cup(0), cup(5)):
        assert f'href="{trace_of(code)}"' in page
    assert 'href="/work/entries/8"' in page


def test_alike_goods_are_drawn_once(sqlite_house: House) -> None:
    tell_dairy(sqlite_house, farms=40, cups=48, per_carton=12)

    page = text_of(sign_in(sqlite_house, "authority").get(trace_of(milk(1))))

    assert "原味酸奶 ×48" in page
    assert page.count('class="graph-box is-thing"') < 12


def test_a_long_answer_says_how_much_it_leaves_out(sqlite_house: House) -> None:
    tell_dairy(sqlite_house, cups=320, per_carton=40)

    page = text_of(sign_in(sqlite_house, "authority").get(trace_of(milk(1))))

    assert "显示 300 项，共 331 项" in page


def test_a_party_and_a_site_are_traced_in_a_time(dairy: World) -> None:
    person, party = sign_in(dairy.house, "authority"), dairy.actors["Farm 1"].party_id

    of_party = text_of(person.get(f"/work/trace?party={party}"))
    of_site = text_of(person.get(f"/work/trace?site={quote(dairy.sites['Farm 1'], safe='')}"))
    of_before = text_of(person.get(f"/work/trace?party={party}&since=2026-01-01&until=2026-01-05"))

    assert f'href="{trace_of(cup(0))}"' in of_party
    assert f'href="{trace_of(cup(0))}"' in of_site
    assert f'href="{trace_of(cup(0))}"' not in of_before


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("code=!!", 400),
        ("code=https://id.gs1.org/01/06901234005028/10/NONE", 404),
        ("party=nobody", 404),
        ("code=x&party=y", 400),
        (f"code={LOT}&depth=many", 400),
        (f"code={LOT}&since=2026-13-01", 400),
        ("party=nobody&since=0001-01-01", 400),
        (f"code={LOT}&since=2026-03-01&until=2026-02-01", 400),
        (f"code={'x' * 5000}", 400),
    ],
)
def test_what_cannot_be_asked_is_said(dairy: World, query: str, status: int) -> None:
    person = sign_in(dairy.house, "authority")

    assert person.get(f"/work/trace?{query}").status_code == status
    assert person.get(f"/work/trace.csv?{query}").status_code in (400, 404, 422)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("code=x&party=y", "请写一个编码、一家企业或一个场所。"),
        (f"code={LOT}&since=2026-03-01&until=2026-02-01", "结束日期不能早于开始日期。"),
    ],
)
def test_why_it_cannot_be_asked_is_said_in_chinese(dairy: World, query: str, said: str) -> None:
    page = text_of(sign_in(dairy.house, "authority").get(f"/work/trace?{query}"))

    assert said in page


def test_a_bar_code_with_the_lot_beside_it_is_traced(dairy: World) -> None:
    text = f"{YOGHURT[-14:]} Y20260221"

    page = text_of(sign_in(dairy.house, "authority").get(f"/work/trace?code={quote(text)}"))

    assert "(10)Y20260221" in page


def test_the_files_hold_every_row_with_its_entries(dairy: World) -> None:
    person = sign_in(dairy.house, "authority")

    sheet = openpyxl.load_workbook(io.BytesIO(person.get(trace_of(milk(1), ".xlsx")).data)).active
    rows = list(
        csv.reader(io.StringIO(person.get(trace_of(milk(1), ".csv")).data.decode("utf-8-sig")))
    )
    answer = json.loads(person.get(trace_of(milk(1), ".json")).data)

    assert sheet is not None
    assert [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)] == rows
    assert {row[3] for row in rows[1:]} >= {cup(number) for number in range(6)}
    assert all(row[11] for row in rows[1:])
    for one, direction in zip(answer, ("backward", "forward"), strict=True):
        query = f"/api/v1/lineage?code={quote(milk(1), safe='')}&direction={direction}&shares=true"
        query += "&whereabouts=true"
        assert one == json.loads(dairy.house.ask("GET", query, role="authority").data)


def test_a_lot_number_that_looks_like_a_formula_stays_text(dairy: World) -> None:
    odd = lot_of(MIXED, "-1%2B2")
    dairy.tell(
        "Dairy",
        {
            "type": "TransformationEvent",
            "inputQuantityList": [{"epcClass": milk(2), "quantity": 1, "uom": "KGM"}],
            "outputQuantityList": [{"epcClass": odd, "quantity": 1, "uom": "KGM"}],
        },
    )

    person = sign_in(dairy.house, "authority")
    table = person.get(trace_of(milk(2), ".csv")).data.decode("utf-8-sig")

    assert ",'-1+2," in table


def test_an_event_shows_what_was_recorded_and_its_proof(dairy: World) -> None:
    page = text_of(sign_in(dairy.house, "authority").get("/work/entries/8"))

    assert "加工制成" in page
    assert 'href="/ledger/proof/1/8"' in page
    assert f'href="{trace_of(milk(1))}"' in page


def test_a_producer_sees_its_own_steps_and_no_others(dairy: World) -> None:
    person = producer(dairy, "Farm 1")

    page = text_of(person.get(trace_of(milk(1))))

    assert "您看到的是本单位和直接往来单位的记录" in page
    assert "MIX1" not in page
    assert "第2牧场" not in page
    assert person.get(trace_of(milk(2))).status_code == 404
    assert person.get(trace_of(milk(2), ".csv")).status_code == 404
    assert person.get("/work/entries/8").status_code == 404
    assert person.get("/work/entries/1").status_code == 200


def test_a_producer_finds_no_party_and_no_site_but_its_own(dairy: World) -> None:
    person = producer(dairy, "Farm 1")

    page = text_of(person.get(f"/work/search?q={quote('牧场')}"))

    assert "第1牧场" in page
    assert "第2牧场" not in page
    for text in ("M002", "Y20260221", "冀中"):
        assert "没有相关记录" in text_of(person.get(f"/work/search?q={quote(text)}"))
    other = dairy.actors["Farm 2"].party_id
    assert person.get(f"/work/trace?party={other}").status_code == 404
    assert person.get(f"/work/trace?site={quote(dairy.sites['Farm 2'])}").status_code == 404


def test_the_start_page_has_the_field(dairy: World) -> None:
    for role in ("authority", "auditor", "producer"):
        assert 'action="/work/search"' in text_of(sign_in(dairy.house, role).get("/work"))
    assert 'action="/work/search"' not in text_of(sign_in(dairy.house, "operator").get("/work"))


@pytest.mark.parametrize("text", [YOGHURT[-13:], "原味酸", "酸奶 原味"])
def test_a_bar_code_and_a_piece_of_a_name_find_the_product(dairy: World, text: str) -> None:
    page = text_of(sign_in(dairy.house, "authority").get(f"/work/search?q={quote(text)}"))

    assert f'href="{trace_of(YOGHURT)}"' in page
    assert '产品 <span class="badge">' in page


def test_an_empty_answer_says_what_can_be_searched(dairy: World) -> None:
    of_all = text_of(sign_in(dairy.house, "authority").get("/work/search?q=NONE-SUCH"))
    of_own = text_of(producer(dairy, "Farm 1").get("/work/search?q=NONE-SUCH"))

    for page in (of_all, of_own):
        assert "没有相关记录" in page
        assert "地区名称或六位行政区划代码" in page
    assert "您能查到本单位登记的内容" in of_own
    assert "您能查到本单位登记的内容" not in of_all
