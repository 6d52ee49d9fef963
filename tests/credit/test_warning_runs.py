"""A run of early warning that two ask for at one moment."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from base.db import DatabaseLimits, open_engine
from credit.index import open_credit_journal
from credit.warning.handing import plan_run
from parties.tasks import Task
from tests.credit.samples import AUTHORITY, COLLEAGUE
from tests.instances import Installation


def _plan(installation: Installation, engine: Engine, number: int) -> tuple[Task, bool]:
    return plan_run(
        open_credit_journal(installation.settings, engine, installation.clock),
        AUTHORITY if number == 1 else COLLEAGUE,
        date(2026, 11, 25),
        clock=installation.clock,
        run_id=UUID(int=number),
        waiting_max=9,
    )


def test_of_two_who_ask_for_a_run_at_one_moment_both_get_the_first_one(
    installation: Installation,
) -> None:
    impatient = open_engine(
        installation.settings.effective_database_url, limits=DatabaseLimits(lock_wait_ms=100)
    )
    meanwhile: list[tuple[Task, bool]] = []

    def ask_between(*told: Any) -> None:
        # The first one has seen that no run is on its way, and has not kept its own yet.
        if told[2].startswith("INSERT INTO task"):
            with suppress(OperationalError):
                meanwhile.append(_plan(installation, impatient, 2))

    event.listen(installation.engine, "before_cursor_execute", ask_between)
    first, is_new = _plan(installation, installation.engine, 1)
    second, is_second_new = _plan(installation, impatient, 2)
    impatient.dispose()

    assert meanwhile == []
    assert (is_new, is_second_new) == (True, False)
    assert second == first
