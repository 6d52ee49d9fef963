"""`manage.py credit night`: everybody evaluated anew, with what changed since the night before."""

from collections.abc import MutableMapping
from datetime import datetime

import click

from base.config import load_settings
from base.db import reading
from credit.cases.recounting import recount_deadlines
from credit.evidence.gathering import gather_evidence
from credit.nightly.listing import changes_of
from credit.nightly.running import Night, run_night
from jobs.credit_cases import case_desk
from jobs.credit_night import evidence_desk, night_desk
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from parties.actors import CONSOLE


@click.command(name="night")
@click.option(
    "--day", type=click.DateTime(formats=["%Y-%m-%d"]), help="Whose night; today's by default."
)
@click.pass_obj
def night(environ: MutableMapping[str, str], day: datetime | None) -> None:
    """Evaluate everybody: facts, rules, grades, lists, warnings. A finished night is told again."""
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    try:
        gather_evidence(evidence_desk(parts), CONSOLE, parts.desk.owners.owners_of)
        desk = night_desk(parts)
        done = run_night(desk, day=None if day is None else day.date(), told=_say)
        moved = recount_deadlines(case_desk(parts), CONSOLE)
        with reading(parts.engine) as connection:
            changes = changes_of(connection, desk.log, done.day)
    finally:
        parts.engine.dispose()
    click.echo(f"night of {done.day}: model {done.model}, {done.seq_end} entries known")
    click.echo(f"  deadlines_moved: {moved}")
    for name, count in done.counts.items():
        click.echo(f"  {name}: {count}")
    for list_id in sorted({one.list_id for one in changes}):
        came = sum(one.is_on for one in changes if one.list_id == list_id)
        left = sum(not one.is_on for one in changes if one.list_id == list_id)
        click.echo(f"  {list_id}: {came} came, {left} left")


def _say(one: Night) -> None:
    click.echo(f"{one.stage}: {one.counts.get('parties', 0)} parties graded", err=True)
