"""Reads findings: lists by filters, single ones, and all of one thing.

One rule: of whom a reader may see findings is the caller's to say (`own`), and a list never shows
another one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.findings.judgements import FindingState
from trace.findings.model import Severity, Value
from trace.findings.tables import FINDING
from trace.identifiers import find_ids
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from base.errors import LedgerCorrupt, NotFound
from base.strict_json import JsonValue, loads

_BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 3

_Row: TypeAlias = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding as it stands; `seqs` are the events that show it."""

    id: UUID
    item: int
    code: str
    severity: Severity
    uri: str
    class_code: str
    party_id: UUID | None
    owner_id: UUID | None
    details: dict[str, Value]
    seqs: tuple[int, ...]
    first_seq: int
    last_seq: int
    first_at: datetime
    last_at: datetime
    evidence: bytes
    state: FindingState
    computed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingQuery:
    """Which findings, the newest evidence first; `after` is the last one of the page before.

    `own` bounds them to those about one party or its goods; `party_id` is a filter like the others.
    """

    rows_max: int
    own: UUID | None = None
    code: str | None = None
    severity: Severity | None = None
    party_id: UUID | None = None
    class_code: str | None = None
    state: FindingState | None = None
    since: datetime | None = None
    uri: str | None = None
    after: UUID | None = None


def list_findings(connection: Connection, log: int, query: FindingQuery) -> list[Finding]:
    """Return a page of findings; raises `NotFound` where `after` is gone."""
    statement = select(FINDING).where(FINDING.c.log == log, *_conditions(connection, log, query))
    if query.after is not None:
        last = _row_of(connection, log, query.after)
        is_later = or_(
            FINDING.c.last_seq < last.last_seq,
            and_(FINDING.c.last_seq == last.last_seq, FINDING.c.id < last.id),
        )
        statement = statement.where(is_later)
    statement = statement.order_by(FINDING.c.last_seq.desc(), FINDING.c.id.desc())
    return _read(connection, statement.limit(query.rows_max))


def read_finding(connection: Connection, log: int, finding_id: UUID) -> Finding:
    """Return one finding; raises `NotFound`."""
    return _finding(_row_of(connection, log, finding_id))


def findings_alike(
    connection: Connection, log: int, finding: Finding, own: UUID | None, *, rows_max: int
) -> list[Finding]:
    """Return the other findings of the same rule that the same first and last entry show.

    One gap in a pallet's readings is one on everything that was on it. Only those that are open,
    and those of `own` alone where a party asks.
    """
    state = FindingState.OPEN
    query = FindingQuery(rows_max=rows_max, own=own, code=finding.code, state=state)
    statement = select(FINDING).where(
        FINDING.c.log == log,
        FINDING.c.first_seq == finding.first_seq,
        FINDING.c.last_seq == finding.last_seq,
        FINDING.c.id != finding.id,
        *_conditions(connection, log, query),
    )
    return _read(connection, statement.order_by(FINDING.c.id.desc()).limit(rows_max))


def findings_of_items(
    connection: Connection, log: int, items: Collection[int], *, rows_max: int
) -> list[Finding]:
    """Return the findings about these things, the newest evidence first."""
    statement = select(FINDING).where(FINDING.c.log == log, FINDING.c.item.in_(sorted(items)))
    statement = statement.order_by(FINDING.c.last_seq.desc(), FINDING.c.id.desc())
    return _read(connection, statement.limit(rows_max))


def _conditions(connection: Connection, log: int, query: FindingQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    for column, value in (
        (FINDING.c.code, query.code),
        (FINDING.c.severity, query.severity and query.severity.value),
        (FINDING.c.class_code, query.class_code),
        (FINDING.c.state, query.state and query.state.value),
    ):
        if value is not None:
            wanted.append(column == value)
    wanted += [
        or_(FINDING.c.party_id == party, FINDING.c.owner_id == party)
        for party in (query.own, query.party_id)
        if party is not None
    ]
    if query.since is not None:
        wanted.append(FINDING.c.last_at >= query.since)
    if query.uri is not None:
        found = find_ids(connection, log, [query.uri])
        wanted.append(FINDING.c.item.in_(list(found.values())))
    return wanted


def _row_of(connection: Connection, log: int, finding_id: UUID) -> _Row:
    of_id = (FINDING.c.log == log) & (FINDING.c.id == finding_id)
    row = connection.execute(select(FINDING).where(of_id)).one_or_none()
    if row is None:
        raise NotFound("There is no finding with that id.")
    return row


def _read(connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[Finding]:
    rows: Sequence[_Row] = connection.execute(statement).all()
    return [_finding(row) for row in rows]


def _finding(row: _Row) -> Finding:
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    for name in ("log", "key"):
        del values[name]
    details, seqs = _json(row.details), _json(row.seqs)
    if not isinstance(details, dict) or not isinstance(seqs, list):
        raise LedgerCorrupt(f"finding {row.id}: not readable; work findings out anew")
    return Finding(
        **{
            **values,
            "severity": Severity(row.severity),
            "state": FindingState(row.state),
            "details": {
                name: value for name, value in details.items() if isinstance(value, str | int)
            },
            "seqs": tuple(seq for seq in seqs if isinstance(seq, int)),
        }
    )


def _json(text: str) -> JsonValue:
    return loads(text.encode(), bytes_max=_BYTES_MAX, depth_max=_DEPTH_MAX)
