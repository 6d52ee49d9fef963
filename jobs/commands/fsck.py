"""`manage.py fsck`: reads the whole ledger again and says what is damaged and where."""

import sys
from collections.abc import MutableMapping, Sequence

import click
import orjson
from sqlalchemy import Connection
from tqdm import tqdm

from base.config import Settings, load_settings
from base.db import open_database, reading
from base.errors import ConfigurationError
from ledger.fsck import FsckReport, check_log
from ledger.note import VerifierKey
from ledger.opening import DEFAULT_LOG, load_signer, read_verifiers


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="VKEY",
    help="A key whose checkpoints count (default: the data folder's, else the ledger's own word).",
)
@click.pass_obj
def command(environ: MutableMapping[str, str], as_json: bool, keys: tuple[str, ...]) -> int:
    """Check every byte of the ledger; exit code 1 where something is damaged."""
    settings = load_settings(environ)
    engine = open_database(settings, pool_size=1)
    try:
        with (
            reading(engine) as connection,
            tqdm(unit=" entries", disable=not sys.stderr.isatty()) as bar,
        ):

            def move(done: int, size: int) -> None:
                bar.total = size
                bar.update(done - bar.n)

            verifiers = [VerifierKey.parse(key) for key in keys] or _own_keys(settings, connection)
            report = check_log(connection, DEFAULT_LOG, verifiers, on_progress=move)
    finally:
        engine.dispose()
    click.echo(_json(report) if as_json else _words(report))
    return 0 if report.is_clean else 1


def _own_keys(settings: Settings, connection: Connection) -> Sequence[VerifierKey]:
    """Return the key kept here; a replica or an auditor's copy has only the ledger's own word."""
    try:
        signer = load_signer(
            settings.data_dir / "keys", settings.origin, DEFAULT_LOG, may_create=False
        )
    except ConfigurationError:
        return read_verifiers(connection, DEFAULT_LOG)
    return (signer.verifier(),)


def _words(report: FsckReport) -> str:
    read = f"{report.size} entries and {report.checkpoints} checkpoints read"
    lines = [f"log {report.log}: {read}, {len(report.findings) or 'nothing'} found"]
    for finding in report.findings:
        where = "log" if finding.seq is None else f"entry {finding.seq}"
        lines.append(f"  {where}: {finding.code}: {finding.message}")
    return "\n".join(lines)


def _json(report: FsckReport) -> str:
    return orjson.dumps(
        {
            "log": report.log,
            "size": report.size,
            "checkpoints": report.checkpoints,
            "findings": [
                {"seq": finding.seq, "code": finding.code, "message": finding.message}
                for finding in report.findings
            ],
        }
    ).decode()
