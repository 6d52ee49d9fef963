"""Numbers for devices and addresses: keyed hashes of what every request shows of itself.

The rule that must stay true: what goes in is forgotten at once, and what comes out says nothing
without the installation's secret. A device has another number for each product and each period, an
address another one in each period, so that neither can be followed further than that.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from trace.scans.model import period_of, period_start
from typing import Final

from base.installation_secret import InstallationSecret

_HASH_BYTES: Final = 12
_KEYS_REMEMBERED: Final = 8  # Two purposes, and the periods of a clock that is set back.
_FIELD_CHARS_MAX: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What a request shows of its sender: the network it came from, its browser, its languages.

    `network` is an address of IPv4, or the 64 bits of IPv6 that a household has.
    """

    network: str
    browser: str
    languages: str


class Hasher:
    """Gives devices and addresses their numbers; one for each process, safe for its threads."""

    def __init__(self, secret: InstallationSecret) -> None:
        def derive(purpose: str, period: int) -> bytes:
            return secret.key_for(f"{purpose}:{period_start(period).date().isoformat()}")

        self._key = lru_cache(maxsize=_KEYS_REMEMBERED)(derive)

    def device(self, visitor: Visitor, product: str, at: datetime) -> bytes:
        """Return the number of a visitor's device among the scans of a product."""
        fields = (product, visitor.network, visitor.browser, visitor.languages)
        return self._hash("scan-device", fields, at)

    def address(self, visitor: Visitor, at: datetime) -> bytes:
        """Return the number of the network that a request came from."""
        return self._hash("scan-address", (visitor.network,), at)

    def _hash(self, purpose: str, fields: tuple[str, ...], at: datetime) -> bytes:
        # A NUL stands in no header, so that no two lists of fields make one message.
        message = "\0".join(field[:_FIELD_CHARS_MAX] for field in fields)
        key = self._key(purpose, period_of(at))
        return hmac.digest(key, message.encode("utf-8", "surrogatepass"), "sha256")[:_HASH_BYTES]
