"""Runs a night: facts, rules, grades, lists, warnings, each once and in this order.

The rule that must stay true: a night that died goes on where it was, and one that is finished is
not run again; each piece is one transaction, with the note of how far it came. Of two workers who
run it at once the one that comes second to a stage goes on where the other left the night, and
never sets it back.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, Row, delete, select, update

from base.clock import CIVIL_ZONE, Clock
from base.db import reading, transaction
from base.errors import InvalidInput, NotFound, Problem
from base.strict_json import loads
from credit.folding.projector import bring_up_credit
from credit.nightly.grading import keep_grades
from credit.nightly.grounds import next_span
from credit.nightly.listing import Known, keep_changes, list_changes
from credit.nightly.tables import CREDIT_LIST_CHANGE, CREDIT_NIGHT
from credit.rulebook.reading import rulebook
from credit.scoring.reading import model_on, models
from ledger.store import read_head
from parties.rows import insert_once

MODEL: Final = "enterprise"
SPAN_PARTIES: Final = 5_000
_DONE: Final = "done"
_COUNTS_BYTES_MAX: Final = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A night of a day: what is next in it, and what was counted so far."""

    log: int
    day: date
    stage: str
    after_id: UUID | None
    model: str
    seq_end: int
    counts: Mapping[str, int]
    started_at: datetime
    finished_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Return whether everything was evaluated."""
        return self.stage == _DONE

    def counted(self, counts: Mapping[str, int]) -> "Night":
        """Return the night with more counted."""
        return replace(self, counts=dict(sorted((Counter(self.counts) + Counter(counts)).items())))


Told: TypeAlias = Callable[[Night], None]
"""Told after each piece."""

Warn: TypeAlias = Callable[[date], Mapping[str, int]]
"""Works out the warnings of a day; returns counts by name. Running it twice does no harm."""


def no_warnings(day: date) -> Mapping[str, int]:  # noqa: ARG001 -- the shape is `Warn`
    """Work out nothing."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class NightDesk:
    """What a night needs."""

    engine: Engine
    log: int
    clock: Clock
    warn: Warn = no_warnings
    span_parties: int = SPAN_PARTIES


def run_night(desk: NightDesk, *, day: date | None = None, told: Told | None = None) -> Night:
    """Run the night of a day (today's, where none is given) to its end and return it."""
    on = day_of_night(desk, day)
    night = _begin(desk, on)
    while not night.is_done:
        night = STAGES[night.stage](desk, night)
        if told is not None:
            told(night)
    return night


def day_of_night(desk: NightDesk, day: date | None) -> date:
    """Return the day of a night to run, today's where none is given.

    Raises `InvalidInput` for a day to come, and for one before the newest night: its grades would
    be kept as those of today, and the warnings of today closed.
    """
    today = desk.clock.now().astimezone(CIVIL_ZONE).date()
    on = day or today
    with reading(desk.engine) as connection:
        newest = last_nights(connection, desk.log, rows_max=1)
    if on > today:
        raise _refusal("future", "This day has not come.")
    if newest and on < newest[0].day:
        raise _refusal("past", f"The night of {newest[0].day} was run already.")
    return on


def read_night(connection: Connection, log: int, day: date) -> Night:
    """Return the night of a day; raises `NotFound`."""
    own = CREDIT_NIGHT.c
    statement = select(CREDIT_NIGHT).where(own.log == log, own.day == day)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There was no night run for that day.")
    return _night(row)


def last_nights(connection: Connection, log: int, *, rows_max: int) -> list[Night]:
    """Return the nights of a log, the newest first."""
    own = CREDIT_NIGHT.c
    statement = select(CREDIT_NIGHT).where(own.log == log).order_by(own.day.desc())
    return [_night(row) for row in connection.execute(statement.limit(rows_max))]


def _begin(desk: NightDesk, day: date) -> Night:
    model = model_on(MODEL, day)
    values = {
        "log": desk.log,
        "day": day,
        "stage": next(iter(STAGES)),
        "after_id": None,
        "model": model.name,
        "seq_end": 0,
        "counts": "{}",
        "started_at": desk.clock.now(),
        "finished_at": None,
    }
    with transaction(desk.engine) as connection:
        insert_once(connection, CREDIT_NIGHT, values)
        return read_night(connection, desk.log, day)


