"""`manage.py work`: a worker for the background jobs."""

from collections.abc import MutableMapping

import click

from base.config import load_settings
from base.log import configure_logging
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from jobs.worker import QUEUES, work


@click.command()
@click.option(
    "--queue",
    "wish",
    type=click.Choice(tuple(QUEUES)),
    default="all",
    show_default=True,
    help="short: captures and the timetable; long: files and activations of many codes;"
    " notices: telling programs of recalls; changes: telling them of whom they watch.",
)
@click.pass_obj
def command(environ: MutableMapping[str, str], wish: str) -> None:
    """Work off the queues until told to stop (SIGTERM, Ctrl-C).

    One worker for all does for a small installation. A capture or the notice of a recall never
    waits behind a file of a million labels where each queue has a worker of its own.
    """
    settings = load_settings(environ)
    configure_logging(settings.log_level)
    require_initialised(settings)
    opened = open_instance(settings)
    try:
        work(settings, names=QUEUES[wish])
    finally:
        opened.engine.dispose()
