"""Alerts as the worker works them out, on both engines."""

import json
from datetime import timedelta
from trace.scans.alerts import judge_due, keep_judged
from trace.scans.judging import AlertQuery, AlertState, Judgement, judge_alert, list_alerts
from trace.scans.sweep import sweep
from trace.scans.tables import SCAN_ALERT
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from base.db import reading, transaction
from parties.issuing.blocks import BlockRequest, issue_block, texts_of
from parties.issuing.ranges import RangeRequest, record_range
from parties.issuing.tables import RangeAction
from tests.instances import lot, observation, serial
from tests.parties.issuing.desk import issuer_of, new_product
from tests.parties.samples import gtin_uri
from tests.trace_room.scans.desk import ScanDesk
from tests.trace_room.scans.samples import SHANGHAI, SHIJIAZHUANG

CODE = serial(1)


@pytest.fixture
def told(desk: ScanDesk) -> ScanDesk:
    items = [serial(n) for n in range(1, 6)]
    desk.place.capture("farm", observation(serial(1), epcList=items))
    classes = {"epcList": None, "quantityList": [{"epcClass": lot("A")}]}
    desk.place.capture("farm", observation(serial(1), **classes))
    return desk


def run(desk: ScanDesk) -> int:
    """Work out what is due, as the worker does; return how many alerts changed."""
    desk.recorder.flush()
    now = desk.place.clock.now()
    with reading(desk.engine) as connection:
        judged = judge_due(connection, desk.sources(), now=now, items_max=100)
    with transaction(desk.engine) as connection:
        return keep_judged(connection, judged)


def alerts(desk: ScanDesk) -> list[Any]:
    with reading(desk.engine) as connection:
        return list(connection.execute(select(SCAN_ALERT).order_by(SCAN_ALERT.c.rule)))


def rules(desk: ScanDesk) -> list[str]:
    return [row.rule for row in alerts(desk)]


def crowd(desk: ScanDesk, devices: int, uri: str = CODE, *, first: int = 0) -> None:
    for device in range(first, first + devices):
        desk.look(uri, device)


def judge(desk: ScanDesk, alert_id: UUID, state: AlertState, **said: Any) -> Any:
    judgement = Judgement(
        state=state,
        note=said.get("note", "checked"),
        by=said.get("by", "key:authority"),
        is_owner=said.get("is_owner", False),
    )
    with transaction(desk.engine) as connection:
        return judge_alert(connection, alert_id, judgement, now=desk.place.clock.now())


def test_eleven_devices_open_an_alert_for_the_owner(told: ScanDesk) -> None:
    product = new_product(told.place, "maker", serial(1).rpartition("/21/")[0])
    crowd(told, 11)

    assert run(told) == 1

    (row,) = alerts(told)
    assert (row.uri, row.rule, row.state, row.note) == (CODE, "many_devices", "open", "")
    assert row.party_id == told.place.party("maker").party_id
    details = json.loads(row.details)
    assert (details["numbers"], details["scans"], details["limit"]) == ({"count": 11}, 11, 10)
    assert product is not None


def test_working_it_out_again_changes_nothing(told: ScanDesk) -> None:
    crowd(told, 11)
    run(told)
    before = alerts(told)

    assert told.summary(CODE).due_at is None
    assert run(told) == 0

    told.look(CODE, 0, minutes=60)
    told.place.clock.instant += timedelta(hours=2)
    assert run(told) == 0
    assert alerts(told) == before


def test_ten_devices_open_nothing_and_are_not_looked_at_again(told: ScanDesk) -> None:
    crowd(told, 10)

    assert run(told) == 0
    assert alerts(told) == []
    assert told.summary(CODE).due_at is None


def test_a_lot_is_scanned_by_everybody_and_gives_rise_to_nothing(told: ScanDesk) -> None:
    crowd(told, 50, lot("A"))

    assert run(told) == 0


