"""Guessing is slowed and refused, scanning real codes never; on a real Redis and without one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from base.db import transaction
from base.redis_server import running_redis
from parties.actors import Role, actor_of_key
from parties.drafts import ProductDraft
from parties.ids import new_id
from parties.issuing.blocks import BlockRequest, Issuer, issue_block, texts_of
from parties.register import register_product
from tests.parties.samples import NOW, gtin_uri
from tests.web.epcis_world import new_key
from tests.web.house import House, open_house
from tests.web.scan_world import ITEM, LOT, bursts, log_of, phone, record, text_of
from web.app import create_app
from web.guard import LIMITS, DoorLimit, Per, install_guard
from web.scan_log import EXTENSION
from web.services import EXTENSION as SERVICES

LIMIT = 5
NewHouse = Callable[..., House]


@pytest.fixture
def new_house(sqlite_url: str, tmp_path: Path) -> Iterator[NewHouse]:
    """Open the house with settings of a test."""
    opened: list[House] = []

    def make(**settings: Any) -> House:
        named = {"misses_minute_max": LIMIT, **settings}
        opened.append(open_house(sqlite_url, tmp_path / "data", **named))
        record(opened[-1])
        return opened[-1]

    yield make
    for house in opened:
        house.services.engine.dispose()


@pytest.fixture(params=["redis", "no redis"])
def guarded(request: pytest.FixtureRequest, new_house: NewHouse) -> House:
    """Give a house with a Redis, and one whose Redis is away."""
    if request.param == "redis":
        return new_house(redis_url=request.getfixturevalue("redis_server"))
    return new_house()


def guess(house: House, number: int, **visitor: Any) -> Any:
    return phone(house, **visitor).open(f"/01/06901234567892/21/GUESS{number}")


def miss_up_to_the_limit(house: House, **visitor: Any) -> list[int]:
    # The first miss of an address is free in each process.
    return [guess(house, number, **visitor).status_code for number in range(LIMIT + 1)]


def test_guesses_are_refused_after_their_limit_and_told_when_to_come_back(guarded: House) -> None:
    assert miss_up_to_the_limit(guarded) == [404] * (LIMIT + 1)

    refused = guess(guarded, 99)

    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert "请求过于频繁" in text_of(refused)
    assert refused.headers["Cache-Control"] == "no-store"


def test_one_address_is_refused_and_its_neighbour_is_not(guarded: House) -> None:
    miss_up_to_the_limit(guarded)

    assert phone(guarded, 1).open(ITEM).status_code == 429
    assert phone(guarded, 2).open(ITEM).status_code == 200


def test_a_whole_shop_that_scans_real_codes_is_never_refused(guarded: House) -> None:
    answers = {
        phone(guarded, browser=f"Mozilla/5.0 Phone {number}").open(uri).status_code
        for number in range(100)
        for uri in (ITEM, LOT)
    }

    assert answers == {200}
    assert bursts(guarded) == []


def test_a_browser_that_changes_its_name_is_still_one_address(guarded: House) -> None:
    for number in range(LIMIT + 1):
        guess(guarded, number, browser=f"Mozilla/5.0 Number {number}")

    assert guess(guarded, 99, browser="Mozilla/5.0 Another").status_code == 429


def test_two_processes_count_together(new_house: NewHouse, redis_server: str) -> None:
    house = new_house(redis_url=redis_server)
    app = create_app(house.services.settings, services=house.services)
    other = replace(house, app=app, client=app.test_client())
    guess(other, 90)
    miss_up_to_the_limit(house)

    assert guess(other, 91).status_code == 429


def test_counting_goes_on_when_redis_goes_away(new_house: NewHouse, tmp_path: Path) -> None:
    with running_redis(tmp_path / "redis") as url:
        house = new_house(redis_url=url)
        assert guess(house, 1).status_code == guess(house, 2).status_code == 404

    codes = [guess(house, number).status_code for number in range(10, 10 + LIMIT + 3)]

    assert codes[0] == 404
    assert codes[-1] == 429
    assert phone(house, 2).open(ITEM).status_code == 200


def test_whoever_goes_on_guessing_slowly_is_refused_for_longer(new_house: NewHouse) -> None:
    house = new_house(misses_minute_max=1000, misses_hour_max=LIMIT)
    miss_up_to_the_limit(house)

    refused = guess(house, 99)

    assert refused.status_code == 429
    assert 60 < int(refused.headers["Retry-After"]) <= 3601
    assert re.search(r"请过 (59|60|61) 分钟再试", text_of(refused))


def test_a_program_is_refused_with_a_problem_document(new_house: NewHouse) -> None:
    house = new_house()
    program = phone(house, headers={"Accept": "application/json"})
    for number in range(LIMIT + 1):
        answer = program.open(f"/ledger/bundle?code=690123456{number:03d}")
        assert answer.status_code in (400, 404)

    refused = program.open("/ledger/bundle?code=06901234567892")

    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert b'"code":"too_many_requests"' in refused.get_data()
    assert "Retry-After" in refused.headers


def test_a_burst_is_reported_without_the_address_or_what_was_asked(house: House) -> None:
    for number in range(25):
        phone(house, 1).open(f"/t/my-number-1380013{number:04d}")
    for number in range(25):
        phone(house, 2).open(f"/01/06901234567892/21/13800138{number:04d}")

    by_text, by_item = bursts(house)

    assert (by_text.missed_count, by_text.refused_count) == (25, 0)
    assert by_text.example == "/a/aa-aaaaaa-00000000000"
    assert by_item.example == "/01/06901234567892/00/000000000000"
    assert len({by_text.address, by_item.address}) == 2
    assert all(len(row.address) == 12 for row in (by_text, by_item))


def test_a_burst_grows_in_its_row_and_another_one_begins_after_a_quiet_time(
    new_house: NewHouse,
) -> None:
    house = new_house(misses_minute_max=40)
    seen = []
    for minutes, guesses in ((0, 22), (1, 30), (30, 22)):
        house.clock.instant = NOW + timedelta(minutes=minutes)
        for number in range(guesses):
            guess(house, number)
        seen.append([(row.missed_count, row.refused_count) for row in bursts(house)])

    # Of the 52 guesses 41 are answered; a row begins anew with what comes after a quiet time.
    assert seen == [[(22, 0)], [(41, 11)], [(41, 11)]]
    assert log_of(house).recorder.waiting(0) == ()


def test_a_mistyped_code_now_and_then_leaves_nothing_behind(house: House) -> None:
    for number in range(20):
        assert guess(house, number).status_code == 404
        house.clock.instant += timedelta(minutes=2)

    assert bursts(house) == []


def test_a_made_up_serial_counts_only_where_serials_are_issued(new_house: NewHouse) -> None:
    house = new_house()
    parts = house.services
    uri = gtin_uri(1)
    with transaction(parts.engine) as connection:
        draft = ProductDraft(party_id=house.party_id, uri=uri, name_zh="米")
        product_id = register_product(connection, draft, now=NOW).id
    path = uri.removeprefix("https://id.gs1.org")
    made_up = [f"{path}/21/{letter * 12}" for letter in "ABCDEFGHJK"]
    before = [phone(house, 1).open(one).status_code for one in made_up]
    issuer = Issuer(
        journal=parts.desk.journal, secret=parts.secret, clock=house.clock, block_max=1000
    )
    producer = actor_of_key(key_id=new_id(NOW), role=Role.PRODUCER, party_id=house.party_id)
    block = issue_block(
        issuer, producer, BlockRequest(kind="gs1_serial", count=10, product_id=product_id)
    )
    real = [f"{path}/21/{text}" for text in texts_of(block, parts.secret)]

    after = [phone(house, 2).open(one).status_code for one in made_up]
    of_real = [phone(house, 3).open(one).status_code for one in real]

    assert set(before) == {200}
    assert after == [200] * (LIMIT + 1) + [429] * (9 - LIMIT)
    assert set(of_real) == {200}


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_every_door_of_the_table_is_a_route(sqlite_house: House, limit: DoorLimit) -> None:
    rules = list(sqlite_house.app.url_map.iter_rules())
    for door in limit.doors:
        assert [rule for rule in rules if replace(limit, doors=(door,)).holds(rule)], door


def test_a_limit_by_sender_counts_each_key_for_itself(new_house: NewHouse) -> None:
    house = new_house()
    app = Flask("small")
    app.extensions[SERVICES] = house.services
    app.add_url_rule("/ask", view_func=lambda: "yes", methods=["POST"])
    by_sender = DoorLimit(
        name="asking", doors=(("POST", "/ask"),), amounts=lambda _: "2/minute", per=Per.SENDER
    )
    install_guard(app, house.services.settings, house.app.extensions[EXTENSION], (by_sender,))
    client = app.test_client()

    def ask(shown: str = "") -> int:
        headers = {"Authorization": shown} if shown else {}
        return client.post("/ask", headers=headers).status_code

    key, other = new_key(house, 5), new_key(house, 6)[0]
    spelt = [f"Bearer {key[0]}", f"bEARER {key[0]}", f"BEARER {key[0]}"]

    assert [ask(one) for one in spelt] == [200, 200, 429]
    assert ask(f"Bearer {other}") == 200
    assert [ask("Bearer made-up"), ask(), ask("Bearer of-nobody")] == [200, 200, 429]
