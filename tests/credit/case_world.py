"""A party with records, and the desk where its cases are taken, for the tests of cases."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from trace.recall.workdays import workdays_after
from typing import Any
from uuid import UUID

from sqlalchemy import select

from base.db import reading
from credit.cases.model import CaseNote, Document
from credit.cases.taking import CaseDesk, take_step
from credit.checking import check_party
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.offices import grant_office
from credit.rulebook.reading import rulebook
from credit.subjects import subject_of_code
from credit.tables import CREDIT_CASE, CREDIT_FACT
from parties.actors import Actor
from tests.credit.samples import AUTHORITY, csv_of, penalty, serious
from tests.instances import Installation
from tests.parties.samples import uscc_of

PAPER = Document(name="缴款凭证.pdf", sha256="00" * 32)
DECIDED: dict[str, Any] = {"decision": "青农信修〔2026〕1号", "decided_on": date(2026, 11, 23)}


@dataclass(slots=True, kw_only=True)
class CaseDay:
    """A party with a penalty and an entry of the list of serious violations."""

    installation: Installation
    desk: CaseDesk
    party: Actor
    subject: UUID
    facts: dict[str, UUID]

    def note(self, kind: str, step: str, case_id: UUID, **more: Any) -> CaseNote:
        values: dict[str, Any] = {"reason": "已缴清罚款并整改", "documents": (PAPER,)}
        return CaseNote(
            case_id=case_id,
            kind=kind,
            step=step,
            party_id=None,
            **{
                **values,
                "subject_id": self.subject,
                "is_committed": True,
                "fact_ids": (self.facts["penalty"],),
                **more,
            },
        )

    def take(self, actor: Actor, kind: str, step: str, case_id: UUID, **more: Any) -> int:
        return take_step(self.desk, actor, self.note(kind, step, case_id, **more))

    def answer(self, day: date = date(2026, 11, 23)) -> list[str]:
        with reading(self.installation.engine) as connection:
            found = check_party(
                connection,
                self.installation.log,
                rulebook(),
                uscc=uscc_of(1),
                matter=None,
                day=day,
            )
        return [one.number for one in found.entries]

    def case(self, case_id: UUID) -> Any:
        with reading(self.installation.engine) as connection:
            statement = select(CREDIT_CASE).where(CREDIT_CASE.c.id == case_id)
            return connection.execute(statement).one()

    def state(self, name: str) -> str:
        with reading(self.installation.engine) as connection:
            statement = select(CREDIT_FACT.c.state).where(
                CREDIT_FACT.c.id == self.facts[name], CREDIT_FACT.c.is_latest
            )
            return str(connection.execute(statement).scalar_one())


def open_case_world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    """The case desk before that party's two records, on 23 November 2026."""
    installation.clock.instant = datetime(2026, 11, 23, 1, tzinfo=UTC)
    party = installation.party("青岛第1食品有限公司")
    grant_office(
        installation.engine,
        actor=AUTHORITY.id,
        authority="青岛市市场监督管理局",
        code="",
        now=installation.clock.now(),
        record=lambda *_: None,
    )
    rows = {
        "penalty": [penalty(1, cf_xdr_shxym=uscc_of(1), cf_jdrq="2026-08-01")],
        "serious_listing": [serious(1, uscc=uscc_of(1), listed_on="2025-06-01")],
    }
    for feed, found in rows.items():
        take_batch(intake, AUTHORITY, FEEDS[feed], csv_of(found), door=Door.FILE)
    engine, log = installation.engine, installation.log
    bring_up_credit(engine, log)
    desk = CaseDesk(
        journal=intake.journal,
        clock=installation.clock,
        book=rulebook().for_region(""),
        workdays=workdays_after,
        bring_up=lambda: bring_up_credit(engine, log),
    )
    with reading(engine) as connection:
        subject = subject_of_code(connection, log, uscc_of(1))
        facts = {row.feed: row.id for row in connection.execute(select(CREDIT_FACT))}
    assert subject is not None
    return CaseDay(installation=installation, desk=desk, party=party, subject=subject, facts=facts)
