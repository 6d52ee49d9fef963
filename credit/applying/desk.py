"""Applies a measure, or refuses it: the gate. Takes the receipt once it is lifted.

The rule that must stay true: no measure is applied whose own row of law is not in force that day,
or that is not meant for what the party was known by that day; the refusal says which of the two.
What is sent again is answered the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from trace.page_tokens import read_token, write_token
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound, Problem
from credit.applying.entries import (
    AppliedNote,
    LiftedNote,
    applied_draft,
    applied_of,
    lifted_draft,
    lifted_of,
)
from credit.applying.once import same_in_use
from credit.judging.standing import stands_as, stood_at
from credit.offices import colleagues_of
from credit.personal_texts import require_nobody
from credit.rulebook.model import Book
from credit.rules.measures import Refusal, refusal_of
from credit.standing import basis_of, standing_of
from credit.tables import CREDIT_APPLICATION
from ledger.batch import Batch, Idempotency
from ledger.draft import Draft
from ledger.journal import Journal
from ledger.store import StoredEntry, read_entries
from parties.actors import Actor

_SEQ_BYTES: Final = 8
_INSTANT: Final = timedelta(microseconds=1)
_WORDS: Final = {
    Refusal.UNKNOWN: "There is no such measure in the rulebook.",
    Refusal.NOT_IN_FORCE: "The row of law that this measure stands on is not in force on that day.",
    Refusal.UNREAD: "Nobody has read the row of law of this measure: it stands on memory alone.",
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
    """A measure in use. `must_lift` where its basis fell away and no receipt has come yet.

    A basis falls away with its facts, and on the day on which their time is up.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationPage:
    """Some measures in use, the oldest first; `next_after` is "" on the last page."""

    applications: tuple[Application, ...]
    next_after: str


def apply_measure(
    desk: ApplyingDesk,
    actor: Actor,
    note: AppliedNote,
    *,
    idempotency: Idempotency | None = None,
) -> Application:
    """Record that a measure was applied, and return it; `note.fact_ids` is filled in here.

    Raises `InvalidInput` with the reason where the gate refuses it, and `Conflict` where its id
    stands for another application, or the same office has the same measure in use already in the
    same matter under the same file number.
    """
    desk.bring_up()
    known = _known(desk, note.application_id)
    if known is None:
        require_nobody({"reference": note.reference})
        facts = _pass_gate(desk, note)
        _refuse_twice(desk, actor, note)
        draft = applied_draft(replace(note, fact_ids=facts))
        try:
            _append(desk, actor, note.application_id, draft, idempotency)
        except Conflict:
            # Somebody was first at this very moment: with the same report, or with another of it.
            desk.bring_up()
            if _known(desk, note.application_id) is None:
                _refuse_twice(desk, actor, note)
                raise
        known = _read(desk, note.application_id)
    entry = _entry(desk, known.seq)
    told = replace(applied_of(entry), fact_ids=note.fact_ids)
    if entry.header.actor != actor.id or told != note:
        message = "This id stands for another application of a measure."
        raise Conflict(message, problems=(_problem("id", "other_application", message),))
    return known


def _pass_gate(desk: ApplyingDesk, note: AppliedNote) -> tuple[UUID, ...]:
    """Return the facts that a measure stands on; raises `InvalidInput` where it may not be."""
    day, log = note.applied_on, desk.journal.log
    today = desk.today()
    if day > today:
        raise _refusal("on", "future", "A measure is not applied before its day.")
    # What came to be known later bound nobody on a day that lies behind.
    known_at = None if day == today else _end_of(day)
    with reading(desk.journal.engine) as connection:
        if known_at is None:
            subject_id = stands_as(connection, log, note.subject_id)
        else:
            subject_id = stood_at(connection, log, note.subject_id, known_at)
        standing = standing_of(connection, log, subject_id, day, known_at=known_at)
        why = refusal_of(desk.book, note.measure, standing, note.matter, day)
        if why is not None:
            raise _refusal("measure", why.value, _WORDS[why])
        measure = desk.book.measures[note.measure]
        basis = basis_of(connection, log, subject_id, measure, day, known_at=known_at)
    return () if basis is None else basis.fact_ids


def _refuse_twice(desk: ApplyingDesk, actor: Actor, note: AppliedNote) -> None:
    """Refuse what its office reported before: it would have to be lifted twice."""
    with reading(desk.journal.engine) as connection:
        entry = same_in_use(connection, desk.journal.log, actor.id, note)
    if entry is not None:
        raise _applied_already(entry)


def _applied_already(entry: StoredEntry) -> Conflict:
    told = applied_of(entry)
    day, seq = told.applied_on.isoformat(), entry.seq
    message = f"It is in use already since {day}, as application {told.application_id} in entry"
    zh = f"这项措施已于{day}报告适用（账本条目{seq}），尚未解除；另一件事项请写明其案卷号。"
    problem = Problem(
        path="reference", code="applied_already", message=f"{message} {seq}.", message_zh=zh
    )
    return Conflict(problem.message, problems=(problem,))