def _facts(desk: NightDesk, night: Night) -> Night:
    """Fold what was appended since; the night knows the log up to here."""
    with reading(desk.engine) as connection:
        seq_end = read_head(connection, desk.log).size
    count = bring_up_credit(desk.engine, desk.log)
    with transaction(desk.engine) as connection:
        standing = _locked(connection, night)
        if standing.stage != night.stage:
            return standing
        told = replace(standing.counted({"entries": count}), seq_end=seq_end, stage="rules")
        return _keep(connection, told)


def _rules(desk: NightDesk, night: Night) -> Night:
    """Read the rulebook whole: a wrong row stops the night before it has an effect."""
    book = rulebook()
    with transaction(desk.engine) as connection:
        standing = _locked(connection, night)
        if standing.stage != night.stage:
            return standing
        told = standing.counted({"rules": len(book.rules), "measures": len(book.measures)})
        return _keep(connection, replace(told, stage="grades"))


def _grades(desk: NightDesk, night: Night) -> Night:
    """Grade the next parties."""
    with transaction(desk.engine) as connection:
        standing = _locked(connection, night)
        if standing.stage != night.stage:
            return standing
        night = standing
        span = next_span(connection, desk.log, night.after_id, desk.span_parties)
        if span is None:
            return _keep(connection, replace(night, stage="lists", after_id=None))
        graded = keep_grades(connection, desk.log, span, models()[night.model], night.day)
        counts = {"parties": graded.parties, "grades_changed": graded.changed}
        counts |= {f"class_{name}": count for name, count in graded.classes.items()}
        return _keep(connection, replace(night.counted(counts), after_id=span.last))


def _lists(desk: NightDesk, night: Night) -> Night:
    """Compare the lists with those of the night before; the first night has none to compare."""
    with transaction(desk.engine) as connection:
        standing = _locked(connection, night)
        if standing.stage != night.stage:
            return standing
        night, own = standing, CREDIT_LIST_CHANGE.c
        connection.execute(
            delete(CREDIT_LIST_CHANGE).where(own.log == desk.log, own.day == night.day)
        )
        before = _night_before(connection, night)
        count = 0
        if before is not None:
            found = list_changes(
                connection,
                desk.log,
                Known(day=before.day, seq_end=before.seq_end),
                Known(day=night.day, seq_end=night.seq_end),
            )
            count = keep_changes(connection, desk.log, night.day, found)
        return _keep(connection, replace(night.counted({"list_changes": count}), stage="warnings"))


def _warnings(desk: NightDesk, night: Night) -> Night:
    """Work out the warnings; they write in transactions of their own."""
    counts = desk.warn(night.day)
    with transaction(desk.engine) as connection:
        standing = _locked(connection, night)
        if standing.stage != night.stage:
            return standing
        done = replace(standing.counted(counts), stage=_DONE, finished_at=desk.clock.now())
        return _keep(connection, done)


STAGES: Final[Mapping[str, Callable[[NightDesk, Night], Night]]] = {
    "facts": _facts,
    "rules": _rules,
    "grades": _grades,
    "lists": _lists,
    "warnings": _warnings,
}
"""What is done in which order."""


def _night_before(connection: Connection, night: Night) -> Night | None:
    own = CREDIT_NIGHT.c
    statement = (
        select(CREDIT_NIGHT)
        .where(own.log == night.log, own.day < night.day, own.stage == _DONE)
        .order_by(own.day.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _night(row)


def _locked(connection: Connection, night: Night) -> Night:
    """Return the night as it stands by now, and let nobody else move it: two may run it at once."""
    own = CREDIT_NIGHT.c
    statement = select(CREDIT_NIGHT).where(own.log == night.log, own.day == night.day)
    return _night(connection.execute(statement.with_for_update()).one())


def _keep(connection: Connection, night: Night) -> Night:
    own = update(CREDIT_NIGHT).where(
        CREDIT_NIGHT.c.log == night.log, CREDIT_NIGHT.c.day == night.day
    )
    connection.execute(
        own.values(
            stage=night.stage,
            after_id=night.after_id,
            seq_end=night.seq_end,
            counts=orjson.dumps(dict(night.counts)).decode(),
            finished_at=night.finished_at,
        )
    )
    return night


def _refusal(code: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path="day", code=code, message=message),))


def _night(row: Row[Any]) -> Night:
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    counts: Any = loads(row.counts.encode(), bytes_max=_COUNTS_BYTES_MAX, depth_max=1)
    return Night(**{**values, "counts": counts})
