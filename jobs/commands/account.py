"""`manage.py account`: accounts of people who sign in with a name and a password.

The rule that must stay true: a password is typed at the prompt or read from standard input, never
from the command line, where every process of the machine could read it.
"""

import sys
from collections.abc import Iterator, MutableMapping
from datetime import datetime
from typing import Final
from uuid import UUID

import click
from sqlalchemy import Connection

from base.db import reading
from base.errors import InvalidInput, Problem
from credit.secret_needs import open_credit_secret
from jobs.console import ConsoleDesk, console_desk
from parties.accounts import (
    Account,
    AccountRequest,
    add_account,
    end_account,
    find_account,
    list_accounts,
    set_password,
)
from parties.passwords import CHARS_MAX, Passwords
from parties.sign_ins import SignInDesk, SignInLimits
from parties.tables import Role

_ROWS: Final = 1000


@click.group()
def command() -> None:
    """Add, list, end and reset accounts with a password."""


@command.command("add")
@click.argument("login")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--party", type=click.UUID, help="The producer's party.")
@click.option("--name", required=True, help="What its holder is called.")
@click.pass_obj
def add(
    environ: MutableMapping[str, str], login: str, role: str, party: UUID | None, name: str
) -> None:
    """Add an account; its holder changes the password at the first sign-in.

    The password is typed at the prompt, or is the one line of standard input.
    """
    if (Role(role) is Role.PRODUCER) != (party is not None):
        raise click.UsageError("--party names the party of a producer's account, and of no other")
    request = AccountRequest(login=login, name=name, role=Role(role), party_id=party)
    password = _password()
    with console_desk(environ) as desk:
        account = add_account(
            desk.engine,
            Passwords(desk.settings),
            request,
            password,
            now=desk.now,
            record=desk.record,
        )
    click.echo(f"account {account.login} may sign in, and changes the password then")


@command.command("list")
@click.pass_obj
def show(environ: MutableMapping[str, str]) -> None:
    """List every account, oldest first."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        door = _door(desk)
        for account in _all(connection):
            click.echo(_line(account, door.waits_until(account.login, now=desk.now)))


@command.command("end")
@click.argument("login")
@click.pass_obj
def end(environ: MutableMapping[str, str], login: str) -> None:
    """End an account and all its sessions, for ever."""
    with console_desk(environ) as desk:
        account = _found(desk, login)
        ended_at = end_account(desk.engine, account, now=desk.now, record=desk.record)
    click.echo(f"account {account.login} has ended at {ended_at:%Y-%m-%d %H:%M:%S} UTC")


@command.command("reset")
@click.argument("login")
@click.pass_obj
def reset(environ: MutableMapping[str, str], login: str) -> None:
    """Give an account another password, end its sessions, and forget its wrong passwords.

    The password is typed at the prompt, or is the one line of standard input.
    """
    password = _password()
    with console_desk(environ) as desk:
        account, passwords = _found(desk, login), Passwords(desk.settings)
        set_password(
            desk.engine,
            passwords,
            account,
            password,
            is_own=False,
            now=desk.now,
            record=desk.record,
        )
        _door(desk).forget_failures(account.login)
    click.echo(f"account {account.login} has another password, and changes it at the next sign-in")


def _door(desk: ConsoleDesk) -> SignInDesk:
    return SignInDesk(
        engine=desk.engine,
        passwords=Passwords(desk.settings),
        limits=SignInLimits.of(desk.settings),
        secret=open_credit_secret(desk.settings, desk.engine),
    )


def _password() -> str:
    """Return the password that is typed, twice, or the one line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    line = sys.stdin.readline(CHARS_MAX + 2).rstrip("\r\n")
    if not line:
        problems = [Problem(path="password", code="missing", message="standard input is empty")]
        raise InvalidInput("A password is needed.", problems=problems)
    return line


def _found(desk: ConsoleDesk, login: str) -> Account:
    with reading(desk.engine) as connection:
        return find_account(connection, login)


def _all(connection: Connection) -> Iterator[Account]:
    after: UUID | None = None
    while accounts := list_accounts(connection, after=after, rows_max=_ROWS):
        yield from accounts
        after = accounts[-1].id


def _line(account: Account, waits_until: datetime | None) -> str:
    state = "open"
    if account.ended_at is not None:
        state = f"ended {account.ended_at:%Y-%m-%d}"
    elif waits_until is not None:
        state = f"waits until {waits_until:%H:%M:%S} UTC after wrong passwords"
    elif account.must_change:
        state = "password to be changed"
    party = "" if account.party_id is None else f"  party {account.party_id}"
    told = f"{account.login:<20}  {account.role.value:<9}  {state}  {account.name}{party}"
    return f"{told}  acts as {account.actor.id}"
