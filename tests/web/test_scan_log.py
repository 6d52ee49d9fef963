"""Who looks at a page is one scan, and the page tells each visitor what is true for him."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from trace.scans.tables import SCAN_SUMMARY
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from base.config import Settings
from base.db import open_engine, reading
from base.errors import ConfigurationError
from tests import asking
from tests.instances import lot, observation, serial
from tests.live import LiveServer
from tests.web import resolver_world
from tests.web.epcis_world import check, post_document
from tests.web.house import House, open_house
from tests.web.scan_world import (
    ITEM,
    LOT,
    PHONE,
    count_of,
    log_of,
    phone,
    put_alert,
    record,
    written,
)
from tests.web.signed_in import sign_in
from web.app import create_app
from web.held_pages import HELD_S
from web.visitor import is_browser, network_of

FIRST = "您是第一个扫这个码的人"


@pytest.fixture
def shop(house: House) -> House:
    record(house)
    return house


@pytest.fixture
def small_shop(sqlite_house: House) -> House:
    record(sqlite_house)
    return sqlite_house


def test_a_look_at_an_item_or_a_lot_is_a_scan_and_one_at_a_product_is_none(shop: House) -> None:
    for path in (ITEM, LOT, ITEM.rpartition("/21/")[0]):
        assert phone(shop).open(path).status_code in (200, 404)

    assert len(written(shop)) == 2
    assert (count_of(shop, ITEM), count_of(shop, LOT)) == (1, 1)
    check(shop)


def test_a_typed_code_counts_once_and_not_for_its_redirect(shop: House) -> None:
    answer = phone(shop).open("/t/(01)06901234567892(21)S1")
    assert answer.status_code == 307

    phone(shop).open(answer.headers["Location"])

    assert count_of(shop, ITEM) == len(written(shop)) == 1


def test_a_kept_page_counts_as_well_as_one_that_is_made(shop: House) -> None:
    for number in range(5):
        phone(shop, number).open(ITEM)

    assert count_of(shop, ITEM) == 5


def test_a_device_that_looks_again_counts_once_and_after_ten_minutes_twice(shop: House) -> None:
    for _ in range(3):
        phone(shop).open(ITEM)
        log_of(shop).recorder.flush()
        shop.clock.instant += timedelta(minutes=3)
    assert count_of(shop, ITEM) == 1

    shop.clock.instant += timedelta(minutes=1)
    phone(shop).open(f"{ITEM}?lang=en")

    assert count_of(shop, ITEM) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://example.org)"},
        {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"},
        {"User-Agent": "Sogou web spider/4.0"},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": "python-requests/2.32"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Dest": "image"},
    ],
    ids=str,
)
def test_programs_and_prefetches_are_no_scans(small_shop: House, headers: dict[str, str]) -> None:
    assert phone(small_shop, headers=headers).open(ITEM).status_code == 200

    assert written(small_shop) == []


def test_a_head_request_and_the_holder_of_a_key_are_no_scans(small_shop: House) -> None:
    key = {"Authorization": f"Bearer {small_shop.keys['producer']}"}

    assert phone(small_shop).open(ITEM, method="HEAD").status_code == 200
    assert phone(small_shop, headers=key).open(ITEM).status_code == 200

    assert written(small_shop) == []


def test_whoever_is_signed_in_and_looks_into_it_is_no_scan(small_shop: House) -> None:
    person = sign_in(small_shop)
    path = ITEM.removeprefix("https://id.gs1.org")

    page = person.client.get(path, headers={"User-Agent": PHONE, "Accept": "text/html"})

    assert page.status_code == 200
    assert written(small_shop) == []


@pytest.mark.parametrize("browser", [PHONE, "Mozilla/5.0 (Linux; CUBOT X30) Mobile", "Mozilla/5.0"])
def test_a_phone_is_no_program(browser: str) -> None:
    assert is_browser(browser)


def test_a_code_that_does_not_exist_leaves_nothing_behind(shop: House) -> None:
    for number in range(20):
        phone(shop).open(f"/01/06901234567892/21/GUESS{number}")

    assert written(shop) == []
    with reading(shop.services.engine) as connection:
        assert connection.execute(select(SCAN_SUMMARY)).all() == []


def test_nothing_of_a_visitor_is_stored_or_logged(shop: House) -> None:
    visitor = phone(shop, address="203.0.113.77", browser="Rarephone/9.9", lang="ii")
    with structlog.testing.capture_logs() as logs:
        visitor.open(ITEM)
        rows = written(shop)

    kept = repr(rows) + repr(logs)
    assert len(rows) == 1
    for told in ("203.0.113.77", "Rarephone", "ii,"):
        assert told not in kept
    assert len(rows[0].device) == 12


def test_a_device_has_another_number_for_another_product_and_in_another_month(
    shop: House,
) -> None:
    other = lot("B", gtin="06901234000016")
    classes = {"epcList": None, "quantityList": [{"epcClass": other}]}
    post_document(shop, observation(ITEM, **classes))
    for uri in (ITEM, LOT, other):
        phone(shop).open(uri)
    shop.clock.instant += timedelta(days=31)
    phone(shop).open(ITEM)

    devices = {(row.product, row.device) for row in written(shop)}

    assert len({device for _, device in devices}) == 3
    assert len(devices) == 3


@pytest.mark.parametrize(
    ("proxies", "forwarded", "is_same"),
    [
        (0, ("9.9.9.1", "9.9.9.2"), True),
        (1, ("9.9.9.1", "9.9.9.2"), False),
        (1, ("1.1.1.1, 9.9.9.1", "2.2.2.2, 9.9.9.1"), True),
        (2, ("1.1.1.1, 9.9.9.1", "2.2.2.2, 9.9.9.1"), False),
        (2, ("7.7.7.7, 1.1.1.1, 9.9.9.1", "8.8.8.8, 1.1.1.1, 9.9.9.1"), True),
    ],
)
def test_an_address_is_believed_from_as_many_proxies_as_the_settings_name(
    sqlite_url: str, tmp_path: Path, proxies: int, forwarded: tuple[str, str], is_same: bool
) -> None:
    house = open_house(sqlite_url, tmp_path, trusted_proxies=proxies)
    record(house)

    for addresses in forwarded:
        phone(house, address="127.0.0.1", headers={"X-Forwarded-For": addresses}).open(ITEM)
    devices = {row.device for row in written(house)}
    house.services.engine.dispose()

    assert len(devices) == (1 if is_same else 2)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("::ffff:198.51.100.1", "198.51.100.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("unknown", "unknown", True),
    ],
)
def test_a_household_is_one_network(one: str, other: str, is_same: bool) -> None:
    assert (network_of(one) == network_of(other)) is is_same


@pytest.mark.parametrize(
    ("named", "region"),
    [
        ("130102", "130102"),
        ("440305", "440305"),
        ("130103", "130103"),
        ("999999", None),
        ("13010", None),
        ("13010２", None),
        ("", None),
    ],
)
def test_a_trusted_proxy_names_a_region_and_nothing_else(
    sqlite_url: str, tmp_path: Path, named: str, region: str | None
) -> None:
    settings: dict[str, Any] = {"trusted_proxies": 1, "scan_region_header": "X-Visitor-Region"}
    house = open_house(sqlite_url, tmp_path, **settings)
    record(house)

    phone(house, headers={"X-Visitor-Region": named.encode().decode("latin-1")}).open(ITEM)
    (row,) = written(house)
    house.services.engine.dispose()

    assert row.region == region


def test_a_region_is_read_from_no_header_unless_the_settings_name_it(small_shop: House) -> None:
    phone(small_shop, headers={"X-Visitor-Region": "130102"}).open(ITEM)

    (row,) = written(small_shop)

    assert row.region is None


def test_a_region_of_a_proxy_that_is_not_trusted_is_refused_at_start(small_shop: House) -> None:
    settings = Settings(scan_region_header="X-Visitor-Region")
    parts = replace(small_shop.services, settings=settings)

    with pytest.raises(ConfigurationError, match="SUXIN_TRUSTED_PROXIES"):
        create_app(settings, services=parts)


def test_a_server_that_is_told_to_stop_writes_what_it_was_shown(
    new_live_server: Callable[..., LiveServer],
) -> None:
    live = new_live_server(services=("serve",))
    key = next(live.data_dir.glob("**/*operator*")).read_text(encoding="utf-8").strip()
    with asking.client(live.url, headers={"Authorization": f"Bearer {key}"}) as client:
        party = {"name_zh": "农场", "kind": "farm", "licence_kind": "x", "licence_no": "1"}
        party_id = client.post("/api/v1/parties", json=party).json()["id"]
        wanted = {"label": "x", "role": "producer", "party_id": party_id}
        granted = client.post("/api/v1/keys", json=wanted).json()["key"]
        producer = {"Authorization": f"Bearer {granted}"}
        event = {"@context": [], **observation(ITEM)}
        assert client.post("/epcis/events", json=event, headers=producer).status_code == 201
    path = ITEM.removeprefix("https://id.gs1.org")

    answer = asking.get(live.url + path, headers={"User-Agent": PHONE})
    live.stop()

    engine = open_engine(f"sqlite:///{live.data_dir / 'suxin.db'}")
    with reading(engine) as connection:
        counts = connection.execute(select(SCAN_SUMMARY.c.scan_count)).scalars().all()
    engine.dispose()
    assert answer.status_code == 200
    assert counts == [1]


def test_codes_of_others_products_do_not_share_a_scan(small_shop: House) -> None:
    phone(small_shop).open(ITEM)
    phone(small_shop).open(serial(2))

    assert (count_of(small_shop, ITEM), count_of(small_shop, serial(2))) == (1, 1)


def test_a_code_whose_owner_leads_elsewhere_is_scanned_too_and_a_warning_stops_there(
    house: House,
) -> None:
    resolver_world.make_goods(house)
    resolver_world.keep(house, is_default=True)
    item = resolver_world.SERIAL

    led_on = phone(house, 1).open(item)
    assert (led_on.status_code, count_of(house, item)) == (307, 1)
    put_alert(house, item)
    house.clock.instant += timedelta(seconds=HELD_S)
    stopped = phone(house, 2).open(item)

    assert stopped.status_code == 200
    assert "警示" in stopped.text
    assert count_of(house, item) == 2
