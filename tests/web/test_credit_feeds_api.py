"""Batches over HTTP: signed, held, released, reported and read again."""

import base64
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openpyxl import load_workbook

from base.db import reading
from credit.intake.senders import Sender, add_sender, revoke_sender, signed_bytes
from ledger.parts import merge
from ledger.store import parse_part, scan_entries
from parties.actors import Role
from parties.keys import KeyRequest, grant
from tests.credit.samples import csv_of, defaulter
from tests.web.credit_world import penalty, run_waiting
from tests.web.house import House

PATH, BATCHES = "/api/v1/credit/feeds/penalty/batches", "/api/v1/credit/batches"
WHY = {"reason": "已电话核实"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture
def sender(house: House) -> Sender:
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    return _sender_of(house, "penalty")


def _sender_of(house: House, feed: str) -> Sender:
    return add_sender(
        house.services.engine,
        name="青岛市农业农村局",
        feeds=[feed],
        public_key=KEY.public_key().public_bytes_raw(),
        now=house.clock.now(),
        record=house.services.recorder("console"),
    )


def _entry(house: House, seq: int) -> dict[str, Any]:
    with reading(house.services.engine) as connection:
        (entry,) = scan_entries(connection, house.services.log, start=seq, end=seq + 1)
    return dict(merge(parse_part(stored) for stored in entry.parts.values()))


def _push(
    house: House,
    sender: Sender | None,
    body: bytes,
    rows: int,
    **changes: Any,
) -> Any:
    headers = {"Content-Type": "text/csv"}
    if sender is not None:
        feed, made_at = changes.pop("feed", "penalty"), changes.pop("made_at", None)
        signature = KEY.sign(signed_bytes(feed, rows, body, made_at))
        if made_at is not None:
            headers["Suxin-Made-At"] = f"{made_at:%Y-%m-%dT%H:%M:%SZ}"
        headers |= {
            "Suxin-Sender": str(sender.id),
            "Suxin-Rows": str(rows),
            "Suxin-Signature": base64.b64encode(signature).decode(),
        }
    path = changes.pop("path", PATH)
    answer = house.ask("POST", path, role="authority", data=body, headers={**headers, **changes})
    return json.loads(answer.get_data()) if answer.status_code == 201 else answer


def _get(house: House, path: str) -> Any:
    return json.loads(house.ask("GET", path, role="authority").get_data())


def test_a_signed_batch_is_taken_and_told_row_by_row(house: House, sender: Sender) -> None:
    rows = [penalty(1), penalty(2, cf_jdrq="2022-09-31")]

    batch = _push(house, sender, csv_of(rows, "gb18030"), 2)

    assert (batch["state"], batch["accepted"], batch["quarantined"]) == ("accepted", 1, 1)
    (row,) = _get(house, f"{BATCHES}/{batch['id']}/quarantine")["rows"]
    assert (row["row"], row["faults"][0]["code"]) == (3, "no_such_day")
    report = house.ask("GET", f"{BATCHES}/{batch['id']}/report.csv", role="auditor")
    assert "3,cf_jdrq,no_such_day" in report.get_data(as_text=True)
    assert "处罚决定日期,日历上没有这一天" in report.get_data(as_text=True)
    assert house.acts.told[0][1] == "credit_sender_added"


def test_a_held_batch_of_which_no_row_was_understood_tells_why(
    house: House, sender: Sender
) -> None:
    wrong = [{"神秘": "x"}, {"cf_jdrq": "2027-01-04"}, {"cf_jdrq": "2022-09-31"}]
    rows = [penalty(number, **changes) for number, changes in enumerate(wrong, start=1)]

    batch = _push(house, sender, csv_of(rows), 3)

    told = _get(house, f"{BATCHES}/{batch['id']}/quarantine")
    rest = _get(house, f"{BATCHES}/{batch['id']}/quarantine?after=3")
    report = house.ask("GET", f"{BATCHES}/{batch['id']}/report.csv", role="authority")
    assert (batch["state"], batch["message"]) == ("held", "None of its rows was understood.")
    codes = [(row["row"], row["state"], row["faults"][0]["code"]) for row in told["rows"]]
    assert codes == [
        (2, "open", "left_over"),
        (3, "open", "future_day"),
        (4, "open", "no_such_day"),
    ]
    assert (told["next"], [row["row"] for row in rest["rows"]]) == (None, [4])
    lines = report.get_data(as_text=True).splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["2", "column 13", "left_over"],
        ["3", "cf_jdrq", "future_day"],
        ["4", "cf_jdrq", "no_such_day"],
    ]
    assert lines[1].endswith("第13列,多余的列或值")


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("unsigned", "It is not signed."),
        ("other", "nobody's here"),
        ("revoked", "was revoked"),
        ("changed", "does not fit"),
        ("truncated", "its sender says 3"),
    ],
)
def test_a_batch_that_is_not_rightly_signed_is_held_and_changes_nothing(
    house: House, sender: Sender, case: str, told: str
) -> None:
    body = csv_of([penalty(1), penalty(2)])
    changes: dict[str, str] = {}
    if case == "other":
        changes["Suxin-Sender"] = "01a205ea-be80-7000-88ea-6bcfc0570f15"
    if case == "changed":
        changes["Suxin-Rows"] = "1"
    if case == "revoked":
        record = house.services.recorder("console")
        revoke_sender(house.services.engine, sender.id, now=house.clock.now(), record=record)

    batch = _push(
        house,
        None if case == "unsigned" else sender,
        body,
        3 if case == "truncated" else 2,
        **changes,
    )

    assert batch["state"] == "held"
    assert told in batch["message"]
    assert batch["seq"] is None
    record = _get(house, f"/api/v1/credit/record?uscc={penalty(1)['cf_xdr_shxym']}")
    assert record == {"known": False, "facts": []}


