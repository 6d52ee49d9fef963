"""The worker's side of long work, done by the worker's own functions in an opened instance."""

import csv
import io
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update

from base.config import Settings
from base.db import reading, transaction
from credit.index import open_credit_journal
from credit.warning.handing import plan_run, run_told
from credit.warning.night import NightCounts
from jobs.label_files import sweep_files
from jobs.tasks import forget_tasks, run_task, sweep_tasks
from parties.actors import CONSOLE
from parties.issuing.blocks import texts_of
from parties.issuing.label_orders import shortened_in
from parties.issuing.state import states_of
from parties.tables import TASK
from parties.tasks import STALE_AFTER, TaskState, take_task
from tests.jobs.workshop import Workshop, open_installed
from tests.parties.samples import gtin_uri


@pytest.fixture
def workshop(database_url: str, tmp_path: Path) -> Iterator[Workshop]:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    parts = open_installed(settings)
    yield Workshop(parts)
    parts.engine.dispose()


def test_a_list_of_labels_is_made_and_named(workshop: Workshop) -> None:
    task = workshop.order(file_format="csv")

    run_task(str(task.id))

    assert workshop.task(task).state is TaskState.DONE
    rows = list(csv.DictReader(io.StringIO(workshop.file(task).read_text("utf-8-sig"))))
    secret = workshop.parts.secret
    assert [row["serial"] for row in rows] == list(texts_of(workshop.block, secret))


def test_a_picture_of_a_label_is_read_back(workshop: Workshop) -> None:
    task = workshop.order(file_format="png", last=1)

    run_task(str(task.id))

    with Image.open(workshop.file(task)) as picture:
        (found,) = zxingcpp.read_barcodes(picture)
    (serial,) = texts_of(workshop.block, workshop.parts.secret, count=1)
    assert found.text.endswith(serial)


def test_an_order_that_cannot_be_made_leaves_no_file_and_says_why(workshop: Workshop) -> None:
    task = workshop.order(sheet="nothing")

    run_task(str(task.id))

    assert workshop.task(task).state is TaskState.FAILED
    assert workshop.task(task).message.startswith("sheet:")
    assert list(workshop.parts.settings.effective_files_dir.iterdir()) == []


def test_a_file_with_shortened_text_says_on_how_many_labels(workshop: Workshop) -> None:
    cut = workshop.order(width_mm=50, height_mm=30, lines=("冷藏保存" * 40,), last=20)
    whole = workshop.order(width_mm=50, height_mm=30)

    run_task(str(cut.id))
    run_task(str(whole.id))

    assert workshop.task(whole).state is workshop.task(cut).state is TaskState.DONE
    assert shortened_in(workshop.task(cut).message) == 20
    assert workshop.task(whole).message == ""


def test_a_file_that_grows_too_large_is_given_up_and_leaves_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, label_file_bytes_max=1 << 16)
    workshop = Workshop(open_installed(settings))
    task = workshop.order(width_mm=300, height_mm=200, dpi=600, file_format="zpl")

    run_task(str(task.id))

    assert workshop.task(task).state is TaskState.FAILED
    assert "more than 65,536 bytes" in workshop.task(task).message
    assert list(settings.effective_files_dir.iterdir()) == []
    workshop.parts.engine.dispose()


def test_the_sweep_does_what_waits_though_one_of_them_breaks(
    workshop: Workshop,
) -> None:
    folder = workshop.parts.settings.effective_files_dir
    broken, whole = workshop.order(), workshop.order(file_format="csv")
    events = workshop.activation()
    # A folder stands where the first one's file would be written.
    (folder / f".{broken.id}-1.pdf.part").mkdir(parents=True)

    sweep_tasks()

    assert workshop.task(broken).state is TaskState.WAITING
    assert workshop.task(whole).state is TaskState.DONE
    assert workshop.task(events).state is TaskState.DONE


def test_what_a_dead_worker_left_is_done_by_the_next(workshop: Workshop) -> None:
    task = workshop.activation()
    parts = workshop.parts
    dead = take_task(parts.engine, task.id, parts.clock)
    assert dead is not None
    with transaction(parts.engine) as connection:
        long_ago = parts.clock.now() - STALE_AFTER - timedelta(seconds=5)
        connection.execute(update(TASK).values(touched_at=long_ago))

    sweep_tasks()

    assert workshop.task(task).state is TaskState.DONE
    assert workshop.task(task).attempt == 2
    serials = texts_of(workshop.block, parts.secret)
    uris = [f"{gtin_uri(1)}/21/{serial}" for serial in serials]
    with reading(parts.engine) as connection:
        states = states_of(connection, parts.secret, parts.desk.journal.log, uris)
    assert all(state.is_activated for state in states.values())
    assert len(states) == 30


def test_old_files_go_and_their_tasks_stay(workshop: Workshop) -> None:
    task = workshop.order(file_format="csv")
    run_task(str(task.id))
    path = workshop.file(task)

    sweep_files()
    assert path.exists()
    old = path.stat().st_mtime - 86_400 * (workshop.parts.settings.files_days_max + 1)
    os.utime(path, (old, old))
    sweep_files()
    forget_tasks()

    assert not path.exists()
    assert workshop.task(task).state is TaskState.DONE


def test_a_run_of_early_warning_is_done_by_the_worker_and_tells_what_it_did(
    workshop: Workshop,
) -> None:
    parts = workshop.parts
    task, is_new = plan_run(
        open_credit_journal(parts.settings, parts.engine, parts.clock),
        CONSOLE,
        date(2026, 11, 25),
        clock=parts.clock,
        run_id=UUID(int=1),
        waiting_max=1,
    )

    run_task(str(task.id))

    run = run_told(workshop.task(task))
    assert (is_new, run.task.state) == (True, TaskState.DONE)
    assert run.counts == NightCounts(found=0, opened=0, ended=0, by_rule={})
