"""Batches of feeds taken by a house, as a worker takes them."""

import json
from trace.sheets.grid import GridLimits
from typing import Any

from base.db import reading
from credit.evidence.gathering import gather_evidence
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.handing import run_batch
from credit.intake.taking import IntakeDesk, take_batch
from credit.offices import EVERY, grant_office, list_offices
from credit.warning.handing import RUN_TASK, RunDesk, make_run
from parties.actors import Actor, Role
from parties.tasks import Made, Task, Tell, attend, unattended_tasks
from tests.credit import samples
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of
from tests.web.house import House
from tests.web.issuing_world import send
from web.credit_feeds import intake_desk


def penalty(number: int, **changes: str) -> dict[str, str]:
    """Return a row of the penalties that was decided before the day of a house."""
    return samples.penalty(number, **({"cf_jdrq": "2026-02-24"} | changes))


def hand_in(
    house: House, feed: str, *rows: dict[str, str], is_one_office: bool = True
) -> CreditBatch:
    """Take rows as a batch of a feed, whatever doubts there are."""
    parts = house.services
    if is_one_office:
        _let_every_authority_decide(house)
    desk = IntakeDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        secret=parts.secret,
        limits=GridLimits(rows_max=1000, bytes_max=1 << 20, unzipped_bytes_max=1 << 22),
    )
    held = take_batch(desk, AUTHORITY, FEEDS[feed], csv_of(rows), door=Door.FILE)
    if held.state is not BatchState.HELD:
        return held
    body = csv_of(rows)
    return take_batch(desk, COLLEAGUE, FEEDS[feed], body, door=Door.FILE, is_released=True)


def _let_every_authority_decide(house: House) -> None:
    """One authority runs the house: each of its keys and accounts decides for every name."""
    engine, now = house.services.engine, house.clock.now()
    with reading(engine) as connection:
        is_told = any(one.authority == EVERY for one in list_offices(connection))
    if not is_told:
        grant_office(engine, actor=EVERY, authority=EVERY, code="", now=now, record=lambda *_: None)


def run_waiting(house: House) -> str:
    """Do the task that waits, as a worker does; return how it ended."""
    parts = house.services
    desk, folder = intake_desk(parts), parts.settings.effective_files_dir
    with reading(parts.engine) as connection:
        (task_id,) = unattended_tasks(connection, now=parts.clock.now())

    def work(task: Task, tell: Tell) -> Made:
        if task.kind == RUN_TASK:
            actor = Actor(id=task.actor, role=Role.AUTHORITY)
            return make_run(run_desk(house), actor, task, tell)
        return run_batch(desk, AUTHORITY, task, tell, folder=folder)

    done = attend(parts.engine, task_id, parts.clock, work)
    return "" if done is None else done.state.value


def run_desk(house: House) -> RunDesk:
    """Return what a worker runs the rules of early warning with."""
    parts = house.services
    return RunDesk(
        journal=parts.credit_journal,
        gather=lambda who: gather_evidence(intake_desk(parts), who, parts.desk.owners.owners_of),
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )


def run_rules(house: House) -> Any:
    """Ask for a run of early warning, do it as a worker does, and return what it did."""
    asked = send(house, "POST", "/api/v1/credit/warnings/runs", role="authority")
    assert asked.status_code == 202, asked.get_data(as_text=True)
    assert run_waiting(house) == "done"
    told = send(house, "GET", asked.headers["Location"], role="authority")
    return json.loads(told.get_data())
