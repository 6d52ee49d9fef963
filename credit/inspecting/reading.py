"""Draws and inspections as a desk reads them, those due first before the others.

The rule that must stay true: an inspection is told with the entries that ordered it and that hold
its result.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from trace.page_tokens import read_token, refused_token, write_token
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, or_, select

from base.errors import NotFound
from credit.inspecting.tables import CREDIT_DRAW, CREDIT_INSPECTION
from credit.tables import CREDIT_SUBJECT
from parties.tables import PARTY

_DRAW, _ROW = CREDIT_DRAW.c, CREDIT_INSPECTION.c
_OPEN, _DONE = b"\x00", b"\x01"
_DAY_BYTES, _SEQ_BYTES, _ID_BYTES = 4, 8, 16
_SEQ_END = 1 << 63
_NOT_GIVEN_OUT = "is not a token that was given out here"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRow:
    """A draw; `seed` is None as long as only its hash is known."""

    id: UUID
    title: str
    plan: str
    seed_hash: bytes
    pool_hash: bytes
    party_count: int
    inspector_count: int
    beacon: str
    value: str
    seed: bytes | None
    drawn_count: int | None
    due_on: date
    committed_seq: int
    committed_at: datetime
    drawn_seq: int | None
    drawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRow:
    """An inspection; `result` is "" until one came."""

    id: UUID
    number: str
    origin: str
    draw_id: UUID | None
    warning_id: UUID | None
    subject_id: UUID
    code: str
    name: str
    risk_class: str
    inspectors: tuple[str, ...]
    due_on: date
    ordered_seq: int
    ordered_at: datetime
    result: str
    result_seq: int | None
    inspected_on: date | None
    note: str

    def is_overdue(self, day: date) -> bool:
        """Return whether its day lies behind without a result."""
        return not self.result and self.due_on < day


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionQuery:
    """Which inspections: those without a result, of one draw, of one party, by one inspector.

    `after` is where the page before ended.
    """

    only_open: bool = True
    draw_id: UUID | None = None
    subject_id: UUID | None = None
    inspector: str = ""
    after: str = ""
    rows_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPage:
    """Some inspections; `next_after` is "" on the last page."""

    rows: tuple[InspectionRow, ...]
    next_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawPage:
    """Some draws, the newest first; `next_after` is "" on the last page."""

    rows: tuple[DrawRow, ...]
    next_after: str


def draws_page(connection: Connection, log: int, *, after: str, rows_max: int) -> DrawPage:
    """Return a page of draws, the newest first; raises `InvalidInput` for a wrong `after`."""
    statement = select(CREDIT_DRAW).where(_DRAW.log == log).order_by(_DRAW.committed_seq.desc())
    if after:
        (last,) = read_token(after, _SEQ_BYTES)
        statement = statement.where(_DRAW.committed_seq < _seq_of(last))
    found = [_draw(row) for row in connection.execute(statement.limit(rows_max + 1))]
    shown = tuple(found[:rows_max])
    is_last = len(found) <= rows_max
    token = "" if is_last else write_token(shown[-1].committed_seq.to_bytes(_SEQ_BYTES))
    return DrawPage(rows=shown, next_after=token)


def read_draw(connection: Connection, log: int, draw_id: UUID) -> DrawRow:
    """Return a draw; raises `NotFound`."""
    statement = select(CREDIT_DRAW).where(_DRAW.log == log, _DRAW.id == draw_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no draw with that id.")
    return _draw(row)


def inspections_page(connection: Connection, log: int, query: InspectionQuery) -> InspectionPage:
    """Return a page of inspections; raises `InvalidInput` for a wrong `after`."""
    found = list_inspections(connection, log, replace(query, rows_max=query.rows_max + 1))
    shown = tuple(found[: query.rows_max])
    is_last = len(found) <= query.rows_max
    return InspectionPage(rows=shown, next_after="" if is_last else _token(shown[-1]))


def list_inspections(
    connection: Connection, log: int, query: InspectionQuery
) -> list[InspectionRow]:
    """Return inspections: those without a result first, by the day they are due."""
    statement = _inspections(log)
    if query.only_open:
        statement = statement.where(_ROW.result == "")
    if query.draw_id is not None:
        statement = statement.where(_ROW.draw_id == query.draw_id)
    if query.subject_id is not None:
        statement = statement.where(_ROW.subject_id == query.subject_id)
    if query.inspector:
        # Numbers have no wildcards of LIKE in them; blanks around make each a whole word.
        among = literal(" ") + _ROW.inspectors + " "
        statement = statement.where(among.contains(f" {query.inspector} ", autoescape=True))
    if query.after:
        statement = statement.where(_behind(query.after))
    statement = statement.order_by(_ROW.result != "", _ROW.due_on, _ROW.ordered_seq, _ROW.id)
    return [_inspection(row) for row in connection.execute(statement.limit(query.rows_max))]


def _behind(after: str) -> ColumnElement[bool]:
    """Return the condition for what comes behind a token, in the order of the list."""
    done, day, seq, last = read_token(after, 1, _DAY_BYTES, _SEQ_BYTES, _ID_BYTES)
    try:
        due_on = date.fromordinal(int.from_bytes(day))
    except (ValueError, OverflowError):
        raise refused_token(_NOT_GIVEN_OUT) from None
    if done not in (_OPEN, _DONE):
        raise refused_token(_NOT_GIVEN_OUT)
    at = _seq_of(seq)
    behind = or_(
        _ROW.due_on > due_on,
        and_(_ROW.due_on == due_on, _ROW.ordered_seq > at),
        and_(_ROW.due_on == due_on, _ROW.ordered_seq == at, _ROW.id > UUID(bytes=last)),
    )
    if done == _DONE:
        return and_(_ROW.result != "", behind)
    return or_(_ROW.result != "", behind)


def _seq_of(packed: bytes) -> int:
    seq = int.from_bytes(packed)
    # A larger one is in no column of any database.
    if seq >= _SEQ_END:
        raise refused_token(_NOT_GIVEN_OUT)
    return seq


def _token(row: InspectionRow) -> str:
    return write_token(
        _DONE if row.result else _OPEN,
        row.due_on.toordinal().to_bytes(_DAY_BYTES),
        row.ordered_seq.to_bytes(_SEQ_BYTES),
        row.id.bytes,
    )


def read_inspection(connection: Connection, log: int, inspection_id: UUID) -> InspectionRow:
    """Return an inspection; raises `NotFound`."""
    row = connection.execute(_inspections(log).where(_ROW.id == inspection_id)).first()
    if row is None:
        raise NotFound("There is no inspection with that id.")
    return _inspection(row)


def _inspections(log: int) -> Select[*tuple[Any, ...]]:
    of_subject = and_(CREDIT_SUBJECT.c.log == _ROW.log, CREDIT_SUBJECT.c.id == _ROW.subject_id)
    name = func.coalesce(CREDIT_SUBJECT.c.name, PARTY.c.name_zh, "").label("name")
    return (
        select(CREDIT_INSPECTION, name)
        .outerjoin(CREDIT_SUBJECT, of_subject)
        .outerjoin(PARTY, PARTY.c.uscc == _ROW.code)
        .where(_ROW.log == log)
    )


def _draw(row: Row[*tuple[Any, ...]]) -> DrawRow:
    return DrawRow(**{name: getattr(row, name) for name in DrawRow.__slots__})


def _inspection(row: Row[*tuple[Any, ...]]) -> InspectionRow:
    told = {name: getattr(row, name) for name in InspectionRow.__slots__}
    return InspectionRow(**{**told, "inspectors": tuple(row.inspectors.split())})
