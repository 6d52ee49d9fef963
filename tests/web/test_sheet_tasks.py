"""Recording a sheet goes on where it was broken off."""

from datetime import date
from functools import partial
from pathlib import Path
from trace.sheets.capturing import SheetOrder, WrongRows, plan_rows, run_rows
from trace.sheets.choosing import choose
from trace.submissions.keeping import keep_until
from typing import Final

import pytest

from parties.actors import Actor, Role
from parties.tasks import TaskState, attend
from schemas.profiles.registry import catalogue
from tests.web.epcis_world import check, get
from tests.web.house import House, open_house
from tests.web.sheet_world import as_csv, row
from web.sheets import check_sheet

ROWS: Final = 5


class Killed(Exception):
    """Stands for the end of a worker in the middle of its work."""


def count_of(house: House) -> int:
    found = get(house, "/epcis/events?perPage=100").get_json()
    return len(found["epcisBody"]["queryResults"]["resultsBody"]["eventList"])


@pytest.mark.parametrize("told_before", range(ROWS))
def test_a_worker_that_dies_loses_no_row_and_records_none_twice(
    sqlite_url: str, tmp_path: Path, told_before: int
) -> None:
    house = open_house(sqlite_url, tmp_path)
    parts = house.services
    actor = Actor(id="sender", role=Role.PRODUCER, party_id=house.party_id)
    data = as_csv([row(8 + number) for number in range(ROWS)])
    order = SheetOrder(
        digest="d", wrong=WrongRows.REFUSE, lang="zh", folder=tmp_path, tasks_waiting_max=9
    )
    with check_sheet(parts, actor, choose("veg_fruit", "harvest"), data) as checked:
        task = plan_rows(parts.desk, actor, checked, order)
    work = partial(run_rows, parts.desk, actor, folder=tmp_path, rows_max=1)

    def tell(done: int) -> None:
        if done > told_before:
            raise Killed

    with pytest.raises(Killed):
        work(task, tell)
    recorded = count_of(house)
    done = attend(parts.engine, task.id, parts.clock, work)

    assert recorded == told_before + 1
    assert done is not None
    assert (done.state, done.done) == (TaskState.DONE, ROWS)
    assert count_of(house) == ROWS
    check(house)
    parts.engine.dispose()


def test_the_longest_period_is_that_of_a_record() -> None:
    dairy, fresh = catalogue().profile("dairy"), catalogue().profile("veg_fruit")
    day = date(2026, 2, 28)

    short = keep_until(dairy, day, date(2026, 3, 20))
    long = keep_until(dairy, day, date(2029, 8, 31))
    farm = keep_until(fresh, day)

    # Three years of infant formula are the longest of the class, until a shelf life outlasts them.
    assert short is not None
    assert short.until_on == date(2029, 2, 28)
    assert long is not None
    assert (long.until_on, long.norm.text) == (date(2030, 2, 28), "FSL:50")
    assert farm is not None
    assert farm.until_on >= date(2028, 2, 28)
