"""`manage.py capture`: sends EPCIS documents to a running service, as any other sender would."""

import sys
from collections.abc import Iterator, MutableMapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import click
import orjson
from tqdm import tqdm

from base.config import Settings, load_settings
from base.errors import AppError, ConfigurationError, InvalidInput, Problem, Unauthenticated
from base.strict_json import JsonObject, JsonValue
from jobs.client import CaptureJob, Client, Unreachable, connect
from jobs.demo.post import DAIRY
from jobs.key_files import demo_key_file, operator_key_file, read_key_file
from jobs.listening import local_url

BYTES_MAX: Final = 1 << 30
"""The largest document that any server may be set to accept (SUXIN_CAPTURE_BYTES_MAX)."""

_SUFFIXES: Final = frozenset({".json", ".jsonld"})
_PROBLEMS_SHOWN_MAX: Final = 20
_STANDARD_INPUT: Final = "-"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", default=None, help="Address of the service (default: SUXIN_HOST, _PORT).")
@click.option(
    "--key", default=None, help="API key (default: SUXIN_API_KEY, then those in the data folder)."
)
@click.option(
    "--proceed", "may_proceed", is_flag=True, help="Leave wrong events out and record the others."
)
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object for each document.")
@click.pass_obj
def command(
    environ: MutableMapping[str, str],
    files: tuple[str, ...],
    url: str | None,
    key: str | None,
    may_proceed: bool,
    is_json: bool,
) -> int:
    """Send EPCIS 2.0 documents: files, folders of them, or - for standard input.

    Sending a document again is safe: what is recorded already is not recorded twice. Exit code 1
    when one of them was refused or could not be read.
    """
    settings = load_settings(environ)
    address = url or local_url(settings)
    show = _show_json if is_json else _show_text
    is_whole = True
    with connect(address, key or _key(settings, environ)) as client:
        names = list(_documents(files))
        for name in tqdm(names, desc="capture", unit="doc", file=sys.stderr, disable=None):
            outcome = _send(client, name, may_proceed=may_proceed)
            with tqdm.external_write_mode():
                show(name, outcome)
            is_whole = is_whole and isinstance(outcome, CaptureJob) and outcome.is_success
    return 0 if is_whole else 1


def _key(settings: Settings, environ: MutableMapping[str, str]) -> str:
    given = environ.get("SUXIN_API_KEY")
    paths = (demo_key_file(settings.data_dir, DAIRY), operator_key_file(settings.data_dir))
    key = given or next(filter(None, map(read_key_file, paths)), None)
    if not key:
        raise ConfigurationError("no API key: give --key or set SUXIN_API_KEY")
    return key


def _documents(files: Sequence[str]) -> Iterator[str]:
    """Yield each document's name; a folder stands for the documents below it, in order."""
    for name in files:
        folder = Path(name)
        if name == _STANDARD_INPUT or not folder.is_dir():
            yield name
            continue
        inside = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
        # An empty folder is a mistake to be told, and reading it as a file tells it.
        yield from map(str, inside) if inside else [name]


def _send(client: Client, name: str, *, may_proceed: bool) -> CaptureJob | AppError:
    """Send one document; return its job, or why it was refused.

    What would be the same for every document (no server, no valid key) is raised instead.
    """
    try:
        body = _read(name)
        behaviour = "proceed" if may_proceed else "rollback"
        key = f"capture-{behaviour}-{sha256(body).hexdigest()}"
        return client.capture(body, idempotency_key=key, may_proceed=may_proceed)
    except (Unreachable, Unauthenticated):
        raise
    except AppError as refusal:
        return refusal


def _read(name: str) -> bytes:
    try:
        if name == _STANDARD_INPUT:
            body = sys.stdin.buffer.read(BYTES_MAX + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(BYTES_MAX + 1)
    except IsADirectoryError:
        raise InvalidInput("the folder holds no .json or .jsonld file") from None
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}") from None
    if len(body) > BYTES_MAX:
        raise InvalidInput(f"has more than {BYTES_MAX} bytes, which no server accepts")
    return body


def _show_text(name: str, outcome: CaptureJob | AppError) -> None:
    if isinstance(outcome, AppError):
        click.echo(f"{name}: refused ({outcome.code}): {outcome.message}", err=True)
        _show_problems(outcome.problems)
        return
    where = "" if outcome.first_seq is None else f", log {outcome.log} from {outcome.first_seq}"
    known = len(outcome.already_recorded)
    already = f", {known} recorded already" if known else ""
    left_out = outcome.events - outcome.recorded - known
    refused = f", {left_out} refused" if left_out else ""
    counted = f"{outcome.recorded} of {outcome.events} events recorded"
    # What is recommended and missing is told whole by --json.
    advice = f", {outcome.advice_count} advised" if outcome.advice_count else ""
    click.echo(f"{name}: {counted}{where}{already}{refused}{advice}")
    _show_problems(outcome.refused)


def _show_problems(problems: Sequence[Problem]) -> None:
    for problem in problems[:_PROBLEMS_SHOWN_MAX]:
        where = f"{problem.path}: " if problem.path else ""
        click.echo(f"  {where}{problem.message} [{problem.code}]", err=True)
    if len(problems) > _PROBLEMS_SHOWN_MAX:
        click.echo(f"  and {len(problems) - _PROBLEMS_SHOWN_MAX} more", err=True)


def _show_json(name: str, outcome: CaptureJob | AppError) -> None:
    line: JsonObject = {"file": name}
    if isinstance(outcome, AppError):
        problems: list[JsonValue] = [
            {"path": problem.path, "code": problem.code, "message": problem.message}
            for problem in outcome.problems
        ]
        line["error"] = {"code": outcome.code, "message": outcome.message, "errors": problems}
    else:
        line["capture"] = outcome.raw
    click.echo(orjson.dumps(line).decode())
