"""Draws that two people make at one moment, and what a check of one among many reads."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from base.db import reading
from base.errors import Conflict, InvalidInput
from credit.inspecting.checking import marks_drawn, problems_of_draw
from credit.inspecting.committing import DrawDesk, commit_draw, make_draw
from credit.inspecting.entries import DRAWN_KIND, DrawnNote, drawn_draft, drawn_of
from credit.inspecting.reading import InspectionQuery, draws_page, inspections_page
from credit.inspecting.steps import entries_of_draw
from credit.inspecting.tables import CREDIT_DRAW_STEP
from credit.intake.taking import IntakeDesk
from ledger.batch import Batch, Receipt
from ledger.journal import Journal
from parties.actors import Actor
from tests.credit.draw_world import DRAW, VALUE, asked, open_draw_desk
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, COLLEAGUE
from tests.instances import Installation


@pytest.fixture
def desk(installation: Installation, intake: IntakeDesk, tmp_path: Path) -> DrawDesk:
    return open_draw_desk(installation, intake, tmp_path)


def _orders(desk: DrawDesk) -> list[UUID]:
    """Return the inspections that the entries of the draw order, as often as they do."""
    with reading(desk.journal.engine) as connection:
        entries = entries_of_draw(connection, desk.journal.log, DRAW)
    drawn = [drawn_of(entry) for entry in entries if entry.header.kind == DRAWN_KIND]
    return [order.id for note in drawn for order in note.orders]


def test_of_two_who_draw_at_one_moment_nothing_is_ordered_twice(desk: DrawDesk) -> None:
    committed = commit_draw(desk, AUTHORITY, asked())
    ready = Barrier(2)

    def draw(actor: Actor) -> int | None:
        mine = replace(desk, journal=cast(Journal, _Together(desk.journal, ready)))
        return make_draw(mine, actor, committed.id, VALUE).drawn_count

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(draw, (AUTHORITY, COLLEAGUE)))

    assert counts == [2, 2]
    assert len(_orders(desk)) == len(set(_orders(desk))) == 2
    with reading(desk.journal.engine) as connection:
        assert problems_of_draw(connection, desk.journal.log, DRAW, desk.folder) == []


class _Together:
    """A journal to which nobody appends before the other one has read what it appends after."""

    def __init__(self, journal: Journal, ready: Barrier) -> None:
        self.engine, self.log = journal.engine, journal.log
        self._journal, self._ready, self._is_first = journal, ready, True

    def append(self, batch: Batch) -> Receipt:
        if self._is_first:
            self._is_first = False
            self._ready.wait(timeout=30)
        return self._journal.append(batch)


def test_a_second_value_and_a_second_commitment_are_refused_in_the_ledger(desk: DrawDesk) -> None:
    commit_draw(desk, AUTHORITY, asked())
    make_draw(desk, AUTHORITY, DRAW, VALUE)
    other = DrawnNote(
        draw_id=DRAW,
        seed=desk.seed_of(DRAW),
        value="another value",
        drawn_count=0,
        marks=(),
        orders=(),
    )

    with pytest.raises(Conflict):
        desk.journal.append(Batch(actor="console", subject="x", drafts=(drawn_draft(other),)))
    with pytest.raises(Conflict):
        commit_draw(desk, COLLEAGUE, asked(title="noch einmal"))

    assert len(_orders(desk)) == 2


def test_a_check_reads_the_entries_of_its_own_draw_alone(
    desk: DrawDesk, installation: Installation
) -> None:
    for number in range(1, 5):
        commit_draw(desk, AUTHORITY, asked(draw_id=UUID(int=number)))
        make_draw(desk, AUTHORITY, UUID(int=number), VALUE)
    read = list[str]()

    def note(*told: object) -> None:
        if "ledger_entry" in str(told[2]):
            read.append(str(told[3]))

    event.listen(installation.engine, "before_cursor_execute", note)
    with reading(installation.engine) as connection:
        marks = marks_drawn(connection, installation.log, DRAW)
        own = connection.execute(
            select(func.count()).where(CREDIT_DRAW_STEP.c.draw_id == DRAW)
        ).scalar_one()

    assert (len(marks), own, len(read)) == (2, 2, 1)


def test_the_entries_of_draws_are_found_again_by_a_rebuild(
    desk: DrawDesk, installation: Installation
) -> None:
    commit_draw(desk, AUTHORITY, asked())
    make_draw(desk, AUTHORITY, DRAW, VALUE)
    before = _orders(desk)

    rebuild(installation)

    assert (_orders(desk), len(before)) == (before, 2)


def test_lists_of_draws_and_inspections_go_on_where_the_page_before_ended(desk: DrawDesk) -> None:
    for number in range(1, 4):
        commit_draw(desk, AUTHORITY, asked(draw_id=UUID(int=number)))
        make_draw(desk, AUTHORITY, UUID(int=number), VALUE)
    query = InspectionQuery(only_open=False, rows_max=4)

    with reading(desk.journal.engine) as connection:
        first = draws_page(connection, desk.journal.log, after="", rows_max=2)
        last = draws_page(connection, desk.journal.log, after=first.next_after, rows_max=2)
        some = inspections_page(connection, desk.journal.log, query)
        rest = inspections_page(connection, desk.journal.log, replace(query, after=some.next_after))
        with pytest.raises(InvalidInput):
            draws_page(connection, desk.journal.log, after="__________8=", rows_max=2)
        with pytest.raises(InvalidInput):
            inspections_page(connection, desk.journal.log, replace(query, after="AAAA"))

    assert [one.id.int for one in (*first.rows, *last.rows)] == [3, 2, 1]
    assert (last.next_after, rest.next_after) == ("", "")
    told = [*some.rows, *rest.rows]
    assert len({one.id for one in told}) == len(told) == 6
    keys = [(one.result != "", one.due_on, one.ordered_seq, one.id) for one in told]
    assert keys == sorted(keys)
