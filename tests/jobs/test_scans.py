"""The worker's part in copied codes: alerts are worked out, and what is old is deleted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from trace.scans.tables import SCAN, SCAN_ALERT, SCAN_BURST, SCAN_SUMMARY
from typing import Any

import pytest
from sqlalchemy import Table, func, select

import jobs.instance
from base.db import reading
from jobs.instance import Instance
from jobs.scans import sweep_scans, work_out_alerts
from jobs.worker import TIMETABLE
from tests.instances import observation, serial
from tests.web.epcis_world import post_document
from tests.web.house import House, open_house
from tests.web.scan_world import bursts, log_of, phone


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give a house whose worker runs in this process."""
    opened = open_house(
        database_url, tmp_path, misses_minute_max=1000, scan_days_max=30, scan_batch_max=100
    )
    parts = opened.services
    instance = Instance(
        settings=parts.settings,
        engine=parts.engine,
        clock=parts.clock,
        key_ring=parts.key_ring,
        desk=parts.desk,
        secret=parts.secret,
    )
    jobs.instance._OPEN[:] = [instance]
    yield opened
    jobs.instance._OPEN.clear()
    parts.engine.dispose()


def rows(house: House, table: Table) -> list[Any]:
    with reading(house.services.engine) as connection:
        return list(connection.execute(select(table)))


def crowd(house: House, count: int, visitors: int) -> None:
    items = [serial(number) for number in range(count)]
    post_document(house, observation(items[0], epcList=items))
    for item in items:
        for number in range(visitors):
            phone(house, number).open(item)
    log_of(house).recorder.flush()


def test_what_was_scanned_is_worked_out_once_and_then_nothing_is_due(house: House) -> None:
    crowd(house, 3, 11)

    work_out_alerts()
    first = rows(house, SCAN_ALERT)
    work_out_alerts()

    assert sorted(row.uri for row in first) == [serial(number) for number in range(3)]
    assert rows(house, SCAN_ALERT) == first
    assert {row.due_at for row in rows(house, SCAN_SUMMARY)} == {None}


def test_a_run_takes_no_more_codes_than_it_may_and_the_next_one_goes_on(house: House) -> None:
    crowd(house, 5, 11)
    instance = jobs.instance.instance()
    few = replace(instance.settings, scan_alert_items_max=2)
    jobs.instance._OPEN[:] = [replace(instance, settings=few)]

    counts = []
    for _ in range(4):
        work_out_alerts()
        counts.append(len(rows(house, SCAN_ALERT)))

    assert counts == [2, 4, 5, 5]


def test_scans_and_bursts_are_deleted_when_their_time_is_over_and_sums_stay(house: House) -> None:
    crowd(house, 1, 11)
    for number in range(25):
        phone(house, 99).open(f"/01/06901234567892/21/GUESS{number}")
    assert len(bursts(house)) == 1
    work_out_alerts()

    house.clock.instant += timedelta(days=30)
    sweep_scans()
    kept = len(rows(house, SCAN)), len(rows(house, SCAN_BURST))
    house.clock.instant += timedelta(seconds=1)
    sweep_scans()
    sweep_scans()

    assert kept == (11, 1)
    assert rows(house, SCAN) == rows(house, SCAN_BURST) == []
    assert [row.scan_count for row in rows(house, SCAN_SUMMARY)] == [11]
    assert len(rows(house, SCAN_ALERT)) == 1


def test_many_rows_are_deleted_in_pieces(house: House) -> None:
    crowd(house, 1, 3)
    with reading(house.services.engine) as connection:
        before = connection.execute(select(func.count()).select_from(SCAN)).scalar_one()
    house.clock.instant += timedelta(days=31)

    sweep_scans()

    assert before == 3
    assert rows(house, SCAN) == []


def test_both_jobs_are_on_the_timetable() -> None:
    named = {row.function: row.every_s for row in TIMETABLE}

    assert named["jobs.scans.work_out_alerts"] == 60
    assert named["jobs.scans.sweep_scans"] == 3600
