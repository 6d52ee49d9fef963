"""Accounts: people who sign in to the pages with a name and a password.

The rule that must stay true: what happens to an account is in the ledger before it has any effect,
and nothing of a password, nor the name of a person, is ever there: the ledger forgets nothing, and
a person may ask to be forgotten. The entry names the account by random bits.
"""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import Connection, Engine, select, update

from base.db import reading, transaction
from base.errors import Conflict, InvalidInput, NotFound, Problem, Unauthenticated
from parties.actors import Actor, Role, account_actor_id, actor_of_account
from parties.ids import new_id
from parties.keys import Record
from parties.passwords import Passwords
from parties.rows import insert_once
from parties.sessions import end_sessions
from parties.tables import ACCOUNT, LABEL_CHARS_MAX, LOGIN_CHARS_MAX, PARTY

# Letters of any script, since people are called as they are called; nothing that looks like a gap.
_LOGIN: Final = re.compile(rf"[\w.@+-]{{2,{LOGIN_CHARS_MAX}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequest:
    """Which account is asked for; a producer's names its party, no other account does."""

    login: str
    name: str
    role: Role
    party_id: UUID | None = None
    must_change: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What may be told of an account: everything but the hash of its password."""

    id: UUID
    login: str
    name: str
    role: Role
    party_id: UUID | None
    must_change: bool
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Who acts when its holder is signed in."""
        return actor_of_account(account_id=self.id, role=self.role, party_id=self.party_id)


def fold_login(login: str) -> str:
    """Return the one spelling under which a name is kept and looked up."""
    return normalize("NFKC", normalize("NFKC", login.strip()).casefold())


def add_account(
    engine: Engine,
    passwords: Passwords,
    request: AccountRequest,
    password: str,
    *,
    now: datetime,
    record: Record,
) -> Account:
    """Make an account and return it.

    `record` is called before the row is written, with no transaction open, as for a key. Raises
    `InvalidInput`, `NotFound` for an unknown party, and `Conflict` where the name is taken, be it
    by an account that has ended: whoever reads an old record must not meet another person.
    """
    login = fold_login(request.login)
    _check_request(request, login)
    passwords.check(password, login)
    with reading(engine) as connection:
        if _by_login(connection, login) is not None:
            raise Conflict("This name is taken; a name is never given out again.")
        _check_party(connection, request.party_id)
    account = Account(
        id=new_id(now),
        login=login,
        name=request.name.strip(),
        role=request.role,
        party_id=request.party_id,
        must_change=request.must_change,
        created_at=now,
        changed_at=now,
        ended_at=None,
    )
    row = {field.name: getattr(account, field.name) for field in fields(Account)}
    row |= {"role": account.role.value, "password_hash": passwords.hash(password)}
    party = "" if account.party_id is None else str(account.party_id)
    _tell(record, "account_granted", account, {"role": account.role.value}, {"party_id": party})
    with transaction(engine) as connection:
        if not insert_once(connection, ACCOUNT, row):
            raise Conflict("This name was just taken; a name is never given out again.")
    return account


def list_accounts(connection: Connection, *, after: UUID | None, rows_max: int) -> list[Account]:
    """Return at most `rows_max` accounts after an id, oldest first, those that ended too."""
    statement = select(ACCOUNT).order_by(ACCOUNT.c.id).limit(rows_max)
    if after is not None:
        statement = statement.where(ACCOUNT.c.id > after)
    return [_account_of(row) for row in connection.execute(statement)]


def read_account(connection: Connection, account_id: UUID) -> Account:
    """Return an account; raises `NotFound`."""
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == account_id)).one_or_none()
    if row is None:
        raise NotFound("There is no account with that id.")
    return _account_of(row)


def actor_of_open_account(connection: Connection, account_id: UUID | None) -> Actor:
    """Return the actor that an account stands for; raises `Unauthenticated` where it has ended."""
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == account_id)).one_or_none()
    if row is None or row.ended_at is not None:
        raise Unauthenticated("This account is no longer valid.")
    return actor_of_account(account_id=row.id, role=Role(row.role), party_id=row.party_id)


def find_account(connection: Connection, login: str) -> Account:
    """Return the account of a name; raises `NotFound`."""
    row = _by_login(connection, fold_login(login))
    if row is None:
        raise NotFound("There is no account with that name.")
    return _account_of(row)


