"""Answers a counter: which lists a party is on today, and which measures bind for a matter.

The rule that must stay true: what is repaired, withdrawn, shielded or over is in no answer, and
what is not known is said to be unknown, never clean. A bar that a law fixes is told as a measure
beyond the record it came from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Row,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from credit.feeds.model import CodeScheme, SubjectKind
from credit.names_then import first_names, registered_then
from credit.names_told import names_told
from credit.personal_texts import public_text
from credit.rulebook.list_rules import ground_cited
from credit.rulebook.lists import CreditList, ListKind, credit_lists
from credit.rulebook.model import Book, Measure
from credit.rules.measures import measures_for
from credit.standing import (
    ENTRY_COLUMNS,
    OF_ALIAS,
    OF_BATCH,
    OF_ROW,
    STANDS_AS,
    counts_on,
    is_current,
    standing_from,
    tells_on,
    told_body,
)
from credit.tables import (
    CREDIT_ALIAS,
    CREDIT_BATCH,
    CREDIT_CODE,
    CREDIT_FACT,
    CREDIT_ROW,
    CREDIT_SUBJECT,
    NAME_CHARS_MAX,
)

LISTED_CODE: Final = func.coalesce(CREDIT_CODE.c.code, "")
"""The code that an entry of a list bears."""
# What a reader at a counter has to see stands before what is to somebody's credit.
_GRAVEST_FIRST: Final = (ListKind.PUNISHMENT, ListKind.ATTENTION, ListKind.REWARD)
# Under which of these a feed names the article of a decision.
_ARTICLE_NAMES: Final = ("article", "basis", "law_and_penalty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a list: by whose decision, since when, until when, and where it is proven.

    `stops_on` is the first day without it, None where no row fixes one. `article` is what the
    decision names; where its feed has no such column, the list's own for what it tells, else "".
    `seq` is the ledger's entry that told of it last; `row_number` is the row of the file of
    `batch_id` that it was made of, which is proven by `batch_seq`: None for what was decided here.
    """

    fact_id: UUID
    credit_list: CreditList
    number: str
    authority: str
    ground: str
    article: str
    from_on: date
    stops_on: date | None
    removable_on: date | None
    seq: int
    batch_id: UUID | None
    batch_seq: int | None
    row_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of a party on a day. `is_known` is False where nobody ever told of it."""

    code: str
    name: str
    is_known: bool
    day: date
    entries: tuple[Entry, ...]
    measures: tuple[Measure, ...]


def check_party(
    connection: Connection, log: int, book: Book, *, uscc: str, matter: str | None, day: date
) -> Answer:
    """Return the lists that a party is on, and the measures that bind for a matter on a day."""
    found = list(connection.execute(_of_code(), {"log": log, "uscc": uscc, "day": day}))
    if not found:
        return Answer(code=uscc, name="", is_known=False, day=day, entries=(), measures=())
    # A party of which nothing counts has one row without a fact.
    rows = [row for row in found if row.id is not None]
    found_on = _entries([row for row in rows if is_current(row, day)])
    entries = tuple(sorted(found_on, key=lambda one: _GRAVEST_FIRST.index(one.credit_list.kind)))
    standing = standing_from(rows, day)
    return Answer(
        code=uscc,
        name=found[0].name,
        is_known=True,
        day=day,
        entries=entries,
        measures=tuple(measures_for(book, standing, matter, day)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An organisation that is on a list, with its entry.

    `code` is "" where no code of it is known: a person judged that its name is of a party of its
    own.
    """

    code: str
    name: str
    entry: Entry


def listed_on(
    log: int, list_id: str, day: date, known_at: datetime | None
) -> Select[*tuple[Any, ...]]:
    """Return the query for the organisations on a list on a day, as known now or at an instant."""
    statement = _of_list(log, list_id, day)
    if credit_lists()[list_id].is_public:
        # What is in no public answer, because nobody knows its end, is in no public list.
        statement = statement.where(CREDIT_FACT.c.is_published)
    if known_at is None:
        return statement.where(CREDIT_FACT.c.is_latest)
    return statement.where(CREDIT_FACT.c.version == version_at(log, known_at))


def listed_of(
    connection: Connection,
    log: int,
    rows: Sequence[Row[*tuple[Any, ...]]],
    known_at: datetime | None,
) -> Iterator[Listed]:
    """Yield what such a query found, each under the name of the register or of its own row.

    Both are what was known then, as the entry itself is.
    """
    ids = {row.subject_id for row in rows}
    then = {} if known_at is None else registered_then(connection, log, ids, known_at)
    unregistered = {one for one, record in then.items() if record is None}
    told = names_told(connection, log, rows, unregistered)
    first = first_names(connection, log, unregistered)
    for row, entry in zip(rows, _entries(rows), strict=True):
        record = then.get(row.subject_id)
        name = row.name if record is None else record.claim.name[:NAME_CHARS_MAX]
        if record is None:
            of_party = first.get(row.subject_id, name)
            name = told.get((row.batch_id, row.position), of_party)
        yield Listed(code=row.code, name=name, entry=entry)