@pytest.fixture
def colleague(house: House) -> dict[str, str]:
    """Return what another authority shows than the one that hands in."""
    key = grant(
        house.services.engine,
        KeyRequest(label="colleague", role=Role.AUTHORITY, party_id=None),
        now=house.clock.now(),
        record=lambda *_: None,
    )
    return {"Authorization": f"Bearer {key.text}"}


def test_a_held_batch_is_released_by_somebody_else_and_twice_is_once(
    house: House, colleague: dict[str, str]
) -> None:
    held = _push(house, None, csv_of([penalty(1)]), 1)
    path = f"{BATCHES}/{held['id']}/release"

    own = house.ask("POST", path, role="authority", json=WHY)
    bare = house.ask("POST", path, headers=colleague, json={"reason": " "})
    first, again = (house.ask("POST", path, headers=colleague, json=WHY) for _ in range(2))

    assert (own.status_code, bare.status_code) == (409, 400)
    assert [told[1:] for told in house.acts.told if told[1] == "credit_batch_released"] == [
        ("credit_batch_released", {"batch": held["id"]})
    ]
    assert "报送人不能放行自己报送的数据" in json.loads(own.get_data())["detail_zh"]
    assert "another one has to" in own.get_data(as_text=True)
    assert json.loads(first.get_data())["state"] == "accepted"
    assert json.loads(again.get_data()) == json.loads(first.get_data())
    assert _get(house, f"{BATCHES}?state=held")["batches"] == []
    assert house.ask("POST", path, role="authority", json=WHY).status_code == 409


def test_doubt_and_releaser_stand_in_the_entry_of_the_batch(
    house: House, colleague: dict[str, str]
) -> None:
    held = _push(house, None, csv_of([penalty(1)]), 1)
    path = f"{BATCHES}/{held['id']}/release"
    released = house.ask("POST", path, headers=colleague, json=WHY)

    told = _entry(house, json.loads(released.get_data())["seq"])

    assert told["doubt"] == "It is not signed."
    assert told["released_by"].startswith("key:")


def test_a_batch_that_was_held_unsigned_is_taken_when_it_comes_signed(
    house: House, sender: Sender
) -> None:
    body = csv_of([penalty(1)])
    held = _push(house, None, body, 1)

    signed = _push(house, sender, body, 1)

    assert (held["state"], signed["state"]) == ("held", "accepted")
    assert signed["id"] == held["id"]
    assert _entry(house, signed["seq"])["signer"] == str(sender.id)


def test_a_list_that_is_like_an_older_one_is_held_unless_it_is_signed_as_made_since(
    house: House,
) -> None:
    sender = _sender_of(house, "judgment_default")
    lists = [csv_of([defaulter(number) for number in range(9)][: 9 - day]) for day in (0, 1)]
    path = "/api/v1/credit/feeds/judgment_default/batches"
    for body, rows in ((lists[0], 9), (lists[1], 8)):
        taken = _push(house, sender, body, rows, path=path, feed="judgment_default")
        assert taken["state"] == "accepted"
        house.clock.instant += timedelta(days=1)

    replayed = _push(house, sender, lists[0], 9, path=path, feed="judgment_default")
    fresh = _push(
        house,
        sender,
        lists[0],
        9,
        path=path,
        feed="judgment_default",
        made_at=house.clock.now(),
    )

    assert replayed["state"] == "held"
    assert "was it replayed?" in replayed["message"]
    assert fresh["state"] == "accepted"


def test_batches_come_in_pages_and_each_comes_once(house: House, sender: Sender) -> None:
    for number in range(5):
        _push(house, sender, csv_of([penalty(number)]), 1)

    pages, after = [], ""
    while True:
        page = _get(house, f"{BATCHES}?count=2&after={after}" if after else f"{BATCHES}?count=2")
        pages.append(len(page["batches"]))
        after = page["next"]
        if not after:
            break

    assert pages == [2, 2, 1]
    assert house.ask("GET", f"{BATCHES}?after=nonsense", role="authority").status_code == 400


