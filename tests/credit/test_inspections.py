"""Inspections where something goes wrong: deaths between entries, second results, joins."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, Forbidden, InvalidInput
from credit.inspecting import committing
from credit.inspecting.committing import DrawDesk, commit_draw, make_draw
from credit.inspecting.entries import result_of as told_of
from credit.inspecting.orders import inspection_number
from credit.inspecting.results import ResultAsked, record_result
from credit.intake.taking import IntakeDesk
from credit.nightly.running import NightDesk, run_night
from credit.offices import grant_office
from credit.tables import CREDIT_FACT
from jobs.credit_files import sweep_files
from ledger.batch import Idempotency
from ledger.store import read_entries
from parties.actors import CONSOLE
from tests.credit.draw_world import DRAW, VALUE, asked
from tests.credit.naming_world import say, who
from tests.credit.samples import AUTHORITY, uscc
from tests.credit.test_draws import checked, desk, drawn, inspections
from tests.credit.warning_world import TODAY
from tests.instances import Installation

__all__ = ("desk",)

OTHER = replace(AUTHORITY, id="key:00000000000000ff")


def result_of(desk: DrawDesk, **changes: Any) -> ResultAsked:
    told = ResultAsked(
        inspection_id=inspections(desk)[0].id, result="passed", inspected_on=TODAY, note="查过"
    )
    return replace(told, **changes)


def test_ids_that_share_eight_digits_have_numbers_of_their_own() -> None:
    one, two = UUID(int=0x8000_0000_0000_0001), UUID(int=0x8000_0000_0000_0002)

    assert inspection_number(TODAY, one) != inspection_number(TODAY, two)


def test_the_pool_of_a_draw_outlives_the_sweep(desk: DrawDesk, installation: Installation) -> None:
    row = commit_draw(desk, AUTHORITY, asked())
    path = desk.folder / "credit" / row.pool_hash.hex()
    other = path.with_name("00" * 32)
    other.write_bytes(b"of no batch")
    now = installation.clock.now()
    old = now.timestamp() - 2 * 86400
    for one in (path, other):
        os.utime(one, (old, old))

    count = sweep_files(installation.engine, installation.log, folder=desk.folder, now=now)

    assert (count, path.exists(), other.exists()) == (1, True, False)


class _Dying:
    """A journal that appends once."""

    def __init__(self, journal: Any) -> None:
        self.journal, self.engine, self.log = journal, journal.engine, journal.log
        self.is_dead = False

    def append(self, batch: Any) -> Any:
        if self.is_dead:
            raise RuntimeError("the worker dies")
        self.is_dead = True
        return self.journal.append(batch)


def test_a_draw_that_died_between_two_entries_goes_on_with_the_same_value(
    desk: DrawDesk, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "_ORDERS_AT_ONCE", 1)
    commit_draw(desk, AUTHORITY, asked())
    dying: Any = _Dying(desk.journal)
    with pytest.raises(RuntimeError):
        make_draw(replace(desk, journal=dying), AUTHORITY, DRAW, VALUE)
    installation.clock.instant += timedelta(days=1)

    made = make_draw(desk, AUTHORITY, DRAW, VALUE)

    found = inspections(desk)
    assert (made.drawn_count, len(found), checked(desk)) == (2, 2, [])
    assert {one.number[2:10] for one in found} == {f"{TODAY:%Y%m%d}"}
    assert make_draw(desk, AUTHORITY, DRAW, VALUE) == made


def test_a_second_result_is_in_no_entry_and_the_same_again_is_the_same(desk: DrawDesk) -> None:
    drawn(desk)
    told, key = result_of(desk), Idempotency(key="k1", request_hash=b"1" * 32)
    first = record_result(desk, AUTHORITY, told, idempotency=key)

    again = record_result(desk, AUTHORITY, told, idempotency=key)
    other = replace(told, result="failed", failed_item="抗生素残留")
    with pytest.raises(Conflict):
        record_result(
            desk, AUTHORITY, other, idempotency=Idempotency(key="k2", request_hash=b"2" * 32)
        )

    assert again == first


def test_two_at_once_are_told_apart_before_anything_is_folded(desk: DrawDesk) -> None:
    drawn(desk)
    sleeping = replace(desk, bring_up=lambda: None)
    record_result(sleeping, AUTHORITY, result_of(desk))

    with pytest.raises(Conflict):
        record_result(sleeping, AUTHORITY, result_of(desk, result="failed", failed_item="标签"))


def test_a_result_is_recorded_by_whoever_ordered_it_or_the_operator_with_a_note(
    desk: DrawDesk,
) -> None:
    drawn(desk)

    with pytest.raises(Forbidden):
        record_result(desk, OTHER, result_of(desk, authority="青岛市市场监督管理局"))
    with pytest.raises(InvalidInput):
        record_result(desk, CONSOLE, result_of(desk, note=""))

    assert record_result(desk, CONSOLE, result_of(desk)).result == "passed"


def test_an_office_that_is_held_records_its_results_alone(desk: DrawDesk) -> None:
    drawn(desk)
    name, now = "青岛市市场监督管理局", desk.clock.now()
    grant_office(
        desk.journal.engine,
        actor=OTHER.id,
        authority=name,
        code="",
        now=now,
        record=lambda *_: None,
    )

    with pytest.raises(Forbidden):
        record_result(desk, AUTHORITY, result_of(desk, authority=name))

    assert record_result(desk, OTHER, result_of(desk, authority=name)).result == "passed"


def test_the_name_of_whom_an_inspection_met_is_told_by_its_entry(desk: DrawDesk) -> None:
    drawn(desk)
    row = record_result(desk, AUTHORITY, result_of(desk))
    assert row.result_seq is not None

    with reading(desk.journal.engine) as connection:
        entry = read_entries(connection, desk.journal.log, [row.result_seq])[row.result_seq]

    assert (told_of(entry).name, row.name != "") == (row.name, True)


def test_an_inspection_that_was_not_done_gives_no_rest(desk: DrawDesk) -> None:
    drawn(desk)

    record_result(desk, AUTHORITY, result_of(desk, result="not_done"))

    assert commit_draw(desk, AUTHORITY, asked(draw_id=UUID(int=2))).party_count == 19


@pytest.fixture
def joined(desk: DrawDesk, intake: IntakeDesk) -> Callable[[int, int], None]:
    def join(one: int, other: int) -> None:
        say(intake, who(intake, one), who(intake, other), is_join=True)

    return join


def test_a_joined_party_is_in_the_pool_once(
    desk: DrawDesk, joined: Callable[[int, int], None]
) -> None:
    joined(5, 6)

    assert commit_draw(desk, AUTHORITY, asked()).party_count == 18


def test_the_result_of_a_joined_party_is_a_fact_of_whom_it_stands_as(
    desk: DrawDesk, intake: IntakeDesk, joined: Callable[[int, int], None]
) -> None:
    drawn(desk)
    row = inspections(desk)[0]
    number = next(one for one in range(1, 20) if uscc(one) == row.code)
    other = number % 15 + 2
    joined(number, other)

    record_result(desk, AUTHORITY, result_of(desk, result="failed", failed_item="标签"))

    with reading(desk.journal.engine) as connection:
        statement = select(CREDIT_FACT.c.subject_id).where(CREDIT_FACT.c.number == row.number)
        assert connection.execute(statement).scalar_one() == who(intake, other)


@pytest.mark.parametrize(("days", "code"), [(-1, "past"), (1, "future")])
def test_no_night_is_run_before_the_newest_nor_for_a_day_to_come(
    installation: Installation, days: int, code: str
) -> None:
    installation.clock.instant = datetime(2026, 11, 23, 1, tzinfo=UTC)
    night = NightDesk(engine=installation.engine, log=installation.log, clock=installation.clock)
    run_night(night)

    with pytest.raises(InvalidInput) as refused:
        run_night(night, day=date(2026, 11, 23) + timedelta(days=days))

    assert [(one.path, one.code) for one in refused.value.problems] == [("day", code)]
