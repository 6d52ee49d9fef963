"""`manage.py work`: a worker for the background jobs."""

from collections.abc import MutableMapping

import click

from base.config import load_settings
from base.log import configure_logging
from jobs.worker import work


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """Work off the queue until told to stop (SIGTERM, Ctrl-C)."""
    settings = load_settings(environ)
    configure_logging(settings.log_level)
    work(settings)
