"""Takes away what is kept of a natural person: rows, quarantined rows, and whole files.

Files are those of batches, of senders' folders, and the documents of cases.

The rule that must stay true: the ledger is told first, and only hashes stay. A file that holds the
number goes whole: a row cannot be taken out of bytes whose hash is in the ledger. Done twice it
takes away what came in between, and nothing else.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update

from base.db import reading, transaction
from base.errors import AppError, InvalidInput
from credit.folding.projector import bring_up_credit
from credit.folding.subjects import subject_id_of
from credit.intake.decoding import rows_of
from credit.intake.desk import IntakeDesk
from credit.intake.dropping import FOLDER as DROPPED
from credit.intake.files import FOLDER as KEPT
from credit.intake.files import OF_CASES, OF_PARTIES
from credit.intake.number_search import holds_number
from credit.intake.text_search import HeldText, text_holds, texts_with
from credit.reporting.entries import ErasedNote, erased_draft
from credit.reporting.tables import CREDIT_REPORT
from credit.tables import CREDIT_BATCH, CREDIT_CASE, CREDIT_FACT, CREDIT_QUARANTINE, CREDIT_SUBJECT
from ledger.batch import Batch
from parties.actors import Actor

ERASED: Final = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was taken away: facts with their rows, files, quarantined rows.

    `texts` are entries that hold the number where somebody typed it: they stay in the ledger.
    """

    facts: int
    files: int
    quarantined: int
    texts: tuple[HeldText, ...]

    @property
    def is_any(self) -> bool:
        """Return whether there was anything of the person."""
        return bool(self.facts or self.files or self.quarantined)


def erase_records(
    desk: IntakeDesk, actor: Actor, number: str, reason: str, *, folder: Path
) -> Erasure:
    """Take away what is kept of whoever has an ID number; raises `InvalidInput` without a reason.

    What was told of a masked number names nobody and is nobody's to erase.
    """
    if not reason.strip():
        raise InvalidInput("An erasure has a reason.")
    engine, log = desk.journal.engine, desk.journal.log
    bring_up_credit(engine, log)
    subject_id = subject_id_of("person", desk.person_key(number))
    with reading(engine) as connection:
        fact, own = CREDIT_FACT.c, CREDIT_SUBJECT.c
        facts = connection.execute(
            select(func.count(func.distinct(fact.id))).where(
                fact.log == log, fact.subject_id == subject_id
            )
        ).scalar_one()
        subject = select(own.id).where(own.log == log, own.id == subject_id)
        report = select(CREDIT_REPORT.c.subject_id).where(
            CREDIT_REPORT.c.log == log,
            CREDIT_REPORT.c.subject_id == subject_id,
            CREDIT_REPORT.c.erased_at.is_(None),
        )
        is_known = any(connection.execute(one).first() is not None for one in (subject, report))
        texts = tuple(texts_with(connection, log, number))
    found = dict(_files_about(desk, number, folder, subject_id))
    if is_known or facts or found:
        draft = erased_draft(ErasedNote(subject_id=subject_id, reason=reason.strip()))
        subject_text = f"credit-person:{subject_id}"
        desk.journal.append(Batch(actor=actor.id, subject=subject_text, drafts=(draft,)))
        bring_up_credit(engine, log)
    quarantined = sum(_empty_quarantined(desk, path, rows) for path, rows in found.items())
    for path in found:
        path.unlink(missing_ok=True)
    return Erasure(facts=facts, files=len(found), quarantined=quarantined, texts=texts)


def _files_about(
    desk: IntakeDesk, number: str, folder: Path, subject_id: UUID
) -> Iterator[tuple[Path, list[int]]]:
    """Yield every kept file that holds a number, with the rows that do (none where it has none).

    What was handed in for a case of the person's own goes, whether it can be read or not.
    """
    unzipped_bytes_max = desk.limits.unzipped_bytes_max
    for path in _files_in(folder / KEPT, folder / DROPPED):
        rows = _rows_with(desk, number, path.read_bytes())
        if rows or holds_number(path, number, unzipped_bytes_max=unzipped_bytes_max):
            yield path, rows
    own = _drawers_of(desk, folder, subject_id)
    for path in _files_in(folder / OF_CASES, folder / OF_PARTIES):
        is_own = not own.isdisjoint(path.parents)
        if is_own or holds_number(path, number, unzipped_bytes_max=unzipped_bytes_max):
            yield path, []


def _files_in(*places: Path) -> list[Path]:
    every = (one for place in places if place.is_dir() for one in place.rglob("*"))
    return sorted(one for one in every if one.is_file() and not one.is_symlink())


def _drawers_of(desk: IntakeDesk, folder: Path, subject_id: UUID) -> set[Path]:
    """Return where the documents of a party's own cases lie, and those of cases to come."""
    case = CREDIT_CASE.c
    statement = select(case.id).where(case.log == desk.journal.log, case.subject_id == subject_id)
    with reading(desk.journal.engine) as connection:
        cases = connection.execute(statement).scalars().all()
    drawers = {folder / OF_CASES / str(one) for one in cases}
    return {folder / OF_PARTIES / str(subject_id), *drawers}


def _rows_with(desk: IntakeDesk, number: str, body: bytes) -> list[int]:
    found: list[int] = []
    # Where it is no file of rows, or breaks off, what could be read counts; its bytes are searched.
    with suppress(AppError):
        found.extend(
            row.number
            for row in rows_of(body, desk.limits)
            if any(text_holds(text, number) for text in (*row.cells, *row.cells.values()))
        )
    return found


def _empty_quarantined(desk: IntakeDesk, path: Path, rows: list[int]) -> int:
    """Empty the quarantined rows of every batch that a file was; return how many there were.

    What was wrong with them goes, too: a path of an older release is a header as it came.
    """
    log, file_hash = desk.journal.log, sha256(path.read_bytes()).digest()
    row, batch = CREDIT_QUARANTINE.c, CREDIT_BATCH.c
    batches = select(batch.id).where(batch.log == log, batch.file_hash == file_hash)
    count = 0
    with transaction(desk.journal.engine) as connection:
        for number in rows:
            own = update(CREDIT_QUARANTINE).where(
                row.log == log, row.batch_id.in_(batches), row.row_number == number
            )
            count += connection.execute(own.values(cells="{}", faults="[]", state=ERASED)).rowcount
    return count
