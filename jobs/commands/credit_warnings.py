"""`manage.py credit warn`: the night run of early warning."""

from collections.abc import MutableMapping
from datetime import datetime
from typing import Final

import click

from base.clock import CIVIL_ZONE
from base.config import load_settings
from credit.evidence.gathering import gather_evidence
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.warning.night import run_warnings
from jobs.credit_night import evidence_desk
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from parties.actors import CONSOLE

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
        gather_evidence(evidence_desk(parts), CONSOLE, parts.desk.owners.owners_of)
        counts = run_warnings(
            open_credit_journal(settings, parts.engine, parts.clock),
            CONSOLE,
            day.date() if day else parts.clock.now().astimezone(CIVIL_ZONE).date(),
            bring_up=lambda: bring_up_credit(parts.engine, log),
        )
    finally:
        parts.engine.dispose()
    click.echo(f"{counts.found} grounds: {counts.opened} opened or added to, {counts.ended} ended")
    for rule, count in sorted(counts.by_rule.items()):
        click.echo(f"  {rule}: {count}")
