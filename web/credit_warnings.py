"""Early warnings as the interface and the pages ask for them.

One rule: an authority and an auditor read them; whom a party trades with is nobody else's to see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from base.db import reading
from base.errors import InvalidInput, Problem
from credit.folding.projector import bring_up_credit
from credit.nightly.tables import CREDIT_NIGHT
from credit.refusal_words import sentence_zh
from credit.subjects import subject_of_code
from credit.warning.acting import Asked, WarningDesk, act_on, request_key
from credit.warning.handing import RUN_TASK, WarningRun, plan_run, read_run, run_told
from credit.warning.model import WarningState
from credit.warning.reading import (
    Said,
    WarningPage,
    WarningQuery,
    WarningRow,
    count_warnings,
    list_warnings,
    read_warning,
    said_of,
)
from credit.warning.since import Since, since_worked_out
from parties.actors import Actor
from parties.ids import new_id
from parties.tables import TASK
from parties.tasks import TaskState
from web.credit import code_asked, today
from web.credit_reading import brought_up, caught_up
from web.issuing import hand_over
from web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeWarning:
    """A warning with every entry about it."""

    row: WarningRow
    said: Sequence[Said]
    since: Since


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningsTold:
    """A page of warnings, how each stands since it was worked out, and when that was done last."""

    page: WarningPage
    since: Mapping[UUID, Since]
    last_run_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningsAsked:
    """Which warnings: by state, rule, severity and party; empty asks for all."""

    states: tuple[WarningState, ...] = ()
    code: str = ""
    severity: str = ""
    uscc: str = ""
    after: str = ""


def warning_desk(parts: Services) -> WarningDesk:
    """Return the desk at which warnings are acted on."""
    return WarningDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )


def warnings_for(parts: Services, asked: WarningsAsked, *, rows_max: int) -> WarningsTold:
    """Return a page of warnings, the gravest first."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        subject_id = _subject(connection, parts, asked.uscc)
        if asked.uscc and subject_id is None:
            return WarningsTold(
                page=WarningPage(rows=(), next_after=""),
                since={},
                last_run_at=last_run_at(connection, parts.log),
            )
        query = WarningQuery(
            states=asked.states,
            code=asked.code,
            severity=asked.severity,
            subject_id=subject_id,
            after=asked.after,
            rows_max=rows_max,
        )
        page = list_warnings(connection, parts.log, query)
        return WarningsTold(
            page=page,
            since=since_worked_out(connection, parts.log, page.rows, today(parts)),
            last_run_at=last_run_at(connection, parts.log),
        )


def counts_for(parts: Services) -> dict[str, int]:
    """Return how many warnings there are in each state."""
    with reading(parts.engine) as connection:
        return count_warnings(connection, parts.log)


def warning_for(parts: Services, warning_id: UUID) -> WholeWarning:
    """Return a warning with what was said of it; raises `NotFound`."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        row = read_warning(connection, parts.log, warning_id)
        since = since_worked_out(connection, parts.log, [row], today(parts))
        return WholeWarning(
            row=row, said=said_of(connection, parts.log, warning_id), since=since[row.id]
        )


def act_for(parts: Services, actor: Actor, asked: Asked, *, key: str | None = None) -> WholeWarning:
    """Act on a warning; raises what `act_on` raises."""
    once = None if key is None else request_key(actor, asked, key)
    caught_up(parts)
    act_on(warning_desk(parts), actor, asked, idempotency=once)
    return warning_for(parts, asked.warning_id)


def run_for(parts: Services, actor: Actor, *, run_id: UUID | None = None) -> WarningRun:
    """Let a worker run the rules of today over all parties, as the night does.

    Where a run is on its way already it is that one. Raises `Busy` where too much waits.
    """
    task, is_new = plan_run(
        parts.credit_journal,
        actor,
        today(parts),
        clock=parts.clock,
        run_id=run_id or new_id(parts.clock.now()),
        waiting_max=parts.settings.tasks_waiting_party_max,
    )
    if is_new:
        hand_over(parts, task)
    return run_told(task)


def last_run_at(connection: Connection, log: int) -> datetime | None:
    """Return when the rules were run over everybody last, by a night or by hand; None for never."""
    runs = select(func.max(TASK.c.finished_at)).where(
        TASK.c.kind == RUN_TASK, TASK.c.state == TaskState.DONE.value
    )
    nights = select(func.max(CREDIT_NIGHT.c.finished_at)).where(CREDIT_NIGHT.c.log == log)
    found = [connection.execute(one).scalar() for one in (runs, nights)]
    return max((at for at in found if at is not None), default=None)


def run_of(parts: Services, run_id: UUID) -> WarningRun:
    """Return how far a run is, or what it did; raises `NotFound`."""
    with reading(parts.engine) as connection:
        return read_run(connection, run_id)


def states_asked(words: Sequence[str]) -> tuple[WarningState, ...]:
    """Return states by their words; raises `InvalidInput` for another word."""
    known = {state.value: state for state in WarningState}
    for word in words:
        if word not in known:
            message = f"There is no state {word}; use some of {', '.join(known)}."
            said = sentence_zh(message)
            problem = Problem(path="state", code="unknown", message=message, message_zh=said)
            raise InvalidInput(message, problems=(problem,))
    return tuple(known[word] for word in words)


def _subject(connection: Connection, parts: Services, uscc: str) -> UUID | None:
    return subject_of_code(connection, parts.log, code_asked(uscc)) if uscc else None
