"""What is kept of a report and of a snapshot, written in the transaction of its entry.

The rule that must stay true: a report, that somebody looked, and the entry that says so are there
together or not at all.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from credit.periods import corresponding_day
from credit.reporting.entries import ReportNote, SnapshotNote
from credit.reporting.layout import layout
from credit.reporting.tables import CREDIT_ACCESS, CREDIT_REPORT, CREDIT_SNAPSHOT
from ledger.batch import Appended
from parties.ids import new_id

REPORT_ACCESS: Final = "report"
_MONTHS_A_YEAR: Final = 12


def write_kept(connection: Connection, log: int, appended: Sequence[Appended]) -> None:
    """Keep the reports and snapshots among the appended entries, and who looked."""
    for place in appended:
        for offset, at in enumerate(place.kept):
            note, seq = place.batch.drafts[at].note, place.first_seq + offset
            if isinstance(note, ReportNote):
                _write_report(connection, log, seq, place.batch.actor, note)
            elif isinstance(note, SnapshotNote):
                _write_snapshot(connection, log, seq, place.batch.actor, note)


def access_values(
    log: int,
    *,
    at: datetime,
    subject_id: UUID,
    actor: str,
    what: str,
    **more: Any,
) -> dict[str, Any]:
    """Return the row of a look; `more` are its other columns, empty where they are not given."""
    return {
        "log": log,
        "id": new_id(at),
        "at": at,
        "subject_id": subject_id,
        "is_person": False,
        "actor": actor,
        "what": what,
        "purpose": "",
        "issued_to": "",
        "number": "",
        "authorisation_hash": None,
        "authorised_until": None,
        "kept_until": kept_until(at),
        **more,
    }


def kept_until(at: datetime) -> date:
    """Return the last day on which a look is kept, by the row of its own day."""
    day = at.astimezone(CIVIL_ZONE).date()
    return corresponding_day(day, layout().access_years(day) * _MONTHS_A_YEAR)


def _write_report(connection: Connection, log: int, seq: int, actor: str, note: ReportNote) -> None:
    connection.execute(
        CREDIT_REPORT.insert().values(
            log=log,
            number=note.number,
            seq=seq,
            edition=note.edition,
            subject_id=note.subject_id,
            is_person=note.is_person,
            actor=actor,
            issued_to=note.issued_to,
            purpose=note.purpose,
            day=note.day,
            known_at=note.known_at,
            issued_at=note.issued_at,
            is_current=note.is_current,
            report_hash=note.report_hash,
            pdf_hash=note.pdf_hash,
            facts_hash=note.facts_hash,
            body=note.body,
            pdf=note.pdf,
            erased_at=None,
        )
    )
    values = access_values(
        log,
        at=note.issued_at,
        subject_id=note.subject_id,
        actor=actor,
        what=f"{REPORT_ACCESS}_{note.edition}",
        is_person=note.is_person,
        purpose=note.purpose,
        issued_to=note.issued_to,
        number=note.number,
        authorisation_hash=note.authorisation_hash,
        authorised_until=note.authorised_until,
    )
    connection.execute(CREDIT_ACCESS.insert().values(values))


def _write_snapshot(
    connection: Connection, log: int, seq: int, actor: str, note: SnapshotNote
) -> None:
    connection.execute(
        CREDIT_SNAPSHOT.insert().values(
            log=log,
            seq=seq,
            number=note.number,
            list=note.list_id,
            day=note.day,
            known_at=note.known_at,
            taken_at=note.taken_at,
            actor=actor,
            row_count=note.rows,
            root=note.root,
            paper_hash=note.paper_hash,
            lines=note.lines,
            paper=note.paper,
        )
    )
