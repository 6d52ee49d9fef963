"""`manage.py work`: a worker for the background jobs."""

from collections.abc import MutableMapping

import click

from base.config import load_settings
from base.log import configure_logging
from jobs.instance import open_instance
from jobs.worker import work


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """Work off the queue until told to stop (SIGTERM, Ctrl-C)."""
    settings = load_settings(environ)
    configure_logging(settings.log_level)
    opened = open_instance(settings)
    try:
        work(settings)
    finally:
        opened.engine.dispose()
