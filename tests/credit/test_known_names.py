"""A list, what changed of it and a report of an earlier day tell the name that was known then."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from base.clock import CIVIL_ZONE
from base.db import reading
from credit.intake.desk import IntakeDesk
from credit.list_reading import AsKnown, changes_between, search_list
from credit.reporting.facts import about
from credit.subjects import subject_of_code
from tests.credit.case_world import open_case_world
from tests.credit.naming_world import hand_in, registered
from tests.credit.samples import penalty, serious, uscc
from tests.credit.test_listing_decisions import decide, served
from tests.instances import Installation
from tests.parties.samples import uscc_of

FIRST, SECOND = "青岛第1食品有限公司", "青岛海风贸易有限公司"


class Desk:
    """Somebody who looks at the list of serious violations, as it was known at some instant."""

    def __init__(self, installation: Installation, intake: IntakeDesk) -> None:
        self.installation, self.intake = installation, intake
        self.day = intake.clock.now().astimezone(CIVIL_ZONE).date()

    def told(self, feed: str, row: dict[str, str]) -> datetime:
        """Hand a row in; return an instant after it."""
        hand_in(self.intake, feed, row)
        self.installation.clock.instant += timedelta(hours=1)
        return self.installation.clock.instant - timedelta(minutes=1)

    def asked(self, known_at: datetime | None) -> AsKnown:
        return AsKnown(list_id="serious_violation", day=self.day, known_at=known_at)

    def names(self, known_at: datetime | None, words: str = "") -> list[str]:
        with reading(self.installation.engine) as connection:
            asked, log = self.asked(known_at), self.installation.log
            page = search_list(connection, log, asked, words=words, rows_max=5)
        return [one.name for one in page.listed]

    def changed(self, before: datetime, after: datetime) -> list[tuple[tuple[str, str, str], ...]]:
        with reading(self.installation.engine) as connection:
            sides, log = (self.asked(before), self.asked(after)), self.installation.log
            found = changes_between(connection, log, *sides, rows_max=5)
        assert (found.added_count, found.removed_count) == (0, 0)
        return [one.fields for one in found.changed]

    def reported(self, known_at: datetime | None) -> tuple[str, str]:
        with reading(self.installation.engine) as connection:
            subject = subject_of_code(connection, self.installation.log, uscc(1))
            assert subject is not None
            who = about(connection, self.installation.log, subject, known_at=known_at)
        assert who is not None
        return who.name, who.industry


@pytest.fixture
def desk(installation: Installation, intake: IntakeDesk) -> Desk:
    return Desk(installation, intake)


def test_a_name_that_the_register_changed_since_is_that_of_then(desk: Desk) -> None:
    desk.told("registration", registered(1, FIRST))
    listed = desk.told("serious_listing", serious(1))
    renamed = desk.told("registration", registered(1, SECOND))
    back = desk.told("registration", registered(1, FIRST, industry="C1411"))

    assert [desk.names(at) for at in (listed, renamed, back, None)] == [
        [FIRST],
        [SECOND],
        [FIRST],
        [FIRST],
    ]
    assert desk.changed(listed, renamed) == [(("name", FIRST, SECOND),)]
    assert desk.changed(renamed, back) == [(("name", SECOND, FIRST),)]
    assert desk.changed(listed, back) == []
    assert desk.reported(renamed) == (SECOND, "")
    assert desk.reported(listed) == (FIRST, "")
    assert desk.reported(None) == (FIRST, "C1411")


def test_whoever_the_register_told_of_later_has_the_name_of_its_row(desk: Desk) -> None:
    named = desk.told("serious_listing", serious(1))
    (own,) = desk.names(named)
    registered_at = desk.told("registration", registered(1, SECOND, former_names=own))

    assert own not in ("", SECOND)
    assert (desk.names(named), desk.names(registered_at)) == ([own], [SECOND])
    assert desk.changed(named, registered_at) == [(("name", own, SECOND),)]
    assert desk.reported(named) == (own, "")
    assert desk.reported(registered_at)[0] == SECOND


def test_who_was_renamed_is_found_by_either_name_and_shown_by_that_of_then(desk: Desk) -> None:
    desk.told("registration", registered(1, FIRST))
    listed = desk.told("serious_listing", serious(1))
    desk.told("registration", registered(1, SECOND))

    found: dict[str, Any] = {words: desk.names(listed, words) for words in ("海风", "第1", "无此")}

    assert found == {"海风": [FIRST], "第1": [FIRST], "无此": []}


def test_what_another_sender_called_the_party_is_on_no_entry_of_then(desk: Desk) -> None:
    desk.told("penalty", penalty(1))
    told = desk.told("serious_listing", serious(1, name="青岛另一家食品有限公司"))
    desk.told("registration", registered(1, SECOND))

    assert desk.names(told) == ["青岛另一家食品有限公司"]


def test_what_was_decided_here_bears_the_name_that_the_party_was_known_by(
    installation: Installation, intake: IntakeDesk
) -> None:
    world = open_case_world(installation, intake)
    decide(world, served(world))
    desk = Desk(installation, intake)
    decided = installation.clock.instant
    installation.clock.instant += timedelta(hours=1)

    desk.told("registration", {**registered(1, SECOND), "uscc": uscc_of(1)})

    assert desk.names(decided) == [FIRST, FIRST]
    assert desk.names(None) == [SECOND, SECOND]
