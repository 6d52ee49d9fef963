"""`manage.py key`: grant, list and revoke API keys from the console of the machine.

The first operator's key can come from nowhere else. A grant or a revocation goes into the ledger
first.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

import click
import orjson
from sqlalchemy import Connection

from base.db import reading
from jobs.console import console_desk
from parties.actors import actor_of_key
from parties.keys import (
    DAYS_DEFAULT,
    DAYS_MAX,
    KeyCard,
    KeyRequest,
    grant,
    list_keys,
    revoke,
)
from parties.tables import Role

_ROWS: Final = 1000


@click.group()
def command() -> None:
    """Grant, list and revoke API keys."""


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
    if (Role(role) is Role.PRODUCER) != (party is not None):
        raise click.UsageError("--party names the party of a producer's key, and of no other key")
    request = KeyRequest(label=label, role=Role(role), party_id=party, days=days)
    with console_desk(environ) as desk:
        granted = grant(desk.engine, request, now=desk.now, record=desk.record)
    click.echo(granted.text)
    valid = f"{granted.expires_at:%Y-%m-%d %H:%M} UTC"
    acts_as = actor_of_key(key_id=granted.id, role=request.role, party_id=party).id
    told = f"key {granted.id}, valid until {valid}; it acts as {acts_as} and is not shown again"
    click.echo(told, err=True)


@command.command("list")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object for each key.")
@click.pass_obj
def show_keys(environ: MutableMapping[str, str], is_json: bool) -> None:
    """List every key that was granted, oldest first; what opens is shown of none."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        for key in _all_keys(connection):
            told = {**asdict(key), "acts_as": key.actor.id}
            click.echo(orjson.dumps(told).decode() if is_json else _line(key, desk.now))


def _all_keys(connection: Connection) -> Iterator[KeyCard]:
    after: UUID | None = None
    while keys := list_keys(connection, after=after, rows_max=_ROWS):
        yield from keys
        after = keys[-1].id


def _line(key: KeyCard, now: datetime) -> str:
    if key.revoked_at is not None:
        state = f"revoked {key.revoked_at:%Y-%m-%d}"
    else:
        state = f"{'valid until' if now < key.expires_at else 'expired'} {key.expires_at:%Y-%m-%d}"
    party = "" if key.party_id is None else f"  party {key.party_id}"
    told = f"{key.id}  {key.role.value:<9}  {state}  {key.label}{party}"
    return f"{told}  acts as {key.actor.id}"


@command.command("revoke")
@click.argument("key_id", type=click.UUID)
@click.pass_obj
def revoke_key(environ: MutableMapping[str, str], key_id: UUID) -> None:
    """Revoke a key by its id, for ever."""
    with console_desk(environ) as desk:
        revoked_at = revoke(desk.engine, key_id, now=desk.now, record=desk.record)
    click.echo(f"key {key_id} is revoked since {revoked_at:%Y-%m-%d %H:%M:%S} UTC")
