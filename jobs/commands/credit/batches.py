"""`manage.py credit take|release|refuse|sample|check-row`: batches, samples, proofs of rows."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import click

from base.config import load_settings
from base.db import reading
from base.errors import InputTooLarge
from credit.feeds.registry import EVERY_FEED, FEEDS
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import enterprise
from credit.feeds.sampling.rows import sample_rows, write_csv
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.intake.batches import BatchState, CreditBatch, Door, read_batch
from credit.intake.desk import IntakeDesk, open_intake
from credit.intake.files import keep_file, read_file
from credit.intake.proving import BYTES_MAX, CheckedRow, check_row
from credit.intake.refusing import refuse_batch
from credit.intake.taking import require_releasable, take_batch
from jobs.console import console_desk
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from ledger.note import VerifierKey
from parties.actors import CONSOLE

_SAMPLED_SINCE: Final = date(2016, 1, 1)
_SAMPLED_DAYS: Final = 3650


@click.command(name="take")
@click.argument("name", metavar="FEED", type=click.Choice(sorted(FEEDS)))
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.pass_obj
def take(environ: MutableMapping[str, str], name: str, path: Path) -> int:
    """Take a batch of FEED from a FILE: CSV, workbook or JSON lines; exit code 1 where it is held.

    The same file again is the same batch and changes nothing.
    """
    with _open(environ) as (desk, files):
        body = path.read_bytes()
        keep_file(files, body)
        batch = take_batch(desk, CONSOLE, FEEDS[name], body, door=Door.FILE)
        bring_up_credit(desk.journal.engine, desk.journal.log)
    return _tell(batch)


@click.command(name="release")
@click.argument("batch_id", metavar="BATCH", type=click.UUID)
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@click.pass_obj
def release(environ: MutableMapping[str, str], batch_id: UUID, reason: str) -> int:
    """Take a held BATCH all the same: somebody has looked at it, and did not hand it in himself."""
    with _open(environ) as (desk, files):
        with reading(desk.journal.engine) as connection:
            held = read_batch(connection, desk.journal.log, batch_id)
        feed = EVERY_FEED[held.feed]
        require_releasable(desk, feed, held, CONSOLE)
        body = read_file(files, held.file_hash)

        def record() -> None:
            with console_desk(environ) as console:
                told = {"batch": str(batch_id)}
                console.record("credit_batch_released", told, {"reason": reason})

        told = replace(desk, on_release=record)
        batch = take_batch(told, CONSOLE, feed, body, door=held.door, is_released=True)
        bring_up_credit(desk.journal.engine, desk.journal.log)
    return _tell(batch)


@click.command(name="refuse")
@click.argument("batch_id", metavar="BATCH", type=click.UUID)
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@click.pass_obj
def refuse(environ: MutableMapping[str, str], batch_id: UUID, reason: str) -> None:
    """Refuse a held BATCH for good: nothing of it ever counts; the same file may come again."""
    with _open(environ) as (desk, _files), console_desk(environ) as console:
        batch = refuse_batch(desk, CONSOLE, batch_id, reason=reason, record=console.record)
    click.echo(f"batch {batch.id} {batch.state.value}: {batch.message}")


@contextmanager
def _open(environ: MutableMapping[str, str]) -> Iterator[tuple[IntakeDesk, Path]]:
    """Open what takes batches, and the folder that keeps their files."""
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    try:
        journal = open_credit_journal(settings, parts.engine, parts.clock)
        desk = open_intake(settings, journal, parts.clock, parts.secret)
        yield desk, settings.effective_files_dir
    finally:
        parts.engine.dispose()


def _tell(batch: CreditBatch) -> int:
    click.echo(
        f"batch {batch.id} {batch.state.value}: {batch.received} rows, {batch.accepted} new,"
        f" {batch.duplicates} known, {batch.quarantined} quarantined, {batch.ended} ended"
    )
    if batch.message:
        click.echo(batch.message, err=True)
    return 0 if batch.state is BatchState.ACCEPTED else 1


@click.command(name="sample")
@click.argument("name", metavar="FEED", type=click.Choice(sorted(FEEDS)))
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--rows", type=click.IntRange(1, 10_000_000), default=100, help="How many rows.")
@click.option("--seed", type=click.IntRange(0, 1 << 32), default=1, help="The same gives the same.")
@click.option("--dirt", type=click.IntRange(0, 100), default=0, help="Dirty rows in a hundred.")
def sample(name: str, path: Path, rows: int, seed: int, dirt: int) -> None:
    """Write invented rows of FEED to a FILE: a CSV as a sender would hand it in, for a trial."""
    draw = Draw(seed)
    told = (
        (enterprise(number), _SAMPLED_SINCE + timedelta(days=draw.below(_SAMPLED_DAYS)))
        for number in range(rows)
    )
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        count = write_csv(out, name, sample_rows(name, told, draw, dirt_percent=dirt))
    click.echo(f"{count} rows of {name}")


@click.command(name="check-row")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--key", "keys", multiple=True, required=True, help="A key of the ledger (vkey).")
def check_row_file(path: Path, keys: tuple[str, ...]) -> int:
    """Check the proof of a row against keys you trust; no server and no database is asked."""
    if path.stat().st_size > BYTES_MAX:
        raise InputTooLarge(f"A proof has at most {BYTES_MAX} bytes.")
    checked = check_row(path.read_bytes(), [VerifierKey.parse(key) for key in keys])
    entry = checked.entry
    click.echo(
        f"the row is in batch {entry.payload['batch']} of the feed {entry.payload['feed']}, which"
        f" entry {entry.seq} of the ledger has held since {entry.recorded_at.isoformat()}"
    )
    click.echo(_about(checked))
    return 0


def _about(checked: CheckedRow) -> str:
    """Return what a row is about: the proof of another row is a good proof, of something else."""
    if checked.about is None:
        return "it is about a natural person, or was erased: the proof says nothing of it"
    told = "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in checked.about.items()
        if value
    )
    return f"row {checked.row_number} of its file is about {told}"
