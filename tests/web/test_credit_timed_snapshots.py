"""Snapshots that nobody asks for: each night of each public list that has changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from base.db import reading
from credit.folding.projector import bring_up_credit
from credit.list_reading import AsKnown
from credit.reporting import layout, timed_snapshots
from credit.reporting.snapshot_desk import snapshot_desk
from credit.reporting.snapshot_reading import Snapshot, says_the_same, snapshots_of
from credit.reporting.snapshots import SnapshotDesk, take_snapshot
from credit.reporting.timed_snapshots import Looked, take_due
from tests.credit.samples import AUTHORITY, serious, tax_case
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

NIGHT = datetime(2026, 11, 25, 16, 0, 30, tzinfo=UTC)
"""Half a minute into the 26th in China."""
LIST = "serious_violation"


@pytest.fixture
def house(sqlite_house: House) -> House:
    sqlite_house.clock.instant = NIGHT
    return sqlite_house


def _listed(house: House, *numbers: int) -> None:
    hand_in(house, "serious_listing", *(serious(one) for one in numbers))


def _desk(house: House) -> SnapshotDesk:
    parts = house.services
    return snapshot_desk(
        parts.settings,
        parts.credit_journal,
        parts.clock,
        parts.secret,
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )


def _taken(house: House) -> list[Snapshot]:
    with reading(house.services.engine) as connection:
        return snapshots_of(connection, house.services.log, before=None, rows_max=20)


def test_a_night_takes_what_changed_and_nothing_a_second_time(house: House) -> None:
    _listed(house, 1)
    desk = _desk(house)

    first = list(take_due(desk))
    again = list(take_due(desk))
    _listed(house, 2)
    same_day = list(take_due(desk))
    house.clock.instant += timedelta(days=1)
    next_night = list(take_due(desk))
    house.clock.instant += timedelta(days=1)
    unchanged = list(take_due(desk))

    assert [one.list_id for one in first + next_night] == [LIST, LIST]
    assert (again, same_day, unchanged) == ([], [], [])
    second, earlier = _taken(house)
    assert [one.number for one in (earlier, second)] == [one.number for one in first + next_night]
    assert [(str(one.day), one.row_count, one.actor) for one in (earlier, second)] == [
        ("2026-11-26", 1, "timetable"),
        ("2026-11-27", 2, "timetable"),
    ]


def test_a_list_that_a_person_fixed_since_is_taken_once_it_says_something_else(
    house: House,
) -> None:
    _listed(house, 1)
    desk, today = _desk(house), date(2026, 11, 26)
    take_snapshot(desk, AUTHORITY, AsKnown(list_id=LIST, day=today))
    # A look back says nothing of whether the list of today was fixed.
    take_snapshot(desk, AUTHORITY, AsKnown(list_id=LIST, day=today - timedelta(days=900)))

    fixed = list(take_due(desk))
    _listed(house, 2)
    house.clock.instant += timedelta(days=1)
    changed = list(take_due(desk))

    assert (fixed, [one.list_id for one in changed]) == ([], [LIST])


def test_a_list_is_compared_once_a_day_whatever_came_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listed(house, 1)
    desk, today, compared = _desk(house), date(2026, 11, 26), list[str]()
    take_snapshot(desk, AUTHORITY, AsKnown(list_id=LIST, day=today))

    def told(*asked: Any, **how: Any) -> bool:
        compared.append(asked[2].list)
        return says_the_same(*asked, **how)

    monkeypatch.setattr(timed_snapshots, "says_the_same", told)
    for _hour in range(3):
        assert list(take_due(desk)) == []

    assert compared == [LIST]


def test_of_two_workers_at_one_moment_both_are_given_one_snapshot(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listed(house, 1)
    desk, own = _desk(house), list[Looked]()

    def take_late(*asked: object, **how: object) -> str:
        # Another worker has looked at the same moment, and is a little quicker.
        monkeypatch.setattr(timed_snapshots, "take_snapshot", take_snapshot)
        own.extend(take_due(desk))
        return take_snapshot(*asked, **how)  # type: ignore[arg-type]  # what it was asked

    monkeypatch.setattr(timed_snapshots, "take_snapshot", take_late)
    late = list(take_due(desk))

    assert late == own
    assert len(_taken(house)) == 1


def test_a_list_that_no_snapshot_holds_keeps_no_other_from_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listed(house, 1, 2)
    hand_in(house, "tax_case", tax_case(3))
    whole = layout.layout()
    short = replace(whole, limits=replace(whole.limits, snapshot_rows=1))
    monkeypatch.setattr("credit.reporting.snapshots.layout", lambda: short)

    looked = list(take_due(_desk(house)))

    assert looked[0] == Looked(list_id=LIST, number="", is_too_long=True)
    assert [one.list for one in _taken(house)] == ["tax_violation"]


def test_where_snapshots_are_never_due_none_is_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listed(house, 1)
    whole = layout.layout()
    never = replace(whole, snapshots=(replace(whole.snapshots[0], count=0),))
    monkeypatch.setattr(timed_snapshots, "layout", lambda: never)

    assert list(take_due(_desk(house))) == []


def test_the_page_says_what_is_taken_by_itself_and_what_was(house: House) -> None:
    _listed(house, 1)
    (looked,) = take_due(_desk(house))
    person = sign_in(house, "authority")

    public = text_of(person.get(f"/work/credit/lists/{LIST}/snapshots"))
    closed = text_of(person.get("/work/credit/lists/key_attention/snapshots"))

    assert "每晚自动制作一份快照" in public
    assert looked.number in public
    assert "自动制作</span>" in public
    assert "自动制作" not in closed
