"""The desk of cases as pages show it: the list with its numbers, and a case with all it is about.

One rule: a producer sees what is about its own party alone; who still applies a measure is told to
authorities, and to the party without a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, select

from base.db import reading
from base.errors import Forbidden, InvalidInput
from credit.applying.again import standing_again
from credit.applying.desk import Application, ApplicationQuery, applications_of
from credit.cases.advising import advice_about
from credit.cases.competence import require_competent
from credit.cases.kinds import OBJECTION
from credit.cases.reading import CaseRow, StepRow
from credit.casework.desk import Choice, DeskRow, count_cases, desk_page, regions_of_cases
from credit.casework.statistics import KindCount, counts_by_kind
from credit.folding.cases import listed_id
from credit.records import FactRow, facts_of
from credit.rulebook.model import Rule
from credit.subjects import subject_of_party
from credit.tables import CREDIT_FACT
from parties.actors import Actor, Role
from web.credit import book_of, today
from web.credit_cases import case_for
from web.credit_reading import brought_up
from web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A page of the desk; `count` is how many cases the choice has on all of them.

    `next_after` is "" on the last page.
    """

    rows: Sequence[DeskRow]
    next_after: str
    count: int
    regions: Sequence[str]
    kinds: Sequence[KindCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCase:
    """A case with its steps, the records it is about, and the measures that stand on them.

    `not_yours` says whose it is to decide, "" where this reader may, or is the party. `advice` are
    rows that nobody has read, to be weighed before it is decided. `changed_by` are the entries that
    gave one of its records another version. `beside` are the party's other cases that are open.
    `stand_again` are measures that were lifted though a record that they stood on counts by now.
    """

    row: CaseRow
    steps: Sequence[StepRow]
    facts: Sequence[FactRow]
    applications: Sequence[Application]
    not_yours: str
    advice: Sequence[Rule]
    changed_by: frozenset[int]
    beside: Sequence[DeskRow]
    stand_again: frozenset[UUID]

    def took_nothing(self, step: StepRow) -> bool:
        """Return whether an objection was upheld about records that stood with another party."""
        is_upheld = (step.note.kind, step.note.step) == (OBJECTION, "uphold")
        return is_upheld and step.seq not in self.changed_by


def own_subject(connection: Connection, parts: Services, actor: Actor) -> UUID | None:
    """Return whom a producer's own records are about; None where nothing was told of it."""
    if actor.party_id is None:
        return None
    return subject_of_party(connection, parts.log, actor.party_id)


def desk_for(parts: Services, actor: Actor, choice: Choice, *, since: date) -> Desk:
    """Return a page of the desk; a producer's holds its own cases and no numbers of others."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        if actor.role is Role.PRODUCER:
            own = own_subject(connection, parts, actor)
            if own is None:
                return Desk(rows=(), next_after="", count=0, regions=(), kinds=())
            choice = replace(choice, subject_id=own)
        page = desk_page(connection, parts.log, choice)
        count = count_cases(connection, parts.log, choice)
        bare = Desk(rows=page.rows, next_after=page.next_after, count=count, regions=(), kinds=())
        if actor.role is Role.PRODUCER:
            return bare
        rows_max = parts.settings.credit_told_max
        return replace(
            bare,
            regions=regions_of_cases(connection, parts.log, rows_max=rows_max),
            kinds=counts_by_kind(
                connection, parts.log, since=since, today=today(parts), rows_max=rows_max
            ),
        )


def news_for(parts: Services, actor: Actor, *, since: datetime, rows_max: int) -> list[DeskRow]:
    """Return a producer's cases that wait for it, then those that an authority moved since."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        own = own_subject(connection, parts, actor)
        if own is None:
            return []
        choice = Choice(state="", subject_id=own, rows_max=parts.settings.page_size_max)
        rows = desk_page(connection, parts.log, choice).rows
    waiting = [row for row in rows if row.waits_for_party]
    told = [
        row
        for row in rows
        if not row.waits_for_party and row.was_moved_by_authority and row.last_at >= since
    ]
    return [*waiting, *told][:rows_max]


def whole_case(parts: Services, actor: Actor, case_id: UUID) -> WholeCase:
    """Return a case with everything on its page; raises `NotFound` for another party's."""
    row, steps = case_for(parts, actor, case_id)
    rows_max = parts.settings.credit_told_max
    with reading(parts.engine) as connection:
        facts = facts_of(connection, parts.log, row.subject_id, rows_max=rows_max)
        asked = ApplicationQuery(day=today(parts), subject_id=row.subject_id, rows_max=rows_max)
        used = applications_of(connection, parts.log, asked).applications
        stand_again = standing_again(connection, parts.log, used, today(parts))
        not_yours = _not_yours(connection, parts, actor, row, steps)
        advice = advice_about(connection, parts.log, book_of(parts), row, today(parts))
        changed_by = _changed_by(connection, parts, row)
        own = Choice(subject_id=row.subject_id, rows_max=parts.settings.page_size_max)
        beside = [one for one in desk_page(connection, parts.log, own).rows if one.id != row.id]
    # What a listing made is an entry under an id that follows from the case.
    about = {*row.fact_ids, listed_id(row.id)}
    return WholeCase(
        row=row,
        steps=steps,
        facts=[one for one in facts if one.id in about],
        applications=[one for one in used if about & set(one.fact_ids)],
        not_yours=not_yours,
        advice=advice,
        changed_by=changed_by,
        beside=beside,
        stand_again=stand_again,
    )


def _changed_by(connection: Connection, parts: Services, row: CaseRow) -> frozenset[int]:
    fact = CREDIT_FACT.c
    statement = select(fact.seq).where(fact.log == parts.log, fact.id.in_(row.fact_ids))
    return frozenset(connection.execute(statement).scalars())


def _not_yours(
    connection: Connection, parts: Services, actor: Actor, row: CaseRow, steps: Sequence[StepRow]
) -> str:
    """Return why an authority does not decide in a case; "" for whoever does, or is none."""
    if actor.role is not Role.AUTHORITY or not steps:
        return ""
    fact = CREDIT_FACT.c
    statement = select(CREDIT_FACT).where(
        fact.log == parts.log, fact.id.in_(row.fact_ids), fact.is_latest
    )
    facts = list(connection.execute(statement))
    try:
        require_competent(connection, parts.log, actor, steps[0].note, facts, steps[0].actor)
    except Forbidden as refusal:
        return refusal.message
    except InvalidInput:
        # What is wrong with what the case says is told when it is decided.
        return ""
    return ""
