"""Measures in use that are reported twice at one moment, or before the first is in any row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from base.db import reading
from base.errors import Conflict
from credit.applying.desk import Application, ApplyingDesk, apply_measure
from credit.applying.entries import (
    APPLIED_KIND,
    AppliedNote,
    LiftedNote,
    applied_draft,
    lifted_draft,
)
from credit.intake.taking import IntakeDesk
from credit.rulebook.reading import rulebook
from credit.tables import CREDIT_ENTRY
from ledger.batch import Batch, Idempotency, Receipt
from ledger.journal import Journal
from parties.actors import Actor
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.samples import AUTHORITY, COLLEAGUE
from tests.instances import Installation

TODAY = date(2026, 11, 23)


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


class _Together:
    """A journal to which nobody appends before the other one has passed the gate."""

    def __init__(self, journal: Journal, ready: Barrier) -> None:
        self.engine, self.log = journal.engine, journal.log
        self._journal, self._ready = journal, ready

    def append(self, batch: Batch) -> Receipt:
        self._ready.wait(timeout=30)
        return self._journal.append(batch)


def _note(world: CaseDay, reference: str = "评优 7") -> AppliedNote:
    return AppliedNote(
        application_id=uuid4(),
        subject_id=world.subject,
        measure="MZ-03",
        matter="honours",
        fact_ids=(),
        applied_on=TODAY,
        reference=reference,
    )


def _at_once(
    world: CaseDay, work: Callable[[ApplyingDesk, AppliedNote], Application], *notes: AppliedNote
) -> list[Application | Conflict]:
    """Let two report at one moment; return what each of them was answered."""
    ready = Barrier(len(notes))

    def report(note: AppliedNote) -> Application | Conflict:
        desk = ApplyingDesk(
            journal=cast(Journal, _Together(world.desk.journal, ready)),
            clock=world.desk.clock,
            book=rulebook(),
            bring_up=world.desk.bring_up,
        )
        try:
            return work(desk, note)
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(len(notes)) as pool:
        return list(pool.map(report, notes))


def _append(world: CaseDay, actor: Actor, *notes: AppliedNote | LiftedNote) -> None:
    drafts = [
        applied_draft(one) if isinstance(one, AppliedNote) else lifted_draft(one) for one in notes
    ]
    world.desk.journal.append(Batch(actor=actor.id, subject="x", drafts=drafts))


def _entries(world: CaseDay) -> int:
    own = CREDIT_ENTRY.c
    statement = select(func.count()).where(own.kind == APPLIED_KIND)
    with reading(world.installation.engine) as connection:
        return connection.execute(statement).scalar_one()


def test_of_two_reports_of_one_measure_at_one_moment_the_second_is_refused(world: CaseDay) -> None:
    answers = _at_once(
        world,
        lambda desk, note: apply_measure(desk, AUTHORITY, note),
        _note(world),
        _note(world),
    )

    (first,) = (one for one in answers if isinstance(one, Application))
    (second,) = (one for one in answers if isinstance(one, Conflict))
    (problem,) = second.problems
    assert (problem.path, problem.code) == ("reference", "applied_already")
    assert f"application {first.id} in entry {first.seq}" in problem.message
    assert _entries(world) == 1


@pytest.mark.parametrize("key", ["k", None])
def test_one_report_that_is_sent_twice_at_one_moment_is_one_application(
    world: CaseDay, key: str | None
) -> None:
    once = None if key is None else Idempotency(key=key, request_hash=b"\x01" * 32)
    note = _note(world)

    answers = _at_once(
        world,
        lambda desk, asked: apply_measure(desk, AUTHORITY, asked, idempotency=once),
        note,
        note,
    )

    assert [type(one) for one in answers] == [Application, Application]
    assert answers[0] == answers[1]
    assert _entries(world) == 1


def test_what_is_in_no_row_yet_is_in_use_until_its_receipt_comes(world: CaseDay) -> None:
    first, again = _note(world), _note(world)
    _append(world, AUTHORITY, first)
    for late in (again, replace(first, reference="评优 8")):
        with pytest.raises(Conflict, match="in use already"):
            _append(world, AUTHORITY, late)
    with pytest.raises(Conflict, match="in use already"):
        _append(world, AUTHORITY, *(_note(world, "评优 9") for _ in range(2)))
    assert _entries(world) == 1

    lifted = LiftedNote(application_id=first.application_id, lifted_on=TODAY, reference="")
    _append(world, AUTHORITY, lifted)
    _append(world, AUTHORITY, again)

    world.desk.bring_up()
    with pytest.raises(Conflict, match="in use already"):
        _append(world, AUTHORITY, _note(world))
    assert _entries(world) == 2


def test_another_office_another_file_and_another_day_are_no_second_report(world: CaseDay) -> None:
    _append(world, AUTHORITY, _note(world), _note(world, ""))
    earlier = replace(_note(world, ""), applied_on=date(2026, 11, 22))

    _append(world, AUTHORITY, _note(world, "评优 8"), earlier)
    _append(world, COLLEAGUE, _note(world), _note(world, ""))

    assert _entries(world) == 6