def end_account(engine: Engine, account: Account, *, now: datetime, record: Record) -> datetime:
    """End an account and all its sessions for ever; return when it ended.

    A second time changes nothing.
    """
    if account.ended_at is not None:
        return account.ended_at
    _tell(record, "account_ended", account, {}, {})
    with transaction(engine) as connection:
        unended = update(ACCOUNT).where(ACCOUNT.c.id == account.id, ACCOUNT.c.ended_at.is_(None))
        connection.execute(unended.values(ended_at=now))
        end_sessions(connection, account.id, now=now)
        return read_account(connection, account.id).ended_at or now


def set_password(
    engine: Engine,
    passwords: Passwords,
    account: Account,
    password: str,
    *,
    is_own: bool,
    now: datetime,
    record: Record,
) -> None:
    """Give an account another password and end all its sessions.

    One that its holder did not choose (`is_own`) has to be changed at the next sign-in. Raises
    `InvalidInput` for a password that is not taken and `Conflict` where the account has ended.
    """
    passwords.check(password, account.login)
    if account.ended_at is not None:
        raise Conflict("This account has ended.")
    stored = passwords.hash(password)
    _tell(record, "account_password_changed", account, {"by": "holder" if is_own else "other"}, {})
    with transaction(engine) as connection:
        values = {"password_hash": stored, "must_change": not is_own, "changed_at": now}
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(**values))
        end_sessions(connection, account.id, now=now)


def is_password_of(
    engine: Engine, passwords: Passwords, login: str, password: str
) -> Account | None:
    """Return the account whose name and password these are, None for every kind of wrong.

    It counts nothing: whoever asks for a stranger counts the try first (`parties.sign_ins`).
    """
    with reading(engine) as connection:
        row = _by_login(connection, fold_login(login))
    is_open = row is not None and row.ended_at is None
    is_right = passwords.is_right(row.password_hash if row is not None else None, password)
    if row is None or not is_open or not is_right:
        return None
    if passwords.is_outdated(row.password_hash):
        _renew(engine, passwords, row, password)
    return _account_of(row)


def _renew(engine: Engine, passwords: Passwords, row: Any, password: str) -> None:
    """Keep a password under the parameters in force, unless it was changed meanwhile."""
    same = ACCOUNT.c.id == row.id, ACCOUNT.c.password_hash == row.password_hash
    stored = passwords.hash(password)
    with transaction(engine) as connection:
        connection.execute(update(ACCOUNT).where(*same).values(password_hash=stored))


def _tell(
    record: Record,
    kind: str,
    account: Account,
    public: dict[str, str],
    authority: dict[str, str],
) -> None:
    named = {"account": account_actor_id(account.id), **public}
    record(kind, named, {"account_id": str(account.id), **authority})


def _by_login(connection: Connection, login: str) -> Any:
    return connection.execute(select(ACCOUNT).where(ACCOUNT.c.login == login)).one_or_none()


def _account_of(row: Any) -> Account:
    values = {field.name: getattr(row, field.name) for field in fields(Account)}
    return Account(**{**values, "role": Role(row.role)})


def _check_request(request: AccountRequest, login: str) -> None:
    problems = []
    if _LOGIN.fullmatch(login) is None:
        message = f"a name to sign in with has 2 to {LOGIN_CHARS_MAX} letters, digits or . @ + - _"
        problems.append(Problem(path="login", code="login", message=message))
    name = request.name.strip()
    if not name or not name.isprintable() or len(name) > LABEL_CHARS_MAX:
        message = f"a name has 1 to {LABEL_CHARS_MAX} printable characters"
        problems.append(Problem(path="name", code="name", message=message))
    if (request.role is Role.PRODUCER) != (request.party_id is not None):
        message = "a producer's account names its party, and no other account names one"
        problems.append(Problem(path="party_id", code="scope", message=message))
    if problems:
        raise InvalidInput("The account was not made.", problems=problems)


def _check_party(connection: Connection, party_id: UUID | None) -> None:
    if party_id is None:
        return
    if connection.execute(select(PARTY.c.id).where(PARTY.c.id == party_id)).first() is None:
        raise NotFound("There is no party with that id.")
