"""A sheet that waits is recorded with the right that its sender has by then."""

from pathlib import Path
from trace.sheets.capturing import SheetOrder, WrongRows, plan_rows
from trace.sheets.choosing import choose
from uuid import UUID

from base.db import reading
from jobs.instance import Instance
from jobs.tasks import work_on
from parties.keys import revoke
from parties.tasks import TaskState, drop_task, read_task
from tests.web.epcis_world import get
from tests.web.house import House
from tests.web.sheet_world import as_csv, row
from web.sheets import check_sheet


def worker_of(house: House) -> Instance:
    parts = house.services
    return Instance(
        settings=parts.settings,
        engine=parts.engine,
        clock=parts.clock,
        key_ring=parts.key_ring,
        desk=parts.desk,
        secret=parts.secret,
    )


def waiting_sheet(
    house: House, key: str, *, task_id: UUID | None = None, digest: str = "d", rows: int = 1
) -> UUID:
    """Hand in a sheet that nobody has recorded yet."""
    parts = house.services
    actor = parts.key_ring.authenticate(key)
    folder: Path = parts.settings.effective_files_dir
    order = SheetOrder(
        digest=digest,
        wrong=WrongRows.REFUSE,
        lang="zh",
        folder=folder,
        tasks_waiting_max=9,
        task_id=task_id,
    )
    chosen = choose("veg_fruit", "harvest")
    with check_sheet(parts, actor, chosen, as_csv([row(8 + at) for at in range(rows)])) as checked:
        return plan_rows(parts.desk, actor, checked, order).id


def events_of(house: House) -> list[object]:
    found = get(house, "/epcis/events?perPage=100").get_json()
    events: list[object] = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events


def test_the_sheet_of_a_key_that_opens_still_is_recorded(sqlite_house: House) -> None:
    task_id = waiting_sheet(sqlite_house, sqlite_house.keys["producer"])

    work_on(worker_of(sqlite_house), task_id)

    assert len(events_of(sqlite_house)) == 1
    # What people wrote is not left lying about.
    assert list(sqlite_house.services.settings.effective_files_dir.iterdir()) == []


def test_another_sheet_under_the_same_id_is_not_taken_for_the_first(sqlite_house: House) -> None:
    parts, key = sqlite_house.services, sqlite_house.keys["producer"]
    first = waiting_sheet(sqlite_house, key)
    # Its sender broke off after the file was kept and before the task was a row.
    drop_task(parts.engine, first)

    second = waiting_sheet(sqlite_house, key, task_id=first, digest="e", rows=2)
    work_on(worker_of(sqlite_house), second)

    assert second == first
    assert len(events_of(sqlite_house)) == 2


def test_the_sheet_of_a_key_that_was_revoked_meanwhile_is_not(sqlite_house: House) -> None:
    parts, key = sqlite_house.services, sqlite_house.keys["producer"]
    task_id, key_id = waiting_sheet(sqlite_house, key), parts.key_ring.authenticate(key).key_id
    assert key_id is not None
    revoke(parts.engine, key_id, now=parts.clock.now(), record=lambda *_: None)
    parts.key_ring.forget(key_id)

    work_on(worker_of(sqlite_house), task_id)

    with reading(parts.engine) as connection:
        task = read_task(connection, task_id)
    assert (task.state, task.done) == (TaskState.FAILED, 0)
    assert "no longer valid" in task.message
    with reading(parts.engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one() == 0