def lift_measure(
    desk: ApplyingDesk, actor: Actor, note: LiftedNote, *, idempotency: Idempotency | None = None
) -> Application:
    """Record the receipt of whoever applied a measure, or acts in the same office since.

    One that still binds is given up with a reason. Raises `NotFound` for another office's,
    `InvalidInput` for a day on which it cannot have been lifted or without that reason, and
    `Conflict` where another receipt was given before.
    """
    desk.bring_up()
    known = _read(desk, note.application_id)
    with reading(desk.journal.engine) as connection:
        colleagues = colleagues_of(connection, actor.id)
    if colleagues is not None and known.actor not in colleagues:
        raise _no_application("There is no measure of yours in use under this id.")
    if known.lifted_seq is None:
        if not known.applied_on <= note.lifted_on <= desk.today():
            message = "A measure is lifted on a day from its application to today."
            raise _refusal("on", "period", message)
        if not known.must_lift and not note.reason.strip():
            raise _still_binds()
        require_nobody({"reference": note.reference, "reason": note.reason})
        _append(desk, actor, note.application_id, lifted_draft(note), idempotency)
        known = _read(desk, note.application_id)
    if known.lifted_seq is None or lifted_of(_entry(desk, known.lifted_seq)) != note:
        message = "It was lifted already."
        raise Conflict(message, problems=(_problem("id", "lifted", message),))
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationQuery:
    """Which measures in use: of those who applied them, to one party, those to be lifted on a day.

    `only_open` leaves out what was lifted; `after` is the `next_after` of the page before.
    """

    day: date
    actors: frozenset[str] | None = None
    subject_id: UUID | None = None
    only_to_lift: bool = False
    only_open: bool = False
    after: str = ""
    rows_max: int


def applications_of(connection: Connection, log: int, query: ApplicationQuery) -> ApplicationPage:
    """Return measures in use, the oldest first; raises `InvalidInput` for a page there is not."""
    statement = _select(log)
    if query.actors is not None:
        statement = statement.where(CREDIT_APPLICATION.c.actor.in_(sorted(query.actors)))
    if query.subject_id is not None:
        statement = statement.where(CREDIT_APPLICATION.c.subject_id == query.subject_id)
    if query.only_open:
        statement = statement.where(CREDIT_APPLICATION.c.lifted_seq.is_(None))
    if query.only_to_lift:
        statement = statement.where(is_to_lift(query.day))
    if query.after:
        (last,) = read_token(query.after, _SEQ_BYTES)
        statement = statement.where(CREDIT_APPLICATION.c.seq > int.from_bytes(last, "big"))
    statement = statement.order_by(CREDIT_APPLICATION.c.seq).limit(query.rows_max + 1)
    rows = list(connection.execute(statement))
    found = tuple(_application(row, query.day) for row in rows[: query.rows_max])
    is_last = len(rows) <= query.rows_max
    token = "" if is_last else write_token(found[-1].seq.to_bytes(_SEQ_BYTES, "big"))
    return ApplicationPage(applications=found, next_after=token)


def is_to_lift(day: date) -> ColumnElement[bool]:
    """Return the condition under which a measure has to be lifted by a day, and was not."""
    row = CREDIT_APPLICATION.c
    return and_(or_(row.must_lift_since.is_not(None), row.over_on <= day), row.lifted_seq.is_(None))


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


def application_of(
    connection: Connection, log: int, application_id: UUID, *, day: date
) -> Application | None:
    """Return a measure in use as it stands on a day, None where there is none with that id."""
    own = CREDIT_APPLICATION.c.id == application_id
    row = connection.execute(_select(log).where(own)).one_or_none()
    return None if row is None else _application(row, day)


def _known(desk: ApplyingDesk, application_id: UUID) -> Application | None:
    with reading(desk.journal.engine) as connection:
        return application_of(connection, desk.journal.log, application_id, day=desk.today())


def _read(desk: ApplyingDesk, application_id: UUID) -> Application:
    found = _known(desk, application_id)
    if found is None:
        raise _no_application("There is no measure in use under this id.")
    return found


def _entry(desk: ApplyingDesk, seq: int) -> StoredEntry:
    with reading(desk.journal.engine) as connection:
        return read_entries(connection, desk.journal.log, [seq])[seq]


def _select(log: int) -> Select[*tuple[Any, ...]]:
    return select(CREDIT_APPLICATION).where(CREDIT_APPLICATION.c.log == log)


def _application(row: Row[*tuple[Any, ...]], day: date) -> Application:
    ended = [] if row.must_lift_since is None else [row.must_lift_since]
    if row.over_on is not None and row.over_on <= day:
        ended.append(datetime.combine(row.over_on, time(), tzinfo=CIVIL_ZONE))
    return Application(
        id=row.id,
        subject_id=row.subject_id,
        measure=row.measure,
        matter=row.matter,
        fact_ids=tuple(UUID(one) for one in row.facts.split()),
        actor=row.actor,
        applied_on=row.applied_on,
        seq=row.seq,
        must_lift_since=min(ended, default=None),
        lifted_on=row.lifted_on,
        lifted_seq=row.lifted_seq,
    )


def _end_of(day: date) -> datetime:
    """Return the last instant of a day in China."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=CIVIL_ZONE) - _INSTANT


def _still_binds() -> InvalidInput:
    message = "The measure still binds: say why it is lifted all the same."
    zh = "这项措施的依据仍然有效：提前解除请写明理由。"
    problem = Problem(path="reason", code="still_binds", message=message, message_zh=zh)
    return InvalidInput(message, problems=(problem,))


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(_problem(path, code, message),))


def _no_application(message: str) -> NotFound:
    return NotFound(message, problems=(_problem("id", "no_application", message),))


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, message=message)
