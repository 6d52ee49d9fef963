"""Lists as they are read whole: searched, counted, and compared between two days.

The rule that must stay true: a list is asked for as known at an instant, so that what was told
then can be told again; and what left it says why.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from trace.page_tokens import read_token, write_token
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from base.strict_json import loads
from credit.cases.entries import CASE_KIND, case_note_of
from credit.cases.model import CaseNote
from credit.checking import LISTED_CODE, Listed, listed_of, listed_on
from credit.facts import FactState
from credit.names_then import registered_since
from credit.names_told import is_ever_named, is_named
from credit.personal_texts import public_text
from credit.rulebook.lists import CreditList, credit_lists
from credit.tables import CREDIT_CODE, CREDIT_FACT
from ledger.store import read_entries

_ID_BYTES: Final = 16
_BODY_BYTES_MAX: Final = 1 << 20
_BODY_DEPTH_MAX: Final = 6
_IDS: Final = 900
# What of an entry a reader is told of, and whose change is one of the list.
_COMPARED: Final = (
    "authority_name",
    "number",
    "title",
    "starts_on",
    "repairable_on",
    "stops_on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsKnown:
    """A list on a day, as it was known at an instant; None is now."""

    list_id: str
    day: date
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """Some of those on a list; `next_after` is "" on the last page."""

    credit_list: CreditList
    day: date
    listed: tuple[Listed, ...]
    next_after: str


class Left(StrEnum):
    """Why an entry is not on a list any more."""

    ENDED = "ended"
    RUN_OUT = "run_out"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"
    SHIELDED = "shielded"
    NOT_YET = "not_yet"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An entry that left: why, on which day, and by which decision as far as anybody told."""

    listed: Listed
    why: Left
    on: date | None
    number: str
    reason: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An entry that says something else now: what it said of each field before and after."""

    listed: Listed
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs between two lists; each part has as many rows as were asked for at most."""

    added: tuple[Listed, ...]
    removed: tuple[Removed, ...]
    changed: tuple[Changed, ...]
    added_count: int
    removed_count: int


def search_list(
    connection: Connection,
    log: int,
    asked: AsKnown,
    *,
    words: str = "",
    after: str = "",
    rows_max: int,
) -> ListPage:
    """Return a page of a list; `words` are a piece of a name, or a code.

    As known at an instant a party is found by every name it had, and shown under that of then.
    Raises `InvalidInput` for an `after` that no page gave.
    """
    statement = listed_on(log, asked.list_id, asked.day, asked.known_at)
    if words:
        named = is_named(words) if asked.known_at is None else is_ever_named(words)
        statement = statement.where(or_(named, CREDIT_CODE.c.code == words.upper()))
    if after:
        (last,) = read_token(after, _ID_BYTES)
        statement = statement.where(CREDIT_FACT.c.id > UUID(bytes=last))
    statement = statement.order_by(CREDIT_FACT.c.id).limit(rows_max + 1)
    rows = list(connection.execute(statement))
    listed = tuple(listed_of(connection, log, rows[:rows_max], asked.known_at))
    is_last = len(rows) <= rows_max
    return ListPage(
        credit_list=credit_lists()[asked.list_id],
        day=asked.day,
        listed=listed,
        next_after="" if is_last else write_token(listed[-1].entry.fact_id.bytes),
    )


def count_on(connection: Connection, log: int, asked: AsKnown) -> int:
    """Return how many entries a list has."""
    entries = listed_on(log, asked.list_id, asked.day, asked.known_at).subquery()
    return int(connection.execute(select(func.count()).select_from(entries)).scalar_one())


def changes_between(
    connection: Connection, log: int, before: AsKnown, after: AsKnown, *, rows_max: int
) -> Changes:
    """Return what was added to a list, what left it and what says something else."""
    old, new = (listed_on(log, one.list_id, one.day, one.known_at) for one in (before, after))
    added, removed = _only_in(new, old), _only_in(old, new)
    gone = list(connection.execute(removed.order_by(CREDIT_FACT.c.id).limit(rows_max)))
    newest = newest_of(connection, log, [row.id for row in gone], after.known_at)
    steps = steps_behind(connection, log, newest.values())
    came = list(connection.execute(added.order_by(CREDIT_FACT.c.id).limit(rows_max)))
    return Changes(
        added=tuple(listed_of(connection, log, came, after.known_at)),
        removed=tuple(
            removed_of(listed, newest.get(listed.entry.fact_id), steps, after.day)
            for listed in listed_of(connection, log, gone, before.known_at)
        ),
        changed=tuple(islice(_changed(connection, log, before, after), rows_max)),
        added_count=_count(connection, added),
        removed_count=_count(connection, removed),
    )


def _only_in(these: Select[Any], others: Select[Any]) -> Select[Any]:
    other = others.subquery()
    return these.where(
        ~select(other.c.id)
        .where(other.c.id == CREDIT_FACT.c.id, other.c.code == LISTED_CODE)
        .exists()
    )


