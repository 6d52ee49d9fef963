"""`manage.py submission`: spreadsheets for authorities, made from the ledger."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from trace.sheets.choosing import profile_for
from trace.sheets.headers import LANGUAGES
from trace.submissions.class_book import ClassOrder, write_class_book
from trace.submissions.fsma_book import FsmaOrder, write_fsma
from trace.submissions.selecting import Wanted
from typing import Any, BinaryIO, Final
from uuid import UUID

import click
from sqlalchemy import Engine

from base.clock import CIVIL_ZONE, SystemClock
from base.config import Settings, load_settings
from base.db import open_database
from codes.typed import uri_typed
from ledger.opening import DEFAULT_LOG
from parties.actors import Actor, Role

# Whoever runs commands on the machine reads its database as it is.
_READER: Final = Actor(id="command", role=Role.AUDITOR)
_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Make spreadsheets for authorities."""


def _what(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which events are wanted."""
    for option in (
        click.option("--party", type=click.UUID, help="Only the records of this party."),
        click.option("--before", type=_DAY, help="The day before which events end."),
        click.option("--since", type=_DAY, help="The first day of events."),
        click.option(
            "--lot", "lots", multiple=True, help="A traceability lot code, in any written form."
        ),
    ):
        command = option(command)
    return command


@command.command(name="fsma204")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_what
@click.pass_obj
def write_fsma204(environ: Mapping[str, str], /, file: Path, **asked: Any) -> None:
    """Write the sortable spreadsheet of 21 CFR 1.1455(c)(3)(ii) to FILE."""
    settings = load_settings(environ)
    with _opened(settings) as engine:
        order = FsmaOrder(
            log=DEFAULT_LOG,
            wanted=_wanted(**asked),
            actor=_READER,
            events_max=settings.submission_events_max,
            made_at=SystemClock().now(),
            made_for=settings.origin,
        )
        with _created(file) as out:
            count = write_fsma(engine, order, out)
    click.echo(f"{file}: {count} events")


@command.command(name="records")
@click.argument("class_code", metavar="CLASS")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", help="The language of labels.")
@_what
@click.pass_obj
def write_records(
    environ: Mapping[str, str], /, class_code: str, file: Path, lang: str, **asked: Any
) -> None:
    """Write the records of a class of goods to FILE, a sheet for each step.

    CLASS is the name of a profile or a class code of one.
    """
    settings = load_settings(environ)
    profile = profile_for(class_code)
    with _opened(settings) as engine:
        order = ClassOrder(
            log=DEFAULT_LOG,
            profile=profile,
            wanted=_wanted(**asked),
            actor=_READER,
            events_max=settings.submission_events_max,
            lang=lang,
            made_at=SystemClock().now(),
        )
        with _created(file) as out:
            count = write_class_book(engine, order, out)
    click.echo(f"{file}: {count} records")


@contextmanager
def _opened(settings: Settings) -> Iterator[Engine]:
    engine = open_database(settings, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def _created(file: Path) -> BinaryIO:
    try:
        return file.open("wb")
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}") from None


def _wanted(
    *,
    lots: tuple[str, ...],
    since: datetime | None,
    before: datetime | None,
    party: UUID | None,
) -> Wanted:
    return Wanted(
        lots=tuple(uri_typed(one) for one in lots),
        since=None if since is None else since.replace(tzinfo=CIVIL_ZONE),
        until=None if before is None else before.replace(tzinfo=CIVIL_ZONE),
        party_id=party,
    )
