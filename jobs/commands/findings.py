"""`manage.py findings`: works out what the events of goods give rise to."""

from collections.abc import MutableMapping
from trace.findings.evaluator import Sources, bring_up_findings, rebuild_findings
from typing import Final

import click

from base.clock import SystemClock
from base.config import load_settings
from base.db import open_database
from credit.folding.projector import bring_up_credit
from jobs.findings import LISTINGS
from jobs.initialised import require_initialised
from ledger.opening import DEFAULT_LOG

_ITEMS_AT_ONCE: Final = 1000


@click.command()
@click.option("--rebuild", "is_rebuild", is_flag=True, help="Make every finding anew.")
@click.pass_obj
def command(environ: MutableMapping[str, str], is_rebuild: bool) -> int:
    """Work out the findings of what was recorded since, or of everything.

    The worker does it every minute; here it runs to the end, whatever there is to do.
    """
    settings = load_settings(environ)
    require_initialised(settings)
    engine = open_database(settings, pool_size=1)
    sources = Sources(clock=SystemClock(), listings=LISTINGS, items_at_once=_ITEMS_AT_ONCE)
    work = rebuild_findings if is_rebuild else bring_up_findings
    try:
        bring_up_credit(engine, DEFAULT_LOG)
        count = work(engine, DEFAULT_LOG, sources)
    finally:
        engine.dispose()
    click.echo(f"log {DEFAULT_LOG}: the findings of {count} things are worked out")
    return 0
