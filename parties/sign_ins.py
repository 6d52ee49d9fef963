"""Signing in with a name and a password, and what wrong passwords cost.

The rule that must stay true: a try is counted before it is judged, so that many at once gain
nothing; and no stranger keeps the owner out of where the owner signed in before. From a new place
one who goes on trying can: there a key, or the operator's `account reset`, lets the owner in.

Wrong passwords are counted in two lanes. One is the name from this very network. The other is the
name from all networks that nobody signed in to it from before; who comes from a known one is not
held up by it. After so many wrong ones a lane waits, twice as long each time up to a limit, and
while it waits not even the right password opens. A name that nobody has is counted alike: neither
the answer nor the wait tells which names there are: that one has to wait, and until when, is said
for any name and any password.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select, update

from base.config import Settings
from base.db import reading, transaction
from base.errors import Unauthenticated
from base.installation_secret import InstallationSecret
from parties.accounts import Account, fold_login, is_password_of
from parties.passwords import Passwords
from parties.rows import insert_once
from parties.sessions import Opening, drop_old_sessions, is_known_network, open_session
from parties.tables import ACCOUNT, SIGN_IN_COUNT

_ANYWHERE: Final = b""
_HASH_BYTES: Final = 16
_DOUBLINGS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLimits:
    """How many wrong passwords are free, how long to wait then, and how long it is remembered."""

    network_tries_max: int
    name_tries_max: int
    wait: timedelta
    wait_max: timedelta
    counted: timedelta
    known: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "SignInLimits":
        """Return the limits of the settings."""
        return cls(
            network_tries_max=settings.sign_in_network_tries_max,
            name_tries_max=settings.sign_in_name_tries_max,
            wait=timedelta(seconds=settings.sign_in_wait_s),
            wait_max=timedelta(seconds=settings.sign_in_wait_max_s),
            counted=timedelta(seconds=settings.sign_in_counted_s),
            known=timedelta(days=settings.sign_in_known_days),
        )

    def wait_after(self, failures: int, free: int) -> timedelta:
        """Return how long a lane waits after so many wrong passwords."""
        over = failures - free
        if over < 0:
            return timedelta(0)
        return min(self.wait * (1 << min(over, _DOUBLINGS_MAX)), self.wait_max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What somebody shows at the door, from where, and with which browser."""

    login: str
    password: str
    network: str
    browser: str = ""


