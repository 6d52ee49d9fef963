"""When the story happens and which numbers its goods bear.

The rule that must stay true: both follow from the seed and the instant it is told at, and from
nothing else, so the same story told twice is the same bytes, and told at another instant it has
other lots and serials and contradicts nothing.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import sha256
from typing import Final

from base.strict_json import JsonObject
from codes.gs1.check_digit import mod10_check_digit
from codes.gs1.digital_link import CANONICAL_STEM
from jobs.demo.world import Certificate, Party

BEIJING: Final = timezone(timedelta(hours=8))

DAYS_ON_THE_CLOCK_MIN: Final = 2
"""The least age, in days, of an event with a fixed hour; younger ones count back from the end."""

# Crockford's alphabet: no letter that is taken for a digit when a label is read aloud.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One telling of the story: `seed` chooses its numbers, `told_at` is an aware instant.

    The last event lies two hours before `told_at`.
    """

    seed: int
    told_at: datetime

    def on(self, days_before: int, clock: str) -> datetime:
        """Return an hour (`06:40`, Beijing time) some days before the telling."""
        if days_before < DAYS_ON_THE_CLOCK_MIN:
            raise ValueError("the last days of the story are counted back in hours")
        return datetime.combine(self.day(days_before), time.fromisoformat(clock), BEIJING)

    def before(self, hours: int, minutes: int = 0) -> datetime:
        """Return the instant some hours before the telling, on a whole minute."""
        whole = self.told_at.astimezone(BEIJING).replace(second=0, microsecond=0)
        return whole - timedelta(hours=hours, minutes=minutes)

    def day(self, days_before: int) -> date:
        """Return the day (Beijing time) some days before the telling, or after it if negative."""
        return self.told_at.astimezone(BEIJING).date() - timedelta(days=days_before)

    def token(self, name: str, chars: int) -> str:
        """Return letters and digits that belong to `name` in this telling, at most 32."""
        return "".join(_ALPHABET[octet % 32] for octet in self._octets(name)[:chars])

    def digits(self, name: str, count: int) -> str:
        """Return decimal digits that belong to `name` in this telling, at most 32."""
        return "".join(str(octet % 10) for octet in self._octets(name)[:count])

    def lot(self, name: str, days_before: int) -> str:
        """Return a lot number that starts with its day, as plants write them."""
        return f"{self.day(days_before):%y%m%d}{self.token(f'lot {name}', 6)}"

    def sscc(self, owner: Party, name: str) -> "Sscc":
        """Return a serial shipping container code under the owner's company prefix."""
        digits = self.digits(f"sscc {name}", 16 - len(owner.prefix))
        return Sscc(prefix=owner.prefix, reference=f"1{digits}")

    def _octets(self, name: str) -> bytes:
        told = self.told_at.astimezone(UTC).replace(second=0, microsecond=0)
        return sha256(f"{self.seed}|{told.isoformat()}|{name}".encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sscc:
    """A logistic unit; `reference` is the extension digit and the serial reference."""

    prefix: str
    reference: str

    @property
    def uri(self) -> str:
        """Return the unit as a Digital Link (AI 00)."""
        body = f"{self.reference[0]}{self.prefix}{self.reference[1:]}"
        return f"{CANONICAL_STEM}/00/{body}{mod10_check_digit(body)}"

    @property
    def urn(self) -> str:
        """Return the unit as an EPC URI (EPC Tag Data Standard 1.13 6.3.2)."""
        return f"urn:epc:id:sscc:{self.prefix}.{self.reference}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One capture document: `author` is the slug of the party that posts it."""

    name: str
    author: str
    events: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Documents in the order in which they were posted, and the test reports they cite."""

    documents: tuple[Document, ...]
    certificates: tuple[Certificate, ...] = ()