def test_one_code_may_set_off_several_rules(told: ScanDesk) -> None:
    crowd(told, 10)
    told.look(CODE, 20, where=SHIJIAZHUANG)
    told.look(CODE, 21, minutes=5, where=SHANGHAI)

    run(told)

    assert rules(told) == ["impossible_travel", "many_devices"]
    travel = json.loads(alerts(told)[0].details)
    assert travel["numbers"] == {"count": 1, "km": 973, "minutes": 5}
    assert travel["places"] == [
        {"lat_tenths": 312, "lon_tenths": 1215, "scans": 1},
        {"lat_tenths": 380, "lon_tenths": 1145, "scans": 1},
    ]


def test_a_place_that_is_told_later_is_looked_at(told: ScanDesk) -> None:
    told.look(CODE, 1, where=SHIJIAZHUANG)
    told.look(CODE, 2)
    assert run(told) == 0

    told.tell(CODE, 2, SHANGHAI, minutes=1)

    assert run(told) == 0  # A minute too early: it is due when it was told.
    told.place.clock.instant += timedelta(minutes=1)
    assert run(told) == 1


def test_a_scan_that_comes_while_alerts_are_worked_out_is_not_forgotten(told: ScanDesk) -> None:
    crowd(told, 11)
    told.recorder.flush()
    with reading(told.engine) as connection:
        judged = judge_due(connection, told.sources(), now=told.place.clock.now(), items_max=100)
    told.place.clock.instant += timedelta(seconds=1)
    told.look(CODE, 99)
    told.recorder.flush()

    with transaction(told.engine) as connection:
        keep_judged(connection, judged)

    assert told.summary(CODE).due_at == told.place.clock.now()
    assert run(told) == 1
    assert json.loads(alerts(told)[0].details)["numbers"]["count"] == 12


def test_the_longest_due_come_first_and_no_more_than_asked_for(told: ScanDesk) -> None:
    for number in (3, 1, 2):
        told.look(serial(number))
        told.recorder.flush()
        told.place.clock.instant += timedelta(seconds=1)

    with reading(told.engine) as connection:
        judged = judge_due(connection, told.sources(), now=told.place.clock.now(), items_max=2)

    assert [one.uri for one in judged] == [serial(3), serial(1)]


def test_scans_after_a_sale_and_after_a_retirement(told: ScanDesk) -> None:
    now = told.place.clock.now()
    told.place.capture("farm", observation(CODE, **_event("retail_selling", now, "retail_sold")))
    told.place.capture("farm", observation(serial(2), **_event("decommissioning", now, "inactive")))
    told.place.clock.instant += timedelta(hours=2)
    crowd(told, 4)
    crowd(told, 1, serial(2))

    run(told)

    assert [(row.uri, row.rule) for row in alerts(told)] == [
        (CODE, "after_sale"),
        (serial(2), "after_void"),
    ]
    assert "sold_at" in json.loads(alerts(told)[0].details)


def test_a_sale_that_somebody_without_a_standing_records_is_none(told: ScanDesk) -> None:
    now = told.place.clock.now()
    told.place.capture("rival", observation(CODE, **_event("retail_selling", now, "retail_sold")))
    told.place.clock.instant += timedelta(hours=2)
    crowd(told, 4)

    assert run(told) == 0


def _event(step: str, at: Any, disposition: str) -> dict[str, str]:
    return {
        "bizStep": step,
        "disposition": disposition,
        "action": "OBSERVE",
        "eventTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def test_a_code_scanned_before_it_is_put_into_use_is_told_when_a_day_has_passed(
    desk: ScanDesk,
) -> None:
    product_id = new_product(desk.place, "farm")
    issuer, farm = issuer_of(desk.place), desk.place.party("farm")
    request = BlockRequest(kind="gs1_serial", count=2, product_id=product_id)
    block = issue_block(issuer, farm, request)
    early, in_time = (f"{gtin_uri(1)}/21/{text}" for text in texts_of(block, desk.place.secret))
    desk.look(early)
    desk.look(in_time)
    assert run(desk) == 0
    assert desk.summary(early).due_at > desk.place.clock.now()

    desk.place.clock.instant += timedelta(hours=23)
    activation = RangeRequest(
        block_id=block.id, action=RangeAction.ACTIVATED, first=2, last=2, lot="L1"
    )
    record_range(issuer, farm, activation)
    desk.place.clock.instant += timedelta(hours=2)

    assert run(desk) == 1
    assert [(row.uri, row.rule) for row in alerts(desk)] == [(early, "before_activation")]
    assert run(desk) == 0


