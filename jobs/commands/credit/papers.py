"""`manage.py credit check-report|check-snapshot`: files that prove themselves, checked offline."""

from pathlib import Path

import click

from base.errors import InputTooLarge
from credit.reporting.papers import check_report_file
from credit.reporting.snapshot_checking import check_snapshot_file, check_table
from ledger.bundle import BYTES_MAX
from ledger.note import VerifierKey


@click.command(name="check-report")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--key", "keys", multiple=True, required=True, help="A key of the ledger (vkey).")
def check_report(path: Path, keys: tuple[str, ...]) -> int:
    """Check a report's JSON against keys you trust; no server and no database is asked."""
    found = check_report_file(_bytes(path), _keys(keys))
    click.echo(
        f"report {found.report['number']} is the one that the ledger holds;"
        f" {found.facts_proven} of {found.facts} facts are proven down to their rows"
    )
    return 0


@click.command(name="check-snapshot")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--key", "keys", multiple=True, required=True, help="A key of the ledger (vkey).")
@click.option(
    "--csv",
    "table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The list.csv of the same snapshot, to be checked as well.",
)
def check_snapshot(path: Path, keys: tuple[str, ...], table: Path | None) -> int:
    """Check a snapshot's list.json against keys you trust; no server and no database is asked."""
    found = check_snapshot_file(_bytes(path), _keys(keys))
    click.echo(
        f"snapshot {found.head['number']} of {found.head['list']} on {found.head['day']} is the one"
        f" that the ledger holds; {found.lines_proven} of {len(found.lines)} lines are proven down"
        " to their rows"
    )
    if table is not None:
        click.echo(f"the table has the same {check_table(_bytes(table), found)} lines")
    return 0


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > BYTES_MAX:
        raise InputTooLarge(f"A file that proves itself has at most {BYTES_MAX} bytes.")
    return path.read_bytes()


def _keys(keys: tuple[str, ...]) -> list[VerifierKey]:
    return [VerifierKey.parse(key) for key in keys]
