"""Whatever happens in whatever order: what is recorded can be folded, and made anew it is the same.

Each history is drawn from its number: batches whose rows repeat and contradict one another, whole
lists that lose records, judgements about names and codes, their undoing, cases and their steps.
What is refused is no part of it; what is not refused has to be folded.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import Column, select

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import AppError
from credit.cases.kinds import By, Step, case_kinds
from credit.feeds.model import Semantics
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.judging.entries import Judged
from credit.tables import CREDIT_CASE, CREDIT_FACT, CREDIT_JUDGEMENT, CREDIT_MENTION, CREDIT_SUBJECT
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.naming_world import registered, say, take_back
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty, serious, uscc
from tests.instances import Installation
from tests.parties.samples import uscc_of

_ACTS: Final = 40
_CODES: Final = (uscc_of(1), uscc(2), uscc(3))
_STEPS: Final = tuple(timedelta(minutes=one) for one in (5, 300, 4_320, 17_280))
_REMOVED: Final = {"removed_no": "移1", "removed_why": "已纠正"}
_ENDS: Final[tuple[dict[str, str], ...]] = (
    {},
    {},
    {"removed_on": "2026-11-20", **_REMOVED},
    {"removed_on": "2026-12-20", **_REMOVED},
)
_TERMS: Final = {
    "authority": "market_regulation",
    "authority_name": "青岛市市场监督管理局",
    "measures": "",
}


@dataclass(slots=True, kw_only=True)
class History:
    """A party's case day, what is drawn from, and the cases that were opened in it."""

    draw: Random
    day: CaseDay
    intake: IntakeDesk
    cases: list[tuple[UUID, str, dict[str, Any]]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def go_on(self) -> None:
        """Let some time pass, and one thing happen or be refused."""
        self.day.installation.clock.instant += self.draw.choice(_STEPS)
        acts: tuple[Callable[[], None], ...] = (self.tell, self.judge, self.undo, self.act)
        act = self.draw.choices(acts, (3, 2, 1, 3))[0]
        try:
            act()
            self.done[act.__name__] += 1
        except AppError:
            self.done["refused"] += 1
        self.day.desk.bring_up()

    def tell(self) -> None:
        """Hand in a batch; one that is held is mostly released by somebody else."""
        name, first = self._row()
        rows = [first]
        for _ in range(self.draw.randrange(6)):
            other, row = self._row()
            rows += [row] if other == name else []
            rows += [self.draw.choice(rows)] if self.draw.random() < 0.3 else []
        is_whole = self.draw.random() < 0.4
        feed = replace(FEEDS[name], semantics=Semantics.SNAPSHOT) if is_whole else FEEDS[name]
        told = csv_of(rows)
        batch = take_batch(self.intake, AUTHORITY, feed, told, door=Door.FILE)
        if batch.state is BatchState.HELD and self.draw.random() < 0.9:
            take_batch(self.intake, COLLEAGUE, feed, told, door=Door.FILE, is_released=True)

    def _row(self) -> tuple[str, dict[str, str]]:
        which, number = self.draw.randrange(3), self.draw.randrange(3)
        named = which if self.draw.random() < 0.9 else self.draw.randrange(3)
        name = f"青岛第{named + 1}食品有限公司"
        code = _CODES[which] if self.draw.random() < 0.6 else ""
        feed = self.draw.choices(("penalty", "serious_listing", "registration"), (6, 3, 1))[0]
        if feed == "penalty":
            told = {"cf_xdr_mc": name, "cf_xdr_shxym": code, "cf_wsh": f"罚{number}号"}
            fine = self.draw.choice(("5.000000", "6.000000"))
            return feed, penalty(1, **told, cf_nr_fk=fine, cf_jdrq="2026-08-01")
        if feed == "serious_listing":
            told = {"name": name, "uscc": code, "list_no": f"列{number}"}
            return feed, serious(1, **told, listed_on="2026-02-01", **self.draw.choice(_ENDS))
        industry = self.draw.choice(("", "C1411"))
        return feed, registered(1, name, uscc=_CODES[which], industry=industry)

    def judge(self) -> None:
        """Say whom a name means, or that two codes are of one party."""
        mentions, parties = self._ids(CREDIT_MENTION.c.id), self._ids(CREDIT_SUBJECT.c.id)
        verdict = self.draw.choices((Judged.POSITIVE, Judged.NEGATIVE, Judged.UNSURE), (3, 1, 1))[0]
        if mentions and self.draw.random() < 0.7:
            whom = self.draw.choice([*parties, None])
            say(self.intake, self.draw.choice(mentions), whom, verdict)
        else:
            one, other = self.draw.choice(parties), self.draw.choice(parties)
            say(self.intake, one, other, verdict, is_join=True)

    def undo(self) -> None:
        """Take a judgement back."""
        judgements = self._ids(CREDIT_JUDGEMENT.c.id)
        if judgements:
            take_back(self.intake, self.draw.choice(judgements))

    def act(self) -> None:
        """Open a case about a record, or take a step of one."""
        if not self.cases or self.draw.random() < 0.4:
            kind = self.draw.choice(list(case_kinds().values()))
            about = self._about(kind.id)
            case_id = UUID(int=self.draw.getrandbits(128))
            self._take(kind.id, kind.steps[kind.begins], case_id, about)
            self.cases.append((case_id, kind.id, about))
            return
        case_id, name, about = self.draw.choice(self.cases)
        statement = select(CREDIT_CASE.c.state).where(CREDIT_CASE.c.id == case_id)
        with reading(self.day.installation.engine) as connection:
            state = connection.execute(statement).scalar_one()
        steps = list(case_kinds()[name].steps_from(state))
        if steps:
            told = {**about, "terms": {}}
            self._take(name, self.draw.choice(steps), case_id, told)

    def _about(self, kind: str) -> dict[str, Any]:
        fact = CREDIT_FACT.c
        statement = select(fact.id, fact.subject_id).where(
            fact.is_latest, fact.subject_id.is_not(None)
        )
        with reading(self.day.installation.engine) as connection:
            record = self.draw.choice(connection.execute(statement.order_by(fact.id)).all())
        about: dict[str, Any] = {"fact_ids": (record.id,), "subject_id": record.subject_id}
        if kind != "listing":
            return {**about, "terms": {}}
        listed = self.draw.choice(("key_attention", "serious_violation"))
        item = self.draw.choice(("", "1"))
        return {**about, "terms": {**_TERMS, "list": listed, "item": item}}

    def _take(self, kind: str, step: Step, case_id: UUID, about: dict[str, Any]) -> None:
        today = self.day.installation.clock.now().astimezone(CIVIL_ZONE).date()
        actor = self.day.party if step.by is By.PARTY else AUTHORITY
        self.day.take(
            actor,
            kind,
            step.id,
            case_id,
            **about,
            reason=self.draw.choice(("已整改", "另有事由")),
            article="《食品安全法》第五条",
            decision=f"决{self.draw.randrange(3)}",
            decided_on=today,
            served_on=today,
        )

    def _ids(self, column: Column[UUID]) -> list[UUID]:
        with reading(self.day.installation.engine) as connection:
            return list(connection.execute(select(column).order_by(column)).scalars())


def _live(parts: tuple[Installation, IntakeDesk], number: int) -> History:
    draw = Random(number)  # noqa: S311 -- a history is to be told again by its number
    history = History(draw=draw, day=open_case_world(*parts), intake=parts[1])
    for _ in range(_ACTS):
        history.go_on()
    return history


@pytest.mark.parametrize("number", range(16))
def test_a_history_folds_and_made_anew_it_is_the_same(
    sqlite_world_parts: tuple[Installation, IntakeDesk], number: int
) -> None:
    history = _live(sqlite_world_parts, number)

    assert {"tell", "judge", "act"} <= history.done.keys()
    rebuild(history.day.installation)


@pytest.mark.parametrize("number", range(16, 20))
def test_a_history_folds_on_postgresql_as_well(
    postgres_world_parts: tuple[Installation, IntakeDesk], number: int
) -> None:
    history = _live(postgres_world_parts, number)

    assert {"tell", "judge", "act"} <= history.done.keys()
    rebuild(history.day.installation)
