"""What the scans of one code give rise to: one pure function for each kind of rule.

The rule that must stay true: a rule counts what cannot be explained away, and never too much. A
limit is still in order, one more is not; devices of two periods are never added up, since the same
device would count twice; a distance is the least there can be. No rule changes a code's state.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from trace.scans.distance import distance_km
from trace.scans.model import CodeLife, Scan, period_of
from typing import Final, Literal, TypeAlias

Lang: TypeAlias = Literal["zh", "en"]

# Pairs grow with the square: of a code with more told places only the newest are compared.
_COMPARED_MAX: Final = 200
_SECONDS_OF_AN_HOUR: Final = 3600


class Severity(StrEnum):
    """Whom a finding concerns: "warn" is told to whoever scans the code, "note" to its owner."""

    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a rule may look at. Scans and misses are in the order of their instants."""

    now: datetime
    scans: Sequence[Scan] = ()
    life: CodeLife = field(default_factory=CodeLife)
    missed_at: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What set a rule off: when, how often, and what else its sentence tells."""

    first_at: datetime
    last_at: datetime
    count: int
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRule:
    """One rule from its first to its last day. More than `limit` within `window` sets it off.

    What is counted is the judge's to say; `grace` is how long before or after an act of its owner
    a scan is still in order; nearer than `km_min` two places are one. The sentences take the
    finding's numbers, {count}, and {days}, the window's.
    """

    code: str
    title_zh: str
    title_en: str
    says_zh: str
    says_en: str
    from_on: date
    severity: Severity
    judge: Callable[["ScanRule", Evidence], Finding | None]
    limit: int
    window: timedelta | None = None
    grace: timedelta = timedelta(0)
    km_min: int = 0
    until_on: date | None = None

    def title(self, lang: Lang) -> str:
        """Return the name of the rule."""
        return self.title_zh if lang == "zh" else self.title_en

    def says(self, lang: Lang, numbers: Mapping[str, int]) -> str:
        """Return the sentence about a finding with these numbers."""
        days = self.window.days if self.window is not None else 0
        text = self.says_zh if lang == "zh" else self.says_en
        return text.format_map({"days": days, **numbers})

    def is_in_force(self, day: date) -> bool:
        """Return whether the rule is applied on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


_Key: TypeAlias = Callable[[Scan], tuple[int, Hashable] | None]
"""Gives what a scan counts as, in a group that is never added up with another one; or nothing."""


def many_devices(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find more than `limit` devices within the window."""
    return _most(rule, evidence.scans, _device)


def many_provinces(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find more than `limit` provinces (GB/T 2260, first two digits) within the window."""
    return _most(rule, evidence.scans, lambda scan: (0, scan.region[:2]) if scan.region else None)


def many_places(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find more than `limit` cells of a whole degree (about a hundred kilometres)."""
    return _most(rule, evidence.scans, _degree)


def impossible_travel(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find two devices whose places no single thing passes at `limit` kilometres an hour."""
    told = [scan for scan in evidence.scans if scan.place is not None][-_COMPARED_MAX:]
    fastest: tuple[int, Scan, Scan] | None = None
    count = 0
    for one, other in combinations(told, 2):
        km = _too_far(rule, one, other)
        if km:
            count += 1
            fastest = max(fastest or (km, one, other), (km, one, other), key=lambda pair: pair[0])
    if fastest is None:
        return None
    km, one, other = fastest
    minutes = -(-(other.at - one.at) // timedelta(minutes=1))
    return Finding(
        first_at=one.at, last_at=other.at, count=count, numbers={"km": km, "minutes": minutes}
    )


def before_activation(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find more than `limit` scans of an issued code longer than `grace` before its activation."""
    life = evidence.life
    if not life.is_issued:
        return None
    until = (life.activated_at or evidence.now) - rule.grace
    return _counted(rule, [scan for scan in evidence.scans if scan.at < until])


def after_sale(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find more than `limit` devices within the window, `grace` or more after the sale.

    Whoever bought it scans it too, and so does the family.
    """
    sold_at = evidence.life.sold_at
    if sold_at is None:
        return None
    since = sold_at + rule.grace
    return _most(rule, [scan for scan in evidence.scans if scan.at >= since], _device)


def after_void(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find more than `limit` scans `grace` or more after the code was voided."""
    voided_at = evidence.life.voided_at
    if voided_at is None:
        return None
    since = voided_at + rule.grace
    return _counted(rule, [scan for scan in evidence.scans if scan.at >= since])


def many_misses(rule: ScanRule, evidence: Evidence) -> Finding | None:
    """Find more than `limit` codes that do not exist, asked for within the window."""
    missed, window = evidence.missed_at, rule.window
    best = Finding(first_at=evidence.now, last_at=evidence.now, count=0)
    left = 0
    for right, at in enumerate(missed):
        while window is not None and at - missed[left] > window:
            left += 1
        if right - left + 1 > best.count:
            best = Finding(first_at=missed[left], last_at=at, count=right - left + 1)
    return best if best.count > rule.limit else None


def _device(scan: Scan) -> tuple[int, Hashable]:
    return period_of(scan.at), scan.device


def _degree(scan: Scan) -> tuple[int, Hashable] | None:
    place = scan.place
    return None if place is None else (0, (place.lat_tenths // 10, place.lon_tenths // 10))


def _most(rule: ScanRule, scans: Iterable[Scan], key: _Key) -> Finding | None:
    """Return the window with the most different keys of one group, if there are too many."""
    held: list[tuple[Scan, int, Hashable]] = []
    groups: dict[int, Counter[Hashable]] = {}
    best: Finding | None = None
    left = 0
    for scan in scans:
        found = key(scan)
        if found is None:
            continue
        group, value = found
        held.append((scan, group, value))
        groups.setdefault(group, Counter())[value] += 1
        while rule.window is not None and scan.at - held[left][0].at > rule.window:
            _, old_group, old_value = held[left]
            _take_out(groups[old_group], old_value)
            left += 1
        count = max(map(len, groups.values()))
        if count > rule.limit and (best is None or count > best.count):
            best = Finding(first_at=held[left][0].at, last_at=scan.at, count=count)
    return best


def _take_out(counter: Counter[Hashable], value: Hashable) -> None:
    counter[value] -= 1
    if not counter[value]:
        del counter[value]


def _too_far(rule: ScanRule, one: Scan, other: Scan) -> int:
    """Return how far apart two scans of two devices were, if too far for the time between them."""
    if one.device == other.device or one.place is None or other.place is None:
        return 0
    km = distance_km(one.place, other.place)
    seconds = (other.at - one.at) // timedelta(seconds=1)
    is_too_fast = km * _SECONDS_OF_AN_HOUR > rule.limit * seconds
    return km if km >= rule.km_min and is_too_fast else 0


def _counted(rule: ScanRule, scans: Sequence[Scan]) -> Finding | None:
    if len(scans) <= rule.limit:
        return None
    return Finding(first_at=scans[0].at, last_at=scans[-1].at, count=len(scans))
