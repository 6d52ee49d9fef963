"""Recording events on pages: scan, step, form, words, receipt; and what is refused where."""

import re
from html import unescape
from trace.tables import EVENT
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from base.db import reading
from tests.parties.samples import gln_uri, gtin_uri
from tests.web.epcis_world import check, readable, seal_now
from tests.web.house import House
from tests.web.issuing_world import new_product, new_site, register, stranger
from tests.web.signed_in import Visitor, once_of, sign_in, visitor
from tests.web.work_world import text_of

PAGE = "/work/event/new"
MILK = gtin_uri(2) + "/10/M1"
YOGHURT = gtin_uri(1) + "/10/Y1"


def ready(house: House) -> str:
    """Register a product and a site; return the site."""
    new_product(house)
    return new_site(house)


def receiving(site: str, **changed: str) -> dict[str, str]:
    return {
        "step": "any/receive/main",
        "code": MILK,
        "eventTime": "2026-03-01T15:00",
        "readPoint.id": site,
        "goods-rows": "1",
        "goods-0-code": MILK,
        "goods-0-amount": "120.5",
        "goods-unit": "KGM",
        **changed,
    }


def making(site: str, **changed: str) -> dict[str, str]:
    return {
        "step": "any/make/main",
        "code": MILK,
        "eventTime": "2026-03-01T15:30",
        "readPoint.id": site,
        "inputs-rows": "1",
        "inputs-0-code": MILK,
        "inputs-0-amount": "120.5",
        "inputs-unit": "KGM",
        "goods-product": gtin_uri(1),
        "goods-lot": "Y1",
        "goods-amount": "500",
        "goods-unit": "",
        **changed,
    }


def shipping(site: str, **changed: str) -> dict[str, str]:
    return receiving(site, **{"step": "any/ship/main", "goods-0-code": YOGHURT, **changed})


def send(person: Visitor, form: dict[str, str], act: str = "send", **values: Any) -> Any:
    return person.post(PAGE, act=act, **form, **values)


def events_of(house: House) -> int:
    with reading(house.services.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(EVENT)).scalar_one())


def said_beside(answer: TestResponse, name: str) -> str:
    """Return the sentence beside a field, which the field itself names."""
    html = answer.get_data(as_text=True)
    said = re.search(rf'id="event-{re.escape(name)}-error">([^<]*)<', html)
    assert said is not None, f"nothing is said beside {name}"
    field = re.search(rf'id="event-{re.escape(name)}" [^>]*', html)
    assert field is not None
    assert f"event-{name}-error" in field[0]
    assert 'aria-invalid="true"' in field[0]
    return unescape(said[1])


def newest_event(house: House) -> dict[str, Any]:
    found = readable(house.ask("GET", "/epcis/events", role="producer")).get_json()
    events: list[dict[str, Any]] = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events[0]


def test_three_steps_are_recorded_one_after_the_other(house: House) -> None:
    site, person = ready(house), sign_in(house)

    receipts = [send(person, form) for form in (receiving(site), making(site), shipping(site))]

    assert [receipt.status_code for receipt in receipts] == [303] * 3
    assert events_of(house) == 3
    page = text_of(person.get(receipts[1].headers["Location"]))
    assert "已记录" in page
    assert "(10)Y1" in page
    assert "<svg" in page
    assert f'href="{PAGE}?code={YOGHURT}"' in page
    assert "/work/codes?product=" in page
    seal_now(house)
    assert check(house) > 3


def test_what_was_typed_stands_in_the_event(house: House) -> None:
    site, person = ready(house), sign_in(house)

    send(person, making(site))

    event = newest_event(house)
    assert event["type"] == "TransformationEvent"
    assert event["inputQuantityList"] == [{"epcClass": MILK, "quantity": 120.5, "uom": "KGM"}]
    assert event["outputQuantityList"] == [{"epcClass": YOGHURT, "quantity": 500}]
    assert event["readPoint"] == {"id": site}
    assert event["eventTime"] == "2026-03-01T15:30:00+08:00"
    assert "sx:cte" not in event


def test_an_event_is_shown_in_words_before_it_is_recorded(sqlite_house: House) -> None:
    site, person = ready(sqlite_house), sign_in(sqlite_house)

    answer = send(person, receiving(site), act="preview")

    page = text_of(answer)
    assert answer.status_code == 200
    assert "请核对" in page
    assert "120.5 千克" in page
    assert "一号车间" in page
    assert events_of(sqlite_house) == 0


def test_a_form_that_is_sent_twice_is_one_event(house: House) -> None:
    site, person = ready(house), sign_in(house)
    once = once_of(person.get(f"{PAGE}?step=any/receive/main"))

    first = send(person, receiving(site), once=once)
    second = send(person, receiving(site), once=once)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert events_of(house) == 1


