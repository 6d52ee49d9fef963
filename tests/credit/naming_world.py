"""Parties of the register and rows that name them badly, for tests of who is who."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from base.db import reading
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.judging.desk import JudgingDesk, judge, undo
from credit.judging.entries import Judged, JudgedNote, UndoneNote
from credit.judging.queue import QueuePage, queue_page
from credit.subjects import subject_of_code
from credit.tables import CREDIT_FACT
from parties.ids import new_id
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, uscc

JUDGE = AUTHORITY


def registered(number: int, name: str, **changes: str) -> dict[str, str]:
    """Return a row of the register."""
    row = {
        "name": name,
        "uscc": uscc(number),
        "kind": "法人",
        "region": "370200",
        "established_on": "2010-01-04",
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }
    return {**row, **changes}


def hand_in(intake: IntakeDesk, feed: str, *rows: dict[str, str]) -> CreditBatch:
    """Take rows as a batch and fold it; one that is held is released by another person."""
    told = csv_of(rows)
    batch = take_batch(intake, AUTHORITY, FEEDS[feed], told, door=Door.FILE)
    if batch.state is BatchState.HELD:
        batch = take_batch(intake, COLLEAGUE, FEEDS[feed], told, door=Door.FILE, is_released=True)
    bring_up_credit(intake.journal.engine, intake.journal.log)
    return batch


def desk_of(intake: IntakeDesk) -> JudgingDesk:
    """Return the desk at which persons judge."""
    journal = intake.journal
    return JudgingDesk(
        journal=journal,
        clock=intake.clock,
        bring_up=lambda: bring_up_credit(journal.engine, journal.log),
    )


def say(
    intake: IntakeDesk,
    node_id: UUID,
    subject_id: UUID | None,
    verdict: Judged = Judged.POSITIVE,
    *,
    is_join: bool = False,
) -> Any:
    """Record a judgement; without a party the mention is one of its own."""
    judgement_id = new_id(intake.clock.now())
    note = JudgedNote(
        judgement_id=judgement_id,
        node_id=node_id,
        is_join=is_join,
        subject_id=subject_id or judgement_id,
        is_new=subject_id is None,
        verdict=verdict,
        reason="对照登记档案核实",
    )
    return judge(desk_of(intake), JUDGE, note)


def take_back(intake: IntakeDesk, judgement_id: UUID) -> Any:
    """Undo a judgement."""
    note = UndoneNote(judgement_id=judgement_id, reason="复核后撤销")
    return undo(desk_of(intake), JUDGE, note)


def queue(intake: IntakeDesk, state: str = "waiting") -> QueuePage:
    """Return what is in a state."""
    with reading(intake.journal.engine) as connection:
        return queue_page(connection, intake.journal.log, state=state, rows_max=20)


def who(intake: IntakeDesk, number: int) -> UUID:
    """Return the party with that number's code."""
    with reading(intake.journal.engine) as connection:
        found = subject_of_code(connection, intake.journal.log, uscc(number))
    assert found is not None
    return found


def parties_of_facts(intake: IntakeDesk) -> dict[str, UUID | None]:
    """Return with whom each fact but the register's stands, by its number."""
    statement = select(CREDIT_FACT.c.number, CREDIT_FACT.c.subject_id).where(
        CREDIT_FACT.c.is_latest, CREDIT_FACT.c.feed != "registration"
    )
    with reading(intake.journal.engine) as connection:
        return {row.number: row.subject_id for row in connection.execute(statement)}
