"""What taking a batch needs, and what a door knows of a file."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from trace.sheets.grid import GridLimits
from typing import Final
from uuid import UUID

from base.clock import Clock
from base.config import Settings
from base.installation_secret import InstallationSecret
from credit.intake.sorting import Progress, nobody_waits
from ledger.journal import Journal

PERSON_PURPOSE: Final = "suxin credit persons v1"
_SALT_PURPOSE: Final = "suxin credit row salts v1"
_PERSON_KEY_BYTES: Final = 16


def person_key_of(secret: InstallationSecret, number: str) -> str:
    """Return the key of the person with that number: nobody without the secret can make it."""
    key = secret.key_for(PERSON_PURPOSE)
    return hmac.digest(key, number.encode(), "sha256")[:_PERSON_KEY_BYTES].hex()


def nobody_is_told() -> None:
    """Record nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeDesk:
    """What taking a batch needs. `tell` is told how many rows were read so far.

    `on_release` is called once a batch that somebody releases is certain to be taken, and before it
    has any effect. `ahead_max` is how far a sender's clock may be ahead of this one.
    """

    journal: Journal  # With `credit.index.CreditIndex`.
    clock: Clock
    secret: InstallationSecret
    limits: GridLimits
    ahead_max: timedelta = timedelta(0)
    tell: Progress = nobody_waits
    on_release: Callable[[], None] = nobody_is_told

    def person_key(self, number: str) -> str:
        """Return the key of the person with that number."""
        return person_key_of(self.secret, number)

    def salt(self, batch_id: UUID, row_number: int) -> bytes:
        """Return the salt of a row: the same whenever the batch is taken again."""
        key = self.secret.key_for(_SALT_PURPOSE)
        return hmac.digest(key, b"%s:%d" % (batch_id.bytes, row_number), "sha256")[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a door knows of a file: a doubt about who sent it, and how many rows there should be.

    `signer` is the sender whose signature fits; `made_at` is when it says that the file was made.
    """

    doubt: str = ""
    rows: int | None = None
    signer: UUID | None = None
    made_at: datetime | None = None


AS_IT_CAME: Final = Sent()


def open_intake(
    settings: Settings, journal: Journal, clock: Clock, secret: InstallationSecret
) -> IntakeDesk:
    """Return the desk of an installation, as its settings bound it."""
    return IntakeDesk(
        journal=journal,
        clock=clock,
        secret=secret,
        limits=batch_limits(settings),
        ahead_max=timedelta(seconds=settings.future_max_s),
    )


def batch_limits(settings: Settings) -> GridLimits:
    """Return what one batch may hold."""
    return GridLimits(
        rows_max=settings.credit_rows_max,
        bytes_max=settings.credit_bytes_max,
        unzipped_bytes_max=settings.sheet_unzipped_bytes_max,
    )
