"""What the statistics read: the facts of their days by an index, whatever else a city has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, event, text

from base.db import reading, transaction
from credit.folding.projector import bring_up_credit
from credit.intake.taking import IntakeDesk
from credit.statistics.counting import decided_counts
from credit.statistics.timeliness import feed_counts
from tests.credit.samples import penalty
from tests.credit.warning_world import take
from tests.instances import Installation

FIRST, END = date(2026, 1, 1), date(2026, 12, 1)


@contextmanager
def _noted(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    told: list[tuple[str, Any]] = []

    def note(*asked: Any) -> None:
        told.append((asked[2], asked[3]))

    event.listen(connection, "before_cursor_execute", note)
    yield told
    event.remove(connection, "before_cursor_execute", note)


def _plan(connection: Connection, statement: str, values: Any) -> str:
    """Return how a database answers a statement; a small table is read by its indexes, too."""
    explain = "EXPLAIN"
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    else:
        explain = "EXPLAIN QUERY PLAN"
    rows = connection.exec_driver_sql(f"{explain} {statement}", values)
    return "\n".join(" ".join(map(str, row)) for row in rows)


def test_decisions_of_other_years_are_not_read(
    installation: Installation, intake: IntakeDesk
) -> None:
    rows = [penalty(at, cf_jdrq=f"{2016 + at % 11}-03-0{1 + at % 9}") for at in range(1, 320)]
    take(intake, "penalty", *rows)
    bring_up_credit(installation.engine, installation.log)
    _let_it_count(installation)

    plan = _plan_of(installation, decided_counts)

    assert "ix_credit_fact_log_kind_decided_on" in plan


def test_what_was_first_told_in_other_years_is_not_read(
    sqlite_world_parts: tuple[Installation, IntakeDesk],
) -> None:
    # PostgreSQL chooses by how the rows lie, which are too few here.
    installation, intake = sqlite_world_parts
    take(intake, "penalty", penalty(1))
    bring_up_credit(installation.engine, installation.log)

    plan = _plan_of(installation, feed_counts)

    assert "ix_credit_fact_log_seq" in plan


def _let_it_count(installation: Installation) -> None:
    """PostgreSQL chooses by what it counted; of a table that it never counted it guesses."""
    if installation.engine.dialect.name == "postgresql":
        with transaction(installation.engine) as connection:
            connection.execute(text("ANALYZE"))


def _plan_of(installation: Installation, count: Callable[..., Any]) -> str:
    with reading(installation.engine) as connection:
        with _noted(connection) as told:
            count(connection, installation.log, FIRST, END)
        (asked,) = [one for one in told if "FROM credit_fact" in one[0]]
        return _plan(connection, *asked)
