"""The tree of expected trouble.

Whoever refuses something raises a subclass of `AppError`; only `web/errors.py` turns one into an
HTTP answer and only the command line turns one into an exit code. A broken invariant of stored
evidence is not expected trouble: it is `LedgerCorrupt`, and it stops the writer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input.

    `path` names the field (`epcisBody.eventList[4].bizStep`; empty for the whole input), `code` is
    a stable word for programs, `message` says in English what is wrong and what would be right.
    `message_zh` says it in Chinese where whoever refuses has words for it; programs go by the code.
    """

    path: str
    code: str
    message: str
    message_zh: str = field(default="", compare=False)


class AppError(Exception):
    """Base of everything a caller may be told. `code` is stable, `str(error)` is for people."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class InvalidInput(AppError):
    """The input breaks a rule; `problems` say which fields and why."""

    code = "invalid_input"


class InputTooLarge(AppError):
    """The input is over a limit named in `base/config.py`."""

    code = "input_too_large"


class Unauthenticated(AppError):
    """No credential, or one that is unknown, expired or revoked."""

    code = "unauthenticated"


class Forbidden(AppError):
    """The actor is known and may not do this; the message carries the reason."""

    code = "forbidden"


class NotFound(AppError):
    """There is nothing under that name, or nothing this actor may see."""

    code = "not_found"


class Conflict(AppError):
    """The request contradicts what is already recorded."""

    code = "conflict"


class Busy(AppError):
    """Try again later: a bounded queue is full or a needed part is away."""

    code = "busy"

    def __init__(
        self, message: str, *, retry_after_s: int, problems: Sequence[Problem] = ()
    ) -> None:
        super().__init__(message, problems=problems)
        self.retry_after_s = retry_after_s


class ConfigurationError(AppError):
    """A setting is missing or wrong; the message names the variable."""

    code = "configuration"


class LedgerCorrupt(Exception):
    """Stored evidence contradicts itself. Never caught to go on writing."""
