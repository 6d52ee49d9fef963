"""Counts, by address, the codes that were asked for and do not exist: guessing, or a broken reader.

The rule that must stay true: what was asked is kept as a shape alone, since somebody may have typed
a telephone number; and an address that misses now and then leaves nothing behind.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from trace.scans.rule_table import ADDRESS_RULES, rules_on
from trace.scans.rules import Evidence, ScanRule
from trace.scans.tables import SCAN_BURST
from typing import Final

from sqlalchemy import Connection, insert, select, update

from codes.gs1.check_digit import has_valid_check_digit
from parties.ids import new_id

RULE: Final = "guessing"
_SHAPE_CHARS_MAX: Final = 64
_ITEM: Final = re.compile(
    r"(?:https://id\.gs1\.org)?/01/(?P<gtin>[0-9]{14})(?P<rest>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What an address asked for since it was last told of: misses, and how many were refused."""

    address: bytes
    first_at: datetime
    last_at: datetime
    missed: int
    refused: int
    example: str


@dataclass(slots=True, kw_only=True)
class _Tally:
    missed_at: deque[datetime]
    first_at: datetime
    last_at: datetime
    missed: int = 0
    refused: int = 0
    example: str = ""
    is_burst: bool = False


@dataclass(slots=True, kw_only=True)
class MissBook:
    """The misses of one process by address, at most `addresses_max` of them."""

    addresses_max: int
    _tallies: dict[bytes, _Tally] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, address: bytes, at: datetime, asked: str, *, is_refused: bool) -> None:
        """Count one miss, or a request that was refused because of earlier ones."""
        rule = _rule(at)
        if rule is None:
            return
        with self._lock:
            tally = self._tally(address, at, rule)
            tally.last_at = at
            tally.example = shape_of(asked)
            if is_refused:
                tally.refused += 1
                return
            tally.missed += 1
            tally.missed_at.append(at)
            found = rule.judge(rule, Evidence(now=at, missed_at=tally.missed_at))
            tally.is_burst = tally.is_burst or found is not None

    def take(self) -> list[Burst]:
        """Return what is to be told of bursts since the last time."""
        with self._lock:
            told = [
                Burst(
                    address=address,
                    first_at=tally.first_at,
                    last_at=tally.last_at,
                    missed=tally.missed,
                    refused=tally.refused,
                    example=tally.example,
                )
                for address, tally in self._tallies.items()
                if tally.is_burst and tally.missed + tally.refused
            ]
            for burst in told:
                tally = self._tallies[burst.address]
                tally.first_at, tally.missed, tally.refused = tally.last_at, 0, 0
        return told

    def _tally(self, address: bytes, at: datetime, rule: ScanRule) -> _Tally:
        """Return the tally of an address; one that was quiet for a window begins anew."""
        tally = self._tallies.get(address)
        if tally is not None and not _is_over(tally, at, rule):
            return tally
        if len(self._tallies) >= self.addresses_max:
            self._tallies = {
                key: one for key, one in self._tallies.items() if not _is_over(one, at, rule)
            }
        if len(self._tallies) >= self.addresses_max:
            self._tallies = {}
        tally = _Tally(missed_at=deque(maxlen=rule.limit + 1), first_at=at, last_at=at)
        self._tallies[address] = tally
        return tally


def record_bursts(connection: Connection, bursts: Sequence[Burst]) -> None:
    """Add bursts to the rows of their addresses; a new row after a quiet window."""
    for burst in bursts:
        rule = _rule(burst.first_at)
        window = rule.window if rule is not None else None
        statement = (
            select(SCAN_BURST)
            .where(SCAN_BURST.c.address == burst.address)
            .order_by(SCAN_BURST.c.last_at.desc())
            .limit(1)
            .with_for_update()
        )
        row = connection.execute(statement).one_or_none()
        if row is None or window is None or burst.first_at - row.last_at > window:
            connection.execute(insert(SCAN_BURST).values(_values(burst)))
            continue
        connection.execute(
            update(SCAN_BURST)
            .where(SCAN_BURST.c.id == row.id)
            .values(
                last_at=max(row.last_at, burst.last_at),
                missed_count=SCAN_BURST.c.missed_count + burst.missed,
                refused_count=SCAN_BURST.c.refused_count + burst.refused,
                example=burst.example,
            )
        )


def shape_of(asked: str) -> str:
    """Return what a text looked like: every digit as 0, every letter as A or a.

    The number of a product at its beginning is kept where its check digit fits: that is public, and
    whoever is asked about the burst wants to know whose goods it was about.
    """
    found = _ITEM.fullmatch(asked)
    if found is None or not has_valid_check_digit(found["gtin"]):
        return _masked(asked)
    return f"/01/{found['gtin']}{_masked(found['rest'])}"[:_SHAPE_CHARS_MAX]


def _masked(text: str) -> str:
    cut = text[:_SHAPE_CHARS_MAX]
    for pattern, sign in (("[0-9]", "0"), ("[A-Z]", "A"), ("[a-z]", "a"), (r"[^!-~]", "?")):
        cut = re.sub(pattern, sign, cut)
    return cut


def _rule(at: datetime) -> ScanRule | None:
    return rules_on(at.date(), ADDRESS_RULES).get(RULE)


def _is_over(tally: _Tally, at: datetime, rule: ScanRule) -> bool:
    return rule.window is not None and at - tally.last_at > rule.window


def _values(burst: Burst) -> dict[str, object]:
    return {
        "id": new_id(burst.first_at),
        "address": burst.address,
        "first_at": burst.first_at,
        "last_at": burst.last_at,
        "missed_count": burst.missed,
        "refused_count": burst.refused,
        "example": burst.example,
    }
