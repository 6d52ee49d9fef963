"""The accounts of the demonstration's dairy and authority, to sign in with on this installation.

The rule that must stay true: a password is random and is kept like the demonstration's keys, in a
file that its owner alone may read; what opens nothing any more is made anew. An account of that
name that is somebody else's is never touched.
"""

import secrets
from collections.abc import MutableMapping
from typing import Final

from sqlalchemy import select

from base.db import reading
from base.errors import NotFound
from credit.offices import EVERY, grant_office, offices_of
from jobs.console import ConsoleDesk, console_desk
from jobs.demo.register import PARTIES
from jobs.key_files import (
    demo_authority_password_file,
    demo_password_file,
    read_key_file,
    write_key_file,
)
from parties.accounts import (
    Account,
    AccountRequest,
    add_account,
    find_account,
    is_password_of,
    set_password,
)
from parties.passwords import Passwords
from parties.tables import PARTY, Role

LOGIN: Final = "demo"
AUTHORITY_LOGIN: Final = "demo-authority"

_SLUG: Final = "dairy"
_GROUPS: Final = 4


def keep_demo_account(environ: MutableMapping[str, str]) -> str | None:
    """Return the password of the dairy's account, made if need be.

    None where there is no dairy, or where the name is somebody else's.
    """
    with console_desk(environ) as desk:
        path, passwords = demo_password_file(desk.settings.data_dir), Passwords(desk.settings)
        kept = read_key_file(path)
        if kept is not None and is_password_of(desk.engine, passwords, LOGIN, kept) is not None:
            return kept
        fresh = _fresh()
        if not _give(desk, passwords, fresh):
            return None
        write_key_file(path, fresh)
        return fresh


def keep_authority_account(environ: MutableMapping[str, str]) -> str | None:
    """Return the password of the authority's account, made if need be.

    None where the name is somebody's for whom no password is kept here.
    """
    with console_desk(environ) as desk:
        path = demo_authority_password_file(desk.settings.data_dir)
        passwords, kept = Passwords(desk.settings), read_key_file(path)
        is_kept = kept is not None
        if kept and is_password_of(desk.engine, passwords, AUTHORITY_LOGIN, kept) is not None:
            return kept
        fresh = _fresh()
        if not _give_authority(desk, passwords, fresh, is_kept=is_kept):
            return None
        write_key_file(path, fresh)
        return fresh


def _give_authority(
    desk: ConsoleDesk, passwords: Passwords, password: str, *, is_kept: bool
) -> bool:
    """Give the authority's account a password; return whether it is ours."""
    account = _found(desk, AUTHORITY_LOGIN)
    if account is not None and (not is_kept or account.role is not Role.AUTHORITY):
        return False
    if account is not None:
        _set(desk, passwords, account, password)
        _let_decide(desk, account)
        return True
    request = AccountRequest(
        login=AUTHORITY_LOGIN,
        name="演示监管部门",
        role=Role.AUTHORITY,
        party_id=None,
        must_change=False,
    )
    made = add_account(desk.engine, passwords, request, password, now=desk.now, record=desk.record)
    _let_decide(desk, made)
    return True


def _let_decide(desk: ConsoleDesk, account: Account) -> None:
    """Let the account decide for every authority that the demonstration names."""
    with reading(desk.engine) as connection:
        if any(one.authority == EVERY for one in offices_of(connection, account.actor.id)):
            return
    grant_office(
        desk.engine,
        actor=account.actor.id,
        authority=EVERY,
        code="",
        now=desk.now,
        record=desk.record,
    )


def _fresh() -> str:
    # Four groups of 32 bits, as somebody types them from a screen.
    return "-".join(secrets.token_hex(4) for _ in range(_GROUPS))


def _found(desk: ConsoleDesk, login: str) -> Account | None:
    with reading(desk.engine) as connection:
        try:
            return find_account(connection, login)
        except NotFound:
            return None


def _set(desk: ConsoleDesk, passwords: Passwords, account: Account, password: str) -> None:
    set_password(
        desk.engine,
        passwords,
        account,
        password,
        is_own=True,
        now=desk.now,
        record=desk.record,
    )


def _give(desk: ConsoleDesk, passwords: Passwords, password: str) -> bool:
    """Give the dairy's account a password; return whether there is one for it."""
    with reading(desk.engine) as connection:
        of_dairy = PARTY.c.uscc == PARTIES[_SLUG].uscc
        party_id = connection.execute(select(PARTY.c.id).where(of_dairy)).scalar()
    account = _found(desk, LOGIN)
    # Whoever else took the name keeps it, with the password that he knows.
    if party_id is None or (account is not None and account.party_id != party_id):
        return False
    if account is not None:
        _set(desk, passwords, account, password)
        return True
    request = AccountRequest(
        login=LOGIN,
        name=PARTIES[_SLUG].name_zh,
        role=Role.PRODUCER,
        party_id=party_id,
        must_change=False,
    )
    add_account(desk.engine, passwords, request, password, now=desk.now, record=desk.record)
    return True
