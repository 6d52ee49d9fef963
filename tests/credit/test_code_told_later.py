"""A decision that was told without the code of its party, and then with it: one record, or two."""

from typing import Any

import pytest
from sqlalchemy import select

from base.db import reading
from credit.intake.taking import IntakeDesk
from credit.tables import CREDIT_FACT
from tests.credit.naming_world import hand_in, queue, registered, say, take_back, who
from tests.credit.rebuilding import rebuild
from tests.credit.samples import penalty
from tests.instances import Installation

NAME = "青岛第1食品有限公司"
TOLD = {"cf_jdrq": "2026-11-20"}


@pytest.fixture
def told(installation: Installation, intake: IntakeDesk) -> IntakeDesk:
    hand_in(intake, "registration", registered(1, NAME), registered(2, "青岛第2食品有限公司"))
    hand_in(intake, "penalty", penalty(1, cf_xdr_shxym="", **TOLD))
    return intake


def _facts(intake: IntakeDesk) -> list[Any]:
    fact = CREDIT_FACT.c
    statement = select(fact.id, fact.version, fact.subject_id, fact.state).where(
        fact.is_latest, fact.feed == "penalty"
    )
    with reading(intake.journal.engine) as connection:
        return list(connection.execute(statement.order_by(fact.id)))


def test_one_that_a_person_gave_to_the_party_of_the_code_is_told_anew(
    installation: Installation, told: IntakeDesk
) -> None:
    (waits,) = queue(told).waiting
    judgement = say(told, waits.mention.id, who(told, 1))
    (before,) = _facts(told)

    batch = hand_in(told, "penalty", penalty(1, **TOLD))
    again = hand_in(told, "penalty", penalty(1, **TOLD), penalty(2, **TOLD))

    assert (batch.accepted, again.accepted, again.duplicates) == (1, 1, 1)
    (after,) = [one for one in _facts(told) if one.subject_id == who(told, 1)]
    assert (after.id, after.version, after.state) == (before.id, before.version + 1, "active")
    rebuild(installation)
    assert after in _facts(told)
    take_back(told, judgement.id)
    assert queue(told).total == 1


@pytest.mark.parametrize("judged", [None, 2])
def test_one_that_nobody_gave_to_the_party_of_the_code_is_another(
    told: IntakeDesk, judged: int | None
) -> None:
    if judged is not None:
        (waits,) = queue(told).waiting
        say(told, waits.mention.id, who(told, judged))

    hand_in(told, "penalty", penalty(1, **TOLD))

    other = None if judged is None else who(told, judged)
    assert {one.subject_id for one in _facts(told)} == {who(told, 1), other}


def test_a_file_that_tells_it_both_ways_tells_two(
    installation: Installation, told: IntakeDesk
) -> None:
    (waits,) = queue(told).waiting
    say(told, waits.mention.id, who(told, 1))

    changed = penalty(1, cf_xdr_shxym="", cf_nr_fk="6.000000", **TOLD)
    batch = hand_in(told, "penalty", changed, penalty(1, **TOLD))

    assert batch.accepted == 2
    assert len(_facts(told)) == 2
    rebuild(installation)
