"""`manage.py credit warn|draw`: the night run of early warning, and the check of a draw."""

import re
from collections.abc import MutableMapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

import click

from base.config import load_settings
from base.db import open_database, reading
from base.errors import InvalidInput
from credit.evidence.gathering import gather_evidence
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.inspecting.checking import problems_of_draw
from credit.inspecting.drawing import draw, read_pool
from credit.nightly.running import day_of_night
from credit.warning.night import run_warnings
from jobs.credit_night import evidence_desk, night_desk
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from ledger.opening import DEFAULT_LOG
from parties.actors import CONSOLE

_SEED: Final = re.compile(r"[0-9a-f]{64}")
_DAY: Final = click.DateTime(formats=["%Y-%m-%d"])


@click.command(name="warn")
@click.option("--day", type=_DAY, help="For which day; today where none is named.")
@click.pass_obj
def warn(environ: MutableMapping[str, str], day: datetime | None) -> None:
    """Run the rules of early warning over all parties: open new warnings, end those without ground.

    Running it again changes nothing.
    """
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    try:
        log = parts.desk.journal.log
        on = day_of_night(night_desk(parts), day.date() if day else None)
        gather_evidence(evidence_desk(parts), CONSOLE, parts.desk.owners.owners_of)
        counts = run_warnings(
            open_credit_journal(settings, parts.engine, parts.clock),
            CONSOLE,
            on,
            bring_up=lambda: bring_up_credit(parts.engine, log),
        )
    finally:
        parts.engine.dispose()
    click.echo(f"{counts.found} grounds: {counts.opened} opened or added to, {counts.ended} ended")
    for rule, count in sorted(counts.by_rule.items()):
        click.echo(f"  {rule}: {count}")


@click.command(name="draw")
@click.option("--check", "draw_id", type=click.UUID, help="A draw that the ledger holds.")
@click.option(
    "--pool",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of a pool; with --seed and --value, who is drawn from it.",
)
@click.option("--seed", help="The seed in hex, as the ledger tells it.")
@click.option("--value", help="The public value, as it was announced.")
@click.pass_obj
def draw_command(
    environ: MutableMapping[str, str],
    draw_id: UUID | None,
    path: Path | None,
    seed: str | None,
    value: str | None,
) -> int:
    """Check a draw of inspections: exit code 1 where it is not what pool, seed and value give.

    With --pool nothing of this installation is asked: anybody can draw again by it.
    """
    if path is not None:
        return _draw_again(path, seed or "", value or "")
    if draw_id is None:
        raise InvalidInput("Name a draw with --check, or a file with --pool, --seed and --value.")
    settings = load_settings(environ)
    require_initialised(settings)
    engine = open_database(settings, pool_size=1)
    try:
        with reading(engine) as connection:
            folder = settings.effective_files_dir
            problems = problems_of_draw(connection, DEFAULT_LOG, draw_id, folder)
    finally:
        engine.dispose()
    for problem in problems:
        click.echo(problem)
    click.echo("the draw does not fit" if problems else "the draw fits")
    return 1 if problems else 0


def _draw_again(path: Path, seed: str, value: str) -> int:
    body = path.read_bytes()
    if not _SEED.fullmatch(seed) or not value:
        raise InvalidInput("--seed has 64 digits in hex, and --value is needed beside it.")
    click.echo(f"pool {sha256(body).hexdigest()}")
    click.echo(f"seed {sha256(bytes.fromhex(seed)).hexdigest()}")
    for one in draw(read_pool(body), seed=bytes.fromhex(seed), value=value):
        click.echo(f"{one.mark} {one.risk_class} {' '.join(one.inspectors)}")
    return 0