def test_a_code_that_is_void_here_is_void_to_the_rules(desk: ScanDesk) -> None:
    product_id = new_product(desk.place, "farm")
    issuer, farm = issuer_of(desk.place), desk.place.party("farm")
    block = issue_block(
        issuer, farm, BlockRequest(kind="gs1_serial", count=1, product_id=product_id)
    )
    (text,) = texts_of(block, desk.place.secret)
    void = RangeRequest(
        block_id=block.id, action=RangeAction.VOIDED, first=1, last=1, reason="lost"
    )
    record_range(issuer, farm, void)
    desk.place.clock.instant += timedelta(minutes=1)
    desk.look(f"{gtin_uri(1)}/21/{text}")

    assert run(desk) == 1
    assert rules(desk) == ["after_void"]


def test_an_explanation_lasts_until_later_scans_set_the_rule_off_by_themselves(
    told: ScanDesk,
) -> None:
    crowd(told, 11)
    run(told)
    (row,) = alerts(told)
    judge(told, row.id, AlertState.EXPLAINED, note="a trade fair")
    told.place.clock.instant += timedelta(hours=1)
    crowd(told, 10, first=20)
    assert run(told) == 1
    assert alerts(told)[0].state == "explained"

    crowd(told, 1, first=40)
    run(told)

    (again,) = alerts(told)
    assert (again.state, again.note) == ("open", "a trade fair")
    assert [one["state"] for one in json.loads(again.judgements)] == ["explained"]


def test_what_the_authority_confirmed_stays_confirmed(told: ScanDesk) -> None:
    crowd(told, 11)
    run(told)
    judge(told, alerts(told)[0].id, AlertState.CONFIRMED)
    told.place.clock.instant += timedelta(hours=1)
    crowd(told, 12, first=20)

    run(told)

    assert alerts(told)[0].state == "confirmed"


def test_a_finding_does_not_shrink_when_its_scans_are_deleted(told: ScanDesk) -> None:
    crowd(told, 15)
    run(told)
    before = alerts(told)[0]
    told.place.clock.instant += timedelta(days=20)
    deleted = sweep(told.engine, told.place.clock.now() - timedelta(days=10))
    crowd(told, 11, first=50)

    run(told)

    after = alerts(told)[0]
    assert deleted == 15
    assert (after.first_at, after.details) == (before.first_at, before.details)
    assert after.last_at > before.last_at
    assert told.count(CODE) == 26


def test_alerts_are_listed_newest_first_in_pages_and_by_filters(told: ScanDesk) -> None:
    for number in range(1, 6):
        crowd(told, 11, serial(number))
        run(told)
        told.place.clock.instant += timedelta(days=1)
    with reading(told.engine) as connection:
        pages: list[list[str]] = []
        after: UUID | None = None
        while True:
            rows = list_alerts(connection, AlertQuery(rows_max=2, after=after))
            if not rows:
                break
            pages.append([row.uri for row in rows])
            after = rows[-1].id
        since = told.place.clock.now() - timedelta(days=2, hours=1)
        late = list_alerts(connection, AlertQuery(rows_max=10, since=since))
        none = list_alerts(connection, AlertQuery(rows_max=10, rule="after_sale"))
        mine = list_alerts(connection, AlertQuery(rows_max=10, party_id=UUID(int=1)))

    assert pages == [[serial(5), serial(4)], [serial(3), serial(2)], [serial(1)]]
    assert [row.uri for row in late] == [serial(5), serial(4)]
    assert list(none) == list(mine) == []


def test_a_burst_is_kept_as_long_as_scans_are(told: ScanDesk) -> None:
    now = told.place.clock.now()
    for number in range(25):
        at = now + timedelta(seconds=number)
        told.recorder.miss(b"address....", at, f"guess {number}", is_refused=False)
    told.recorder.flush()
    last_at = now + timedelta(seconds=24)

    kept = sweep(told.engine, last_at)
    deleted = sweep(told.engine, last_at + timedelta(microseconds=1))

    assert (kept, deleted) == (0, 1)
