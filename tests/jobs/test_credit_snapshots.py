"""The night's snapshots as a worker takes them."""

from pathlib import Path

from base.clock import CIVIL_ZONE
from base.config import Settings
from base.db import reading
from credit.feeds.registry import FEEDS
from credit.intake.batches import Door
from credit.intake.taking import take_batch
from credit.reporting.snapshot_reading import snapshots_of
from jobs.credit_snapshots import take_snapshots
from jobs.tasks import intake_desk
from jobs.worker import TIMETABLE
from tests.credit.samples import AUTHORITY, csv_of, serious
from tests.jobs.workshop import open_installed


def test_the_job_of_the_timetable_takes_a_snapshot_of_a_list_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    parts = open_installed(Settings(data_dir=tmp_path, database_url=sqlite_url))
    today = parts.clock.now().astimezone(CIVIL_ZONE).date()
    rows = csv_of([serious(1, listed_on=today.isoformat())])
    take_batch(intake_desk(parts), AUTHORITY, FEEDS["serious_listing"], rows, door=Door.FILE)

    take_snapshots()
    take_snapshots()

    with reading(parts.engine) as connection:
        taken = snapshots_of(connection, parts.desk.journal.log, before=None, rows_max=9)
    parts.engine.dispose()
    assert {(one.list, one.actor) for one in taken} == {("serious_violation", "timetable")}
    # Midnight may lie between the two.
    assert len(taken) == len({one.day for one in taken})
    assert "jobs.credit_snapshots.take_snapshots" in {row.function for row in TIMETABLE}
