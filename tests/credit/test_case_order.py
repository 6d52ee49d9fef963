"""Cases page by page: in order, each once, whatever is opened and decided in between."""

from trace.page_tokens import write_token
from typing import Any
from uuid import UUID, uuid4

import pytest

from base.db import reading
from base.errors import InvalidInput
from credit.cases.reading import CaseQuery, cases_of
from credit.casework.desk import Choice, desk_page
from credit.intake.taking import IntakeDesk
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.samples import AUTHORITY
from tests.instances import Installation

NO_DAY_OF_ANY_CALENDAR = write_token(b"\0", b"\xff" * 4, b"\0" * 8)
NOTICE: dict[str, Any] = {
    "fact_ids": (),
    "article": "第44号令第五条",
    "terms": {
        "list": "food_blacklist",
        "measures": "MF-05",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    },
}


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def _opened(world: CaseDay) -> list[UUID]:
    """Open cases of every kind of place, and return them in the order in which they are told."""
    due, later, old, young, first, last = (uuid4() for _ in range(6))
    world.take(world.party, "objection", "lodge", first, fact_ids=_penalty(world))
    world.take(world.party, "objection", "drop", first)
    world.take(AUTHORITY, "listing", "notice", old, **NOTICE)
    world.take(world.party, "repair", "apply", later, fact_ids=_listing(world))
    world.take(AUTHORITY, "listing", "notice", young, **NOTICE, reason="另一行为")
    world.take(world.party, "objection", "lodge", last, fact_ids=_listing(world))
    world.take(AUTHORITY, "objection", "reject", last)
    world.take(world.party, "objection", "lodge", due, fact_ids=_penalty(world))
    rows = sorted(map(world.case, (due, later)), key=lambda row: (row.due_on, row.opened_seq))
    # Without a day it is by age; closed cases stand last, the newest first.
    return [*(row.id for row in rows), old, young, last, first]


def _penalty(world: CaseDay) -> tuple[UUID, ...]:
    return (world.facts["penalty"],)


def _listing(world: CaseDay) -> tuple[UUID, ...]:
    return (world.facts["serious_listing"],)


def _desk(world: CaseDay, rows_max: int, after: str = "") -> tuple[list[UUID], str]:
    with reading(world.installation.engine) as connection:
        choice = Choice(state="", after=after, rows_max=rows_max)
        page = desk_page(connection, world.installation.log, choice)
    return [row.id for row in page.rows], page.next_after


def _list(world: CaseDay, rows_max: int, after: str = "") -> tuple[list[UUID], str]:
    with reading(world.installation.engine) as connection:
        query = CaseQuery(only_open=False, after=after, rows_max=rows_max)
        page = cases_of(connection, world.installation.log, query)
    return [row.id for row in page.cases], page.next_after


@pytest.mark.parametrize("rows_max", [1, 2, 3, 6, 7])
def test_pages_put_together_are_the_whole(world: CaseDay, rows_max: int) -> None:
    told = _opened(world)

    for ask in (_desk, _list):
        found, after = ask(world, rows_max)
        while after:
            assert len(found) % rows_max == 0
            assert len(found) < len(told)
            more, after = ask(world, rows_max, after)
            found += more
        assert found == told


def test_no_case_that_stayed_is_left_out_or_told_twice_while_others_move(world: CaseDay) -> None:
    told = _opened(world)
    found, after = _desk(world, 2)
    assert found == told[:2]

    # One of the page that was read is closed, and another one is opened.
    world.take(world.party, world.case(told[0]).kind, "drop", told[0])
    world.take(world.party, "objection", "lodge", uuid4(), fact_ids=_listing(world))
    rest, _after = _desk(world, 10, after)

    assert [one for one in rest if one in told[2:]] == told[2:]
    assert told[1] not in rest


@pytest.mark.parametrize("token", ["x", "AAAA", "_" * 20, "A" * 400, NO_DAY_OF_ANY_CALENDAR])
def test_a_page_that_was_never_given_out_is_refused(world: CaseDay, token: str) -> None:
    for ask in (_desk, _list):
        with pytest.raises(InvalidInput) as refusal:
            ask(world, 2, token)
        assert [one.path for one in refusal.value.problems] == ["nextPageToken"]
