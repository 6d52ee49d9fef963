"""What was said of findings: entries of the ledger, and the table that is made of them.

The rule that must stay true: a judgement is an entry before it counts, and is never overwritten;
findings come and go with the events, and what was said of them stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from trace.findings.tables import FINDING, FINDING_JUDGEMENT, NOTE_CHARS_MAX
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from base.bulk import insert_rows
from base.errors import AppError, LedgerCorrupt
from ledger.parts import Part
from ledger.store import StoredEntry, parse_part

JUDGED_KIND: Final = "finding_judged"
_MARK: Final = JUDGED_KIND.encode()
_COLUMNS: Final = tuple(column.name for column in FINDING_JUDGEMENT.columns)
_CHUNK: Final = 500


class FindingState(StrEnum):
    """What is thought of a finding."""

    OPEN = "open"
    EXPLAINED = "explained"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingJudgement:
    """What one actor said of a finding, by which entry, and of which evidence."""

    seq: int
    finding_id: UUID
    evidence: bytes
    state: FindingState
    note: str
    judged_by: str
    judged_at: datetime


def write_judgements(connection: Connection, log: int, entries: Iterable[StoredEntry]) -> None:
    """Write the judgements among these entries, and the state of the findings they are about."""
    found = [
        judgement_of(one)
        for one in entries
        # A header is canonical JSON: it holds the word as it is, and reading it whole costs more.
        if _MARK in one.header_bytes and one.header.kind == JUDGED_KIND
    ]
    rows = [
        (
            log,
            one.seq,
            one.finding_id,
            one.evidence,
            one.state.value,
            one.note,
            one.judged_by,
            one.judged_at,
        )
        for one in found
    ]
    insert_rows(connection, FINDING_JUDGEMENT, _COLUMNS, rows)
    for one in found:
        of_id = (FINDING.c.log == log) & (FINDING.c.id == one.finding_id)
        connection.execute(update(FINDING).where(of_id).values(state=one.state.value))
        if one.state is FindingState.EXPLAINED:
            # Other evidence than was judged: nobody has explained that yet.
            of_other = of_id & (FINDING.c.evidence != one.evidence)
            connection.execute(
                update(FINDING).where(of_other).values(state=FindingState.OPEN.value)
            )


def judgement_of(entry: StoredEntry) -> FindingJudgement:
    """Read a judgement back; raises `LedgerCorrupt` where the entry is none."""
    if entry.damaged_parts():
        raise LedgerCorrupt(f"entry {entry.seq}: a part does not match its hash; run fsck")
    try:
        said = {**parse_part(entry.parts[Part.PUBLIC]), **parse_part(entry.parts[Part.AUTHORITY])}
        plain = {name.rpartition("/")[2]: str(value) for name, value in said.items()}
        return FindingJudgement(
            seq=entry.seq,
            finding_id=UUID(plain["finding"]),
            evidence=bytes.fromhex(plain["evidence"]),
            state=FindingState(plain["state"]),
            note=plain["note"][:NOTE_CHARS_MAX],
            judged_by=entry.header.actor,
            judged_at=entry.header.recorded_at,
        )
    except (AppError, KeyError, ValueError) as error:
        raise LedgerCorrupt(f"entry {entry.seq}: not readable as a judgement: {error!r}") from None


def latest_judgements(
    connection: Connection, log: int, ids: Sequence[UUID]
) -> dict[UUID, tuple[str, bytes]]:
    """Return the last state that was given to each finding, and the evidence it was given for."""
    found: dict[UUID, tuple[str, bytes]] = {}
    for start in range(0, len(ids), _CHUNK):
        statement = (
            select(
                FINDING_JUDGEMENT.c.finding_id,
                FINDING_JUDGEMENT.c.state,
                FINDING_JUDGEMENT.c.evidence,
            )
            .where(
                FINDING_JUDGEMENT.c.log == log,
                FINDING_JUDGEMENT.c.finding_id.in_(ids[start : start + _CHUNK]),
            )
            .order_by(FINDING_JUDGEMENT.c.seq)
        )
        for finding_id, state, evidence in connection.execute(statement):
            found[finding_id] = (state, evidence)
    return found


def judgements_of(connection: Connection, log: int, finding_id: UUID) -> list[FindingJudgement]:
    """Return all that was said of a finding, oldest first."""
    statement = (
        select(FINDING_JUDGEMENT)
        .where(FINDING_JUDGEMENT.c.log == log, FINDING_JUDGEMENT.c.finding_id == finding_id)
        .order_by(FINDING_JUDGEMENT.c.seq)
    )
    return [
        FindingJudgement(
            seq=row.seq,
            finding_id=row.finding_id,
            evidence=row.evidence,
            state=FindingState(row.state),
            note=row.note,
            judged_by=row.judged_by,
            judged_at=row.judged_at,
        )
        for row in connection.execute(statement)
    ]


def forget_judgements(connection: Connection, log: int) -> None:
    """Take the judgements away before they are read anew from the ledger."""
    connection.execute(delete(FINDING_JUDGEMENT).where(FINDING_JUDGEMENT.c.log == log))
