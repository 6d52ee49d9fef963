"""What people say of alerts: the owner explains, the authority explains or confirms.

The rule that must stay true: every judgement stays in the alert's row with who gave it and when; a
later one is put beside it. A judgement is no evidence about goods and is no entry of the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import ascii_uppercase
from trace.scans.alert_details import read_judgements
from trace.scans.alerts import scan_of_row
from trace.scans.model import Place, Scan
from trace.scans.tables import NOTE_CHARS_MAX, SCAN, SCAN_ALERT, SCAN_BURST, SCAN_SUMMARY
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, Select, select, update

from base.errors import Conflict, InvalidInput, NotFound, Problem

_JUDGEMENTS_MAX: Final = 100

AlertRow: TypeAlias = Row[*tuple[Any, ...]]


class AlertState(StrEnum):
    """What is known of an alert: nothing yet, that it is harmless, or that it is not."""

    OPEN = "open"
    EXPLAINED = "explained"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertQuery:
    """Which alerts, newest first: `after` is the last id of the page before."""

    rows_max: int
    party_id: UUID | None = None
    rule: str | None = None
    state: AlertState | None = None
    since: datetime | None = None
    after: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What somebody says of an alert. An owner's word is weaker than the authority's."""

    state: AlertState
    note: str
    by: str
    is_owner: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineScan:
    """A scan in a time line: `device` is a letter that means nothing outside of it."""

    at: datetime
    device: str
    place: Place | None
    region: str | None


def list_alerts(connection: Connection, query: AlertQuery) -> Sequence[AlertRow]:
    """Return a page of alerts, the newest first."""
    statement = select(SCAN_ALERT)
    if query.party_id is not None:
        statement = statement.where(SCAN_ALERT.c.party_id == query.party_id)
    if query.rule is not None:
        statement = statement.where(SCAN_ALERT.c.rule == query.rule)
    if query.state is not None:
        statement = statement.where(SCAN_ALERT.c.state == query.state.value)
    if query.since is not None:
        statement = statement.where(SCAN_ALERT.c.last_at >= query.since)
    return _page(connection, statement, query.after, query.rows_max)


def list_bursts(connection: Connection, *, after: UUID | None, rows_max: int) -> Sequence[AlertRow]:
    """Return a page of bursts of misses, the newest first."""
    statement = select(SCAN_BURST)
    if after is not None:
        statement = statement.where(SCAN_BURST.c.id < after)
    return connection.execute(statement.order_by(SCAN_BURST.c.id.desc()).limit(rows_max)).all()


def read_alert(connection: Connection, alert_id: UUID) -> AlertRow:
    """Return one alert; raises `NotFound`."""
    row = connection.execute(select(SCAN_ALERT).where(SCAN_ALERT.c.id == alert_id)).one_or_none()
    if row is None:
        raise NotFound("There is no alert with that id.")
    return row


def read_summary(connection: Connection, item: int) -> AlertRow | None:
    """Return how often and since when a code was scanned."""
    return connection.execute(select(SCAN_SUMMARY).where(SCAN_SUMMARY.c.item == item)).one_or_none()


def read_timeline(connection: Connection, item: int, *, rows_max: int) -> tuple[TimelineScan, ...]:
    """Return the newest scans of a code, oldest first, their devices as letters."""
    statement = select(SCAN).where(SCAN.c.item == item).order_by(SCAN.c.at.desc()).limit(rows_max)
    scans = [scan_of_row(row) for row in reversed(connection.execute(statement).all())]
    letters = {device: _letter(number) for number, device in enumerate(_devices(scans))}
    return tuple(
        TimelineScan(at=scan.at, device=letters[scan.device], place=scan.place, region=scan.region)
        for scan in scans
    )


def judge_alert(
    connection: Connection, alert_id: UUID, judgement: Judgement, *, now: datetime
) -> AlertRow:
    """Record a judgement and return the alert; the same one again changes nothing.

    Raises `InvalidInput` without a note, `Conflict` where an owner contradicts the authority.
    """
    note = judgement.note.strip()
    if not 1 <= len(note) <= NOTE_CHARS_MAX:
        message = f"has 1 to {NOTE_CHARS_MAX} characters"
        raise InvalidInput(f"note {message}", problems=(_problem("note", message),))
    locked = select(SCAN_ALERT).where(SCAN_ALERT.c.id == alert_id).with_for_update()
    row = connection.execute(locked).one_or_none()
    if row is None:
        raise NotFound("There is no alert with that id.")
    if (row.state, row.note, row.judged_by) == (judgement.state.value, note, judgement.by):
        return row
    earlier = read_judgements(row.judgements)
    _check(row, judgement, len(earlier))
    said = {"state": judgement.state.value, "note": note, "by": judgement.by}
    judgements = [*earlier, {**said, "at": now.isoformat()}]
    values = {
        "state": judgement.state.value,
        "note": note,
        "judged_by": judgement.by,
        "judged_at": now,
        "judgements": orjson.dumps(judgements).decode(),
    }
    connection.execute(update(SCAN_ALERT).where(SCAN_ALERT.c.id == alert_id).values(values))
    return read_alert(connection, alert_id)


def _check(row: AlertRow, judgement: Judgement, earlier: int) -> None:
    if earlier >= _JUDGEMENTS_MAX:
        raise Conflict(f"This alert was judged {earlier} times; it takes no further judgement.")
    if not judgement.is_owner:
        return
    if judgement.state is not AlertState.EXPLAINED:
        message = "an owner explains; confirming and reopening is the authority's"
        raise InvalidInput(f"state: {message}", problems=(_problem("state", message),))
    is_settled = row.state != AlertState.OPEN.value and row.judged_by != judgement.by
    if is_settled:
        raise Conflict("The authority has judged this alert; ask it to open it again.")


def _problem(path: str, message: str) -> Problem:
    return Problem(path=path, code="judgement", message=message)


def _page(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],
    after: UUID | None,
    rows_max: int,
) -> Sequence[AlertRow]:
    if after is not None:
        statement = statement.where(SCAN_ALERT.c.id < after)
    return connection.execute(statement.order_by(SCAN_ALERT.c.id.desc()).limit(rows_max)).all()


def _devices(scans: Sequence[Scan]) -> list[bytes]:
    return list(dict.fromkeys(scan.device for scan in scans))


def _letter(number: int) -> str:
    """Return A to Z, then AA, AB and so on."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters
