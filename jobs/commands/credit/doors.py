"""`manage.py credit drop|source|pull`: folders that files are left in, and addresses to ask."""

from collections.abc import MutableMapping
from typing import Final
from uuid import UUID

import click

from base.config import load_settings
from base.db import reading
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState
from credit.intake.dropping import make_folders
from credit.intake.senders import list_senders
from credit.intake.sources import SourceRequest, add_source, end_source, list_sources
from jobs.console import console_desk
from jobs.credit_doors import look_at_folders, look_at_sources
from jobs.initialised import require_initialised
from jobs.instance import open_instance

_DAY_MINUTES: Final = 1440


@click.command(name="drop")
@click.option("--folders", is_flag=True, help="Make the senders' folders and name them.")
@click.pass_obj
def drop(environ: MutableMapping[str, str], folders: bool) -> int:
    """Take the files that senders left in their folders; exit code 1 where one was not accepted.

    The worker does so every minute.
    """
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    try:
        if folders:
            with reading(parts.engine) as connection:
                senders = [one for one in list_senders(connection) if one.revoked_at is None]
            for one in senders:
                click.echo(f"{one.id}  {make_folders(settings.effective_files_dir, one)}")
            if not senders:
                click.echo("No sender is registered: credit sender add makes one.", err=True)
            return 0
        is_good = True
        for looked in look_at_folders(parts):
            is_good = is_good and looked.state is BatchState.ACCEPTED
            click.echo(f"{looked.name} {looked.state.value}: {looked.message}")
    finally:
        parts.engine.dispose()
    return 0 if is_good else 1


@click.command(name="pull")
@click.pass_obj
def pull(environ: MutableMapping[str, str]) -> int:
    """Ask the addresses whose time has come; exit code 1 where a batch was not accepted.

    The worker does so every minute.
    """
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    is_good = True
    try:
        for looked in look_at_sources(parts):
            is_good = is_good and looked.state is BatchState.ACCEPTED
            click.echo(f"{looked.name} {looked.state.value}: {looked.message}")
    finally:
        parts.engine.dispose()
    return 0 if is_good else 1


@click.group(name="source")
def sources() -> None:
    """Say from which addresses batches are fetched."""


@sources.command(name="add")
@click.option("--sender", "sender_id", type=click.UUID, required=True, help="Whose address it is.")
@click.option("--feed", type=click.Choice(sorted(FEEDS)), required=True)
@click.option("--url", required=True, help="An address that begins with https://.")
@click.option("--every", type=click.IntRange(1, 60 * _DAY_MINUTES), default=_DAY_MINUTES,
              help="Minutes between two questions.")  # fmt: skip
@click.option("--unsigned", is_flag=True, help="Its address alone says whose the file is.")
@click.pass_obj
def add(
    environ: MutableMapping[str, str],
    sender_id: UUID,
    feed: str,
    url: str,
    every: int,
    unsigned: bool,
) -> None:
    """Ask an address of a sender from now on, and print the id of the address."""
    settings = load_settings(environ)
    asked = SourceRequest(
        sender_id=sender_id,
        feed=feed,
        url=url,
        every_minutes=every,
        is_signed=not unsigned,
        may_be_private=bool(settings.hooks_private_allowed),
    )
    with console_desk(environ) as desk:
        source = add_source(desk.engine, asked, now=desk.now, record=desk.record)
    click.echo(str(source.id))


@sources.command(name="end")
@click.argument("source_id", metavar="SOURCE", type=click.UUID)
@click.pass_obj
def end(environ: MutableMapping[str, str], source_id: UUID) -> None:
    """Ask a SOURCE no more."""
    with console_desk(environ) as desk:
        end_source(desk.engine, source_id, now=desk.now, record=desk.record)
    click.echo("ended")


@sources.command(name="list")
@click.pass_obj
def show(environ: MutableMapping[str, str]) -> None:
    """List the addresses, the oldest first, with what came of asking last."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        for one in list_sources(connection):
            state = "ended" if one.ended_at else f"every {one.every_minutes} min"
            click.echo(f"{one.id}  {state}  {one.feed}  {one.url}  {one.outcome}")
