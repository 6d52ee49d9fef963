"""Identifier ids: a number for each URI, computable anywhere and checked on first use.

id = the first 8 bytes of SHA-256(uri), top bit cleared. Two URIs with the same number are told
apart: the later one takes the next free number (docs/adr/0006). One rule: an id is never given
without comparing the stored URI.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from trace.tables import IDENTIFIER

from sqlalchemy import Connection

from base.bulk import find_rows, insert_rows
from base.errors import LedgerCorrupt

_MASK = (1 << 63) - 1
_STEPS_MAX = 16
_CACHE_MAX = 400_000


def key_of(text: str) -> int:
    """Return the 63-bit number of a text: the id of a URI unless another one had it first."""
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big") & _MASK


class Interner:
    """Gives ids to URIs under the head's lock of one log, remembering those it has read.

    Only ids read back from the database are remembered: what this transaction inserts may still
    be rolled back.
    """

    def __init__(self, log: int) -> None:
        self._log = log
        self._known: dict[str, int] = {}

    def intern(self, connection: Connection, uris: Iterable[str]) -> dict[str, int]:
        """Return the id of each URI, inserting those that are new to the log."""
        ids: dict[str, int] = {}
        pending: dict[str, int] = {}
        for uri in uris:
            known = self._known.get(uri)
            if known is None:
                pending[uri] = key_of(uri)
            else:
                ids[uri] = known
        if not pending:
            return ids
        found, fresh = _resolve(connection, self._log, pending)
        insert_rows(
            connection,
            IDENTIFIER,
            ("log", "id", "uri"),
            [(self._log, number, uri) for uri, number in fresh.items()],
        )
        if len(self._known) > _CACHE_MAX:
            self._known = {}
        self._known.update(found)
        return ids | found | fresh


def find_ids(connection: Connection, log: int, uris: Iterable[str]) -> dict[str, int]:
    """Return the id of each URI that the log knows."""
    found, _ = _resolve(connection, log, {uri: key_of(uri) for uri in uris})
    return found


def read_uris(connection: Connection, log: int, ids: Iterable[int]) -> dict[int, str]:
    """Return the URI behind each id that the log knows."""
    wanted = list(dict.fromkeys(ids))
    return dict(find_rows(connection, IDENTIFIER, ("id", "uri"), log, wanted))


def _resolve(
    connection: Connection, log: int, pending: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return (ids stored, ids free to take) for URIs with their first candidate number."""
    found: dict[str, int] = {}
    fresh: dict[str, int] = {}
    taken: set[int] = set()
    left = dict(pending)
    for _ in range(_STEPS_MAX):
        if not left:
            return found, fresh
        stored = read_uris(connection, log, left.values())
        collided: dict[str, int] = {}
        for uri, number in left.items():
            owner = stored.get(number)
            if owner == uri:
                found[uri] = number
            elif owner is None and number not in taken:
                taken.add(number)
                fresh[uri] = number
            else:
                collided[uri] = (number + 1) & _MASK
        left = collided
    raise LedgerCorrupt(f"log {log}: {len(left)} identifiers collide {_STEPS_MAX} times")
