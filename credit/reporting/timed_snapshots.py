"""Takes snapshots of public lists by the timetable: what each said is fixed without anybody.

The rule that must stay true: a list that says what its last snapshot says has no other one taken,
and a second run of a day takes nothing; so running it at any hour, twice or at once does no harm.
A list is compared once a day, whatever came of it, which is kept as the day of its last look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from trace.projections.tables import PROJECTION_CURSOR
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, select, update

from base.clock import CIVIL_ZONE
from base.db import reading, transaction
from base.errors import InputTooLarge
from credit.folding.versions import civil_day
from credit.list_reading import AsKnown, count_on
from credit.reporting.layout import layout
from credit.reporting.snapshot_reading import Snapshot, says_the_same, snapshots_of
from credit.reporting.snapshots import SnapshotDesk, take_snapshot
from credit.rulebook.lists import credit_lists
from ledger.batch import Idempotency
from parties.actors import Actor, Role
from parties.rows import insert_once

TIMETABLE: Final = Actor(id="timetable", role=Role.OPERATOR)
"""Who takes these: nobody who is asked for a right, as the timetable is the machine's own."""

_LOOK: Final = "snapshots:{}"
"""By which name the day of the last look at a list is kept, counted from the year 1."""

_LOOKED_BACK_MAX: Final = 100
"""Among so many newest snapshots of a list the last one that was of its own day is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A list of which a snapshot was due: its number, or "" where it `is_too_long` for one."""

    list_id: str
    number: str
    is_too_long: bool = False


def take_due(desk: SnapshotDesk) -> Iterator[Looked]:
    """Take a snapshot of each public list that changed since its last one; yield each of them."""
    desk.bring_up()
    today = desk.clock.now().astimezone(CIVIL_ZONE).date()
    every_days = layout().snapshot_days(today)
    for list_id in sorted(one.id for one in credit_lists().values() if one.is_public):
        with reading(desk.journal.engine) as connection:
            is_due = every_days > 0 and _is_due(
                connection, desk.journal.log, list_id, today, every_days
            )
        if is_due:
            yield _take(desk, list_id, today)
        if every_days > 0:
            with transaction(desk.journal.engine) as connection:
                _note_look(connection, desk.journal.log, list_id, today)


def _take(desk: SnapshotDesk, list_id: str, today: date) -> Looked:
    # Of two workers at one moment the second is given what the first one took.
    key = f"timetable:snapshot:{list_id}:{today}"
    once = Idempotency(key=key, request_hash=sha256(key.encode()).digest())
    asked = AsKnown(list_id=list_id, day=today)
    try:
        return Looked(
            list_id=list_id, number=take_snapshot(desk, TIMETABLE, asked, idempotency=once)
        )
    except InputTooLarge:
        # The other lists are taken all the same.
        return Looked(list_id=list_id, number="", is_too_long=True)


def _is_due(connection: Connection, log: int, list_id: str, today: date, every_days: int) -> bool:
    look = select(PROJECTION_CURSOR.c.next_seq).where(_look_at(log, list_id))
    if connection.execute(look).scalar() == today.toordinal():
        return False
    newest = snapshots_of(connection, log, list_id=list_id, before=None, rows_max=_LOOKED_BACK_MAX)
    timed = [civil_day(one.taken_at) for one in newest if one.actor == TIMETABLE.id]
    if timed and (today - timed[0]).days < every_days:
        return False
    last = next(filter(_is_of_its_day, newest), None)
    if last is None:
        # Of a list that nobody was ever on there is nothing to say.
        return count_on(connection, log, AsKnown(list_id=list_id, day=today)) > 0
    return not says_the_same(connection, log, last, today=today)


def _is_of_its_day(one: Snapshot) -> bool:
    """Return whether a snapshot tells what was the case when it was taken, and looks not back."""
    return one.day == civil_day(one.known_at) == civil_day(one.taken_at)


def _note_look(connection: Connection, log: int, list_id: str, today: date) -> None:
    name = _LOOK.format(list_id)
    insert_once(connection, PROJECTION_CURSOR, {"log": log, "name": name, "next_seq": 0})
    look = update(PROJECTION_CURSOR).where(_look_at(log, list_id))
    connection.execute(look.values(next_seq=today.toordinal()))


def _look_at(log: int, list_id: str) -> ColumnElement[bool]:
    cursor = PROJECTION_CURSOR.c
    return and_(cursor.log == log, cursor.name == _LOOK.format(list_id))
