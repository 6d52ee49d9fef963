"""`manage.py fsck`: reads the whole ledger again and says what is damaged and where.

The rule that must stay true: what the ledger says of itself is never enough. Keys and checkpoints
that were kept outside count for more, and where there are none, that is said.
"""

import sys
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from trace.rebuild import IndexFinding
from typing import Final

import click
import orjson
from sqlalchemy import Connection
from tqdm import tqdm

from base.config import Settings, load_settings
from base.db import open_database, reading
from base.errors import ConfigurationError, LedgerCorrupt
from jobs.indexes import check_indexes
from jobs.initialised import require_initialised
from ledger.fsck import Finding, FsckReport, check_log
from ledger.kept_note import kept_note
from ledger.note import NOTE_BYTES_MAX, VerifierKey
from ledger.opening import DEFAULT_LOG, load_signer, read_verifiers

_SHOWN_MAX: Final = 1000


class _KeySource(StrEnum):
    """Where the keys came from whose checkpoints count."""

    GIVEN = "given"
    FOLDER = "folder"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a check is made with."""

    keys: Sequence[VerifierKey]
    notes: Sequence[bytes]
    sealers_note: bytes | None
    has_index: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What a check found; `index` is None where the index was not looked at."""

    report: FsckReport
    key_source: _KeySource
    index: Sequence[IndexFinding | Finding] | None

    @property
    def is_clean(self) -> bool:
        return self.report.is_clean and not self.index


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="VKEY",
    help="A key whose checkpoints count (default: the data folder's, else the ledger's own word).",
)
@click.option(
    "--checkpoint",
    "paths",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A signed checkpoint that somebody kept; may be given again. The sealer's own is taken"
    " from the data folder.",
)
@click.option("--no-index", is_flag=True, help="Do not compare index and credit.")
@click.pass_obj
def command(
    environ: MutableMapping[str, str],
    as_json: bool,
    keys: tuple[str, ...],
    paths: tuple[Path, ...],
    no_index: bool,
) -> int:
    """Check every byte of the ledger and its index; exit code 1 where something is damaged."""
    settings = load_settings(environ)
    require_initialised(settings)
    asked = _Asked(
        keys=[VerifierKey.parse(key) for key in keys],
        notes=[_read_note(path) for path in paths],
        # Before the snapshot: a sealer at work writes its note down before its row.
        sealers_note=_sealers_note(settings),
        has_index=not no_index,
    )
    engine = open_database(settings, pool_size=1)
    try:
        with (
            reading(engine) as connection,
            tqdm(unit=" entries", disable=not sys.stderr.isatty()) as bar,
        ):

            def move(done: int, size: int) -> None:
                bar.total = size
                bar.update(done - bar.n)

            result = _check(connection, settings, asked, move)
    finally:
        engine.dispose()
    if result.key_source is _KeySource.LEDGER:
        click.echo(_WARNING, err=True)
    click.echo(_json(result) if as_json else _words(result))
    return 0 if result.is_clean else 1


_WARNING: Final = (
    "WARNING: the key was taken from the ledger itself. Whoever rewrote the ledger could have"
    " written this key too, and signed every checkpoint with it: this check then proves nothing"
    " but that the ledger agrees with itself. Give --key, as it was published elsewhere."
)


def _check(
    connection: Connection, settings: Settings, asked: _Asked, move: Callable[[int, int], None]
) -> _Result:
    source, verifiers = _KeySource.GIVEN, asked.keys
    if not verifiers:
        source, verifiers = _own_keys(settings, connection)
    report = check_log(
        connection,
        DEFAULT_LOG,
        verifiers,
        kept_notes=asked.notes,
        sealers_note=asked.sealers_note,
        on_progress=move,
    )
    index = _check_index(connection) if asked.has_index else None
    return _Result(report=report, key_source=source, index=index)


def _check_index(connection: Connection) -> Sequence[IndexFinding | Finding]:
    try:
        return check_indexes(connection, DEFAULT_LOG)
    except LedgerCorrupt as error:
        # The report on the ledger is what such a one needs, and it is ready.
        message = f"not compared to its end: {error}"
        return (Finding(seq=None, code="index_unreadable", message=message),)


def _read_note(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(NOTE_BYTES_MAX + 1)


def _sealers_note(settings: Settings) -> bytes | None:
    try:
        return kept_note(settings.data_dir / "keys", DEFAULT_LOG).read()
    except PermissionError:
        # Whoever may not read the sealer's folder checks without it, as on another machine.
        return None


def _own_keys(
    settings: Settings, connection: Connection
) -> tuple[_KeySource, Sequence[VerifierKey]]:
    """Return the key kept here; a replica or an auditor's copy has only the ledger's own word."""
    try:
        signer = load_signer(
            settings.data_dir / "keys", settings.origin, DEFAULT_LOG, may_create=False
        )
    except (ConfigurationError, PermissionError):
        return _KeySource.LEDGER, read_verifiers(connection, DEFAULT_LOG)
    return _KeySource.FOLDER, (signer.verifier(),)


def _words(result: _Result) -> str:
    report = result.report
    count = len(report.findings) + report.left_off
    read = f"{report.size} entries and {report.checkpoints} checkpoints read"
    lines = [f"log {report.log}: {read}, {count or 'nothing'} found"]
    lines += _lines(report.findings, report.left_off)
    if report.unsealed:
        lines.append(f"  {report.unsealed} of the entries lie beyond the newest checkpoint")
    if result.index is None:
        lines.append("index and credit: not compared")
    else:
        found = len(result.index) or "no"
        lines.append(f"index and credit: {found} differences from the ledger")
        lines += _lines(result.index, 0)
        if result.index and report.is_clean:
            lines.append("  the ledger is whole: `manage.py rebuild` makes the index anew")
    return "\n".join(lines)


def _lines(findings: Sequence[Finding | IndexFinding], left_off: int) -> list[str]:
    lines = []
    for finding in findings[:_SHOWN_MAX]:
        where = "log" if finding.seq is None else f"entry {finding.seq}"
        lines.append(f"  {where}: {finding.code}: {finding.message}")
    rest = max(len(findings) - _SHOWN_MAX, 0) + left_off
    return [*lines, f"  and {rest} more"] if rest else lines


def _json(result: _Result) -> str:
    report = result.report
    return orjson.dumps(
        {
            "log": report.log,
            "size": report.size,
            "checkpoints": report.checkpoints,
            "unsealed": report.unsealed,
            "keyFrom": result.key_source.value,
            "findings": _objects(report.findings),
            "leftOff": report.left_off,
            "index": None if result.index is None else _objects(result.index),
        }
    ).decode()


def _objects(findings: Sequence[Finding | IndexFinding]) -> list[dict[str, object]]:
    return [
        {"seq": finding.seq, "code": finding.code, "message": finding.message}
        for finding in findings
    ]
