"""A scan and the life of a code, as values for the rules.

One rule: nothing here is finer than it has to be. A place is a cell of a tenth of a degree, a
device is a number that says nothing of its owner and is another one in the next period.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

# A device has one number for the scans of one product in one period. So nobody can follow it for
# longer than this, nor from one maker's goods to another's; and a window that is no longer than a
# period touches two of them at most.
DEVICE_PERIOD: Final = timedelta(days=30)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

LAT_TENTHS_MAX: Final = 900
LON_TENTHS_MAX: Final = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cell of the earth by its middle, in tenths of a degree (WGS 84): about ten kilometres."""

    lat_tenths: int
    lon_tenths: int

    def __post_init__(self) -> None:
        if abs(self.lat_tenths) > LAT_TENTHS_MAX or abs(self.lon_tenths) > LON_TENTHS_MAX:
            raise ValueError("no place on earth lies there")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan of a code. `region` is of GB/T 2260; place and region are None where untold."""

    at: datetime
    device: bytes
    place: Place | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLife:
    """What became of a code, as far as it is on record.

    `is_issued`: this ledger gave it out, so that a scan before `activated_at` means something.
    """

    is_issued: bool = False
    activated_at: datetime | None = None
    sold_at: datetime | None = None
    voided_at: datetime | None = None


def period_of(at: datetime) -> int:
    """Return the number of the period in which a device had one number."""
    return (at - _EPOCH) // DEVICE_PERIOD


def period_start(period: int) -> datetime:
    """Return the first instant of a period."""
    return _EPOCH + period * DEVICE_PERIOD