def test_a_large_batch_is_left_to_a_worker_who_tells_how_far_it_is(sqlite_house: House) -> None:
    sender = _sender_of(sqlite_house, "penalty")
    body, asynchronously = csv_of([penalty(1), penalty(2)]), {"Prefer": "respond-async"}

    answer = _push(sqlite_house, sender, body, 2, **asynchronously)
    waiting = _get(sqlite_house, answer.headers["Location"])
    done = run_waiting(sqlite_house)
    taken = _get(sqlite_house, answer.headers["Location"])

    assert (answer.status_code, done) == (202, "done")
    assert waiting["state"] == "waiting"
    assert waiting["progress"] == {"state": "waiting", "rows_read": 0, "rows": 2}
    assert (taken["state"], taken["accepted"], taken["progress"]) == ("accepted", 2, None)
    assert _entry(sqlite_house, taken["seq"])["signer"] == str(sender.id)
    assert _push(sqlite_house, sender, body, 2)["id"] == taken["id"]


def test_the_rows_that_were_not_understood_come_back_marked(sqlite_house: House) -> None:
    rows = [penalty(1), penalty(2, cf_jdrq="2022-09-31")]
    batch = _push(sqlite_house, _sender_of(sqlite_house, "penalty"), csv_of(rows), 2)
    path = f"{BATCHES}/{batch['id']}/marked.xlsx"

    book = load_workbook(BytesIO(sqlite_house.ask("GET", path, role="authority").get_data()))

    data, reasons = book.worksheets
    assert [[cell.value for cell in row][-8:] for row in data.iter_rows()][1].count(None) < 8
    assert [cell.value for cell in list(reasons.iter_rows())[1]][:1] == ["3"]
    assert sqlite_house.ask("GET", path, role="producer").status_code == 403


def test_the_same_file_again_is_the_same_batch(house: House, sender: Sender) -> None:
    body = csv_of([penalty(1)])

    first, again = (_push(house, sender, body, 1) for _ in range(2))

    assert first == again
    assert len(_get(house, BATCHES)["batches"]) == 1


@pytest.mark.parametrize("more", [{}, {"Prefer": "respond-async"}], ids=["at once", "worker"])
def test_an_idempotency_key_stands_for_one_body(sqlite_house: House, more: dict[str, str]) -> None:
    house, sender = sqlite_house, _sender_of(sqlite_house, "penalty")
    once = {"Idempotency-Key": "a1", **more}
    body, other = csv_of([penalty(1)]), csv_of([penalty(2)])

    refused = _push(house, sender, b"", 1, **once)
    _push(house, sender, body, 1, **once)
    again = _push(house, sender, body, 1, **once)
    wrong = _push(house, sender, other, 1, **once)
    own = _push(house, sender, other, 1, **{**once, "Idempotency-Key": "a2"})
    nonsense = _push(house, sender, other, 1, **{**once, "Idempotency-Key": "a 3"})

    assert (refused.status_code, wrong.status_code, nonsense.status_code) == (400, 409, 400)
    assert len(_get(house, BATCHES)["batches"]) == 2
    if not more:
        assert again["id"] != own["id"]


def test_a_row_that_is_still_not_understood_stays_in_quarantine(
    house: House, sender: Sender
) -> None:
    batch = _push(house, sender, csv_of([penalty(1), penalty(2, cf_cflb="鞭刑")]), 2)

    retried = house.ask("POST", f"{BATCHES}/{batch['id']}/retry", role="authority")

    assert json.loads(retried.get_data())["id"] == batch["id"]
    (row,) = _get(house, f"{BATCHES}/{batch['id']}/quarantine")["rows"]
    assert row["state"] == "open"


@pytest.mark.parametrize(
    ("header", "value"),
    [("Suxin-Sender", "me"), ("Suxin-Rows", "-1"), ("Suxin-Signature", "%%%")],
)
def test_a_header_that_is_none_is_refused_by_its_name(
    house: House, sender: Sender, header: str, value: str
) -> None:
    answer = _push(house, sender, csv_of([penalty(1)]), 1, **{header: value})

    assert answer.status_code == 400
    assert header in answer.get_data(as_text=True)


def test_an_empty_body_an_unknown_feed_and_no_table_are_refused(
    house: House, sender: Sender
) -> None:
    unknown = _push(house, sender, b"x", 1, path="/api/v1/credit/feeds/gossip/batches")

    assert unknown.status_code == 404
    assert _push(house, sender, b"", 0).status_code == 400
    assert _push(house, sender, b"\xff\xfe\x00", 1).status_code == 400
