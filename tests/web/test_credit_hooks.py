"""Changes to a subscriber's program: in order, signed, again where it failed, to nobody else."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from base.db import reading, transaction
from credit.watching.deliveries import Trying, begin_delivery, begin_test, due_hooks
from parties.keys import revoke
from tests.credit.samples import penalty, serious, uscc
from tests.receiving import Receiver, receiving
from tests.web.credit_world import hand_in
from tests.web.hook_world import (
    HOOK,
    MORNING,
    asked_behind,
    bodies_of,
    deliver,
    json_of,
    keep_hook,
    open_to_hooks,
    state_of,
    watch,
)
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

PAGE = "/work/credit/watches/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving("/changes?from=suxin") as found:
        yield found


@pytest.fixture
def open_to_all(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give a house that may tell programs of this very machine."""
    yield from open_to_hooks(database_url, tmp_path)


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    """Give such a house where the database makes no difference."""
    yield from open_to_hooks(sqlite_url, tmp_path)


def test_a_program_is_told_once_what_the_interface_tells_and_can_check_who_tells_it(
    open_to_all: House, receiver: Receiver
) -> None:
    house = open_to_all
    hand_in(house, "serious_listing", serious(2))
    watch(house, 1, 2)
    key = keep_hook(house, receiver.url)
    before = state_of(house)["told"]
    hand_in(house, "serious_listing", serious(1))

    deliver(house)
    deliver(house)

    ((headers, body),) = receiver.got
    told, asked = json.loads(body), asked_behind(house, before)
    expected = hmac.new(bytes.fromhex(key), body, hashlib.sha256).hexdigest()
    assert headers["GS1-Signature"] == f"sha256={expected}"
    assert told["changes"] == asked["changes"]
    assert told["changes"][0]["record"]["number"] == serious(1)["list_no"]
    assert (told["type"], told["number"]) == ("credit_changes", 1)
    assert headers["Idempotency-Key"] == told["delivery_id"]
    state = state_of(house)
    (one,) = state["deliveries"]
    assert (one["outcome"], one["attempts"], one["id"]) == ("HTTP 204", 1, told["delivery_id"])
    assert one["changes"] == len(told["changes"])
    assert state["told"] == told["next_after"]


def test_what_failed_is_sent_again_with_the_same_id_and_before_what_followed(
    house: House, receiver: Receiver
) -> None:
    watch(house, 1, 2)
    keep_hook(house, receiver.url)
    receiver.status = 503
    hand_in(house, "serious_listing", serious(1))
    deliver(house)
    hand_in(house, "serious_listing", serious(2))

    deliver(house)
    early = len(receiver.got)
    receiver.status = 204
    house.clock.instant += timedelta(minutes=2)
    deliver(house)

    first, again, second = bodies_of(receiver)
    assert early == 1
    assert first["delivery_id"] == again["delivery_id"] != second["delivery_id"]
    assert first["changes"] == again["changes"]
    assert {one["uscc"] for one in again["changes"]} == {uscc(1)}
    assert {one["uscc"] for one in second["changes"]} == {uscc(2)}
    assert [one["attempts"] for one in state_of(house)["deliveries"]] == [1, 2]


def test_what_nobody_takes_is_given_up_and_goes_on_when_its_subscriber_says_so(
    house: House, receiver: Receiver
) -> None:
    watch(house, 1)
    keep_hook(house, receiver.url)
    receiver.status = 500
    hand_in(house, "serious_listing", serious(1))
    for _ in range(4):
        deliver(house)
        house.clock.instant += timedelta(hours=1)
    given_up, tried = state_of(house), len(receiver.got)
    receiver.status = 200

    resumed = json_of(send(house, "POST", f"{HOOK}/resumed", role="authority"))
    deliver(house)

    assert (given_up["stopped"], given_up["next_at"], tried) == ("tries", None, 2)
    assert resumed["stopped"] == ""
    assert len({one["delivery_id"] for one in bodies_of(receiver)}) == 1
    (one,) = state_of(house)["deliveries"]
    assert (one["outcome"], one["attempts"]) == ("HTTP 200", 3)


def test_a_record_that_left_between_two_tries_is_told_without_what_it_said(
    house: House, receiver: Receiver
) -> None:
    watch(house, 1)
    keep_hook(house, receiver.url)
    receiver.status = 500
    hand_in(house, "serious_listing", serious(1))
    deliver(house)
    removed = serious(1, removed_on="2026-11-25", removed_no="青市监移〔2026〕1号")
    hand_in(house, "serious_listing", removed)
    receiver.status = 200
    house.clock.instant += timedelta(minutes=2)

    deliver(house)

    first, again, ended = bodies_of(receiver)
    assert first["changes"][0]["record"]["number"] == serious(1)["list_no"]
    assert again["delivery_id"] == first["delivery_id"]
    assert serious(1)["list_no"] not in json.dumps([again, ended], ensure_ascii=False)
    assert {one["why"] for one in ended["changes"]} >= {"ended"}


def test_a_producer_hears_of_public_lists_alone_and_of_its_own_watches(
    house: House, receiver: Receiver
) -> None:
    watch(house, 1, role="producer")
    watch(house, 2)
    keep_hook(house, receiver.url, role="producer")
    hand_in(house, "serious_listing", serious(1), serious(2))
    hand_in(house, "penalty", penalty(1))

    deliver(house)

    (told,) = bodies_of(receiver)
    assert [(one["uscc"], one["list"]) for one in told["changes"]] == [
        (uscc(1), "serious_violation")
    ]
    assert send(house, "GET", HOOK, role="authority").status_code == 404
    assert send(house, "GET", HOOK, role="auditor").status_code == 403