def test_the_form_begins_with_what_the_last_event_said(house: House) -> None:
    site, person = ready(house), sign_in(house)
    send(
        person,
        receiving(site, **{"sourceList[owning_party]": "https://id.gs1.org/417/6901234000016"}),
    )

    page = text_of(person.get(f"{PAGE}?code={MILK}&step=any/receive/main"))

    assert f'value="(01){gtin_uri(2)[-14:]} (10)M1"' in page
    assert 'value="120.5"' in page
    assert '<option value="KGM" selected>' in page
    assert 'value="第1农场 · 6901234000016"' in page


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"goods-0-code": "x"}, "goods-0-code", "不是能识别的码"),
        ({"goods-0-code": ""}, "goods-0-code", "请至少扫描或输入一个码"),
        ({"goods-0-amount": "many"}, "goods-0-amount", "数量"),
        ({"eventTime": ""}, "eventTime", "此项必填"),
        ({"readPoint.id": ""}, "readPoint.id", "此项必填"),
        ({"eventTime": "2031-01-01T00:00"}, "eventTime", ""),
        (
            {"sourceList[owning_party]": "nobody"},
            "sourceList[owning_party]",
            "没有登记过这样的企业",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    sqlite_house: House, changed: dict[str, str], field: str, said: str
) -> None:
    site, person = ready(sqlite_house), sign_in(sqlite_house)

    answer = send(person, receiving(site, **changed))

    assert answer.status_code == 400
    assert said in said_beside(answer, field)
    assert events_of(sqlite_house) == 0


def test_nobody_records_at_a_site_of_somebody_else(house: House) -> None:
    site = ready(house)
    other = sign_in(house, key=stranger(house))

    answer = send(other, receiving(site))

    assert answer.status_code == 400
    assert "只能在自己的场所登记" in text_of(answer)
    assert events_of(house) == 0


def test_an_event_that_is_recorded_already_is_named_in_words(sqlite_house: House) -> None:
    site, person = ready(sqlite_house), sign_in(sqlite_house)
    send(person, receiving(site))

    answer = send(person, receiving(site))

    assert "这件事已经登记过" in text_of(answer)
    assert events_of(sqlite_house) == 1


def test_the_scan_page_leads_a_producer_to_the_form(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    own = person.client.post("/scan/reading", data={"text": MILK}).get_data(as_text=True)
    shopper = visitor(sqlite_house).client.post("/scan/reading", data={"text": MILK})

    assert f"{PAGE}?code=https" in own
    assert PAGE not in shopper.get_data(as_text=True)


def test_a_receipt_is_for_whoever_recorded_it(house: House) -> None:
    site, person = ready(house), sign_in(house)
    receipt = send(person, receiving(site)).headers["Location"]

    other = sign_in(house, key=stranger(house))

    assert person.get(receipt).status_code == 200
    assert other.get(receipt).status_code == 404


def test_what_usually_comes_next_stands_first(house: House) -> None:
    site, person = ready(house), sign_in(house)
    send(person, receiving(site))

    page = text_of(person.get(f"{PAGE}?code={MILK}"))

    likely = page.partition("其他环节")[0]
    assert "加工" in likely
    assert "产出（收获）" not in likely


def test_what_is_no_code_is_not_said_to_be_unknown(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    page = text_of(person.get(f"{PAGE}?code=xyz"))

    assert "不是能识别的码" in page


def test_a_bar_code_with_the_lot_beside_it_is_a_code_of_goods(sqlite_house: House) -> None:
    site, person = ready(sqlite_house), sign_in(sqlite_house)
    beside = f"{gtin_uri(2)[-14:]} M1"

    answer = send(person, receiving(site, **{"goods-0-code": beside, "code": beside}))

    assert answer.status_code == 303
    assert newest_event(sqlite_house)["quantityList"][0]["epcClass"] == MILK


def test_one_more_row_keeps_what_was_typed(sqlite_house: House) -> None:
    site, person = ready(sqlite_house), sign_in(sqlite_house)

    page = text_of(send(person, receiving(site), act="more-goods"))

    assert f'value="{MILK}"' in page
    assert 'name="goods-1-code"' in page


def test_a_product_of_a_class_has_the_form_of_its_profile(sqlite_house: House) -> None:

    register(
        sqlite_house, "products", uri=gtin_uri(3), name_zh="酸奶", name_en="", class_code="dairy"
    )
    site, person = new_site(sqlite_house), sign_in(sqlite_house)
    code = gtin_uri(3) + "/10/D1"

    steps = text_of(person.get(f"{PAGE}?code={code}"))
    form = person.get(f"{PAGE}?code={code}&step=dairy/process/main")
    answer = send(
        person,
        {
            **making(site, step="dairy/process/main", code=code),
            "goods-product": gtin_uri(3),
            "goods-lot": "D1",
        },
    )

    assert "杀菌发酵干燥" in steps
    assert "都不合适" in steps
    assert "热处理" in text_of(form)
    assert answer.status_code == 400
    assert "缺少" in said_beside(answer, "sx:recipeNumber")
    assert gln_uri(1) == site
