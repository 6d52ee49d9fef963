"""Folding that ends: so many rows at most, whole entries in their order, and nobody waited for."""

from concurrent.futures import ThreadPoolExecutor
from trace.projections.tables import PROJECTION_CURSOR
from typing import Final

from sqlalchemy import select, text

from base.db import reading, transaction
from credit.feeds.registry import FEEDS
from credit.folding.projector import (
    ENTRY_ROWS,
    Behind,
    bring_up_credit,
    bring_up_within,
    forget_credit,
)
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_FACT
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty
from tests.instances import Installation

_LOCKED: Final = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def _take(intake: IntakeDesk, *numbers: int) -> int:
    """Take a batch of these penalties; return its entry."""
    body = csv_of(penalty(number) for number in numbers)
    taken = take_batch(intake, AUTHORITY, FEEDS["penalty"], body, door=Door.FILE)
    if taken.state is BatchState.HELD:
        # It is much larger, or smaller, than those before it.
        taken = take_batch(
            intake, COLLEAGUE, FEEDS["penalty"], body, door=Door.FILE, is_released=True
        )
    assert taken.seq is not None
    return taken.seq


def _unfold(installation: Installation) -> None:
    """Let all entries wait: whoever takes a batch folds those before it."""
    with transaction(installation.engine) as connection:
        forget_credit(connection, installation.log)


def _facts(installation: Installation) -> int:
    with reading(installation.engine) as connection:
        return len(connection.execute(select(CREDIT_FACT.c.id)).all())


def test_what_is_short_is_folded_and_what_is_long_waits_with_all_that_came_after(
    installation: Installation, intake: IntakeDesk
) -> None:
    engine, log = installation.engine, installation.log
    _take(intake, 1)
    long = _take(intake, *range(2, 32))
    _take(intake, 40)
    _unfold(installation)

    behind = bring_up_within(engine, log, ENTRY_ROWS + 10)

    assert behind == Behind(size=long, entries=2)
    assert _facts(installation) == 1
    assert bring_up_within(engine, log, ENTRY_ROWS + 10) == behind


def test_a_bound_is_of_all_entries_together(installation: Installation, intake: IntakeDesk) -> None:
    engine, log = installation.engine, installation.log
    for number in range(1, 5):
        _take(intake, number)
    _unfold(installation)

    first = bring_up_within(engine, log, 2 * (ENTRY_ROWS + 1))
    second = bring_up_within(engine, log, 2 * (ENTRY_ROWS + 1))

    assert first is not None
    assert (first.entries, second, _facts(installation)) == (2, None, 4)


def test_nothing_is_folded_without_rows_to_spend_and_the_worker_folds_it_all(
    installation: Installation, intake: IntakeDesk
) -> None:
    engine, log = installation.engine, installation.log
    batch = _take(intake, *range(1, 40))

    behind = bring_up_within(engine, log, 0)

    assert behind == Behind(size=batch, entries=1)
    assert _facts(installation) == 0
    assert bring_up_credit(engine, log) == 1
    assert (bring_up_within(engine, log, 0), _facts(installation)) == (None, 39)


def test_who_only_asks_does_not_wait_for_another_that_folds(
    postgres_world_parts: tuple[Installation, IntakeDesk],
) -> None:
    installation, intake = postgres_world_parts
    engine, log = installation.engine, installation.log
    _take(intake, 1)
    bring_up_credit(engine, log)
    batch = _take(intake, 2)

    with transaction(engine) as connection:
        own = select(PROJECTION_CURSOR).where(PROJECTION_CURSOR.c.name == "credit")
        connection.execute(own.with_for_update()).one()
        behind = bring_up_within(engine, log, 1000)

    assert behind == Behind(size=batch, entries=1)
    assert bring_up_within(engine, log, 1000) is None


def test_who_acts_waits_for_another_that_folds_a_few_entries(
    postgres_world_parts: tuple[Installation, IntakeDesk],
) -> None:
    installation, intake = postgres_world_parts
    engine, log = installation.engine, installation.log
    _take(intake, 1)
    bring_up_credit(engine, log)
    _take(intake, 2)

    with ThreadPoolExecutor(max_workers=1) as others:
        with transaction(engine) as connection:
            own = select(PROJECTION_CURSOR).where(PROJECTION_CURSOR.c.name == "credit")
            connection.execute(own.with_for_update()).one()
            waits = others.submit(bring_up_within, engine, log, 1000, is_waiting=True)
            while not (waits.done() or connection.execute(_LOCKED).scalar_one()):
                pass
            was_done = waits.done()
        behind = waits.result()

    assert (was_done, behind, _facts(installation)) == (False, None, 2)


def test_who_acts_waits_for_no_long_batch(
    postgres_world_parts: tuple[Installation, IntakeDesk],
) -> None:
    installation, intake = postgres_world_parts
    engine, log = installation.engine, installation.log
    _take(intake, 1)
    bring_up_credit(engine, log)
    batch = _take(intake, *range(2, 32))

    with transaction(engine) as connection:
        own = select(PROJECTION_CURSOR).where(PROJECTION_CURSOR.c.name == "credit")
        connection.execute(own.with_for_update()).one()
        behind = bring_up_within(engine, log, ENTRY_ROWS + 10, is_waiting=True)

    assert behind == Behind(size=batch, entries=1)
