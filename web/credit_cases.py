"""Records and cases of credit as the interface and the pages ask for them.

One rule: a producer reads and moves what is about its own party alone; what is another's is not
there for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from trace.recall.workdays import workdays_after
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from credit.cases.kinds import case_kinds
from credit.cases.model import CaseNote
from credit.cases.reading import CasePage, CaseQuery, CaseRow, StepRow, cases_of, read_case
from credit.cases.taking import CaseDesk, take_step
from credit.folding.projector import bring_up_credit
from credit.judging.standing import stands_as
from credit.records import FactRow, facts_of
from credit.refusal_words import sentence_zh
from credit.subjects import (
    code_of_party,
    named_by_code,
    subject_of_code,
    subject_of_party,
    subject_then,
)
from ledger.batch import Idempotency
from parties.actors import Actor, Role
from web.credit import book_of, today
from web.credit_reading import brought_up, caught_up
from web.services import Services


def case_desk(parts: Services) -> CaseDesk:
    """Return the desk at which steps are taken."""
    return CaseDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        book=book_of(parts),
        workdays=workdays_after,
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )


def record_for(
    parts: Services, actor: Actor, uscc: str, *, known_at: datetime | None = None
) -> tuple[UUID | None, list[FactRow]]:
    """Return the record of the party asked for, or a producer's own; None and nothing if untold.

    It is that of now, or as it was known at an instant.
    """
    brought_up(parts)
    with reading(parts.engine) as connection:
        subject_id = subject_for(connection, parts, actor, uscc, known_at=known_at)
        if subject_id is None:
            return None, []
        rows_max = parts.settings.credit_told_max
        found = facts_of(connection, parts.log, subject_id, rows_max=rows_max, known_at=known_at)
        return subject_id, found


def open_case_for(
    parts: Services, actor: Actor, note: CaseNote, *, uscc: str, idempotency: Idempotency | None
) -> CaseRow:
    """Open a case about facts of a party; raises what `take_step` raises."""
    caught_up(parts)
    with reading(parts.engine) as connection:
        subject_id = _named_for(connection, parts, actor, uscc)
    kind = case_kinds().get(note.kind)
    if kind is None:
        kinds = ", ".join(case_kinds())
        raise _refusal("kind", f"There is no such kind of case; use one of {kinds}.")
    if subject_id is None:
        raise NotFound("Nothing was told of such a party.")
    begun = replace(note, step=kind.begins, subject_id=subject_id)
    take_step(case_desk(parts), actor, begun, idempotency=idempotency)
    return case_for(parts, actor, note.case_id)[0]


def take_step_for(
    parts: Services, actor: Actor, note: CaseNote, *, idempotency: Idempotency | None
) -> CaseRow:
    """Take a step of a case; raises `NotFound` where it is not this actor's to see."""
    caught_up(parts)
    row, _steps = case_for(parts, actor, note.case_id)
    told = replace(note, kind=row.kind.id, subject_id=row.subject_id, fact_ids=row.fact_ids)
    take_step(case_desk(parts), actor, told, idempotency=idempotency)
    return case_for(parts, actor, note.case_id)[0]


def case_for(parts: Services, actor: Actor, case_id: UUID) -> tuple[CaseRow, Sequence[StepRow]]:
    """Return a case and its steps; raises `NotFound` for another party's."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        row, steps = read_case(connection, parts.log, case_id)
        if actor.role is Role.PRODUCER:
            own = _own_subject(connection, parts, actor)
            if own != row.subject_id:
                raise NotFound("There is no case with that id.")
    return row, steps


def cases_for(
    parts: Services, actor: Actor, *, only_open: bool, only_overdue: bool, after: str
) -> CasePage:
    """Return a page of the cases of the desk: everybody's, or a producer's own."""
    brought_up(parts)
    query = CaseQuery(
        only_open=only_open,
        overdue_on=today(parts) if only_overdue else None,
        after=after,
        rows_max=parts.settings.page_size_max,
    )
    with reading(parts.engine) as connection:
        if actor.role is Role.PRODUCER:
            own = _own_subject(connection, parts, actor)
            if own is None:
                return CasePage(cases=(), next_after="")
            query = replace(query, subject_id=own)
        return cases_of(connection, parts.log, query)


def subject_for(
    connection: Connection,
    parts: Services,
    actor: Actor,
    uscc: str,
    *,
    known_at: datetime | None = None,
) -> UUID | None:
    """Return whose record is asked for: a producer's own, else the party's of the code.

    Of an earlier instant it is whom the code named then, with whom its record stood. None where
    nothing was told of it. Raises `NotFound` for a code that is not the producer's own,
    `InvalidInput` for none at all.
    """
    if actor.role is Role.PRODUCER:
        own = _own_subject(connection, parts, actor)
        if uscc and own != subject_of_code(connection, parts.log, uscc):
            raise NotFound("There is no such record of yours.")
        return own if own is None else _own_then(connection, parts, actor, own, known_at)
    if not uscc:
        raise _refusal("uscc", "Say by its social credit code which party is meant.")
    return subject_then(connection, parts.log, uscc, known_at)


def _own_then(
    connection: Connection, parts: Services, actor: Actor, own: UUID, known_at: datetime | None
) -> UUID:
    """Return whom a producer's code named at an instant, unless that is another party by now."""
    code = None if actor.party_id is None else code_of_party(connection, actor.party_id)
    then = None if code is None else subject_then(connection, parts.log, code, known_at)
    is_own = then is not None and stands_as(connection, parts.log, then) == own
    return then if then is not None and is_own else own


def _named_for(connection: Connection, parts: Services, actor: Actor, uscc: str) -> UUID | None:
    """Return for whom a case is opened: whom the code names, even where it stands with another."""
    if subject_for(connection, parts, actor, uscc) is None:
        return None
    own = None if actor.party_id is None else code_of_party(connection, actor.party_id)
    code = own if actor.role is Role.PRODUCER else uscc
    return None if code is None else named_by_code(connection, parts.log, code)


def _own_subject(connection: Connection, parts: Services, actor: Actor) -> UUID | None:
    if actor.party_id is None:
        return None
    return subject_of_party(connection, parts.log, actor.party_id)


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="invalid", message=message, message_zh=sentence_zh(message))
    return InvalidInput(message, problems=(problem,))
