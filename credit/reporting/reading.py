"""Reports that were issued, as they are found again: by number, by who asked, by whom about.

The rule that must stay true: what a report says is never worked out anew: its kept bytes are read,
and their hash is that of its entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from base.errors import LedgerCorrupt, NotFound
from base.strict_json import JsonObject, loads
from credit.reporting.making import Edition, facts_hash_now
from credit.reporting.tables import CREDIT_ACCESS, CREDIT_REPORT

BODY_BYTES_MAX: Final = 32 << 20
DEPTH_MAX: Final = 12
_BRIEF: Final = tuple(
    column for column in CREDIT_REPORT.columns if column.name not in ("body", "pdf")
)


class Standing(StrEnum):
    """What can be said of a report today."""

    VALID = "valid"
    CHANGED = "changed"
    LOOK_BACK = "look_back"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReport:
    """A report as it was issued, without its bytes."""

    number: str
    seq: int
    edition: Edition
    subject_id: UUID
    is_person: bool
    actor: str
    issued_to: str
    purpose: str
    day: date
    known_at: datetime
    issued_at: datetime
    is_current: bool
    report_hash: bytes
    pdf_hash: bytes
    facts_hash: bytes
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Somebody looked at somebody's record: when, as what, and why."""

    id: UUID
    at: datetime
    subject_id: UUID
    is_person: bool
    actor: str
    what: str
    purpose: str
    issued_to: str
    number: str
    authorisation_hash: bytes | None
    authorised_until: date | None
    kept_until: date


def read_report(connection: Connection, log: int, number: str) -> IssuedReport:
    """Return a report by its number; raises `NotFound`."""
    row = connection.execute(_brief(log).where(CREDIT_REPORT.c.number == number)).one_or_none()
    if row is None:
        raise NotFound("There is no report of that number.")
    return _report(row)


def reports_of(
    connection: Connection,
    log: int,
    *,
    actor: str | None,
    before: int | None = None,
    rows_max: int,
) -> list[IssuedReport]:
    """Return the newest reports that an actor asked for, or everybody's."""
    statement = _brief(log).order_by(CREDIT_REPORT.c.seq.desc()).limit(rows_max)
    if actor is not None:
        statement = statement.where(CREDIT_REPORT.c.actor == actor)
    if before is not None:
        statement = statement.where(CREDIT_REPORT.c.seq < before)
    return [_report(row) for row in connection.execute(statement)]


def report_body(connection: Connection, log: int, number: str) -> JsonObject:
    """Return what a report says; raises `NotFound` once it was erased."""
    value = loads(
        _kept(connection, log, number, "body"), bytes_max=BODY_BYTES_MAX, depth_max=DEPTH_MAX
    )
    if not isinstance(value, dict):
        raise LedgerCorrupt(f"report {number} is no object")
    return value


def report_pdf(connection: Connection, log: int, number: str) -> bytes:
    """Return the paper of a report as it was issued; raises `NotFound` once it was erased."""
    return _kept(connection, log, number, "pdf")


def standing_of_report(
    connection: Connection, log: int, report: IssuedReport, *, today: date
) -> Standing:
    """Return whether a report still says what one of today would say."""
    if report.erased_at is not None:
        return Standing.ERASED
    if not report.is_current:
        return Standing.LOOK_BACK
    now = facts_hash_now(connection, log, report.subject_id, edition=report.edition, day=today)
    return Standing.VALID if now == report.facts_hash else Standing.CHANGED


def accesses(
    connection: Connection,
    log: int,
    *,
    subject_id: UUID | None = None,
    actor: str | None = None,
    before: datetime | None = None,
    rows_max: int,
) -> list[Access]:
    """Return who looked, the newest first: at one party's record, one who looked, or all."""
    access = CREDIT_ACCESS.c
    statement = (
        select(CREDIT_ACCESS)
        .where(access.log == log)
        .order_by(access.at.desc(), access.id.desc())
        .limit(rows_max)
    )
    if subject_id is not None:
        statement = statement.where(access.subject_id == subject_id)
    if actor is not None:
        statement = statement.where(access.actor == actor)
    if before is not None:
        statement = statement.where(access.at < before)
    found: Sequence[Row[Any]] = list(connection.execute(statement))
    return [
        Access(**{name: value for name, value in row._mapping.items() if name != "log"})  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
        for row in found
    ]


def _brief(log: int) -> Select[*tuple[Any, ...]]:
    return select(*_BRIEF).where(CREDIT_REPORT.c.log == log)


def _kept(connection: Connection, log: int, number: str, name: str) -> bytes:
    column, hashed = CREDIT_REPORT.c[name], {"body": "report_hash", "pdf": "pdf_hash"}[name]
    row = connection.execute(
        select(column, CREDIT_REPORT.c[hashed]).where(
            CREDIT_REPORT.c.log == log, CREDIT_REPORT.c.number == number
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no report of that number.")
    data, expected = row
    if data is None:
        raise NotFound("This report was erased with what was kept of the person.")
    if sha256(data).digest() != expected:
        raise LedgerCorrupt(f"report {number}: its {name} is not what its entry says")
    return bytes(data)


def _report(row: Row[Any]) -> IssuedReport:
    values = {
        name: value
        for name, value in row._mapping.items()  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
        if name != "log"
    }
    return IssuedReport(**{**values, "edition": Edition(values["edition"])})