def entries_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Entry]:
    """Yield the entries of lists among rows of facts that hold `standing.ENTRY_COLUMNS`."""
    yield from _entries(rows)


def is_listed_on(day: date) -> ColumnElement[bool]:
    """Return the condition under which a fact is an entry of its list on a day."""
    return and_(counts_on(day), is_listed(day))


def _of_list(log: int, list_id: str, day: date) -> Select[*tuple[Any, ...]]:
    of_subject = and_(
        CREDIT_SUBJECT.c.log == CREDIT_FACT.c.log, CREDIT_SUBJECT.c.id == CREDIT_FACT.c.subject_id
    )
    of_code = and_(
        CREDIT_CODE.c.log == CREDIT_FACT.c.log,
        CREDIT_CODE.c.subject_id == CREDIT_FACT.c.subject_id,
        CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
    )
    return (
        select(
            *ENTRY_COLUMNS,
            CREDIT_FACT.c.subject_id,
            LISTED_CODE.label("code"),
            CREDIT_SUBJECT.c.name,
            CREDIT_SUBJECT.c.is_registered,
        )
        .join(CREDIT_SUBJECT, of_subject)
        .outerjoin(CREDIT_CODE, of_code)
        .outerjoin(CREDIT_BATCH, OF_BATCH)
        .outerjoin(CREDIT_ROW, OF_ROW)
        .where(
            CREDIT_FACT.c.log == log,
            CREDIT_FACT.c.list == list_id,
            CREDIT_SUBJECT.c.kind != SubjectKind.PERSON.value,
            is_listed_on(day),
        )
    )


def version_at(log: int, known_at: datetime) -> ScalarSelect[int]:
    """Return the query for the version of a fact that was the newest at an instant."""
    later = CREDIT_FACT.alias()
    return (
        select(func.max(later.c.version))
        .where(later.c.log == log, later.c.id == CREDIT_FACT.c.id, later.c.recorded_at <= known_at)
        .scalar_subquery()
    )


def is_listed(day: date) -> ColumnElement[bool]:
    """Return the condition under which a fact has not run out on a day."""
    return or_(CREDIT_FACT.c.stops_on.is_(None), CREDIT_FACT.c.stops_on > day)


@cache
def _of_code() -> Select[*tuple[Any, ...]]:
    """Return the query for the party of a code with what counts of it: one question for both.

    It is put together once: that takes longer than its answer. `log`, `uscc` and `day` are its
    parameters.
    """
    of_subject = and_(CREDIT_SUBJECT.c.log == CREDIT_CODE.c.log, CREDIT_SUBJECT.c.id == STANDS_AS)
    of_facts = and_(
        CREDIT_FACT.c.log == CREDIT_CODE.c.log,
        CREDIT_FACT.c.subject_id == STANDS_AS,
        CREDIT_FACT.c.is_latest,
        tells_on(bindparam("day", type_=Date())),
    )
    return (
        select(
            *ENTRY_COLUMNS,
            CREDIT_SUBJECT.c.name,
        )
        .select_from(CREDIT_CODE)
        .outerjoin(CREDIT_ALIAS, OF_ALIAS)
        .join(CREDIT_SUBJECT, of_subject)
        .outerjoin(CREDIT_FACT, of_facts)
        .outerjoin(CREDIT_BATCH, OF_BATCH)
        .outerjoin(CREDIT_ROW, OF_ROW)
        .where(
            CREDIT_CODE.c.log == bindparam("log", type_=Integer()),
            CREDIT_CODE.c.code == bindparam("uscc", type_=String()),
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
        )
        .order_by(CREDIT_FACT.c.seq, CREDIT_FACT.c.position)
    )


def _entries(rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Entry]:
    for row in rows:
        if row.list:
            yield Entry(
                fact_id=row.id,
                credit_list=credit_lists()[row.list],
                number=public_text(row.number),
                authority=row.authority_name,
                ground=public_text(row.title),
                article=article_of(row.body, row.list, row.starts_on or row.decided_on),
                from_on=row.starts_on or row.decided_on,
                stops_on=row.stops_on,
                removable_on=row.repairable_on,
                seq=row.seq,
                batch_id=row.batch_id,
                batch_seq=row.batch_seq,
                row_number=row.row_number,
            )


def article_of(text: str, list_id: str = "", on: date | None = None) -> str:
    """Return the article that a decision names, from the body of its fact; "" for none.

    Where its feed has no such column: that of the list's own norm of the day for what it tells.
    """
    return article_told(told_body(text), list_id, on)


def article_told(body: Mapping[str, Any], list_id: str, on: date | None) -> str:
    """Return the article of a fact as `article_of` does, from its body as it is read."""
    details: Mapping[str, Any] = body.get("details", {})
    named = next((str(one) for name in _ARTICLE_NAMES if (one := details.get(name))), "")
    if named or not list_id or on is None:
        return public_text(named)
    items = details.get("items") or filter(None, [body.get("item")])
    return ground_cited(list_id, tuple(map(str, items)), on)
