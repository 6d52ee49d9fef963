"""A file holds one row twice: it is told once, whatever was known of the record before."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from base.db import reading
from credit.intake.taking import IntakeDesk
from credit.tables import CREDIT_FACT
from tests.credit.naming_world import hand_in
from tests.credit.rebuilding import rebuild
from tests.credit.samples import defaulter, penalty
from tests.instances import Installation


def _versions(installation: Installation, feed: str) -> list[tuple[int, str]]:
    fact = CREDIT_FACT.c
    statement = select(fact.version, fact.state).where(fact.feed == feed, fact.is_latest)
    with reading(installation.engine) as connection:
        return sorted((row.version, row.state) for row in connection.execute(statement))


@pytest.mark.parametrize(
    "between", [[], [penalty(1, cf_nr_fk="6.000000")]], ids=["same", "changed"]
)
def test_what_was_told_before_is_told_again_by_two_rows(
    installation: Installation, intake: IntakeDesk, between: list[dict[str, str]]
) -> None:
    for rows in ([penalty(1)], between, [penalty(1), penalty(1), penalty(2)]):
        if rows:
            hand_in(intake, "penalty", *rows)
            installation.clock.instant += timedelta(hours=1)

    assert _versions(installation, "penalty") == [(1, "active"), (3 if between else 1, "active")]
    rebuild(installation)


def test_a_record_that_a_whole_list_had_ended_is_told_again_by_two_rows(
    installation: Installation, intake: IntakeDesk
) -> None:
    rest = [defaulter(number) for number in range(2, 22)]
    for rows in ([defaulter(1), *rest], rest, [defaulter(1), defaulter(1), *rest]):
        hand_in(intake, "judgment_default", *rows)
        installation.clock.instant += timedelta(hours=1)

    found = _versions(installation, "judgment_default")
    assert found == [(1, "active")] * 20 + [(3, "active")]
    rebuild(installation)
