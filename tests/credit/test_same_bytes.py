"""The same bytes that come in twice at one moment are one batch, whoever comes first."""

from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from base.db import reading, transaction
from base.errors import Busy
from credit.intake.batches import CreditBatch, Door
from credit.intake.files import keep_pieces
from credit.intake.handing import HandingDesk, plan_batch
from credit.intake.taking import AS_IT_CAME, IntakeDesk
from credit.tables import CREDIT_BATCH
from parties.ids import new_id
from parties.tables import TASK
from parties.tasks import Task
from tests.credit.samples import AUTHORITY
from tests.credit.taking_world import (
    BODY,
    DOUBT,
    PENALTY,
    THIRD,
    at_once,
    batches,
    is_whole,
    once,
    take,
)
from tests.instances import Installation


def test_threads_that_hand_in_the_same_bytes_at_once_make_one_batch(
    installation: Installation, intake: IntakeDesk
) -> None:
    found = at_once(lambda: take(intake), count=4)

    assert {type(one) for one in found} <= {CreditBatch, Busy}
    (batch,) = batches(intake)
    assert {one.id for one in found if isinstance(one, CreditBatch)} == {batch.id}
    is_whole(installation)


def test_whose_bytes_came_in_a_moment_before_has_the_batch(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # After the second one looked for the same bytes and before he keeps his own.
    first: list[CreditBatch] = []
    once(monkeypatch, "credit.intake.taking.new_batch", lambda: first.append(take(intake, THIRD)))

    second = take(intake)

    assert first == [second] == batches(intake)
    is_whole(installation)


def test_the_same_bytes_handed_over_at_once_are_one_batch_with_one_task(
    installation: Installation, intake: IntakeDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handing = HandingDesk(intake=intake, folder=tmp_path, waiting_max=9)
    came = keep_pieces(tmp_path, (BODY,))

    def plan() -> tuple[CreditBatch, Task | None]:
        return plan_batch(handing, AUTHORITY, PENALTY, came, door=Door.PUSH, sent=AS_IT_CAME)

    first: list[tuple[CreditBatch, Task | None]] = []
    once(monkeypatch, "credit.intake.handing.new_batch", lambda: first.append(plan()))

    second = plan()

    assert first == [second]
    assert batches(intake) == [second[0]]
    with reading(installation.engine) as connection:
        assert len(connection.execute(select(TASK.c.id)).all()) == 1


def test_of_the_same_bytes_one_batch_waits_and_no_other(
    installation: Installation, intake: IntakeDesk
) -> None:
    held = take(intake, sent=DOUBT)
    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_BATCH).values(state="waiting"))
    with reading(installation.engine) as connection:
        row = connection.execute(select(CREDIT_BATCH)).one()._asdict()
    row |= {"id": new_id(installation.clock.now())}

    with pytest.raises(IntegrityError), transaction(installation.engine) as connection:
        connection.execute(CREDIT_BATCH.insert().values(row))
    with transaction(installation.engine) as connection:
        connection.execute(CREDIT_BATCH.insert().values({**row, "door": Door.RETRY.value}))

    assert len(batches(intake)) == 2
    assert held.id in [one.id for one in batches(intake)]
