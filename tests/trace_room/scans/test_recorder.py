"""Views on their way into the database, on both engines."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from trace.scans.model import Scan
from trace.scans.recorder import RecorderLimits
from trace.scans.recording import View
from trace.scans.tables import SCAN
from uuid import UUID

import pytest
import structlog
from sqlalchemy import func, select

from base.db import reading
from parties.issuing.blocks import BlockRequest, issue_block, texts_of
from tests.instances import lot, observation, serial
from tests.parties.issuing.desk import issuer_of, new_product
from tests.parties.samples import gtin_uri
from tests.trace_room.scans.desk import LIMITS, ScanDesk, nobody_writes, subject
from tests.trace_room.scans.samples import SHANGHAI, SHIJIAZHUANG
from tests.waiting import PATIENCE_S, wait_until

CODE = serial(1)


@pytest.fixture
def told(desk: ScanDesk) -> ScanDesk:
    """Give a desk whose ledger knows three items and a lot."""
    items = [serial(1), serial(2), serial(3)]
    desk.place.capture("farm", observation(serial(1), epcList=items))
    classes = {"epcList": None, "quantityList": [{"epcClass": lot("A")}]}
    desk.place.capture("farm", observation(serial(1), **classes))
    return desk


def test_a_view_becomes_one_scan_and_begins_a_summary(told: ScanDesk) -> None:
    scan = told.look(CODE, 7, where=SHIJIAZHUANG)

    told.recorder.flush()

    (row,) = told.scans(CODE)
    assert (row.at, row.device, row.product) == (scan.at, scan.device, subject(CODE).product)
    assert (row.lat_tenths, row.lon_tenths, row.region) == (380, 1145, None)
    summary = told.summary(CODE)
    assert (summary.first_at, summary.last_at, summary.scan_count) == (scan.at, scan.at, 1)
    assert summary.due_at == told.place.clock.now()


@pytest.mark.parametrize(("minutes", "count"), [(0, 1), (9.999, 1), (10, 2), (11, 2)])
def test_the_same_device_counts_once_in_ten_minutes(
    told: ScanDesk, minutes: float, count: int
) -> None:
    told.look(CODE, 1)
    told.recorder.flush()

    told.look(CODE, 1, minutes=minutes)
    told.recorder.flush()

    assert told.count(CODE) == len(told.scans(CODE)) == count


def test_a_device_that_looks_all_the_time_counts_every_ten_minutes(told: ScanDesk) -> None:
    for minute in range(0, 60, 3):
        told.look(CODE, 1, minutes=minute)
        told.recorder.flush()

    assert told.count(CODE) == 5


def test_another_device_and_another_code_count_for_themselves(told: ScanDesk) -> None:
    for device in range(5):
        told.look(CODE, device)
    told.look(serial(2), 0)
    told.look(lot("A"), 0)

    told.recorder.flush()

    assert (told.count(CODE), told.count(serial(2)), told.count(lot("A"))) == (5, 1, 1)
    # A lot is scanned by everybody who buys of it: no rule asks about it.
    assert told.summary(lot("A")).due_at is None


def test_the_same_view_in_two_processes_counts_once(told: ScanDesk) -> None:
    other = ScanDesk(place=told.place, engine=told.engine)
    for _ in range(2):
        told.look(CODE, 1)
        other.look(CODE, 1, minutes=0.1)
        told.recorder.flush()
        other.recorder.flush()

    assert told.count(CODE) == 1


def test_two_processes_that_write_at_once_count_a_device_once(told: ScanDesk) -> None:
    codes = [serial(n) for n in range(100, 120)]
    told.place.capture("farm", observation(codes[0], epcList=codes))
    desks = [ScanDesk(place=told.place, engine=told.place.engine) for _ in range(4)]
    start = threading.Barrier(len(desks))

    def visit(desk: ScanDesk) -> None:
        start.wait()
        for code in codes:
            desk.look(code, 1)
            desk.recorder.flush()

    threads = [threading.Thread(target=visit, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [told.count(code) for code in codes] == [1] * len(codes)


def test_a_code_that_nobody_recorded_leaves_nothing_behind(told: ScanDesk) -> None:
    told.look(serial(99))
    told.look(CODE)

    told.recorder.flush()

    assert told.summary(serial(99)) is None
    assert told.scans(serial(99)) == []
    assert told.count(CODE) == 1


def test_a_code_that_was_issued_here_counts_before_anything_is_recorded(desk: ScanDesk) -> None:
    product = new_product(desk.place, "farm")
    uri, own = (_issued(desk, kind, product) for kind in ("gs1_serial", "suxin_serial"))

    desk.look(uri)
    desk.look(own)
    desk.recorder.flush()

    assert (desk.count(uri), desk.count(own)) == (1, 1)
    # The product of a code without a GTIN is known from its block.
    assert desk.summary(uri).product == desk.summary(own).product == subject(uri).product
    assert subject(uri).product_uri == gtin_uri(1)


def _issued(desk: ScanDesk, kind: str, product_id: UUID) -> str:
    """Issue one code of a kind and return its canonical URI."""
    request = BlockRequest(kind=kind, count=1, product_id=product_id)
    block = issue_block(issuer_of(desk.place), desk.place.party("farm"), request)
    (text,) = texts_of(block, desk.place.secret)
    is_own = kind == "suxin_serial"
    return f"urn:suxin:serial:{text}" if is_own else f"{gtin_uri(1)}/21/{text}"


def test_of_two_codes_with_one_number_the_second_is_never_counted_for_the_first(
    told: ScanDesk,
) -> None:
    first = subject(CODE)
    twin = replace(subject(serial(2)), item=first.item)
    scan = Scan(at=told.place.clock.now(), device=bytes(12))
    told.recorder.note(View(subject=first, scan=scan))
    told.recorder.flush()

    told.recorder.note(View(subject=twin, scan=replace(scan, device=bytes(11) + b"1")))
    told.recorder.flush()

    assert told.count(CODE) == len(told.scans(CODE)) == 1
    assert told.summary(serial(2)) is None


def test_a_full_buffer_forgets_its_oldest_views_and_says_how_many(told: ScanDesk) -> None:
    small = ScanDesk(
        place=told.place, engine=told.engine, limits=replace(LIMITS, waiting_max=3, batch_max=10)
    )
    for device in range(5):
        small.look(CODE, device, minutes=device)

    with structlog.testing.capture_logs() as logs:
        small.recorder.flush()

    assert [row.device[-1] for row in told.scans(CODE)] == [2, 3, 4]
    assert [(line["event"], line["count"]) for line in logs] == [("scans_dropped", 2)]


def test_what_the_database_does_not_take_waits_and_is_written_once(told: ScanDesk) -> None:
    told.look(CODE, 1)
    told.recorder.miss(bytes(12), told.place.clock.now(), "x", is_refused=False)

    with nobody_writes(told.place.engine), structlog.testing.capture_logs() as logs:
        told.recorder.flush()
        still_waiting = told.recorder.waiting(subject(CODE).item)
    told.recorder.flush()
    told.recorder.flush()

    assert [line["event"] for line in logs] == ["scans_wait"]
    assert len(still_waiting) == 1
    assert told.recorder.waiting(subject(CODE).item) == ()
    assert told.count(CODE) == len(told.scans(CODE)) == 1


def test_a_batch_that_breaks_the_writer_does_not_end_the_writing(told: ScanDesk) -> None:
    naive = told.place.clock.now().replace(tzinfo=None)
    told.recorder.note(View(subject=subject(CODE), scan=Scan(at=naive, device=bytes(12))))
    with structlog.testing.capture_logs() as logs:
        told.recorder.flush()

    told.look(CODE, 1)
    told.recorder.flush()

    assert [line["event"] for line in logs] == ["scans_lost"]
    assert told.count(CODE) == 1


def test_many_batches_are_written_in_one_go(told: ScanDesk) -> None:
    for device in range(950):
        told.look(CODE, device, minutes=device / 1000)

    told.recorder.flush()

    with reading(told.engine) as connection:
        rows = connection.execute(select(func.count()).select_from(SCAN)).scalar_one()
    assert rows == told.count(CODE) == 950


def test_a_recorder_writes_by_itself_and_what_waits_when_it_is_closed(told: ScanDesk) -> None:
    often = ScanDesk(place=told.place, engine=told.engine, limits=replace(LIMITS, every_s=0.01))
    often.recorder.start()
    often.look(CODE, 1)
    wait_until(lambda: told.count(CODE) == 1, PATIENCE_S, "a scan that is written by itself")
    often.recorder.close()
    seldom = ScanDesk(place=told.place, engine=told.engine)
    seldom.recorder.start()
    seldom.look(CODE, 2)

    seldom.recorder.close()
    seldom.recorder.close()

    assert told.count(CODE) == 2


def test_a_full_batch_wakes_the_writer_before_its_time(told: ScanDesk) -> None:
    limits = RecorderLimits(waiting_max=100, batch_max=5, addresses_max=10, every_s=3600)
    desk = ScanDesk(place=told.place, engine=told.engine, limits=limits)
    desk.recorder.start()
    for device in range(5):
        desk.look(CODE, device)

    wait_until(lambda: told.count(CODE) == 5, PATIENCE_S, "five scans")
    desk.recorder.close()


@pytest.mark.parametrize(
    ("tell", "place"),
    [
        (lambda desk: desk.tell(CODE, 1, SHANGHAI, minutes=9.9), (312, 1215)),
        (lambda desk: desk.tell(CODE, 1, SHANGHAI, minutes=10), (None, None)),
        (lambda desk: desk.tell(CODE, 2, SHANGHAI, minutes=1), (None, None)),
        (lambda desk: desk.tell(serial(2), 1, SHANGHAI, minutes=1), (None, None)),
    ],
    ids=["in time", "too late", "another device", "another code"],
)
def test_a_place_is_put_to_the_scan_of_its_device_alone(
    told: ScanDesk, tell: Callable[[ScanDesk], None], place: tuple[int | None, int | None]
) -> None:
    told.look(CODE, 1)
    told.recorder.flush()

    tell(told)
    told.recorder.flush()

    (row,) = told.scans(CODE)
    assert (row.lat_tenths, row.lon_tenths) == place


def test_a_place_told_with_the_scan_still_waiting_is_kept_and_never_moved(told: ScanDesk) -> None:
    told.look(CODE, 1)
    told.tell(CODE, 1, SHIJIAZHUANG)
    told.recorder.flush()

    told.tell(CODE, 1, SHANGHAI, minutes=1)
    told.recorder.flush()

    (row,) = told.scans(CODE)
    assert (row.lat_tenths, row.lon_tenths) == (380, 1145)


def test_a_late_view_does_not_move_the_summary_back(told: ScanDesk) -> None:
    first = told.look(CODE, 1)
    told.recorder.flush()
    earlier = told.look(CODE, 2, minutes=-30)
    told.recorder.flush()

    summary = told.summary(CODE)

    assert (summary.first_at, summary.last_at) == (earlier.at, first.at)
    assert first.at - earlier.at == timedelta(minutes=30)