def _count(connection: Connection, statement: Select[Any]) -> int:
    found = select(func.count()).select_from(statement.subquery())
    return int(connection.execute(found).scalar_one())


def newest_of(
    connection: Connection, log: int, ids: Collection[UUID], known_at: datetime | None
) -> Mapping[UUID, Row[Any]]:
    """Return the newest versions of some facts, as known now or at an instant."""
    wanted, found = sorted(ids), dict[UUID, Row[Any]]()
    for start in range(0, len(wanted), _IDS):
        statement = select(CREDIT_FACT).where(
            CREDIT_FACT.c.log == log, CREDIT_FACT.c.id.in_(wanted[start : start + _IDS])
        )
        if known_at is not None:
            statement = statement.where(CREDIT_FACT.c.recorded_at <= known_at)
        for row in connection.execute(statement.order_by(CREDIT_FACT.c.version)):
            found[row.id] = row
    return found


_STATES: Final = {
    FactState.ENDED: Left.ENDED,
    FactState.REPAIRED: Left.REPAIRED,
    FactState.WITHDRAWN: Left.WITHDRAWN,
    FactState.SHIELDED: Left.SHIELDED,
}


def steps_behind(
    connection: Connection, log: int, rows: Iterable[Row[Any]]
) -> Mapping[int, CaseNote]:
    """Return the steps of cases by which facts are told no more, by their entries."""
    seqs = sorted({row.seq for row in rows if row.state != FactState.ACTIVE})
    stored = read_entries(connection, log, seqs).values()
    return {one.seq: case_note_of(one) for one in stored if one.header.kind == CASE_KIND}


def removed_of(
    listed: Listed, row: Row[Any] | None, steps: Mapping[int, CaseNote], day: date
) -> Removed:
    """Return why an entry is on its list no more on a day, by the newest version of its fact.

    By which decision its feed says; of what was decided here the step of its case does.
    """
    if row is None:
        return Removed(
            listed=listed, why=Left.NOT_YET, on=None, number="", reason="", seq=listed.entry.seq
        )
    body: Any = loads(row.body.encode(), bytes_max=_BODY_BYTES_MAX, depth_max=_BODY_DEPTH_MAX)
    told = body.get("details", {})
    why = _STATES.get(row.state, Left.OTHER)
    on = row.ended_on
    if row.state == FactState.ACTIVE:
        if row.stops_on is not None and row.stops_on <= day:
            why, on = Left.RUN_OUT, row.stops_on
        elif (row.starts_on or row.decided_on or day) > day:
            why, on = Left.NOT_YET, None
    number, reason = str(told.get("removed_number", "")), str(told.get("removed_why", ""))
    if row.seq in steps:
        number, reason = steps[row.seq].decision, steps[row.seq].reason
    return Removed(
        listed=listed,
        why=why,
        on=on,
        number=public_text(number),
        reason=public_text(reason),
        seq=row.seq,
    )


def _changed(
    connection: Connection, log: int, before: AsKnown, after: AsKnown
) -> Iterator[Changed]:
    """Yield what is on both lists and says something else on the later one."""
    old, new = (listed_on(log, one.list_id, one.day, one.known_at) for one in (before, after))
    was = old.subquery()
    of_both = and_(was.c.id == CREDIT_FACT.c.id, was.c.code == LISTED_CODE)
    # Its version says that something was told anew; what a reader sees of it has to differ, too.
    told_anew = or_(
        was.c.version != CREDIT_FACT.c.version,
        registered_since(CREDIT_FACT.c.subject_id, log, before.known_at),
    )
    both = new.join(was, of_both).where(told_anew).order_by(CREDIT_FACT.c.id)
    rows, last = list(connection.execute(both.limit(_IDS))), None
    while rows:
        yield from _compared(connection, log, (old, before), (rows, after))
        last = rows[-1].id
        rows = list(connection.execute(both.where(CREDIT_FACT.c.id > last).limit(_IDS)))


def _compared(
    connection: Connection,
    log: int,
    before: tuple[Select[Any], AsKnown],
    after: tuple[Sequence[Row[Any]], AsKnown],
) -> Iterator[Changed]:
    """Yield those of some entries that say something else than they did, their name included."""
    (old, then), (rows, now) = before, after
    was = list(connection.execute(old.where(CREDIT_FACT.c.id.in_({row.id for row in rows}))))
    told = {
        (row.id, row.code): (row, listed.name)
        for row, listed in zip(was, listed_of(connection, log, was, then.known_at), strict=True)
    }
    for row, listed in zip(rows, listed_of(connection, log, rows, now.known_at), strict=True):
        earlier, name = told[row.id, row.code]
        pairs = [(one, getattr(earlier, one), getattr(row, one)) for one in _COMPARED]
        pairs.append(("name", name, listed.name))
        fields = tuple((one, _told(was), _told(now)) for one, was, now in pairs if was != now)
        if fields:
            yield Changed(listed=listed, fields=fields)


def _told(value: date | str | None) -> str:
    return "" if value is None else public_text(str(value))
