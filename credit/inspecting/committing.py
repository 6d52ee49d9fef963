"""A draw in two acts: first the hash of its seed and its pool, then the seed and who was drawn.

The rule that must stay true: seed and pool are fixed by an entry before the public value is known,
and the draw is nobody's choice after it; it is made once.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import Conflict, InvalidInput, Problem
from base.installation_secret import InstallationSecret
from credit.inspecting.drawing import (
    Drawn,
    Pool,
    draw,
    is_inspector,
    pool_bytes,
    read_pool,
)
from credit.inspecting.entries import (
    CommitNote,
    DrawnNote,
    commit_draft,
    drawn_draft,
)
from credit.inspecting.marks import Marks, codes_by_mark
from credit.inspecting.orders import Order, inspection_number
from credit.inspecting.plans import Plan, plan_on
from credit.inspecting.pool import PoolAsked, pool_parties, subjects_by_code
from credit.inspecting.reading import DrawRow, read_draw
from credit.inspecting.tables import CREDIT_INSPECTION, TITLE_CHARS_MAX
from credit.intake.files import keep_file, read_file
from credit.refusal_words import sentence_zh
from credit.rulebook.model import Book
from ledger.batch import Batch, Idempotency
from ledger.journal import Journal
from parties.actors import Actor
from parties.ids import id_of_hash

_ORDERS_AT_ONCE: Final = 200
_PURPOSE: Final = "credit-draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawDesk:
    """What a draw needs. Pools are kept in `folder`; seeds are derived from the secret."""

    journal: Journal
    clock: Clock
    secret: InstallationSecret
    folder: Path
    book: Book
    bring_up: Callable[[], object]

    def today(self) -> date:
        """Return the day that it is in China."""
        return self.clock.now().astimezone(CIVIL_ZONE).date()

    def seed_of(self, draw_id: UUID) -> bytes:
        """Return the seed of a draw: nobody has to keep it, and nobody knows it beforehand."""
        return self.secret.key_for(f"{_PURPOSE} {draw_id}")

    def marks_of(self, draw_id: UUID) -> Marks:
        """Return what makes the marks of a draw."""
        return Marks(key=self.secret.key_for(f"{_PURPOSE}-marks {draw_id}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawAsked:
    """A draw that is asked for. `beacon` names the public value to come, such as a lottery's."""

    draw_id: UUID
    title: str
    plan: str
    pool: PoolAsked
    inspectors: Sequence[str]
    beacon: str
    due_on: date


def commit_draw(
    desk: DrawDesk, actor: Actor, asked: DrawAsked, *, idempotency: Idempotency | None = None
) -> DrawRow:
    """Fix pool and seed of a draw; raises `InvalidInput` with the field that is wrong."""
    desk.bring_up()
    plan = _plan(asked.plan, desk.today())
    _require_said(asked, plan, desk.today())
    log = desk.journal.log
    with reading(desk.journal.engine) as connection:
        found = pool_parties(connection, log, plan, asked.pool, desk.book, desk.today())
    if not found.parties:
        raise _refusal("pool", "empty", "There is nobody in this pool.")
    marks = desk.marks_of(asked.draw_id)
    pool = Pool(
        plan=plan.name,
        each=plan.inspectors,
        shares=found.shares,
        parties={marks.mark_of(code): name for code, name in found.parties.items()},
        inspectors=tuple(sorted(asked.inspectors)),
    )
    body = pool_bytes(pool)
    # What nobody could read back would be a draw that nobody could check.
    read_pool(body)
    note = CommitNote(
        draw_id=asked.draw_id,
        title=asked.title.strip(),
        plan=plan.name,
        seed_hash=sha256(desk.seed_of(asked.draw_id)).digest(),
        pool_hash=keep_file(desk.folder, body),
        party_count=len(found.parties),
        inspector_count=len(asked.inspectors),
        beacon=asked.beacon.strip(),
        due_on=asked.due_on,
    )
    desk.journal.append(
        Batch(
            actor=actor.id,
            subject=str(asked.draw_id),
            drafts=(commit_draft(note),),
            idempotency=idempotency,
        )
    )
    desk.bring_up()
    return _read(desk, asked.draw_id)


