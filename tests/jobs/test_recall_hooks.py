"""Notices of recalls to a holder's program: signed, once, again where it failed, never inside."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from trace.capture import Submission, submit
from trace.recall.hook_addresses import pinned, require_public
from trace.recall.hook_tables import RECALL_DELIVERY
from trace.recall.hooks import claim_delivery, due_deliveries, keep_hook, signing_key
from trace.recall.model import Criteria
from trace.recall.opening import OpenRequest, open_recall
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from base.config import Settings
from base.db import reading, transaction
from base.errors import InvalidInput
from jobs.hooks import deliver_recalls
from jobs.recalls import escalate_recalls, recall_desk
from parties.actors import Role, actor_of_key
from tests.instances import document
from tests.jobs.workshop import Workshop, open_installed
from tests.parties.samples import gtin_uri
from tests.receiving import Receiver, receiving
from tests.trace_room.story import seen_lot

AUTHORITY = actor_of_key(key_id=UUID(int=99), role=Role.AUTHORITY, party_id=None)
LOT = f"{gtin_uri(1)}/10/L1"

# Machines that are no public ones, however their number is wrapped.
_INSIDE = (
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "[::1]",
    "[fd00::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::1]",
    "[::127.0.0.1]",
    "[::a00:1]",
    "[fec0::1]",
    "[64:ff9b:1::a00:1]",
    "[::ffff:0:10.0.0.1]",
    "0.0.0.0",  # noqa: S104 -- an address to refuse, nothing listens
    "224.0.0.1",
    "100.64.0.1",
    "2130706433",
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving("/recalls?from=suxin") as found:
        yield found


def _shop(url: str, folder: Path, **settings: Any) -> Workshop:
    """Return a workshop whose party holds a lot that is recalled."""
    parts = open_installed(Settings(data_dir=folder, database_url=url, **settings))
    shop = Workshop(parts, codes=1)
    made = seen_lot(1, LOT, action="ADD", bizStep="commissioning")
    submit(parts.desk, Submission(actor=shop.actor, document=document([made])))
    request = OpenRequest(
        domain="food", level=1, reason="检出单增李斯特菌", criteria=Criteria(codes=(LOT,))
    )
    open_recall(recall_desk(parts), AUTHORITY, request)
    return shop


def _hook(shop: Workshop, url: str) -> UUID:
    party_id = shop.actor.party_id
    assert party_id is not None
    with transaction(shop.parts.engine) as connection:
        keep_hook(connection, party_id, url, now=shop.parts.clock.now(), may_be_plain=True)
    return party_id


def _deliveries(shop: Workshop) -> list[Any]:
    with reading(shop.parts.engine) as connection:
        return list(connection.execute(select(RECALL_DELIVERY)))


def test_a_program_is_told_once_and_can_check_who_tells_it(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    shop = _shop(database_url, tmp_path, hooks_private_allowed=1)
    party_id = _hook(shop, receiver.url)

    deliver_recalls()
    deliver_recalls()
    escalate_recalls()

    ((headers, body),) = receiver.got
    key = signing_key(shop.parts.secret, party_id)
    expected = hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["GS1-Signature"] == f"sha256={expected}"
    told = json.loads(body)
    assert [line["code"] for line in told["lines"]] == [LOT]
    assert headers["Idempotency-Key"] == told["notice_id"]
    assert told["sent_at"].startswith(f"{shop.parts.clock.now():%Y-%m-%d}")
    (row,) = _deliveries(shop)
    assert (row.attempts, row.outcome, row.next_at) == (1, "HTTP 204", None)
    shop.parts.engine.dispose()


def test_what_failed_waits_for_its_next_time_and_is_given_up_at_last(
    sqlite_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    shop = _shop(sqlite_url, tmp_path, hooks_private_allowed=1, hook_attempts_max=2)
    _hook(shop, receiver.url)
    receiver.status = 503

    deliver_recalls()
    deliver_recalls()

    (row,) = _deliveries(shop)
    assert (len(receiver.got), row.attempts, row.outcome) == (1, 1, "HTTP 503")
    assert row.next_at > shop.parts.clock.now()
    assert row.delivered_at is None
    shop.parts.engine.dispose()


def test_an_answer_without_an_end_costs_neither_memory_nor_time(
    sqlite_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    shop = _shop(sqlite_url, tmp_path, hooks_private_allowed=1)
    _hook(shop, receiver.url)
    receiver.is_endless = True

    deliver_recalls()

    (row,) = _deliveries(shop)
    assert (row.outcome, row.next_at) == ("HTTP 204", None)
    shop.parts.engine.dispose()


def test_a_head_that_trickles_in_is_given_up(
    sqlite_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    shop = _shop(sqlite_url, tmp_path, hooks_private_allowed=1, hook_wait_max_s=1)
    _hook(shop, receiver.url)
    receiver.is_slow = True

    deliver_recalls()

    (row,) = _deliveries(shop)
    assert (row.attempts, row.outcome) == (1, "It took too long.")
    shop.parts.engine.dispose()


def test_a_try_that_another_worker_makes_is_made_once(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    shop = _shop(database_url, tmp_path)
    _hook(shop, receiver.url)
    parts, now = shop.parts, shop.parts.clock.now()
    with reading(parts.engine) as connection:
        (due,) = due_deliveries(connection, parts.desk.journal.log, now=now, rows_max=9)

    claims = []
    for _ in range(2):
        with transaction(parts.engine) as connection:
            claims.append(claim_delivery(connection, due, now=now, attempts_max=9))

    assert claims == [True, False]
    with reading(parts.engine) as connection:
        assert not due_deliveries(connection, parts.desk.journal.log, now=now, rows_max=9)
    parts.engine.dispose()


def test_nothing_is_sent_into_our_own_network(
    sqlite_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    shop = _shop(sqlite_url, tmp_path)
    _hook(shop, receiver.url)

    deliver_recalls()

    (row,) = _deliveries(shop)
    assert receiver.got == []
    assert row.outcome == "The address does not begin with https://."
    shop.parts.engine.dispose()


@pytest.mark.parametrize("host", ["localhost", *_INSIDE])
def test_nothing_is_sent_to_an_address_that_is_not_public(host: str) -> None:
    with pytest.raises(InvalidInput):
        pinned(f"http://{host}/x", may_be_private=False)


@pytest.mark.parametrize("host", [*_INSIDE, "0x7f.1", "127.1", "localhost", "a.localhost."])
def test_the_number_of_a_machine_inside_is_refused_at_once(host: str) -> None:
    with pytest.raises(InvalidInput):
        require_public(f"https://{host}/x")


def test_whether_a_name_leads_inside_or_nowhere_is_told_to_nobody() -> None:
    for host in (socket.gethostname(), "nowhere.invalid"):
        require_public(f"https://{host}/x")
    said = {_refusal(f"https://{host}/x") for host in ("localhost", "nowhere.invalid")}

    assert len(said) == 1


def _refusal(url: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        pinned(url, may_be_private=False)
    return refused.value.message


def test_the_name_stays_in_the_header_and_the_number_is_connected_to() -> None:
    url, host = pinned("https://8.8.8.8/x?y=1", may_be_private=False)

    assert (url, host) == ("https://8.8.8.8:443/x?y=1", "8.8.8.8")
