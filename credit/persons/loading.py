"""Takes a file of people: in pages, in constant memory, and as one entry of the ledger.

The rule that must stay true: the same bytes are the same batch, whoever sends them and however
often; a load that died goes on at its last page; and a file that is not understood leaves nobody
behind in the register.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Engine, Row, delete, func, select, update

from base.clock import CIVIL_ZONE, Clock
from base.db import reading, transaction
from base.errors import InputTooLarge, InvalidInput, NotFound
from base.installation_secret import InstallationSecret
from base.strict_json import loads
from credit.intake.taking import PERSON_PURPOSE
from credit.persons.entries import persons_draft
from credit.persons.lines import LineReader, column_of, form
from credit.persons.pages import Keyed, Page, before_first, write_page, written_pages
from credit.persons.tables import CREDIT_PERSON, CREDIT_PERSON_BATCH, CREDIT_PERSON_PAGE
from ledger.batch import Batch, Idempotency
from ledger.journal import Journal
from parties.actors import Actor

PAGE_BYTES: Final = 4 << 20
_READ_BYTES: Final = 1 << 20
_PERCENT: Final = 100
_FAULTS_BYTES_MAX: Final = 1 << 28


class PersonBatchState(StrEnum):
    """Where a file is."""

    LOADING = "loading"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBatch:
    """One file: of `received` rows each is accepted, quarantined or a duplicate."""

    log: int
    number: int
    actor: str
    file_hash: bytes
    file_bytes: int
    state: PersonBatchState
    message: str = ""
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    received_at: datetime
    finished_at: datetime | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDesk:
    """What loading needs."""

    journal: Journal  # With `credit.index.CreditIndex`.
    clock: Clock
    secret: InstallationSecret
    bytes_max: int
    page_bytes: int = PAGE_BYTES

    @property
    def engine(self) -> Engine:
        """Return the database."""
        return self.journal.engine

    @property
    def keyed(self) -> Keyed:
        """Return what keys numbers: the same key that batches of feeds know a person by."""
        return Keyed(self.secret.key_for(PERSON_PURPOSE))


Progress = Callable[[PersonBatch, int], None]
"""Told after each page: the counts so far, and how many bytes of the file were read."""


def take_people(
    desk: PersonDesk, actor: Actor, file: BinaryIO, *, progress: Progress | None = None
) -> PersonBatch:
    """Take a file of people and return the batch; the same bytes again are the same batch.

    The file is read twice and has to be one that can be: first for its hash. Raises `InvalidInput`
    or `InputTooLarge` where it is none of people, or more than allowed.
    """
    file_hash, file_bytes = _hash_of(file, desk.bytes_max)
    file.seek(0)
    header = file.readline(form().line_bytes_max)
    column = column_of(header)
    batch = _open(desk, actor, file_hash, file_bytes)
    if batch.state is PersonBatchState.ACCEPTED:
        return batch
    reader = LineReader(column=column, today=desk.clock.now().astimezone(CIVIL_ZONE).date())
    # The pages say how far an earlier load came.
    counted, page = replace(batch, received=0, accepted=0, quarantined=0, duplicates=0), None
    for page in _pages(desk, reader, file, batch, len(header)):
        counted = _with(counted, page)
        why = _why_refused(counted)
        if why:
            _take_back(desk, replace(counted, message=why))
            raise InvalidInput(why)
        if progress is not None:
            progress(counted, page.end_byte)
    if page is None or not counted.received:
        why = "The file holds no rows."
        _take_back(desk, replace(counted, message=why))
        raise InvalidInput(why)
    return _enter(desk, counted, page)


def read_person_batch(connection: Connection, log: int, number: int) -> PersonBatch:
    """Return a batch; raises `NotFound`."""
    row = connection.execute(
        select(CREDIT_PERSON_BATCH).where(
            CREDIT_PERSON_BATCH.c.log == log, CREDIT_PERSON_BATCH.c.number == number
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no file of people with that number.")
    return _batch_of(row)


def faults_of(connection: Connection, log: int, number: int) -> Iterator[tuple[int, str]]:
    """Yield (row number, code) of everything in a file that was not understood."""
    statement = (
        select(CREDIT_PERSON_PAGE.c.faults)
        .where(CREDIT_PERSON_PAGE.c.log == log, CREDIT_PERSON_PAGE.c.batch == number)
        .order_by(CREDIT_PERSON_PAGE.c.page)
    )
    for text in connection.execute(statement).scalars():
        told: Any = loads(text.encode(), bytes_max=_FAULTS_BYTES_MAX, depth_max=2)
        yield from ((row, code) for row, code in told)


def fault_counts(connection: Connection, log: int, number: int) -> dict[str, int]:
    """Return how many rows of a file were not understood for which reason."""
    return dict(sorted(Counter(code for _, code in faults_of(connection, log, number)).items()))


def _hash_of(file: BinaryIO, bytes_max: int) -> tuple[bytes, int]:
    hashed, count = sha256(), 0
    file.seek(0)
    while some := file.read(_READ_BYTES):
        hashed.update(some)
        count += len(some)
        if count > bytes_max:
            raise InputTooLarge(f"A file of people has {bytes_max} bytes at most.")
    return hashed.digest(), count


def _open(desk: PersonDesk, actor: Actor, file_hash: bytes, file_bytes: int) -> PersonBatch:
    """Return the batch of these bytes, new or not."""
    log, columns = desk.journal.log, CREDIT_PERSON_BATCH.c
    with transaction(desk.engine) as connection:
        _lock(connection, log)
        same = select(CREDIT_PERSON_BATCH).where(
            columns.log == log,
            columns.file_hash == file_hash,
            columns.state != PersonBatchState.REFUSED.value,
        )
        row = connection.execute(same).one_or_none()
        if row is not None:
            return _batch_of(row)
        last = connection.execute(
            select(func.max(columns.number)).where(columns.log == log)
        ).scalar()
        batch = PersonBatch(
            log=log,
            number=(last or 0) + 1,
            actor=actor.id,
            file_hash=file_hash,
            file_bytes=file_bytes,
            state=PersonBatchState.LOADING,
            received_at=desk.clock.now(),
        )
        connection.execute(CREDIT_PERSON_BATCH.insert().values(_values(batch)))
    return batch


def _pages(
    desk: PersonDesk, reader: LineReader, file: BinaryIO, batch: PersonBatch, start_byte: int
) -> Iterator[Page]:
    """Yield the pages of a file: those that are written already, then each that is left."""
    log, keyed = batch.log, desk.keyed
    with reading(desk.engine) as connection:
        done = written_pages(connection, log, batch.number)
    yield from done
    last = done[-1] if done else before_first(batch.number, start_byte)
    # The headers are row 1; empty lines are no rows.
    row, end_byte = 2 + sum(page.received for page in done), last.end_byte
    file.seek(end_byte)
    while lines := file.readlines(desk.page_bytes):
        end_byte += sum(map(len, lines))
        lines = [line for line in lines if not line.isspace()]
        people, faults = reader.read(lines, row)
        row += len(lines)
        with transaction(desk.engine) as connection:
            _lock(connection, log)
            last = write_page(
                connection,
                log,
                last,
                keyed=keyed,
                people=people,
                faults=faults,
                end_byte=end_byte,
            )
        yield last


def _with(batch: PersonBatch, page: Page) -> PersonBatch:
    return replace(
        batch,
        received=batch.received + page.received,
        accepted=batch.accepted + page.accepted,
        quarantined=batch.quarantined + page.quarantined,
        duplicates=batch.duplicates + page.duplicates,
    )


def _why_refused(batch: PersonBatch) -> str:
    if batch.received > form().rows_max:
        return f"A file of people has {form().rows_max} rows at most."
    is_judged = batch.received >= form().judged_from_rows
    if is_judged and (
        batch.quarantined * _PERCENT > batch.received * form().quarantined_max_percent
    ):
        return f"{batch.quarantined} of its first {batch.received} rows were not understood."
    return ""


def _take_back(desk: PersonDesk, batch: PersonBatch) -> None:
    """Let nobody of a refused file stay; what was not understood of it is kept for its sender."""
    with transaction(desk.engine) as connection:
        _lock(connection, batch.log)
        connection.execute(
            delete(CREDIT_PERSON).where(
                CREDIT_PERSON.c.log == batch.log, CREDIT_PERSON.c.batch == batch.number
            )
        )
        _change(
            connection,
            replace(
                batch, state=PersonBatchState.REFUSED, accepted=0, finished_at=desk.clock.now()
            ),
        )


def _enter(desk: PersonDesk, batch: PersonBatch, page: Page) -> PersonBatch:
    """Append the entry that holds the root, then say so at the batch."""
    root = page.frontier.root()
    draft = persons_draft(
        number=batch.number,
        file_hash=batch.file_hash,
        counts={
            "received": batch.received,
            "accepted": batch.accepted,
            "quarantined": batch.quarantined,
            "duplicates": batch.duplicates,
        },
        rows=page.frontier.size,
        root=root,
    )
    key = f"credit-persons:{batch.number}"
    receipt = desk.journal.append(
        Batch(
            actor=batch.actor,
            subject=key,
            drafts=(draft,),
            idempotency=Idempotency(key=key, request_hash=root),
        )
    )
    entered = replace(
        batch,
        state=PersonBatchState.ACCEPTED,
        finished_at=desk.clock.now(),
        seq=receipt.first_seq,
    )
    with transaction(desk.engine) as connection:
        _change(connection, entered)
    return entered


def _lock(connection: Connection, log: int) -> None:
    """Let one load write at a time: who is known is asked before anybody is written.

    It locks the oldest batch; the first one of all meets nobody.
    """
    own = CREDIT_PERSON_BATCH.c
    oldest = select(own.number).where(own.log == log).order_by(own.number).limit(1)
    connection.execute(oldest.with_for_update())


def _change(connection: Connection, batch: PersonBatch) -> None:
    own = update(CREDIT_PERSON_BATCH).where(
        CREDIT_PERSON_BATCH.c.log == batch.log, CREDIT_PERSON_BATCH.c.number == batch.number
    )
    connection.execute(own.values(_values(batch)))


def _values(batch: PersonBatch) -> dict[str, Any]:
    return {column.name: getattr(batch, column.name) for column in CREDIT_PERSON_BATCH.columns} | {
        "state": batch.state.value
    }


def _batch_of(row: Row[Any]) -> PersonBatch:
    values = dict(row._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return PersonBatch(**{**values, "state": PersonBatchState(values["state"])})