def make_draw(desk: DrawDesk, actor: Actor, draw_id: UUID, value: str) -> DrawRow:
    """Draw with the public value that has become known; raises `Conflict` where it was drawn.

    The same value again is the same draw; one that died between its entries goes on. Of two at one
    moment each adds what the other has not ordered yet, and nothing is ordered twice.
    """
    desk.bring_up()
    known = _read(desk, draw_id)
    told = value.strip()
    if not told or len(told) > TITLE_CHARS_MAX:
        raise _refusal("value", "required", "Name the public value, as it was announced.")
    if _is_made(desk, known, told):
        return known
    pool = read_pool(read_file(desk.folder, known.pool_hash))
    drawn = draw(pool, seed=desk.seed_of(draw_id), value=told)
    pairs = list(zip(drawn, _orders(desk, known, drawn), strict=True))
    while not _is_made(desk, known, told):
        note = _next_note(desk, draw_id, told, pairs)
        if known.seed is not None and not note.orders:
            # It lacks nothing of its own: the check tells of what is there beside it.
            return known
        batch = Batch(actor=actor.id, subject=str(draw_id), drafts=(drawn_draft(note),))
        # Somebody else draws, too, and was first: what he ordered is not lacking any more.
        with suppress(Conflict):
            desk.journal.append(batch)
        desk.bring_up()
        known = _read(desk, draw_id)
    return known


def _is_made(desk: DrawDesk, known: DrawRow, value: str) -> bool:
    """Return whether a draw has all its entries; raises `Conflict` where it has another value."""
    if known.seed is None:
        return False
    if known.value != value:
        raise Conflict("This draw was made already, with another value.")
    return len(_ordered(desk, known.id)) == known.drawn_count


def _next_note(
    desk: DrawDesk, draw_id: UUID, value: str, pairs: Sequence[tuple[Drawn, Order]]
) -> DrawnNote:
    """Return the next entry of a draw: entries are in its order, and so are those it lacks."""
    there = _ordered(desk, draw_id)
    some = [pair for pair in pairs if pair[1].id not in there][:_ORDERS_AT_ONCE]
    return DrawnNote(
        draw_id=draw_id,
        seed=desk.seed_of(draw_id),
        value=value,
        drawn_count=len(pairs),
        marks=tuple(one.mark for one, _ in some),
        orders=tuple(order for _, order in some),
    )


def _ordered(desk: DrawDesk, draw_id: UUID) -> frozenset[UUID]:
    with reading(desk.journal.engine) as connection:
        statement = select(CREDIT_INSPECTION.c.id).where(
            CREDIT_INSPECTION.c.log == desk.journal.log, CREDIT_INSPECTION.c.draw_id == draw_id
        )
        return frozenset(connection.execute(statement).scalars())


def _orders(desk: DrawDesk, known: DrawRow, drawn: Sequence[Drawn]) -> list[Order]:
    marks, log = desk.marks_of(known.id), desk.journal.log
    with reading(desk.journal.engine) as connection:
        codes = codes_by_mark(connection, log, marks, [one.mark for one in drawn])
        subjects = subjects_by_code(connection, log, list(codes.values()))
    if len(codes) < len(drawn):
        raise Conflict("Whoever stands in the pool under one of the marks drawn is not known here.")
    # The day of the commitment: a draw that goes on tomorrow gives the numbers of today.
    day = known.committed_at.astimezone(CIVIL_ZONE).date()
    found = []
    for one in drawn:
        code = codes[one.mark]
        # The same draw made again orders the same inspections.
        own = id_of_hash(sha256(f"draw\n{known.id}\n{code}".encode()).digest())
        found.append(
            Order(
                id=own,
                number=inspection_number(day, own),
                subject_id=subjects[code],
                code=code,
                due_on=known.due_on,
                risk_class=one.risk_class,
                inspectors=one.inspectors,
                salt=marks.salt_of(code),
            )
        )
    return found


def _plan(plan_id: str, day: date) -> Plan:
    try:
        return plan_on(plan_id, day)
    except KeyError:
        raise _refusal("plan", "unknown", "There is no such plan in force.") from None


def _require_said(asked: DrawAsked, plan: Plan, today: date) -> None:
    for name in ("title", "beacon"):
        if not 1 <= len(getattr(asked, name).strip()) <= TITLE_CHARS_MAX:
            raise _refusal(name, "required", f"Has 1 to {TITLE_CHARS_MAX} characters.")
    if not all(map(is_inspector, asked.inspectors)):
        message = "An inspector is named by the number of a certificate: letters, digits, hyphens."
        raise _refusal("inspectors", "shape", message)
    if len(set(asked.inspectors)) != len(asked.inspectors):
        raise _refusal("inspectors", "twice", "An inspector is named once.")
    if len(asked.inspectors) < plan.inspectors:
        message = f"At least {plan.inspectors} inspectors are needed."
        raise _refusal("inspectors", "few", message)
    if asked.due_on < today:
        raise _refusal("due_on", "past", "Inspections are due on a day to come.")


def _read(desk: DrawDesk, draw_id: UUID) -> DrawRow:
    with reading(desk.journal.engine) as connection:
        return read_draw(connection, desk.journal.log, draw_id)


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message, message_zh=sentence_zh(message))
    return InvalidInput(message, problems=(problem,))
