"""An authority tells beforehand when it takes a record off its list: until then the record counts.

The rule that must stay true: what counts in answers counts on the party's page and at the case
desk; who is told on a list can get off it.
"""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from base.db import reading
from base.errors import Conflict
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.records import FactRow, facts_of
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, csv_of, serious
from tests.instances import Installation
from tests.parties.samples import uscc_of

TODAY = date(2026, 11, 23)
LAST = date(2027, 2, 28)
OWN = {"uscc": uscc_of(1), "listed_on": "2025-06-01"}
TO_COME = {"removed_on": "2027-03-01", "removed_no": "移1", "removed_why": "限制期满"}
NUMBER = "青市监列〔2026〕1号"


@pytest.fixture
def world(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> CaseDay:
    found = open_case_world(*sqlite_world_parts)
    row = serious(1, **OWN, **TO_COME)
    feed = FEEDS["serious_listing"]
    taken = take_batch(sqlite_world_parts[1], AUTHORITY, feed, csv_of([row]), door=Door.FILE)
    assert taken.state is BatchState.ACCEPTED
    found.desk.bring_up()
    assert found.state("serious_listing") == "ended"
    return found


def _row(world: CaseDay) -> FactRow:
    with reading(world.installation.engine) as connection:
        found = facts_of(connection, world.installation.log, world.subject, rows_max=9)
    (row,) = [one for one in found if one.feed == "serious_listing"]
    return row


@pytest.mark.parametrize(("day", "counts"), [(LAST, True), (LAST + timedelta(days=1), False)])
def test_a_record_counts_on_its_page_as_long_as_it_is_told(
    world: CaseDay, day: date, counts: bool
) -> None:
    assert _row(world).counts_on(day) is counts
    assert (NUMBER in world.answer(day)) is counts


def test_it_can_be_repaired_before_its_end(world: CaseDay) -> None:
    case_id, about = uuid4(), {"fact_ids": (world.facts["serious_listing"],)}
    world.take(world.party, "repair", "apply", case_id, **about)
    world.take(AUTHORITY, "repair", "accept", case_id, **about)
    world.take(AUTHORITY, "repair", "approve", case_id, **about, **DECIDED)

    assert (world.state("serious_listing"), world.answer(TODAY)) == ("repaired", [])


def test_it_is_hidden_by_a_shield_and_comes_back_with_its_end(world: CaseDay) -> None:
    case_id, about = uuid4(), {"fact_ids": (world.facts["serious_listing"],), "reason": "重整"}
    world.take(world.party, "shielding", "apply", case_id, **about)
    world.take(AUTHORITY, "shielding", "shield", case_id, **about, **DECIDED)
    assert (world.state("serious_listing"), world.answer(TODAY)) == ("shielded", [])

    world.take(AUTHORITY, "shielding", "restore", case_id, **about, **DECIDED)

    assert (world.answer(LAST), world.answer(LAST + timedelta(days=1))) == ([NUMBER], [])
    before = _row(world)
    rebuild(world.installation)
    assert _row(world) == before


def test_an_objection_is_taken_until_its_end_and_none_after_it(world: CaseDay) -> None:
    about = {"fact_ids": (world.facts["serious_listing"],)}
    first = uuid4()
    world.take(world.party, "objection", "lodge", first, **about)
    assert world.case(first).is_open
    world.take(AUTHORITY, "objection", "reject", first, **about)

    world.installation.clock.instant += timedelta(days=98)

    with pytest.raises(Conflict, match="does not count any more"):
        world.take(world.party, "objection", "lodge", uuid4(), **about)
