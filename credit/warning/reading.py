"""Warnings as a desk reads them: the gravest first, and one with every entry about it.

The rule that must stay true: each thing that is said of a warning names the entry that proves it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.page_tokens import read_token, write_token
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select

from base.errors import NotFound
from credit.feeds.model import CodeScheme
from credit.inspecting.entries import RESULT_KIND, result_of
from credit.tables import CREDIT_CODE, CREDIT_SUBJECT
from credit.warning.entries import ACT_KIND, act_of
from credit.warning.folding import read_told
from credit.warning.life import ACTS
from credit.warning.model import Detail, WarningState
from credit.warning.rules import WarningRule, warning_rules
from credit.warning.steps import steps_of
from credit.warning.tables import CREDIT_WARNING
from ledger.store import read_entries

_ROW = CREDIT_WARNING.c
_NUMBER_BYTES: Final = 8
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRow:
    """A warning as it is; `rule` is None where its row is gone from the table."""

    id: UUID
    code: str
    rule: WarningRule | None
    severity: str
    state: WarningState
    subject_id: UUID
    subject_code: str
    name: str
    details: Mapping[str, Detail]
    fact_ids: tuple[UUID, ...]
    seqs: tuple[int, ...]
    is_ground_gone: bool
    inspection_id: UUID | None
    opened_seq: int
    opened_at: datetime
    last_seq: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an entry says of a warning: an act, or that a night found it or its end."""

    seq: int
    at: datetime
    actor: str
    act: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningQuery:
    """Which warnings; `states` empty asks for all of them."""

    states: tuple[WarningState, ...] = ()
    code: str = ""
    severity: str = ""
    subject_id: UUID | None = None
    after: str = ""
    rows_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningPage:
    """Some warnings, the gravest first; `next_after` is "" on the last page."""

    rows: tuple[WarningRow, ...]
    next_after: str


def list_warnings(connection: Connection, log: int, query: WarningQuery) -> WarningPage:
    """Return a page of warnings; raises `InvalidInput` for a wrong `after`."""
    statement = _select(log).order_by(_ROW.rank, _ROW.opened_seq.desc(), _ROW.id)
    if query.states:
        statement = statement.where(_ROW.state.in_([one.value for one in query.states]))
    if query.code:
        statement = statement.where(_ROW.code == query.code)
    if query.severity:
        statement = statement.where(_ROW.severity == query.severity)
    if query.subject_id is not None:
        statement = statement.where(_ROW.subject_id == query.subject_id)
    if query.after:
        rank, seq, last = read_token(query.after, _NUMBER_BYTES, _NUMBER_BYTES, _ID_BYTES)
        at, of_rank = int.from_bytes(seq), int.from_bytes(rank)
        statement = statement.where(
            or_(
                _ROW.rank > of_rank,
                and_(_ROW.rank == of_rank, _ROW.opened_seq < at),
                and_(_ROW.rank == of_rank, _ROW.opened_seq == at, _ROW.id > UUID(bytes=last)),
            )
        )
    found = list(connection.execute(statement.limit(query.rows_max + 1)).mappings())
    shown = found[: query.rows_max]
    return WarningPage(
        rows=tuple(_warning(row) for row in shown),
        next_after=_token(shown[-1]) if len(found) > query.rows_max else "",
    )


def count_warnings(connection: Connection, log: int) -> dict[str, int]:
    """Return how many warnings there are in each state."""
    statement = select(_ROW.state, func.count()).where(_ROW.log == log).group_by(_ROW.state)
    found = {row[0]: int(row[1]) for row in connection.execute(statement)}
    return {state.value: found.get(state.value, 0) for state in WarningState}


def read_warning(connection: Connection, log: int, warning_id: UUID) -> WarningRow:
    """Return a warning; raises `NotFound`."""
    statement = _select(log).where(_ROW.id == warning_id)
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no warning with that id.")
    return _warning(row)


def said_of(connection: Connection, log: int, warning_id: UUID) -> Sequence[Said]:
    """Return every entry about a warning, oldest first."""
    seqs = steps_of(connection, log, warning_id)
    entries = read_entries(connection, log, seqs)
    return tuple(_said([entries[seq] for seq in seqs]))


def _said(entries: Sequence[Any]) -> Iterator[Said]:
    for entry in entries:
        act, reason = "night", ""
        if entry.header.kind == ACT_KIND:
            note = act_of(entry)
            act, reason = ACTS[note.act].id, note.reason
        elif entry.header.kind == RESULT_KIND:
            result = result_of(entry)
            act, reason = f"inspected_{result.result}", result.failed_item or result.note
        yield Said(
            seq=entry.seq,
            at=entry.header.recorded_at,
            actor=entry.header.actor,
            act=act,
            reason=reason,
        )


def _select(log: int) -> Select[*tuple[Any, ...]]:
    # Of a party that credit was told nothing of, the warning itself holds code and name.
    code = (
        select(func.min(CREDIT_CODE.c.code))
        .where(
            CREDIT_CODE.c.log == _ROW.log,
            CREDIT_CODE.c.subject_id == _ROW.subject_id,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
        )
        .scalar_subquery()
    )
    of_subject = and_(CREDIT_SUBJECT.c.log == _ROW.log, CREDIT_SUBJECT.c.id == _ROW.subject_id)
    return (
        select(CREDIT_WARNING, CREDIT_SUBJECT.c.name, code.label("subject_code"))
        .outerjoin(CREDIT_SUBJECT, of_subject)
        .where(_ROW.log == log)
    )


def _warning(row: Any) -> WarningRow:
    told = read_told(row["told"])
    return WarningRow(
        id=row["id"],
        code=row["code"],
        rule=warning_rules().get(row["code"]),
        severity=row["severity"],
        state=WarningState(row["state"]),
        subject_id=row["subject_id"],
        subject_code=row["subject_code"] or told["details"].get("code", ""),
        name=row["name"] or told["details"].get("name", ""),
        details=told["details"],
        fact_ids=tuple(UUID(one) for one in told["facts"]),
        seqs=tuple(told["seqs"]),
        is_ground_gone=row["is_ground_gone"],
        inspection_id=row["inspection_id"],
        opened_seq=row["opened_seq"],
        opened_at=row["opened_at"],
        last_seq=row["last_seq"],
        last_at=row["last_at"],
    )


def _token(row: Any) -> str:
    return write_token(
        row["rank"].to_bytes(_NUMBER_BYTES),
        row["opened_seq"].to_bytes(_NUMBER_BYTES),
        row["id"].bytes,
    )
