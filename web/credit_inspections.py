"""Draws and inspections as the interface and the pages ask for them.

One rule: everything that is changed is an entry first; a draw is checked from the entries alone.
"""

from dataclasses import dataclass
from uuid import UUID

from base.db import reading
from base.errors import NotFound
from credit.folding.projector import bring_up_credit
from credit.inspecting.checking import marks_drawn, problems_of_draw
from credit.inspecting.committing import DrawAsked, DrawDesk, commit_draw, make_draw
from credit.inspecting.drawing import read_pool
from credit.inspecting.entries import ResultNote, result_of
from credit.inspecting.reading import (
    DrawPage,
    DrawRow,
    InspectionPage,
    InspectionQuery,
    InspectionRow,
    draws_page,
    inspections_page,
    read_draw,
    read_inspection,
)
from credit.inspecting.results import ResultAsked, record_result
from credit.intake.files import read_file
from credit.looking_up import subjects_by_id
from ledger.batch import Idempotency
from ledger.store import read_entries
from parties.actors import Actor
from web.credit import book_of
from web.credit_cases import subject_for
from web.credit_reading import brought_up, caught_up
from web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMark:
    """A party's mark in a draw, with the salt that makes it; `risk_class` "" is not in the pool."""

    mark: str
    salt: bytes
    risk_class: str
    is_drawn: bool


def draw_desk(parts: Services) -> DrawDesk:
    """Return the desk at which inspections are drawn and their results recorded."""
    return DrawDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        secret=parts.secret,
        folder=parts.settings.effective_files_dir,
        book=book_of(parts),
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )


def draws_for(parts: Services, *, after: str = "") -> DrawPage:
    """Return a page of draws, the newest first; raises `InvalidInput` for a wrong `after`."""
    brought_up(parts)
    rows_max = parts.settings.page_size_max
    with reading(parts.engine) as connection:
        return draws_page(connection, parts.log, after=after, rows_max=rows_max)


def draw_for(parts: Services, draw_id: UUID) -> DrawRow:
    """Return a draw; raises `NotFound`."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        return read_draw(connection, parts.log, draw_id)


def commit_for(
    parts: Services, actor: Actor, asked: DrawAsked, *, idempotency: Idempotency | None
) -> DrawRow:
    """Fix pool and seed of a draw; raises what `commit_draw` raises."""
    caught_up(parts)
    return commit_draw(draw_desk(parts), actor, asked, idempotency=idempotency)


def make_for(parts: Services, actor: Actor, draw_id: UUID, value: str) -> DrawRow:
    """Draw with the public value; raises what `make_draw` raises."""
    caught_up(parts)
    return make_draw(draw_desk(parts), actor, draw_id, value)


def pool_for(parts: Services, draw_id: UUID) -> bytes:
    """Return the file of a draw's pool; raises `NotFound`."""
    return read_file(parts.settings.effective_files_dir, draw_for(parts, draw_id).pool_hash)


def marks_for(parts: Services, draw_id: UUID) -> list[str]:
    """Return the marks of those who were drawn, in the order of the draw."""
    with reading(parts.engine) as connection:
        return marks_drawn(connection, parts.log, draw_id)


def mark_for(parts: Services, actor: Actor, draw_id: UUID, uscc: str) -> OwnMark:
    """Return the mark of a party in a draw; raises `NotFound` for one that is not the actor's."""
    row, log = draw_for(parts, draw_id), parts.log
    with reading(parts.engine) as connection:
        subject_id = subject_for(connection, parts, actor, uscc)
        known = {} if subject_id is None else subjects_by_id(connection, log, {subject_id})
        if not known:
            raise NotFound("Nothing was told of this party.")
        (code,) = (card.code for card in known.values())
        drawn = marks_drawn(connection, log, draw_id)
    marks = draw_desk(parts).marks_of(draw_id)
    mark = marks.mark_of(code)
    pool = read_pool(read_file(parts.settings.effective_files_dir, row.pool_hash))
    return OwnMark(
        mark=mark,
        salt=marks.salt_of(code),
        risk_class=pool.parties.get(mark, ""),
        is_drawn=mark in drawn,
    )


def check_for(parts: Services, draw_id: UUID) -> list[str]:
    """Return what is wrong with a draw; nothing where everything fits."""
    draw_for(parts, draw_id)
    with reading(parts.engine) as connection:
        folder = parts.settings.effective_files_dir
        return problems_of_draw(connection, parts.log, draw_id, folder)


def inspections_for(parts: Services, query: InspectionQuery) -> InspectionPage:
    """Return a page of inspections, those without a result first.

    Raises `InvalidInput` for a wrong `after`.
    """
    brought_up(parts)
    with reading(parts.engine) as connection:
        return inspections_page(connection, parts.log, query)


def inspection_for(parts: Services, inspection_id: UUID) -> InspectionRow:
    """Return an inspection; raises `NotFound`."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        return read_inspection(connection, parts.log, inspection_id)


def result_for(parts: Services, row: InspectionRow) -> ResultNote | None:
    """Return what was recorded of an inspection, as its entry holds it; None before."""
    if row.result_seq is None:
        return None
    with reading(parts.engine) as connection:
        return result_of(read_entries(connection, parts.log, [row.result_seq])[row.result_seq])


def record_for(
    parts: Services, actor: Actor, asked: ResultAsked, *, idempotency: Idempotency | None
) -> InspectionRow:
    """Record the result of an inspection; raises what `record_result` raises."""
    caught_up(parts)
    return record_result(draw_desk(parts), actor, asked, idempotency=idempotency)
