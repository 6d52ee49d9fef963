"""`manage.py fsck`: reads the whole ledger again and says what is damaged and where."""

import sys
from collections.abc import MutableMapping

import click
import orjson
from tqdm import tqdm

from base.config import load_settings
from base.db import open_engine, reading
from ledger.fsck import FsckReport, check_log
from ledger.opening import DEFAULT_LOG, load_signer


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def command(environ: MutableMapping[str, str], as_json: bool) -> int:
    """Check every byte of the ledger; exit code 1 where something is damaged."""
    settings = load_settings(environ)
    signer = load_signer(settings.data_dir / "keys", settings.origin, DEFAULT_LOG, may_create=False)
    engine = open_engine(settings.effective_database_url, pool_size=1)
    try:
        with (
            reading(engine) as connection,
            tqdm(unit=" entries", disable=not sys.stderr.isatty()) as bar,
        ):

            def move(done: int, size: int) -> None:
                bar.total = size
                bar.update(done - bar.n)

            report = check_log(connection, DEFAULT_LOG, (signer.verifier(),), on_progress=move)
    finally:
        engine.dispose()
    click.echo(_json(report) if as_json else _words(report))
    return 0 if report.is_clean else 1


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
