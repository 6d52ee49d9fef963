"""The account of the demonstration's dairy, to sign in with on this very installation.

The rule that must stay true: its password is random and is kept like the demonstration's keys, in a
file that its owner alone may read; what opens nothing any more is made anew. An account of that
name that is another party's is never touched.
"""

import secrets
from collections.abc import MutableMapping
from typing import Final

from sqlalchemy import select

from base.db import reading
from base.errors import NotFound
from jobs.console import ConsoleDesk, console_desk
from jobs.demo.register import PARTIES
from jobs.key_files import demo_password_file, read_key_file, write_key_file
from parties.accounts import (
    AccountRequest,
    add_account,
    find_account,
    is_password_of,
    set_password,
)
from parties.passwords import Passwords
from parties.tables import PARTY, Role

LOGIN: Final = "demo"

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
        # Four groups of 32 bits, as somebody types them from a screen.
        fresh = "-".join(secrets.token_hex(4) for _ in range(_GROUPS))
        if not _give(desk, passwords, fresh):
            return None
        write_key_file(path, fresh)
        return fresh


def _give(desk: ConsoleDesk, passwords: Passwords, password: str) -> bool:
    """Give the dairy's account a password; return whether there is one for it."""
    with reading(desk.engine) as connection:
        of_dairy = PARTY.c.uscc == PARTIES[_SLUG].uscc
        party_id = connection.execute(select(PARTY.c.id).where(of_dairy)).scalar()
        try:
            account = find_account(connection, LOGIN)
        except NotFound:
            account = None
    # Whoever else took the name keeps it, with the password that he knows.
    if party_id is None or (account is not None and account.party_id != party_id):
        return False
    if account is not None:
        set_password(
            desk.engine,
            passwords,
            account,
            password,
            is_own=True,
            now=desk.now,
            record=desk.record,
        )
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
