"""Fields that accept one spelling of each value, and the schema they live in."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import marshmallow as ma

from base.clock import has_day_in_every_zone
from credit.periods import FIRST_DAY, LAST_DAY

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_DEGREES = re.compile(r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?")
_DECIMAL = re.compile(r"[1-9][0-9]{0,5}")
_COUNT = re.compile(r"0|[1-9][0-9]{0,5}")
_WHOLE_MAX: Final = 999_999
_SIZE_MAX: Final = 10**18 - 1

_PRINTABLE_MESSAGE: Final = "Has a control character."
_FAR_MESSAGE: Final = "Lies outside of the years 2 to 9998."


class StrictSchema(ma.Schema):
    """A schema that refuses every field it does not know."""

    class Meta:
        """Unknown fields are refused."""

        unknown = ma.RAISE


def _printable(value: str) -> None:
    # A NUL would pass JSON and fail in PostgreSQL; a line break would forge a line of a log.
    if not value.isprintable():
        raise ma.ValidationError(_PRINTABLE_MESSAGE)


def text(chars_max: int, *, chars_min: int = 0, **options: Any) -> ma.fields.String:
    """Return a field of printable text of bounded length, counted in code points."""
    length = ma.validate.Length(min=chars_min, max=chars_max)
    return ma.fields.String(validate=[length, _printable], **options)


class _Spelled(ma.fields.String):
    """Text in one spelling that stands for a value of another type."""

    pattern: re.Pattern[str]
    shape: str

    def _read(self, value: str) -> object:
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        spelled = super()._deserialize(value, attr, data, **kwargs)
        if not self.pattern.fullmatch(spelled):
            raise ma.ValidationError(f"Is not {self.shape}.")
        try:
            return self._read(spelled)
        except ValueError:
            raise ma.ValidationError(f"Is not {self.shape}.") from None


class Uuid(_Spelled):
    """A UUID in lower case with its hyphens (RFC 9562 4)."""

    pattern = _UUID
    shape = "a UUID in lower case"

    def _read(self, value: str) -> object:
        return UUID(value)


class Day(_Spelled):
    """A calendar day as `2026-05-01` (RFC 3339 full-date)."""

    pattern = _DATE
    shape = "a day as YYYY-MM-DD"

    def _read(self, value: str) -> object:
        return date.fromisoformat(value)


class LegalDay(Day):
    """A day on which something of law may have happened or will: periods are counted from it."""

    def _read(self, value: str) -> object:
        day = date.fromisoformat(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ma.ValidationError(f"Lies outside of {FIRST_DAY} to {LAST_DAY}.")
        return day


class InstantText(_Spelled):
    """A point in time with its offset (RFC 3339 5.6)."""

    pattern = _INSTANT
    shape = "a time as YYYY-MM-DDThh:mm:ss with Z or an offset"

    def _read(self, value: str) -> object:
        return _sound(datetime.fromisoformat(value))


class Instant(ma.fields.AwareDateTime):
    """A point in time that can be told on the clock of every zone; `InstantText` is stricter."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return _sound(super()._deserialize(value, attr, data, **kwargs))


def _sound(instant: datetime) -> datetime:
    if not has_day_in_every_zone(instant):
        raise ma.ValidationError(_FAR_MESSAGE)
    return instant


class DegreesText(_Spelled):
    """Degrees as a decimal string with at most six decimals."""

    pattern = _DEGREES
    shape = "degrees as a decimal string with at most six decimals"

    def _read(self, value: str) -> object:
        return Decimal(value)


class _WholeText(_Spelled):
    """A whole number of a query string, described as what it stands for."""

    least: int = 1
    most: int

    def __init__(self, **options: Any) -> None:
        about = {"type": "integer", "minimum": self.least, "maximum": self.most}
        super().__init__(metadata={**about, **options.pop("metadata", {})}, **options)

    def _read(self, value: str) -> object:
        return int(value)


class SizeText(_WholeText):
    """A size of a log in a query string, from 1 to below 10^18."""

    pattern = re.compile(r"[1-9][0-9]{0,17}")
    shape = "a whole number from 1 on, without a leading zero"
    most = _SIZE_MAX


class CountText(_WholeText):
    """A count in a query string, from 0 to 999999: how many rows are passed over."""

    pattern = _COUNT
    shape = "a whole number from 0 to 999999"
    least = 0
    most = _WHOLE_MAX


class WholeText(_WholeText):
    """A whole number of a query string, from 1 to 999999."""

    pattern = _DECIMAL
    shape = "a whole number from 1 to 999999"
    most = _WHOLE_MAX
