"""`manage.py key`: grant and revoke API keys from the console of the machine.

The first operator's key can come from nowhere else. Both acts go into the ledger first.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import click
from sqlalchemy import Engine

from base.clock import SystemClock
from base.config import load_settings
from base.db import open_engine, reading
from base.errors import ConfigurationError
from ledger.journal import Journal, JournalLimits
from ledger.opening import DEFAULT_LOG, is_open
from parties.acts import ActsIndex, recorder
from parties.keys import DAYS_DEFAULT, DAYS_MAX, KeyRequest, Record, grant, revoke
from parties.tables import Role

# The ledger's name of whoever sits at the machine itself.
_ACTOR: Final = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What both commands work with."""

    engine: Engine
    now: datetime
    record: Record


@contextmanager
def _desk(environ: MutableMapping[str, str]) -> Iterator[_Desk]:
    settings = load_settings(environ)
    clock = SystemClock()
    engine = open_engine(settings.effective_database_url, pool_size=2)
    try:
        with reading(engine) as connection:
            if not is_open(connection, DEFAULT_LOG):
                message = "No ledger is open here to record the act: run `manage.py init` first."
                raise ConfigurationError(message)
        journal = Journal(
            engine=engine,
            log=DEFAULT_LOG,
            index=ActsIndex(),
            clock=clock,
            limits=JournalLimits(queue_entries_max=1, batch_entries_max=1),
            skew_max_ms=settings.clock_skew_max_ms,
        )
        yield _Desk(engine=engine, now=clock.now(), record=recorder(journal, actor=_ACTOR))
    finally:
        engine.dispose()


@click.group()
def command() -> None:
    """Grant and revoke API keys."""


@command.command("grant")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--party", type=click.UUID, help="The producer's party.")
@click.option("--label", required=True, help="What the key is for.")
@click.option(
    "--days",
    type=click.IntRange(1, DAYS_MAX),
    default=DAYS_DEFAULT,
    show_default=True,
    help="How long it is valid.",
)
@click.pass_obj
def grant_key(
    environ: MutableMapping[str, str], role: str, party: UUID | None, label: str, days: int
) -> None:
    """Grant a key and print it, this once, on standard output."""
    request = KeyRequest(label=label, role=Role(role), party_id=party, days=days)
    with _desk(environ) as desk:
        granted = grant(desk.engine, request, now=desk.now, record=desk.record)
    click.echo(granted.text)
    valid = f"{granted.expires_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"key {granted.id}, valid until {valid}; it is not shown again", err=True)


@command.command("revoke")
@click.argument("key_id", type=click.UUID)
@click.pass_obj
def revoke_key(environ: MutableMapping[str, str], key_id: UUID) -> None:
    """Revoke a key by its id, for ever."""
    with _desk(environ) as desk:
        revoked_at = revoke(desk.engine, key_id, now=desk.now, record=desk.record)
    click.echo(f"key {key_id} is revoked since {revoked_at:%Y-%m-%d %H:%M:%S} UTC")
