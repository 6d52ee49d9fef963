"""What the page of a code says of its scans to each visitor, and what it warns of."""

import re
from trace.scans.tables import SCAN_SUMMARY

import pytest
import structlog

from base.db import transaction
from tests.instances import observation, serial
from tests.web.epcis_world import post_document
from tests.web.house import House
from tests.web.resolver_world import register
from tests.web.scan_world import ITEM, LOT, log_of, phone, put_alert, record, text_of
from web.app import create_app

FIRST = "您是第一个扫这个码的人"


@pytest.fixture
def shop(house: House) -> House:
    record(house)
    return house


@pytest.fixture
def small_shop(sqlite_house: House) -> House:
    record(sqlite_house)
    return sqlite_house


def test_the_first_is_told_so_and_the_second_is_not_though_the_page_was_kept(shop: House) -> None:
    first, again, second, third, back = (
        text_of(phone(shop, number).open(ITEM)) for number in (1, 1, 2, 3, 1)
    )

    assert FIRST in first
    assert FIRST in again
    assert "至今 2 次，首次 2026-03-01" in second
    assert "至今 3 次" in third
    assert "至今 3 次" in back
    assert FIRST not in second + third + back


def test_whoever_scans_a_serial_that_nobody_knows_is_not_reassured(shop: House) -> None:
    register(shop, "06901234567892")

    unknown = text_of(phone(shop, 1).open(serial(999)))

    assert "没有查到这一件的记录" in unknown
    assert FIRST not in unknown


def test_what_was_written_meanwhile_is_known_at_once(shop: House) -> None:
    assert FIRST in text_of(phone(shop, 1).open(ITEM))
    log_of(shop).recorder.flush()

    answer = text_of(phone(shop, 2).open(ITEM))

    assert "至今 2 次" in answer


def test_another_process_knows_it_when_it_was_written(shop: House) -> None:
    other = House(
        app=create_app(shop.services.settings, services=shop.services),
        client=create_app(shop.services.settings, services=shop.services).test_client(),
        services=shop.services,
        clock=shop.clock,
        acts=shop.acts,
        party_id=shop.party_id,
        keys=shop.keys,
    )
    assert FIRST in text_of(phone(shop, 1).open(ITEM))
    log_of(shop).recorder.flush()

    assert "至今 2 次" in text_of(phone(other, 2).open(ITEM))


def test_the_page_in_english_says_the_same(small_shop: House) -> None:
    first = text_of(phone(small_shop, 1, lang="en").open(ITEM))
    second = text_of(phone(small_shop, 2, lang="en").open(ITEM))

    assert "You are the first to scan this code" in first
    assert "2 so far, first on 2026-03-01" in second


def test_a_page_that_speaks_to_one_visitor_is_for_no_shared_cache(small_shop: House) -> None:
    item, of_lot = (phone(small_shop).open(uri) for uri in (ITEM, LOT))

    assert item.headers["Cache-Control"] == "private, no-cache"
    assert of_lot.headers["Cache-Control"] == "no-cache"
    assert "<!--scans" not in item.text + of_lot.text
    assert FIRST not in of_lot.text
    assert "data-place" in item.text
    assert "data-place" not in of_lot.text


def test_an_alert_is_told_with_what_was_counted_and_calls_nothing_a_fake(shop: House) -> None:
    for number in range(3):
        phone(shop, number).open(ITEM)
    log_of(shop).recorder.flush()
    put_alert(shop)
    put_alert(shop, rule="impossible_travel")

    chinese = text_of(phone(shop, 9).open(f"{ITEM}?lang=zh"))
    english = text_of(phone(shop, 9).open(f"{ITEM}?lang=en"))

    assert "警示：此码已被扫 4 次，首次是 2026-03-01" in chinese
    assert "30 天之内，有 14 台不同的设备扫过这个码。" in chinese
    assert "Warning: scanned 4 times, first on 2026-03-01" in english
    assert "at least 973 km apart" in english
    assert not re.search("fake|counterfeit", english, re.IGNORECASE)
    assert not re.search("假|伪|冒", chinese)


@pytest.mark.parametrize(
    ("state", "by", "said"),
    [
        ("confirmed", "key:abc", "stands by the warning"),
        ("explained", "key:abc", "found nothing wrong"),
        ("explained", "owner", "The maker says"),
    ],
)
def test_a_judgement_changes_the_tone(small_shop: House, state: str, by: str, said: str) -> None:
    phone(small_shop, 1).open(ITEM)
    log_of(small_shop).recorder.flush()
    owner = f"party:{small_shop.party_id.hex[-16:]}"
    put_alert(
        small_shop,
        party_id=small_shop.party_id,
        state=state,
        judged_by=owner if by == "owner" else by,
        judged_at=small_shop.clock.now(),
    )

    page = phone(small_shop, 2, lang="en").open(ITEM)

    assert said in text_of(page)
    assert ("Warning" in text_of(page)) is (state == "confirmed")
    assert ("notice-warn" in page.text) is (state == "confirmed")


def test_a_finding_for_the_owner_alone_is_not_on_the_page(small_shop: House) -> None:
    phone(small_shop, 1).open(ITEM)
    log_of(small_shop).recorder.flush()
    put_alert(small_shop, rule="after_void")

    page = text_of(phone(small_shop, 2).open(ITEM))

    assert "警示" not in page
    assert "至今 2 次" in page


def test_a_warning_stands_after_a_recall_and_before_a_sale(small_shop: House) -> None:
    recall = observation(ITEM, disposition="recalled", eventTime="2024-05-02T08:00:00Z")
    sale = observation(
        ITEM, disposition="retail_sold", bizStep="retail_selling", eventTime="2024-05-03T08:00:00Z"
    )
    post_document(small_shop, recall, sale)
    phone(small_shop, 1).open(ITEM)
    log_of(small_shop).recorder.flush()
    put_alert(small_shop)

    page = text_of(phone(small_shop, 2, lang="en").open(ITEM))

    order = [page.index(words) for words in ("Recalled: do not use", "Warning: scanned", "Sold on")]
    assert order == sorted(order)


def test_a_page_is_shown_where_nothing_can_be_said_of_its_scans(shop: House) -> None:
    with transaction(shop.services.engine) as connection:
        SCAN_SUMMARY.drop(connection)

    with structlog.testing.capture_logs() as logs:
        page = phone(shop).open(ITEM)

    assert page.status_code == 200
    assert "<!--scans" not in page.text
    assert [line["event"] for line in logs] == ["scan_facts_away"]
