"""Early warnings as the interface and the pages ask for them.

One rule: an authority and an auditor read them; whom a party trades with is nobody else's to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading
from base.errors import InvalidInput, Problem
from credit.folding.projector import bring_up_credit
from credit.subjects import subject_of_code
from credit.warning.acting import Asked, WarningDesk, act_on, request_key
from credit.warning.handing import WarningRun, plan_run, read_run, run_told
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
from parties.actors import Actor
from parties.ids import new_id
from web.credit import code_asked, today
from web.credit_reading import brought_up
from web.issuing import hand_over
from web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeWarning:
    """A warning with every entry about it."""

    row: WarningRow
    said: Sequence[Said]


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


def warnings_for(parts: Services, asked: WarningsAsked, *, rows_max: int) -> WarningPage:
    """Return a page of warnings, the gravest first."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        subject_id = _subject(connection, parts, asked.uscc)
        if asked.uscc and subject_id is None:
            return WarningPage(rows=(), next_after="")
        query = WarningQuery(
            states=asked.states,
            code=asked.code,
            severity=asked.severity,
            subject_id=subject_id,
            after=asked.after,
            rows_max=rows_max,
        )
        return list_warnings(connection, parts.log, query)


def counts_for(parts: Services) -> dict[str, int]:
    """Return how many warnings there are in each state."""
    with reading(parts.engine) as connection:
        return count_warnings(connection, parts.log)


def warning_for(parts: Services, warning_id: UUID) -> WholeWarning:
    """Return a warning with what was said of it; raises `NotFound`."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        row = read_warning(connection, parts.log, warning_id)
        return WholeWarning(row=row, said=said_of(connection, parts.log, warning_id))


def act_for(parts: Services, actor: Actor, asked: Asked, *, key: str | None = None) -> WholeWarning:
    """Act on a warning; raises what `act_on` raises."""
    once = None if key is None else request_key(actor, asked, key)
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
            problem = Problem(path="state", code="unknown", message=message)
            raise InvalidInput(message, problems=(problem,))
    return tuple(known[word] for word in words)


def _subject(connection: Connection, parts: Services, uscc: str) -> UUID | None:
    return subject_of_code(connection, parts.log, code_asked(uscc)) if uscc else None