def test_whose_key_was_revoked_hears_nothing(house: House, receiver: Receiver) -> None:
    watch(house, 1)
    keep_hook(house, receiver.url)
    actor = house.services.key_ring.authenticate(house.keys["authority"])
    assert isinstance(actor.key_id, UUID)
    revoke(house.services.engine, actor.key_id, now=MORNING, record=lambda *_: None)
    house.services.key_ring.forget(actor.key_id)
    hand_in(house, "serious_listing", serious(1))

    deliver(house)
    deliver(house)

    assert receiver.got == []


def test_a_test_is_sent_by_a_worker_and_stands_among_the_deliveries(
    house: House, receiver: Receiver
) -> None:
    keep_hook(house, receiver.url)

    asked = send(house, "POST", f"{HOOK}/test", role="authority")
    sent_meanwhile = len(receiver.got)
    deliver(house)
    deliver(house)

    (told,) = bodies_of(receiver)
    assert (asked.status_code, sent_meanwhile) == (202, 0)
    assert (told["type"], told["changes"]) == ("credit_changes_test", [])
    (one,) = state_of(house)["deliveries"]
    assert (one["is_test"], one["outcome"]) == (True, "HTTP 204")
    assert send(house, "POST", f"{HOOK}/test", role="producer").status_code == 404


def test_of_two_workers_one_begins_a_delivery(open_to_all: House, receiver: Receiver) -> None:
    house = open_to_all
    keep_hook(house, receiver.url)
    send(house, "POST", f"{HOOK}/test", role="authority")
    parts = house.services
    with reading(parts.engine) as connection:
        (hook,) = due_hooks(connection, parts.log, now=MORNING, rows_max=9)
    begun = []
    for number in range(2):
        trying = Trying(
            now=MORNING,
            id=UUID(int=number),
            wait_max=timedelta(seconds=1),
            attempts_max=2,
            kept=9,
        )
        with transaction(parts.engine) as connection:
            begun.append(
                begin_delivery(connection, hook, trying, until=hook.told, changes=1) is not None
            )

    assert begun == [True, False]


def test_a_new_address_has_a_new_key_and_goes_on_where_the_old_one_was(
    house: House, receiver: Receiver
) -> None:
    watch(house, 1)
    first = keep_hook(house, f"{receiver.url}&old=1")
    receiver.status = 500
    hand_in(house, "serious_listing", serious(1))
    deliver(house)
    receiver.status = 204

    second = keep_hook(house, receiver.url)
    deliver(house)
    dropped = send(house, "DELETE", HOOK, role="authority")

    old, new = bodies_of(receiver)
    assert first != second
    assert old["changes"] == new["changes"]
    assert dropped.status_code == 204
    assert send(house, "GET", HOOK, role="authority").status_code == 404


@pytest.mark.parametrize(
    "url", ["http://erp.example.cn/", "https://127.0.0.1/x", "https://user@erp.example.cn/"]
)
def test_what_is_no_public_address_is_refused(sqlite_house: House, url: str) -> None:
    person = sign_in(sqlite_house, "authority")

    answer = send(sqlite_house, "PUT", HOOK, {"url": url}, role="authority")
    page = person.post(PAGE, page=PAGE, url=url)

    assert (answer.status_code, errors_of(answer)) == (400, ["url"])
    assert page.status_code == 400
    assert f'value="{url}"' in text_of(page)


def test_on_the_page_the_key_stands_once_and_what_failed_is_told_and_sent_again(
    house: House, receiver: Receiver
) -> None:
    person = sign_in(house, "authority")
    watch(house, 1)
    kept = text_of(person.post(PAGE, page=PAGE, url=receiver.url))
    key = re.search(r'watch-key">([0-9a-f]{64})<', kept)
    receiver.status = 503
    hand_in(house, "serious_listing", serious(1))
    person.post(f"{PAGE}/test", page=PAGE)
    for _ in range(3):
        deliver(house)
        house.clock.instant += timedelta(minutes=5)

    failed = text_of(person.get(PAGE))
    receiver.status = 200
    resumed = person.post(f"{PAGE}/resumed", page=PAGE)
    deliver(house)
    taken = text_of(person.get(PAGE))
    ended = person.post(f"{PAGE}/ended", page=PAGE)

    assert key is not None
    assert key[1] not in failed
    assert "目前不再发送" in failed
    assert "对方应答为 HTTP 503" in failed
    assert resumed.status_code == ended.status_code == 303
    assert "目前不再发送" not in taken
    assert "已接收" in taken
    assert "最近的发送" not in text_of(person.get(PAGE))


def test_of_the_newest_deliveries_alone_it_is_kept_what_came_of_them(house: House) -> None:
    keep_hook(house, "http://127.0.0.1:9/")
    parts = house.services
    for number in range(4):
        send(house, "POST", f"{HOOK}/test", role="authority")
        with transaction(parts.engine) as connection:
            (hook,) = due_hooks(connection, parts.log, now=MORNING, rows_max=9)
            trying = Trying(
                now=MORNING,
                id=UUID(int=number),
                wait_max=timedelta(seconds=1),
                attempts_max=2,
                kept=2,
            )
            begin_test(connection, hook, trying)

    assert [one["number"] for one in state_of(house)["deliveries"]] == [4, 3]
