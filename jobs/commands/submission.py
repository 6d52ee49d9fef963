"""`manage.py submission`: spreadsheets for authorities, made from the ledger."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from trace.submissions.fsma_book import FsmaOrder, write_fsma
from trace.submissions.selecting import Wanted
from typing import Final
from uuid import UUID

import click

from base.clock import CIVIL_ZONE, SystemClock
from base.config import load_settings
from base.db import open_database
from codes.canonical import uri_of_text
from ledger.opening import DEFAULT_LOG
from parties.actors import Actor, Role

# Whoever runs commands on the machine reads its database as it is.
_READER: Final = Actor(id="command", role=Role.AUDITOR)
_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Make spreadsheets for authorities."""


@command.command(name="fsma204")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lot", "lots", multiple=True, help="A traceability lot code, in any written form.")
@click.option("--since", type=_DAY, help="The first day of events.")
@click.option("--before", type=_DAY, help="The day before which events end.")
@click.option("--party", type=click.UUID, help="Only the records of this party.")
@click.pass_obj
def write_fsma204(
    environ: Mapping[str, str],
    file: Path,
    lots: tuple[str, ...],
    since: datetime | None,
    before: datetime | None,
    party: UUID | None,
) -> None:
    """Write the sortable spreadsheet of 21 CFR 1.1455(c)(3)(ii) to FILE."""
    settings = load_settings(environ)
    wanted = Wanted(
        lots=tuple(uri_of_text(one) for one in lots),
        since=None if since is None else since.replace(tzinfo=CIVIL_ZONE),
        until=None if before is None else before.replace(tzinfo=CIVIL_ZONE),
        party_id=party,
    )
    engine = open_database(settings, pool_size=1)
    try:
        order = FsmaOrder(
            log=DEFAULT_LOG,
            wanted=wanted,
            actor=_READER,
            events_max=settings.submission_events_max,
            made_at=SystemClock().now(),
            made_for=settings.origin,
        )
        with file.open("wb") as out:
            count = write_fsma(engine, order, out)
    finally:
        engine.dispose()
    click.echo(f"{file}: {count} events")
