"""The time of day, passed in so that no rule of law or of evidence reads the machine's clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

CIVIL_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""The zone of civil days, such as those on a label: China has one (GB/T 7408.1)."""


_FIRST_YEAR: Final = 1
_LAST_YEAR: Final = 9999


def has_day_in_every_zone(instant: datetime) -> bool:
    """Return whether an instant has a zone, and can be told in any other.

    In the first and the last year that `datetime` knows there are instants that have no day in
    Beijing, or in UTC: whoever sends one has made a slip, and nobody wants to know what followed.
    """
    return instant.tzinfo is not None and _FIRST_YEAR < instant.year < _LAST_YEAR


class Clock(Protocol):
    """Whatever can tell the time as an aware UTC instant."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC, with microseconds."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's current instant."""
        return datetime.now(UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that stands where it was put: for replays, simulations and tests."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.instant


def format_instant(instant: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC with exactly six decimals and `Z`.

    One spelling per instant: these texts are hashed. Raises `ValueError` for a naive instant.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """Read what `format_instant` writes, and nothing else; raises `ValueError` otherwise."""
    instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    if format_instant(instant) != text:
        raise ValueError(f"not the one spelling of an instant: {text!r}")
    return instant
