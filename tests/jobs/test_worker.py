"""The worker as a real process, on a real Redis that comes and goes."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from base.clock import SetClock
from base.config import Settings
from base.errors import Busy
from base.processes import start_process, stop_process
from base.queue import (
    CHANGE_QUEUE_NAME,
    LONG_QUEUE_NAME,
    NOTICE_QUEUE_NAME,
    enqueue,
    open_queue,
    ping,
)
from base.redis_server import running_redis
from credit.watching.soon import DELIVER_JOB
from jobs.worker import QUEUES, TIMETABLE, Timed, enqueue_due, timetable
from tests.live import ROOT, clean_environment, manage
from tests.waiting import PATIENCE_S, wait_until

WAIT_S = PATIENCE_S
APPEND = "tests.jobs.sample_jobs.append_line"
INSTANT = datetime(2026, 1, 31, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(Settings(), data_dir=tmp_path)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    manage(clean_environment(tmp_path), "init")
    argv = (sys.executable, str(ROOT / "manage.py"), "work")
    with (tmp_path / "work.log").open("wb") as log:
        process = start_process(argv, env=clean_environment(tmp_path), output=log)
    yield process
    stop_process(process, seconds_max=5)


def has_line(path: Path, line: str) -> bool:
    return path.exists() and line in path.read_text().splitlines()


def test_a_worker_outlives_redis(
    worker: "subprocess.Popen[bytes]", settings: Settings, tmp_path: Path
) -> None:
    out, log = tmp_path / "out", tmp_path / "work.log"
    wait_until(lambda: "queue_away" in log.read_text(), WAIT_S, "a worker without Redis")

    for line in ("first", "second"):
        with running_redis(tmp_path):
            queue = open_queue(settings)
            enqueue(queue, APPEND, {"path": str(out), "line": line})
            wait_until(lambda: has_line(out, line), WAIT_S, f"the {line} job")  # noqa: B023 -- called at once
            queue.connection.close()

    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(WAIT_S) == 0
    assert "worker_stopped" in log.read_text()


def test_a_worker_whose_redis_ended_within_a_job_stops_when_told(
    worker: "subprocess.Popen[bytes]", settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "work.log"
    with running_redis(tmp_path) as url:
        queue = open_queue(settings)
        enqueue(queue, "tests.jobs.sample_jobs.end_redis", {"url": url})
        wait_until(lambda: "unhandled exception" in log.read_text(), WAIT_S, "the end of Redis")
        queue.connection.close()

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(WAIT_S) == 0
    assert "worker_stopped" in log.read_text()


def test_a_broken_job_is_kept_as_failed_and_the_next_one_runs(
    worker: "subprocess.Popen[bytes]", settings: Settings, tmp_path: Path
) -> None:
    with running_redis(tmp_path):
        queue = open_queue(settings)
        broken = enqueue(queue, "tests.jobs.sample_jobs.fail", {})
        enqueue(queue, APPEND, {"path": str(tmp_path / "out"), "line": "next"})

        wait_until(lambda: has_line(tmp_path / "out", "next"), WAIT_S, "the next job")

        assert queue.failed_job_registry.get_job_ids() == [broken.id]
        worker.send_signal(signal.SIGINT)
        assert worker.wait(WAIT_S) == 0
        queue.connection.close()


def test_a_job_is_data_and_never_a_pickle(redis_server: str) -> None:
    queue = open_queue(replace(Settings(), redis_url=redis_server))

    job = enqueue(queue, APPEND, {"path": "/nowhere", "line": "é"})

    stored = queue.connection.hget(f"rq:job:{job.id}", "data")
    queue.connection.close()
    assert isinstance(stored, bytes)
    assert not stored.startswith(b"\x80")
    assert job.kwargs == {"path": "/nowhere", "line": "é"}


def test_without_redis_a_job_is_refused_for_now(settings: Settings) -> None:
    queue = open_queue(settings)

    assert not ping(queue)
    with pytest.raises(Busy, match="nothing was queued") as refusal:
        enqueue(queue, APPEND, {})
    assert refusal.value.retry_after_s > 0


def test_a_timed_job_is_enqueued_once_in_its_slot_whoever_asks(redis_server: str) -> None:
    settings = replace(Settings(), redis_url=redis_server)
    rows = timetable(Timed(name="tidy", every_s=60, function=APPEND))
    one, other = open_queue(settings), open_queue(settings)
    now, next_slot = SetClock(INSTANT), SetClock(INSTANT + timedelta(seconds=30))

    done = [enqueue_due(one, rows, now), enqueue_due(other, rows, now)]
    done.append(enqueue_due(other, rows, next_slot))

    assert done == [["tidy"], [], ["tidy"]]
    assert len(one.get_job_ids()) == 2
    one.connection.close()
    other.connection.close()


def test_a_timed_job_with_a_queue_of_its_own_waits_behind_no_file(redis_server: str) -> None:
    settings = replace(Settings(), redis_url=redis_server)
    rows = timetable(
        Timed(name="file", every_s=60, function=APPEND, queue=LONG_QUEUE_NAME),
        Timed(name="notice", every_s=60, function=APPEND, queue=NOTICE_QUEUE_NAME),
    )
    queue = open_queue(settings)
    names = (LONG_QUEUE_NAME, NOTICE_QUEUE_NAME)
    others = {name: open_queue(settings, name=name) for name in names}

    enqueue_due(queue, rows, SetClock(INSTANT), others=others)

    waiting = [job.split("-")[0] for job in others[NOTICE_QUEUE_NAME].get_job_ids()]
    assert waiting == ["notice"]
    assert len(others[LONG_QUEUE_NAME].get_job_ids()) == 1
    assert queue.get_job_ids() == []
    for one in (queue, *others.values()):
        one.connection.close()


def test_notices_of_recalls_have_a_queue_of_their_own() -> None:
    named = [row.name for row in TIMETABLE if row.queue == NOTICE_QUEUE_NAME]
    assert named == ["deliver-recalls"]
    assert NOTICE_QUEUE_NAME in QUEUES["all"]
    assert QUEUES["notices"] == (NOTICE_QUEUE_NAME,)


def test_no_recall_waits_behind_changes_of_watched_parties() -> None:
    (row,) = [row for row in TIMETABLE if row.function == DELIVER_JOB]
    assert row.queue == CHANGE_QUEUE_NAME
    assert QUEUES["changes"] == (CHANGE_QUEUE_NAME,)
    for wish in ("all", "long"):
        order = QUEUES[wish]
        assert order.index(NOTICE_QUEUE_NAME) < order.index(CHANGE_QUEUE_NAME)


def test_a_timetable_refuses_a_name_given_twice() -> None:
    row = Timed(name="tidy", every_s=60, function=APPEND)

    with pytest.raises(ValueError, match="given twice"):
        timetable(row, row)
