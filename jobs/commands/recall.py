"""`manage.py recall`: checks the report of a recall offline."""

from pathlib import Path
from trace.recall.report import check_report

import click

from base.errors import InputTooLarge
from ledger.bundle import BYTES_MAX
from ledger.note import VerifierKey


@click.group()
def command() -> None:
    """Work with recalls."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "keys", multiple=True, required=True, help="A key of the ledger (vkey).")
def check(file: Path, keys: tuple[str, ...]) -> int:
    """Check a report against keys you trust; no server and no database is asked.

    What holds is named; exit code 1 where the proof fails or the summary says anything else than
    the entries.
    """
    if file.stat().st_size > 2 * BYTES_MAX:
        raise InputTooLarge(f"A report has at most {2 * BYTES_MAX} bytes.")
    proven = check_report(file.read_bytes(), [VerifierKey.parse(key) for key in keys])
    click.echo(
        f"log {proven.log} of {proven.origin}: {len(proven.entries)} entries are in the state of"
        f" {proven.size} entries that was signed, and the report says what they say"
    )
    return 0
