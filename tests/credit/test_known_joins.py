"""As known on a day, a party that was joined since has the record that was its own then."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from base.clock import CIVIL_ZONE
from base.db import reading
from credit.grading import ground_of
from credit.intake.desk import IntakeDesk
from credit.list_reading import AsKnown, Changed, changes_between, search_list
from credit.records import facts_of
from credit.reporting.facts import about, facts_told
from credit.subjects import subject_then
from tests.credit.naming_world import hand_in, registered, say, take_back, who
from tests.credit.samples import serious, uscc
from tests.instances import Installation

FIRST, SECOND = "青岛甲食品有限公司", "青岛乙贸易有限公司"
LIST = "serious_violation"


class Desk:
    """Somebody who asks for a list, and for the record of whoever is on it, as known then."""

    def __init__(self, installation: Installation, intake: IntakeDesk) -> None:
        self.installation, self.intake = installation, intake
        hand_in(intake, "registration", registered(1, FIRST), registered(2, SECOND))
        self.parties = (who(intake, 1), who(intake, 2))

    def later(self) -> datetime:
        """Let two days go by; return the instant before them."""
        then = self.installation.clock.instant
        self.installation.clock.instant += timedelta(days=2)
        return then

    def listed(self, known_at: datetime | None) -> list[tuple[str, str]]:
        """Return the codes and names on the list."""
        now = self.installation.clock.instant
        day = (known_at or now).astimezone(CIVIL_ZONE).date()
        asked = AsKnown(list_id=LIST, day=day, known_at=known_at)
        with reading(self.installation.engine) as connection:
            page = search_list(connection, self.installation.log, asked, rows_max=5)
        return [(one.code, one.name) for one in page.listed]

    def changed(self, *instants: datetime) -> list[Changed]:
        """Return what is on the list at both instants and says something else."""
        day = instants[0].astimezone(CIVIL_ZONE).date()
        sides = [AsKnown(list_id=LIST, day=day, known_at=one) for one in instants]
        with reading(self.installation.engine) as connection:
            log = self.installation.log
            return list(changes_between(connection, log, *sides, rows_max=5).changed)

    def on_list(self, number: int, known_at: datetime | None) -> tuple[bool, bool, bool]:
        """Return whether a code's record, its grade and its report have an entry of the list."""
        log, now = self.installation.log, self.installation.clock.instant
        day = (known_at or now).astimezone(CIVIL_ZONE).date()
        with reading(self.installation.engine) as connection:
            party = self._named(number, known_at)
            facts = facts_of(connection, log, party, rows_max=9, known_at=known_at)
            ground = ground_of(connection, log, party, day, known_at=known_at)
            told = facts_told(connection, log, party, day=day, known_at=known_at, is_public=False)
        held = ([one.list_id for one in rows] for rows in (facts, ground.facts, told))
        record, grade, report = (LIST in one for one in held)
        return record, grade, report

    def reported(self, number: int, known_at: datetime) -> tuple[str, str]:
        """Return the code and the name at the head of a report."""
        party = self._named(number, known_at)
        with reading(self.installation.engine) as connection:
            found = about(connection, self.installation.log, party, known_at=known_at)
        assert found is not None
        return found.uscc, found.name

    def _named(self, number: int, known_at: datetime | None) -> UUID:
        with reading(self.installation.engine) as connection:
            found = subject_then(connection, self.installation.log, uscc(number), known_at)
        assert found is not None
        return found


@pytest.fixture
def desk(installation: Installation, intake: IntakeDesk) -> Desk:
    return Desk(installation, intake)


def test_a_record_is_known_under_the_code_that_the_list_of_then_has(desk: Desk) -> None:
    hand_in(desk.intake, "serious_listing", serious(1, name=FIRST))
    apart = desk.later()
    judgement = say(desk.intake, *desk.parties, is_join=True)
    joined = desk.later()
    while_joined = [desk.on_list(number, apart) for number in (1, 2)]
    take_back(desk.intake, judgement.id)
    parted = desk.later()

    codes = [[code for code, _ in desk.listed(at)] for at in (apart, joined, parted, None)]
    known = [(desk.on_list(1, at), desk.on_list(2, at)) for at in (apart, joined, parted, None)]

    on, off = (True, True, True), (False, False, False)
    assert while_joined == [on, off]
    assert codes == [[uscc(1)], [uscc(2)], [uscc(1)], [uscc(1)]]
    assert known == [(on, off), (on, on), (on, off), (on, off)]
    assert desk.reported(1, apart) == (uscc(1), FIRST)
    assert desk.reported(1, joined) == (uscc(2), SECOND)


def test_what_the_register_says_of_who_was_joined_renames_neither_of_the_two(desk: Desk) -> None:
    hand_in(desk.intake, "serious_listing", serious(1, name=FIRST), serious(2, name=SECOND))
    apart = desk.later()
    judgement = say(desk.intake, *desk.parties, is_join=True)
    joined = desk.later()
    before = sorted(desk.listed(apart)), sorted(desk.listed(joined))
    hand_in(desk.intake, "registration", registered(1, "青岛丙水产有限公司", former_names=FIRST))
    renamed = desk.later()

    own, other = (uscc(1), FIRST), (uscc(2), SECOND)
    assert before == ([own, other], [other, other])
    assert (sorted(desk.listed(apart)), sorted(desk.listed(joined))) == before
    assert desk.listed(renamed) == desk.listed(None) == [other, other]
    assert desk.changed(joined, renamed) == []
    assert (desk.reported(1, apart), desk.reported(2, apart)) == (own, other)
    assert desk.reported(1, joined) == other

    take_back(desk.intake, judgement.id)
    parted = desk.later()

    now = (uscc(1), "青岛丙水产有限公司")
    assert sorted(desk.listed(parted)) == sorted(desk.listed(None)) == [now, other]
    assert (sorted(desk.listed(apart)), sorted(desk.listed(joined))) == before
