"""`manage.py credit people`: files of the register of people, and who is taken out of it."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

import click

from base.config import load_settings
from base.db import reading
from base.errors import InvalidInput, NotFound
from codes.cn.persons import is_id_number
from credit.index import open_credit_journal
from credit.intake.desk import open_intake
from credit.intake.erasing import erase_records
from credit.intake.text_search import HeldText
from credit.persons.loading import PersonBatch, PersonDesk, fault_counts, faults_of, take_people
from credit.persons.pages import check_batch
from credit.persons.register import count_people, erase_person
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from parties.actors import CONSOLE


@click.group(name="people")
def people() -> None:
    """Take files of the register of people: numbers become keyed hashes, and nothing else stays."""


@people.command(name="take")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--faults", is_flag=True, help="Print each row that was not understood.")
@click.pass_obj
def take(environ: MutableMapping[str, str], path: Path, faults: bool) -> None:
    """Take a FILE, a CSV with a column 公民身份号码; a load that died goes on where it was."""
    with _desk(environ) as desk, path.open("rb") as file:
        batch = take_people(desk, CONSOLE, file, progress=_say)
        with reading(desk.engine) as connection:
            counts = fault_counts(connection, batch.log, batch.number)
            rows = list(faults_of(connection, batch.log, batch.number)) if faults else []
    click.echo(
        f"file {batch.number} {batch.state.value}: {batch.received} rows, {batch.accepted} new,"
        f" {batch.duplicates} known, {batch.quarantined} not understood"
    )
    for code, count in counts.items():
        click.echo(f"  {code}: {count}")
    for row, code in rows:
        click.echo(f"row {row}: {code}")


@people.command(name="check")
@click.argument("number", type=click.IntRange(min=1))
@click.pass_obj
def check(environ: MutableMapping[str, str], number: int) -> None:
    """Compare everybody of the file with that NUMBER with the tree of its entry."""
    with _desk(environ) as desk, reading(desk.engine) as connection:
        count = check_batch(connection, desk.journal.log, number)
        everybody = count_people(connection, desk.journal.log)
    click.echo(f"{count} people of file {number} are as they were taken; {everybody} in all")


@people.command(name="erase")
@click.option("--reason", required=True, help="Why; it goes into the ledger.")
@click.pass_obj
def erase(environ: MutableMapping[str, str], reason: str) -> None:
    """Take somebody out of the register, of every record, and of every file that is kept.

    The number is asked for, so that no shell keeps it. Hashes alone stay.
    """
    number = click.prompt("ID number", hide_input=True).strip().upper()
    if not is_id_number(number):
        raise InvalidInput("This is no ID number whose check fits.")
    settings = load_settings(environ)
    with _desk(environ) as desk:
        intake = open_intake(settings, desk.journal, desk.clock, desk.secret)
        folder = settings.effective_files_dir
        erased = erase_records(intake, CONSOLE, number, reason, folder=folder)
        for text in erased.texts:
            click.echo(_stays(text))
        try:
            found = erase_person(desk, CONSOLE, desk.keyed(number.encode()), reason)
            click.echo(f"erased: leaf {found.position} of file {found.batch}")
        except NotFound:
            if not erased.is_any:
                raise
    if erased.is_any:
        click.echo(
            f"erased: {erased.facts} records, {erased.quarantined} rows in quarantine,"
            f" {erased.files} files"
        )


def _stays(text: HeldText) -> str:
    """Return what is told of a text in the ledger that holds the number: it cannot be taken out."""
    where = f"case {text.subject}, entry {text.seq}" if text.subject else f"entry {text.seq}"
    return f"stays: {where} ({text.kind}) holds the number in its text; it is hidden where it shows"


@contextmanager
def _desk(environ: MutableMapping[str, str]) -> Iterator[PersonDesk]:
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    try:
        yield PersonDesk(
            journal=open_credit_journal(settings, parts.engine, parts.clock),
            clock=parts.clock,
            secret=parts.secret,
            bytes_max=settings.credit_bytes_max,
        )
    finally:
        parts.engine.dispose()


def _say(batch: PersonBatch, end_byte: int) -> None:
    share = 100 * end_byte // max(1, batch.file_bytes)
    click.echo(f"{batch.received} rows, {share} %", err=True)
