"""What the worker does with scans, by the worker's own functions in an opened instance."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from trace.scans.known import known_codes
from trace.scans.model import Scan
from trace.scans.recorder import RecorderLimits, ScanRecorder
from trace.scans.recording import View
from trace.scans.subjects import subject_of
from trace.scans.tables import SCAN, SCAN_ALERT, SCAN_SUMMARY
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from base.config import Settings
from base.db import reading, transaction
from jobs.scans import sweep_scans, work_out_alerts
from ledger.opening import DEFAULT_LOG
from parties.issuing.blocks import texts_of
from parties.issuing.ranges import RangeRequest, record_range
from parties.issuing.tables import RangeAction
from tests.jobs.workshop import Workshop, open_installed
from tests.parties.samples import gtin_uri

# More than a batch of the worker (200), and more than one of its runs may work out.
CODES = 230
RUN_MAX = 210


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Workshop]:
    """Give a producer whose every code is void and was then scanned once."""
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        scan_alert_items_max=RUN_MAX,
        scan_days_max=30,
    )
    parts = open_installed(settings)
    shop = Workshop(parts, codes=CODES)
    void = RangeRequest(
        block_id=shop.block.id, action=RangeAction.VOIDED, first=1, last=CODES, reason="lost"
    )
    record_range(shop.issuer, shop.actor, void)
    scan(shop, codes_of(shop))
    yield shop
    parts.engine.dispose()


def codes_of(shop: Workshop) -> list[str]:
    return [f"{gtin_uri(1)}/21/{text}" for text in texts_of(shop.block, shop.parts.secret)]


def scan(shop: Workshop, codes: list[str], device: int = 1) -> None:
    """Write a scan of each code, as the web server does."""
    parts = shop.parts
    recorder = ScanRecorder(
        engine=parts.engine,
        clock=parts.clock,
        look_up=known_codes(parts.secret, DEFAULT_LOG),
        limits=RecorderLimits(waiting_max=1000, batch_max=500, addresses_max=10),
    )
    for code in codes:
        subject = subject_of(code)
        assert subject is not None
        seen = Scan(at=parts.clock.now(), device=device.to_bytes(12))
        recorder.note(View(subject=subject, scan=seen))
    recorder.flush()


def rows(shop: Workshop, table: Table) -> list[Any]:
    with reading(shop.parts.engine) as connection:
        return list(connection.execute(select(table)))


def due_count(shop: Workshop) -> int:
    """Count the codes that are due now; that others are looked at tomorrow is no matter here."""
    now = shop.parts.clock.now()
    due = [row.due_at for row in rows(shop, SCAN_SUMMARY) if row.due_at is not None]
    return sum(at <= now for at in due)


def test_a_run_goes_on_batch_by_batch_to_its_limit_and_the_next_one_does_the_rest(
    shop: Workshop,
) -> None:
    work_out_alerts()
    first = (len(rows(shop, SCAN_ALERT)), due_count(shop))
    work_out_alerts()
    second = (len(rows(shop, SCAN_ALERT)), due_count(shop))

    assert first == (RUN_MAX, CODES - RUN_MAX)
    assert second == (CODES, 0)


def test_an_alert_knows_what_was_issued_here_and_whose_it_is(shop: Workshop) -> None:
    for _ in range(2):
        work_out_alerts()

    found = rows(shop, SCAN_ALERT)
    assert {row.uri for row in found} == set(codes_of(shop))
    assert {(row.rule, row.party_id) for row in found} == {("after_void", shop.actor.party_id)}


def test_working_it_out_once_more_changes_nothing_until_a_code_is_scanned_again(
    shop: Workshop,
) -> None:
    for _ in range(2):
        work_out_alerts()
    before = rows(shop, SCAN_ALERT)

    work_out_alerts()
    unchanged = rows(shop, SCAN_ALERT)
    scan(shop, codes_of(shop)[:1], device=2)
    work_out_alerts()
    after = rows(shop, SCAN_ALERT)

    assert unchanged == before
    assert len(after) == CODES
    assert sum(row not in before for row in after) == 1


def test_scans_are_kept_as_long_as_the_settings_say_and_sums_outlive_them(shop: Workshop) -> None:
    old = shop.parts.clock.now() - timedelta(days=shop.parts.settings.scan_days_max, seconds=1)
    kept = {row.id for row in rows(shop, SCAN)[10:]}
    with transaction(shop.parts.engine) as connection:
        connection.execute(update(SCAN).where(SCAN.c.id.not_in(kept)).values(at=old))

    for _ in range(2):
        sweep_scans()

    assert {row.id for row in rows(shop, SCAN)} == kept
    assert sum(row.scan_count for row in rows(shop, SCAN_SUMMARY)) == CODES