class SignInWaits(Unauthenticated):
    """Too many wrong passwords: nothing opens before `until`, whatever is typed."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Name or password was wrong too often.")
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """An account that was signed in to, and the text for the browser's cookie."""

    account: Account
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDesk:
    """What signing in needs."""

    engine: Engine
    passwords: Passwords
    limits: SignInLimits
    secret: InstallationSecret

    def sign_in(self, tried: Try, *, now: datetime) -> SignedIn:
        """Open a session for the right name and password; raises as `enter` does."""
        account = self.enter(tried, now=now)
        network = self.network_hash(tried.network)
        with transaction(self.engine) as connection:
            drop_old_sessions(connection, before=now - self.limits.known)
            opening = Opening(account_id=account.id, network=network, browser=tried.browser)
            return SignedIn(account=account, token=open_session(connection, opening, now=now))

    def enter(self, tried: Try, *, now: datetime) -> Account:
        """Return the account of the right name and password.

        Raises `Unauthenticated`, always alike, `SignInWaits` while a lane waits, whatever was
        typed, and `Busy` where too many passwords wait.
        """
        name = self._hash(b"name", fold_login(tried.login))
        network = self.network_hash(tried.network)
        with transaction(self.engine) as connection:
            lanes = self._lanes(connection, tried.login, network, now)
            # The second one is not counted while the first one waits.
            until = next(
                (late for one in lanes if (late := self._count(connection, name, one, now))), None
            )
        account = is_password_of(self.engine, self.passwords, tried.login, tried.password)
        # Judged after the password was looked at, so that a wait takes no other time.
        if until is not None:
            raise SignInWaits(until)
        if account is None:
            raise Unauthenticated("Name or password is wrong.")
        with transaction(self.engine) as connection:
            self._forgive(connection, name, lanes, now)
        return account

    def forget_failures(self, login: str) -> None:
        """Let a name be tried again from everywhere at once."""
        name = self._hash(b"name", fold_login(login))
        with transaction(self.engine) as connection:
            connection.execute(delete(SIGN_IN_COUNT).where(SIGN_IN_COUNT.c.name_hash == name))

    def waits_until(self, login: str, *, now: datetime) -> datetime | None:
        """Return until when a name waits somewhere, in the longest of its lanes; else None."""
        waiting = select(func.max(SIGN_IN_COUNT.c.locked_until)).where(
            SIGN_IN_COUNT.c.name_hash == self._hash(b"name", fold_login(login)),
            SIGN_IN_COUNT.c.locked_until > now,
        )
        with reading(self.engine) as connection:
            until: datetime | None = connection.execute(waiting).scalar()
        return until

    def network_hash(self, network: str) -> bytes:
        """Return what is kept of a network."""
        return self._hash(b"network", network)

    def _hash(self, what: bytes, text: str) -> bytes:
        key = self.secret.key_for("sign_in")
        data = what + b":" + text.encode(errors="replace")
        return hashlib.blake2b(data, key=key, digest_size=_HASH_BYTES).digest()

    def _lanes(
        self, connection: Connection, login: str, network: bytes, now: datetime
    ) -> Sequence[bytes]:
        """Return the lanes that a try is in, the narrow one first; what is old is forgotten."""
        old = SIGN_IN_COUNT.c.touched_at < now - self.limits.counted
        connection.execute(delete(SIGN_IN_COUNT).where(old))
        is_known = self._is_known(connection, login, network, now)
        return (network,) if is_known else (network, _ANYWHERE)

    def _is_known(self, connection: Connection, login: str, network: bytes, now: datetime) -> bool:
        found = select(ACCOUNT.c.id).where(ACCOUNT.c.login == fold_login(login))
        account_id: UUID = connection.execute(found).scalar() or UUID(int=0)
        since = now - self.limits.known
        return is_known_network(connection, account_id, network, since=since)

    def _forgive(
        self, connection: Connection, name: bytes, lanes: Sequence[bytes], now: datetime
    ) -> None:
        """Take back what was counted before the try proved right, and the owner's own mistakes."""
        connection.execute(delete(SIGN_IN_COUNT).where(*_is_lane(name, lanes[0])))
        if _ANYWHERE in lanes:
            counted = update(SIGN_IN_COUNT).where(*_is_lane(name, _ANYWHERE))
            less = SIGN_IN_COUNT.c.failures - 1
            connection.execute(counted.values(failures=less, locked_until=now))

    def _count(
        self, connection: Connection, name: bytes, network: bytes, now: datetime
    ) -> datetime | None:
        """Count a try as a wrong one until it proves right; return until when it may not."""
        free = self.limits.name_tries_max if network == _ANYWHERE else self.limits.network_tries_max
        row = {
            "name_hash": name,
            "network": network,
            "failures": 0,
            "locked_until": now,
            "touched_at": now,
        }
        insert_once(connection, SIGN_IN_COUNT, row)
        which = _is_lane(name, network)
        found = connection.execute(select(SIGN_IN_COUNT).where(*which).with_for_update()).one()
        if found.locked_until > now:
            # What is tried while one waits is not counted: whoever tries on makes nobody wait more.
            until: datetime = found.locked_until
            return until
        failures = found.failures + 1
        values = {
            "failures": failures,
            "locked_until": now + self.limits.wait_after(failures, free),
            "touched_at": now,
        }
        connection.execute(update(SIGN_IN_COUNT).where(*which).values(**values))
        return None


def _is_lane(name: bytes, network: bytes) -> tuple[ColumnElement[bool], ...]:
    return SIGN_IN_COUNT.c.name_hash == name, SIGN_IN_COUNT.c.network == network
