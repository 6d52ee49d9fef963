"""Doors that nobody knocks at: a folder for each sender, addresses that are asked, long files."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from base.db import reading
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, Door
from credit.intake.desk import AS_IT_CAME
from credit.intake.dropping import at_folder
from credit.intake.files import FOLDER as KEPT
from credit.intake.files import keep_pieces
from credit.intake.handing import HandingDesk, plan_batch, progress_of
from credit.intake.senders import revoke_sender
from jobs.credit_doors import look_at_folders, take_dropped
from jobs.credit_files import sweep_batch_files
from jobs.instance import Instance
from jobs.tasks import intake_desk, run_task
from parties.tables import TASK
from parties.tasks import TaskState
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.jobs.credit_yard import Yard, open_yard


@pytest.fixture
def yard(sqlite_url: str, tmp_path: Path) -> Iterator[Yard]:
    yield from open_yard(sqlite_url, tmp_path)


@pytest.mark.parametrize("made_at", ["2026-03-02T01:00:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_is_written_otherwise_signs_nothing(yard: Yard, made_at: str) -> None:
    path = yard.leave("三月.csv", csv_of([penalty(1)]), rows=1)
    signature = path.with_name("三月.csv.sig")
    told = json.loads(signature.read_text())
    signature.write_text(json.dumps({**told, "made_at": made_at}))

    take_dropped()

    (batch,) = yard.batches()
    assert (batch.state, batch.message) == (BatchState.HELD, "It is not signed.")


def test_a_signed_file_is_taken_and_put_away_with_its_report(yard: Yard) -> None:
    yard.leave("三月.csv", csv_of([penalty(1), penalty(2, cf_jdrq="2022-09-31")]), rows=2)

    take_dropped()

    (batch,) = yard.batches()
    assert (batch.state, batch.door, batch.accepted) == (BatchState.ACCEPTED, Door.DROP, 1)
    assert (batch.signer_id, batch.actor) == (yard.sender.id, f"sender:{yard.sender.id}")
    done = yard.put("done")
    assert sorted(done) == ["三月.csv", "三月.csv.report.csv", "三月.csv.sig", "三月.csv.txt"]
    assert "3,cf_jdrq,no_such_day" in done["三月.csv.report.csv"]
    assert done["三月.csv.txt"].startswith("accepted\nbatch ")
    assert list((yard.inside / "penalty").iterdir()) == []


def test_a_file_that_is_held_for_its_rows_has_a_report_of_them_beside_it(yard: Yard) -> None:
    yard.leave("bad.csv", csv_of([penalty(1, cf_jdrq="2022-09-31")]), rows=1)

    take_dropped()

    held = yard.put("held")
    assert "None of its rows was understood." in held["bad.csv.txt"]
    assert "2,cf_jdrq,no_such_day" in held["bad.csv.report.csv"]


def test_an_unsigned_file_waits_until_it_is_whole_and_is_held_then(yard: Yard) -> None:
    path = yard.leave("a.csv", csv_of([penalty(1)]))

    early = list(look_at_folders(yard.parts))
    yard.leave("a.csv", path.read_bytes(), old=True)
    (held,) = look_at_folders(yard.parts)

    assert early == []
    assert held.state is BatchState.HELD
    assert "It is not signed." in yard.put("held")["a.csv.txt"]


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("empty.csv", b"", "There is nothing in the file."),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
    ],
)
def test_what_is_no_file_of_rows_is_put_away_as_refused(
    yard: Yard, name: str, body: bytes, told: str
) -> None:
    yard.leave(name, body, rows=1)

    (looked,) = look_at_folders(yard.parts)

    assert looked.state is BatchState.REFUSED
    assert told in yard.put("refused")[f"{name}.txt"]


def test_what_is_not_finished_or_leads_out_of_the_folder_is_left_alone(
    yard: Yard, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv_of([penalty(1)]))
    for name in ("b.csv.part", ".hidden", "c.tmp"):
        yard.leave(name, csv_of([penalty(1)]), old=True)
    (yard.inside / "penalty" / "link.csv").symlink_to(secret)
    (yard.inside / "penalty" / "folder.csv").mkdir()
    (yard.inside / "permit").rmdir()
    (yard.inside / "permit").symlink_to(tmp_path)

    assert list(look_at_folders(yard.parts)) == []
    assert yard.batches() == []


def test_a_worker_that_died_before_it_put_the_file_away_takes_it_once(yard: Yard) -> None:
    body = csv_of([penalty(1)])
    yard.leave("a.csv", body, rows=1)
    list(look_at_folders(yard.parts))
    yard.leave("a.csv", body, rows=1)

    list(look_at_folders(yard.parts))

    assert len(yard.batches()) == 1
    assert yard.batches()[0].seq is not None


def test_one_worker_at_a_time_is_at_a_folder(yard: Yard) -> None:
    yard.leave("a.csv", csv_of([penalty(1)]), rows=1)
    files = yard.parts.settings.effective_files_dir

    with at_folder(files, yard.sender) as is_ours:
        assert is_ours
        assert list(look_at_folders(yard.parts)) == []


def test_the_folder_of_a_revoked_sender_is_not_looked_at(yard: Yard) -> None:
    yard.leave("a.csv", csv_of([penalty(1)]), rows=1)
    now, engine = yard.parts.clock.now(), yard.parts.engine
    revoke_sender(engine, yard.sender.id, now=now, record=lambda *_: None)

    assert list(look_at_folders(yard.parts)) == []


def test_files_that_nobody_needs_go_and_those_that_somebody_has_to_look_at_stay(yard: Yard) -> None:
    yard.leave("clean.csv", csv_of([penalty(1)]), rows=1)
    yard.leave("dirty.csv", csv_of([penalty(1), penalty(1, cf_jdrq="2022-09-31")]), rows=2)
    yard.leave("held.csv", csv_of([penalty(1)], "gb18030"), old=True)
    take_dropped()
    files = yard.parts.settings.effective_files_dir
    kept = sorted((files / KEPT).iterdir())

    def left_after(days: int) -> tuple[int, int]:
        then = yard.parts.clock.now().timestamp() - days * 86_400 - 60
        for path in (one for one in files.rglob("*") if one.is_file()):
            os.utime(path, (then, then))
        sweep_batch_files()
        put_away = [one for one in files.glob("drop/*/*/penalty/*") if one.suffix == ".csv"]
        return len(list((files / KEPT).iterdir())), len(put_away)

    # A report is a CSV as well: of the dirty one there are two.
    assert (len(kept), left_after(0), left_after(1), left_after(91)) == (3, (3, 4), (2, 4), (1, 0))


def _handing(parts: Instance) -> HandingDesk:
    return HandingDesk(
        intake=intake_desk(parts), folder=parts.settings.effective_files_dir, waiting_max=9
    )


def test_a_long_file_is_a_task_that_tells_how_far_it_is(yard: Yard) -> None:
    rows = [penalty(number) for number in range(1, 1201)]
    handing = _handing(yard.parts)
    came = keep_pieces(handing.folder, (csv_of(rows),))
    feed = FEEDS["penalty"]
    batch, task = plan_batch(handing, AUTHORITY, feed, came, door=Door.FILE, sent=AS_IT_CAME)
    again, same = plan_batch(handing, AUTHORITY, feed, came, door=Door.FILE, sent=AS_IT_CAME)
    assert task is not None
    assert (again.id, same) == (batch.id, task)
    told = []

    with reading(yard.parts.engine) as connection:
        told.append(progress_of(connection, batch))
    run_task(str(task.id))

    (taken,) = yard.batches()
    with reading(yard.parts.engine) as connection:
        state, done = connection.execute(select(TASK.c.state, TASK.c.done)).one()
        told.append(progress_of(connection, taken))
    assert told == [{"state": "waiting", "rows_read": 0, "rows": 1200}, None]
    assert (taken.id, taken.state, taken.accepted) == (batch.id, BatchState.ACCEPTED, 1200)
    assert (state, done) == (TaskState.DONE.value, 1200)
