"""Applies a measure, or refuses it: the gate. Takes the receipt once it is lifted.

The rule that must stay true: no measure is applied whose own row of law is not in force that day,
or that is not meant for what the party is known by; the refusal says which of the two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound, Problem
from credit.applying.entries import AppliedNote, LiftedNote, applied_draft, lifted_draft
from credit.checking import basis_of, standing_of
from credit.rulebook.model import Book
from credit.rules.measures import Refusal, refusal_of
from credit.tables import CREDIT_APPLICATION
from ledger.batch import Batch, Idempotency
from ledger.draft import Draft
from ledger.journal import Journal
from parties.actors import Actor

_WORDS: Final = {
    Refusal.UNKNOWN: "There is no such measure in the rulebook.",
    Refusal.NOT_IN_FORCE: "The row of law that this measure stands on is not in force on that day.",
    Refusal.OTHER_MATTER: "This measure does not bear on that matter.",
    Refusal.NOT_MEANT: "Nothing that the party is known by calls for this measure.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyingDesk:
    """What applying a measure needs. `bring_up` makes what was appended count."""

    journal: Journal
    clock: Clock
    book: Book
    bring_up: Callable[[], object]

    def today(self) -> date:
        """Return the day that it is in China."""
        return self.clock.now().astimezone(CIVIL_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A measure in use. `must_lift` where its basis fell away and no receipt has come yet."""

    id: UUID
    subject_id: UUID
    measure: str
    matter: str
    fact_ids: tuple[UUID, ...]
    actor: str
    applied_on: date
    seq: int
    must_lift_since: datetime | None
    lifted_on: date | None
    lifted_seq: int | None

    @property
    def must_lift(self) -> bool:
        """Return whether whoever applied it still has to lift it."""
        return self.must_lift_since is not None and self.lifted_seq is None


def apply_measure(
    desk: ApplyingDesk,
    actor: Actor,
    note: AppliedNote,
    *,
    idempotency: Idempotency | None = None,
) -> Application:
    """Record that a measure was applied, and return it; `note.fact_ids` is filled in here.

    Raises `InvalidInput` with the reason where the gate refuses it.
    """
    desk.bring_up()
    day = note.applied_on
    if day > desk.today():
        raise _refusal("day", "future", "A measure is not applied before its day.")
    with reading(desk.journal.engine) as connection:
        standing = standing_of(connection, desk.journal.log, note.subject_id, day)
        why = refusal_of(desk.book, note.measure, standing, note.matter, day)
        if why is not None:
            raise _refusal("measure", why.value, _WORDS[why])
        measure = desk.book.measures[note.measure]
        facts = basis_of(connection, desk.journal.log, note.subject_id, measure, day)
    _append(desk, actor, note.application_id, applied_draft(_with(note, facts)), idempotency)
    return _read(desk, note.application_id)


def lift_measure(
    desk: ApplyingDesk, actor: Actor, note: LiftedNote, *, idempotency: Idempotency | None = None
) -> Application:
    """Record the receipt of whoever applied a measure; raises `NotFound` for another's."""
    desk.bring_up()
    known = _read(desk, note.application_id)
    if known.actor != actor.id:
        raise NotFound("There is no measure of yours in use under this id.")
    if known.lifted_seq is not None and idempotency is None:
        raise Conflict("It was lifted already.")
    _append(desk, actor, note.application_id, lifted_draft(note), idempotency)
    return _read(desk, note.application_id)


def applications_of(
    connection: Connection,
    log: int,
    *,
    actor: str | None = None,
    subject_id: UUID | None = None,
    only_to_lift: bool = False,
    rows_max: int,
) -> list[Application]:
    """Return measures in use, the oldest first: of one who applied them, or to one party."""
    statement = _select(log)
    if actor is not None:
        statement = statement.where(CREDIT_APPLICATION.c.actor == actor)
    if subject_id is not None:
        statement = statement.where(CREDIT_APPLICATION.c.subject_id == subject_id)
    if only_to_lift:
        statement = statement.where(
            CREDIT_APPLICATION.c.must_lift_since.is_not(None),
            CREDIT_APPLICATION.c.lifted_seq.is_(None),
        )
    statement = statement.order_by(CREDIT_APPLICATION.c.seq).limit(rows_max)
    return [_application(row) for row in connection.execute(statement)]


def _with(note: AppliedNote, facts: Sequence[UUID]) -> AppliedNote:
    return AppliedNote(
        application_id=note.application_id,
        subject_id=note.subject_id,
        measure=note.measure,
        matter=note.matter,
        fact_ids=tuple(facts),
        applied_on=note.applied_on,
        reference=note.reference,
    )


def _append(
    desk: ApplyingDesk,
    actor: Actor,
    application_id: UUID,
    draft: Draft,
    idempotency: Idempotency | None,
) -> None:
    desk.journal.append(
        Batch(
            actor=actor.id,
            subject=str(application_id),
            drafts=(draft,),
            idempotency=idempotency,
        )
    )
    desk.bring_up()


def _read(desk: ApplyingDesk, application_id: UUID) -> Application:
    with reading(desk.journal.engine) as connection:
        own = CREDIT_APPLICATION.c.id == application_id
        row = connection.execute(_select(desk.journal.log).where(own)).one_or_none()
    if row is None:
        raise NotFound("There is no measure in use under this id.")
    return _application(row)


def _select(log: int) -> Select[*tuple[Any, ...]]:
    return select(CREDIT_APPLICATION).where(CREDIT_APPLICATION.c.log == log)


def _application(row: Row[*tuple[Any, ...]]) -> Application:
    return Application(
        id=row.id,
        subject_id=row.subject_id,
        measure=row.measure,
        matter=row.matter,
        fact_ids=tuple(UUID(one) for one in row.facts.split()),
        actor=row.actor,
        applied_on=row.applied_on,
        seq=row.seq,
        must_lift_since=row.must_lift_since,
        lifted_on=row.lifted_on,
        lifted_seq=row.lifted_seq,
    )


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code=code, message=message),))
