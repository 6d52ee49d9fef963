"""`manage.py rebuild`: makes index, links and credit facts anew from the ledger, or compares."""

from collections.abc import MutableMapping
from trace.rebuild import rebuild_index

import click

from base.config import load_settings
from base.db import open_database, reading, transaction
from credit.folding.projector import bring_up_credit, forget_credit
from jobs.indexes import check_indexes
from ledger.opening import DEFAULT_LOG

_SHOWN_MAX = 100


@click.command()
@click.option("--check", "is_check", is_flag=True, help="Compare only; change nothing.")
@click.pass_obj
def command(environ: MutableMapping[str, str], is_check: bool) -> int:
    """Write the index and credit anew from entry 0; nothing is recorded while the index is written.

    With --check what is stored is compared with the ledger; exit code 1 where they differ.
    """
    settings = load_settings(environ)
    engine = open_database(settings, pool_size=1)
    try:
        if not is_check:
            with transaction(engine) as connection:
                count = rebuild_index(connection, DEFAULT_LOG)
                forget_credit(connection, DEFAULT_LOG)
            bring_up_credit(engine, DEFAULT_LOG)
            click.echo(f"log {DEFAULT_LOG}: the index of {count} events is made anew")
            return 0
        with reading(engine) as connection:
            findings = check_indexes(connection, DEFAULT_LOG)
    finally:
        engine.dispose()
    click.echo(f"log {DEFAULT_LOG}: {len(findings) or 'no'} differences between index and ledger")
    for finding in findings[:_SHOWN_MAX]:
        where = "log" if finding.seq is None else f"entry {finding.seq}"
        click.echo(f"  {where}: {finding.code}: {finding.message}")
    return 1 if findings else 0
