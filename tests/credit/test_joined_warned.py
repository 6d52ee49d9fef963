"""A party that was joined to another is warned of, and warned about, as the other."""

from collections.abc import Iterator

import pytest

from base.db import reading
from credit.folding.projector import bring_up_credit
from credit.intake.taking import IntakeDesk
from credit.subjects import subject_of_code
from credit.warning.of_supply import blemished_on
from credit.warning.people import who_of_parties
from tests.credit.naming_world import say, who
from tests.credit.samples import serious
from tests.credit.warning_world import TODAY, set_day, take
from tests.instances import Installation, open_installation
from tests.parties.samples import uscc_of


@pytest.fixture
def installation(sqlite_url: str) -> Iterator[Installation]:
    opened = open_installation(sqlite_url)
    set_day(opened, TODAY)
    yield opened
    opened.engine.dispose()


def test_a_party_is_whom_it_was_joined_to_and_listed_with_it(
    installation: Installation, intake: IntakeDesk
) -> None:
    installation.party("farm")
    take(intake, "serious_listing", serious(3), serious(4, uscc=uscc_of(1), name="旧名"))
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        own = subject_of_code(connection, installation.log, uscc_of(1))
    assert own is not None
    say(intake, own, who(intake, 3), is_join=True)

    with reading(installation.engine) as connection:
        blemished = blemished_on(connection, installation.log, TODAY)
        told = who_of_parties(connection, installation.log, blemished)

    assert [(one.code, one.subject_id) for one in told.values()] == [(uscc_of(1), who(intake, 3))]
    assert [len(one.facts) for one in blemished.values()] == [2]
