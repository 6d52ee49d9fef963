"""`manage.py credit sender`: who hands in batches of which feeds, under which key."""

import base64
import binascii
from collections.abc import MutableMapping
from uuid import UUID

import click

from base.db import reading
from base.errors import InvalidInput
from credit.intake.senders import add_sender, list_senders, revoke_sender
from jobs.console import console_desk


@click.group(name="sender")
def senders() -> None:
    """Say who hands in batches of which feeds, under which Ed25519 key."""


@senders.command(name="add")
@click.option("--name", required=True, help="Whose key it is.")
@click.option("--feed", "feeds", multiple=True, required=True, help="A feed it hands in.")
@click.option("--key", required=True, help="The public key, 32 bytes in base64.")
@click.pass_obj
def add(environ: MutableMapping[str, str], name: str, feeds: tuple[str, ...], key: str) -> None:
    """Let a sender hand in batches, and print its id."""
    try:
        public_key = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("The key is no base64.") from None
    with console_desk(environ) as desk:
        sender = add_sender(
            desk.engine,
            name=name,
            feeds=feeds,
            public_key=public_key,
            now=desk.now,
            record=desk.record,
        )
    click.echo(str(sender.id))


@senders.command(name="revoke")
@click.argument("sender_id", metavar="SENDER", type=click.UUID)
@click.pass_obj
def revoke(environ: MutableMapping[str, str], sender_id: UUID) -> None:
    """Revoke the key of a SENDER; what it handed in stays as it is."""
    with console_desk(environ) as desk:
        revoke_sender(desk.engine, sender_id, now=desk.now, record=desk.record)
    click.echo("revoked")


@senders.command(name="list")
@click.pass_obj
def show_senders(environ: MutableMapping[str, str]) -> None:
    """List the senders, the oldest first."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        for one in list_senders(connection):
            state = "revoked" if one.revoked_at else "valid"
            click.echo(f"{one.id}  {state}  {one.name}  {', '.join(one.feeds)}")
