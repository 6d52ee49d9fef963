"""`manage.py codes`: prefixes and keys of signed serials from the console of the machine.

One rule: what is confirmed, ended, made or revoked here goes into the ledger first, as at every
other door.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import click
import orjson
from sqlalchemy import Connection, Row

from base.db import reading
from jobs.console import console_desk
from parties.directory import parties_by_id
from parties.issuing.prefixes import confirm_prefix, end_prefix, list_prefixes
from parties.issuing.tag_keys import TagKeyCard, list_tag_keys
from parties.issuing.tags import revoke_tag_key, rotate_tag_key
from parties.register import Page

_ROWS: Final = 1000


@click.group()
def command() -> None:
    """Confirm company prefixes; make and revoke keys of signed serials."""


@command.group("tag-key")
def tag_key() -> None:
    """Keys of signed serials (AI 98)."""


@tag_key.command("rotate")
@click.pass_obj
def rotate(environ: MutableMapping[str, str]) -> None:
    """Make a key that signs from now on; labels of the one before stay good."""
    with console_desk(environ) as desk:
        click.echo(rotate_tag_key(desk.engine, now=desk.now, record=desk.record))


@tag_key.command("list")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object for each key.")
@click.pass_obj
def show_tag_keys(environ: MutableMapping[str, str], is_json: bool) -> None:
    """List the keys, newest first."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        cards = list_tag_keys(connection)
        for card in cards:
            click.echo(orjson.dumps(asdict(card)).decode() if is_json else _tag_key_line(card))
        if not cards:
            click.echo("there is no key", err=True)


@tag_key.command("revoke")
@click.argument("key_id")
@click.confirmation_option(prompt="Every label signed with it will be believed no more. Go on?")
@click.pass_obj
def revoke(environ: MutableMapping[str, str], key_id: str) -> None:
    """Believe the labels of a key no more, for ever."""
    with console_desk(environ) as desk:
        revoke_tag_key(desk.engine, key_id, now=desk.now, record=desk.record)
    click.echo(f"key {key_id} is revoked")


@command.group("prefix")
def prefix() -> None:
    """GS1 company prefixes that parties claim."""


@prefix.command("list")
@click.option("--party", type=click.UUID, help="Every claim of this party, not those that wait.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object for each claim.")
@click.pass_obj
def show_prefixes(environ: MutableMapping[str, str], party: UUID | None, is_json: bool) -> None:
    """List the claims that wait to be confirmed, oldest first."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        is_empty = True
        for page in _all_claims(connection, party):
            is_empty = is_empty and not page.rows
            parties = parties_by_id(connection, {row.party_id for row in page.rows})
            for row in page.rows:
                name = parties[row.party_id].name_zh
                click.echo(_claim_json(row) if is_json else _claim_line(row, name))
        if is_empty:
            kind = "waiting claim" if party is None else "claim of this party"
            click.echo(f"there is no {kind}", err=True)


def _all_claims(connection: Connection, party: UUID | None) -> Iterator[Page]:
    after: UUID | None = None
    while True:
        page = list_prefixes(connection, party, after=after, rows_max=_ROWS)
        yield page
        if page.next_after is None:
            return
        after = page.next_after


@prefix.command("confirm")
@click.argument("claim_id", type=click.UUID)
@click.pass_obj
def confirm(environ: MutableMapping[str, str], claim_id: UUID) -> None:
    """Confirm that a prefix is its claimant's own."""
    with console_desk(environ) as desk:
        row = confirm_prefix(desk.engine, claim_id, now=desk.now, record=desk.record)
    click.echo(f"{row.prefix} is confirmed since {row.confirmed_at:%Y-%m-%d %H:%M:%S} UTC")


@prefix.command("end")
@click.argument("claim_id", type=click.UUID)
@click.pass_obj
def end(environ: MutableMapping[str, str], claim_id: UUID) -> None:
    """Refuse a claim, or end a prefix that was given up; what was issued under it stays."""
    with console_desk(environ) as desk:
        row = end_prefix(desk.engine, claim_id, now=desk.now, record=desk.record)
    click.echo(f"{row.prefix} has ended {row.ended_at:%Y-%m-%d %H:%M:%S} UTC")


def _tag_key_line(card: TagKeyCard) -> str:
    return f"{card.id}  {card.state:<8}  made {card.created_at:%Y-%m-%d}"


def _claim_json(row: Row[Any]) -> str:
    values = row._mapping  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return orjson.dumps({str(name): value for name, value in values.items()}).decode()


def _claim_line(row: Row[Any], name: str) -> str:
    state = "ended" if row.ended_at else "confirmed" if row.confirmed_at else "waiting"
    return f"{row.id}  {row.prefix:<12}  {state:<9}  {name}  {row.evidence}".rstrip()
