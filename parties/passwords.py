"""Passwords: which are taken, how they are hashed, and how one is checked.

The rule that must stay true: a password is never stored, logged or echoed, and checking one takes
as long for a name that nobody has as for one that somebody has.

NIST SP 800-63B 3.1.1.2: length decides and no rule of composition; what everybody tries first and
what the name tells is refused; all of Unicode is taken, in one spelling. The hash is Argon2id
(RFC 9106), whose parameters are settings: a hash of older ones is made anew at the next sign-in.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final
from unicodedata import normalize

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from base.config import Settings
from base.errors import Busy, InvalidInput, Problem

CHARS_MAX: Final = 256
"""Whoever sends more wants the service to work, not to sign in."""

_COMMON: Final = Path(__file__).resolve().parent / "common_passwords.txt"
_RETRY_AFTER_S: Final = 5


class Passwords:
    """Hashes and checks passwords; one per process, safe for its threads.

    Each takes the memory of the settings for some hundredths of a second, so only so many are
    worked on at the same time. Raises `Busy` where too many wait.
    """

    def __init__(self, settings: Settings) -> None:
        self.chars_min = settings.password_chars_min
        self._hasher = PasswordHasher(
            time_cost=settings.password_rounds,
            memory_cost=settings.password_memory_kib,
            parallelism=1,
            type=Type.ID,
        )
        self._turns = threading.BoundedSemaphore(settings.password_checks_max)
        self._wait_max_s = settings.password_wait_max_s
        self._nobodys: str | None = None

    def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        with self._turn():
            return self._hasher.hash(_spelled(password))

    def is_right(self, stored: str | None, password: str) -> bool:
        """Return whether a password is the stored one; None, for nobody, takes as long."""
        against = self._hash_of_nobody() if stored is None else stored
        with self._turn():
            try:
                self._hasher.verify(against, _spelled(password))
            except (VerifyMismatchError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Return whether a hash was made with other parameters than those of the settings."""
        return self._hasher.check_needs_rehash(stored)

    def check(self, password: str, login: str, *, path: str = "password") -> None:
        """Raise `InvalidInput` for a password that is not taken for the account of a name."""
        problem = self._problem(_spelled(password), login)
        if problem is not None:
            code, message = problem
            problems = [Problem(path=path, code=code, message=message)]
            raise InvalidInput("The password is not taken.", problems=problems)

    def _problem(self, password: str, login: str) -> tuple[str, str] | None:
        if not self.chars_min <= len(password) <= CHARS_MAX:
            return "length", f"a password has {self.chars_min} to {CHARS_MAX} characters"
        folded = password.casefold()
        if folded in (login, login[::-1]) or _repeats(folded, login):
            return "is_name", "a password is not the name one signs in with"
        if is_common(folded):
            return "common", "this is one of the passwords that are tried first"
        return None

    def _hash_of_nobody(self) -> str:
        # Made of the parameters in force, so that both ways take the same time.
        if self._nobodys is None:
            self._nobodys = self.hash(secrets.token_hex(16))
        return self._nobodys

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._wait_max_s):
            raise Busy("Many are signing in just now.", retry_after_s=_RETRY_AFTER_S)
        try:
            yield
        finally:
            self._turns.release()


def is_common(folded: str) -> bool:
    """Return whether a password is one of those tried first, or such a one again and again."""
    return any(_repeats(folded, word) for word in _common())


def _repeats(text: str, word: str) -> bool:
    """Return whether a text is a word, several times or cut off."""
    return bool(word) and (word * (len(text) // len(word) + 1))[: len(text)] == text


def _spelled(password: str) -> str:
    # NIST SP 800-63B 3.1.1.2: another keyboard may write the same characters in another way.
    return normalize("NFKC", password[: CHARS_MAX + 1])


@cache
def _common() -> tuple[str, ...]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
