"""The migration that gives older batches and draws what reads need: the same that is kept today."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from base.db import reading, transaction
from credit.feeds.registry import FEEDS
from credit.inspecting.committing import commit_draw, make_draw
from credit.inspecting.tables import CREDIT_DRAW_STEP
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_ROW_NODE
from tests.credit.draw_world import DRAW, VALUE, asked, open_draw_desk
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.instances import Installation

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
TABLES = (CREDIT_ROW_NODE, CREDIT_DRAW_STEP)


def _migration() -> Any:
    (path,) = VERSIONS.glob("*_credit_reads.py")
    spec = spec_from_file_location("credit_reads", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _kept(installation: Installation) -> list[list[tuple[Any, ...]]]:
    with reading(installation.engine) as connection:
        return [sorted(map(tuple, connection.execute(select(table))), key=str) for table in TABLES]


def test_older_batches_and_draws_get_what_newer_ones_have(
    installation: Installation, intake: IntakeDesk, tmp_path: Path
) -> None:
    rows = csv_of(penalty(number) for number in range(30, 330))
    batch = take_batch(intake, AUTHORITY, FEEDS["penalty"], rows, door=Door.FILE)
    assert batch.state is BatchState.ACCEPTED, batch.message
    desk = open_draw_desk(installation, intake, tmp_path)
    commit_draw(desk, AUTHORITY, asked())
    make_draw(desk, AUTHORITY, DRAW, VALUE)
    before, migration = _kept(installation), _migration()

    with transaction(installation.engine) as connection:
        for table in TABLES:
            connection.execute(delete(table))
        migration._write_nodes(connection, CREDIT_ROW_NODE)
        migration._write_steps(connection, CREDIT_DRAW_STEP)

    assert [len(one) for one in before] == [1, 2]
    assert _kept(installation) == before
