"""The pages about copied codes for whoever is signed in, and what each of them may see there."""

from datetime import timedelta
from uuid import UUID

import pytest

from base.db import transaction
from parties.drafts import ProductDraft
from parties.register import register_product
from tests.instances import serial
from tests.parties.samples import NOW, new_party
from tests.web.epcis_world import new_key
from tests.web.house import House
from tests.web.scan_world import ITEM, bursts, log_of, phone, put_alert, record, text_of
from tests.web.signed_in import Visitor, sign_in


@pytest.fixture
def own(house: House) -> UUID:
    """Give an alert about the house's own goods, beside one about another party's."""
    with transaction(house.services.engine) as connection:
        draft = ProductDraft(
            party_id=house.party_id, uri=ITEM.rpartition("/21/")[0], name_zh="原味酸奶"
        )
        register_product(connection, draft, now=NOW)
    put_alert(house, serial(77), party_id=new_party(house.services.engine, 5))
    return put_alert(house, party_id=house.party_id, minutes=1)


def page(visitor: Visitor, path: str, lang: str = "zh") -> str:
    answer = visitor.get(path, lang=lang)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return text_of(answer)


def test_a_producer_finds_its_alerts_from_its_start_page(house: House, own: UUID) -> None:
    producer = sign_in(house)

    assert "/work/alerts" in producer.get("/work").get_data(as_text=True)
    found = page(producer, "/work/alerts")
    assert "扫码设备过多" in found
    assert "30 天之内，有 14 台不同的设备扫过这个码。" in found
    assert "原味酸奶" in found
    assert "(21)S1" in found
    assert "(21)S77" not in found


def test_the_authority_sees_everybodys_and_another_producer_none(house: House, own: UUID) -> None:
    key, _ = new_key(house, 9)

    assert "(21)S77" in page(sign_in(house, "authority"), "/work/alerts")
    assert "没有发现异常" in page(sign_in(house, key=key), "/work/alerts")
    assert sign_in(house, key=key).get(f"/work/alerts/{own}").status_code == 404
    assert sign_in(house, "operator").get("/work/alerts").status_code == 403


def test_the_list_is_filtered_and_goes_on(house: House) -> None:
    for number in range(35):
        put_alert(house, serial(number), party_id=house.party_id, minutes=number)
    put_alert(house, serial(99), party_id=house.party_id, rule="after_sale", minutes=90)
    producer = sign_in(house)

    first = producer.get("/work/alerts?rule=many_devices").get_data(as_text=True)
    link = first.partition('href="/work/alerts?state=')[2].partition('"')[0].replace("&amp;", "&")
    second = page(producer, f"/work/alerts?state={link}")

    assert first.count("alert-row") == 30
    assert "(21)S0" in second
    assert "(21)S99" not in second
    assert "没有发现这类情况" in page(producer, "/work/alerts?state=confirmed")
    assert "日期" in page(producer, "/work/alerts?since=soon")


def test_an_alert_shows_its_scans_as_a_picture_and_as_a_table(house: House, own: UUID) -> None:
    record(house)
    for number in (1, 2, 1):
        phone(house, number).open(ITEM)
        house.clock.instant += timedelta(minutes=11)
    log_of(house).recorder.flush()
    producer = sign_in(house)

    html = producer.get(f"/work/alerts/{own}").get_data(as_text=True)
    english = page(producer, f"/work/alerts/{own}", lang="en")

    assert html.count('class="line-dot"') == 3
    assert html.count("<tr>") == 4
    assert "Within 30 days, 14 different devices scanned this code." in english
    assert "3 so far, first on 2026-03-01" in english


def test_an_alert_whose_scans_are_gone_still_says_what_was_counted(house: House, own: UUID) -> None:
    found = page(sign_in(house), f"/work/alerts/{own}")

    assert "到期已删除" in found
    assert "14 台" in found


def test_an_owner_explains_in_a_sentence_and_the_authority_confirms(
    house: House, own: UUID
) -> None:
    producer, authority = sign_in(house), sign_in(house, "authority")
    path = f"/work/alerts/{own}"

    explained = producer.post(
        f"{path}/judgement", page=path, state="explained", note="展会上\n展示过"
    )
    confirmed = authority.post(f"{path}/judgement", page=path, state="confirmed", note="查到复制品")

    assert (explained.status_code, confirmed.status_code) == (303, 303)
    found = page(producer, explained.headers["Location"])
    assert "已记下" in found
    assert "展会上 展示过" in found
    assert "监管部门" in found
    # What the authority settled is no longer the owner's to say.
    assert "请它重新打开" in found
    assert 'name="note"' not in producer.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": "explained", "note": " "}, "请用 1 到 500 个字说明"),
        ({"state": "explained", "note": "x" * 501}, "请用 1 到 500 个字说明"),
        ({"state": "confirmed", "note": "x"}, "确认由监管部门作出"),
        ({"state": "fake", "note": "x"}, "请从中选择一项"),
    ],
)
def test_a_judgement_that_is_refused_comes_back_with_what_was_typed(
    house: House, own: UUID, values: dict[str, str], said: str
) -> None:
    path = f"/work/alerts/{own}"

    refused = sign_in(house).post(f"{path}/judgement", page=path, **values)

    assert refused.status_code == 400
    assert said in text_of(refused)
    assert "各方说明 还没有" in text_of(refused)


def test_a_form_of_another_session_judges_nothing(house: House, own: UUID) -> None:
    producer, path = sign_in(house), f"/work/alerts/{own}/judgement"

    refused = producer.client.post(path, data={"state": "explained", "note": "x"})

    assert refused.status_code in (400, 403)
    assert "各方说明 还没有" in page(producer, f"/work/alerts/{own}")


def test_the_heat_map_says_what_it_leaves_out(house: House, own: UUID) -> None:
    record(house)
    for number in range(7):
        phone(house, number).open(ITEM)
    log_of(house).recorder.flush()

    found = page(sign_in(house), "/work/heat")

    assert "2026-01-31 至 2026-03-01" in found
    assert "7 次扫码没有告知地点" in found
    assert "没有可以显示的地点" in found


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-03-02&to=2026-03-01", "首日不晚于末日"),
        ("from=2020-01-01&to=2026-03-01", "最多 92 天"),
        ("product=nonsense", "这不是产品的编码"),
        ("product=06901234000016", "它不是您的"),
    ],
)
def test_a_heat_map_that_is_refused_says_why_beside_the_field(
    house: House, query: str, said: str
) -> None:
    assert said in page(sign_in(house), f"/work/heat?{query}")


def test_who_guesses_is_for_the_authority_and_the_operator(house: House) -> None:
    for number in range(25):
        phone(house, 1).open(f"/01/06901234567892/21/GUESS{number}")
    bursts(house)

    for role in ("authority", "operator"):
        found = page(sign_in(house, role), "/work/bursts")
        assert "/01/06901234567892/00/AAAAA00" in found
        assert "25" in found
    assert sign_in(house).get("/work/bursts").status_code == 403
