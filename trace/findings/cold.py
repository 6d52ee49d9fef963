"""Findings about temperatures: too warm or too cold for too long, and times without a reading.

Pure. The rule that must stay true: time out of range is counted between readings and never beyond
the longest time that one of them may stand for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from trace.findings.model import (
    Evidence,
    FindingRule,
    Hit,
    Reading,
    amount_text,
    civil_day,
    some_events,
)
from trace.findings.ranges import ColdLimit, range_of
from trace.findings.steps import is_arrival
from trace.movements import Movement
from trace.state import Flow, flow_of
from typing import Final, TypeAlias
from uuid import UUID

from base.db import from_micros

_MINUTE: Final = timedelta(minutes=1)
_HANDING: Final = frozenset({Flow.SHIPPED, Flow.RECEIVED})

_Told: TypeAlias = tuple[Reading, Movement]


def cold_chain_excursion(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find goods that were out of their range for longer than the profile allows.

    `limit` is how many minutes are allowed where the profile says nothing, `grace` how long one
    reading stands for where the next one comes later.
    """
    told = _told(evidence)
    range_ = _range(evidence, told)
    if range_ is None:
        return []
    stands_for = _minutes(range_.log_minutes_max, rule.grace)
    spans: list[tuple[datetime, datetime]] = []
    shown: list[_Told] = []
    for at, (reading, movement) in enumerate(told):
        if not _is_out(range_, reading):
            continue
        following = told[at + 1][0].start_at if at + 1 < len(told) else reading.end_at
        beyond = min(max(following - reading.end_at, timedelta(0)), stands_for)
        spans.append((reading.start_at, reading.end_at + beyond))
        shown.append((reading, movement))
    allowed = range_.minutes_out_max if range_.minutes_out_max is not None else int(rule.limit)
    out = _together(spans)
    if not shown or out <= timedelta(minutes=allowed):
        return []
    worst = max((_worst(range_, reading) for reading, _ in shown), key=lambda one: one[0])[1]
    return [
        Hit(
            key="",
            party_id=_blamed(shown),
            events=some_events(movement for _, movement in shown),
            details={
                "minutes": out // _MINUTE,
                "allowed": allowed,
                "worst": amount_text(worst),
                "low": _bound(range_.minimum_c),
                "high": _bound(range_.maximum_c),
            },
            first_at=shown[0][0].start_at,
            last_at=max(reading.end_at for reading, _ in shown),
        )
    ]


def sensor_gap(rule: FindingRule, evidence: Evidence) -> list[Hit]:
    """Find a time without a reading between two readings of one leg, longer than the profile's.

    `limit` is how many minutes are allowed where the profile says nothing. Between two hands, and
    before the first and after the last reading, nothing is asked. A lot may be on several pallets
    at a time: what was read of one says nothing of another.
    """
    told = _told(evidence)
    range_ = _range(evidence, told)
    if range_ is None:
        return []
    minutes = range_.log_minutes_max if range_.log_minutes_max is not None else int(rule.limit)
    hands = _hands(evidence.movements)
    longest: tuple[timedelta, _Told, _Told] | None = None
    ends: dict[int | None, _Told] = {}
    for one in told:
        container = one[1].container
        end = ends.setdefault(container, one)
        gap = one[0].start_at - end[0].end_at
        between = hands.get(container, ())
        is_one_leg = not any(end[0].end_at < at < one[0].start_at for at in between)
        if gap > timedelta(minutes=minutes) and is_one_leg:
            longest = max(longest or (gap, end, one), (gap, end, one), key=lambda it: it[0])
        ends[container] = max(end, one, key=lambda it: it[0].end_at)
    if longest is None:
        return []
    gap, before, after = longest
    return [
        Hit(
            key="",
            party_id=after[1].event.party_id,
            events=some_events([before[1], after[1]]),
            details={"minutes": gap // _MINUTE, "allowed": minutes},
            first_at=before[0].end_at,
            last_at=after[0].start_at,
        )
    ]


def _blamed(shown: Sequence[_Told]) -> UUID | None:
    """Return with whom goods were out of their range, None where that was with several, or before.

    Whoever receives goods and copies what their logger read on the way had nothing to do with it.
    """
    parties = {movement.event.party_id for _, movement in shown}
    is_before = any(
        is_arrival(movement) and reading.start_at < movement.event.event_at
        for reading, movement in shown
    )
    return None if is_before or len(parties) > 1 else parties.pop()


def _hands(movements: Sequence[Movement]) -> dict[int | None, list[datetime]]:
    """Return when goods changed hands, by what they were in."""
    found: dict[int | None, list[datetime]] = {}
    for one in movements:
        if flow_of(one) in _HANDING:
            found.setdefault(one.container, []).append(one.event.event_at)
    return found


def _range(evidence: Evidence, told: Sequence[_Told]) -> ColdLimit | None:
    """Return the range that the goods are judged by, as of the day of their first reading."""
    values = {value for reading, _ in told for value in _values(reading)}
    if not values:
        return None
    day = civil_day(told[0][0].start_at)
    return range_of(evidence.limits.cold, evidence.said, day, values)


def _together(spans: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """Return how long these are together; what two loggers or two parties tell counts once."""
    total = timedelta(0)
    done: datetime | None = None
    for start, end in sorted(spans):
        since = start if done is None else max(start, done)
        total += max(end - since, timedelta(0))
        done = end if done is None else max(done, end)
    return total


def _told(evidence: Evidence) -> list[_Told]:
    """Return the readings of the goods: not of their making, nor of a truck without them."""
    found: dict[tuple[datetime, datetime, int, int], _Told] = {}
    for movement in evidence.movements:
        # Milk is heated, and born warm.
        if flow_of(movement) is Flow.MADE:
            continue
        fact = evidence.facts.get(movement.event.seq)
        for at, told in enumerate(fact.readings if fact is not None else ()):
            reading = _within(told, movement)
            if reading is not None:
                key = (reading.start_at, reading.end_at, movement.event.seq, at)
                found.setdefault(key, (reading, movement))
    return [found[key] for key in sorted(found)]


def _within(reading: Reading, movement: Movement) -> Reading | None:
    """Return the part of a reading that is of the time in which the goods were in there."""
    if movement.stay is None:
        return reading
    start = max(reading.start_at, from_micros(movement.stay.since[0]))
    until = movement.stay.until
    end = reading.end_at if until is None else min(reading.end_at, from_micros(until[0]))
    return None if end < start else reading._replace(start_at=start, end_at=end)


def _values(reading: Reading) -> tuple[Decimal, ...]:
    return (reading.low_c, reading.high_c) if reading.value_c is None else (reading.value_c,)


def _is_out(range_: ColdLimit, reading: Reading) -> bool:
    return not all(range_.holds(value) for value in _values(reading))


def _worst(range_: ColdLimit, reading: Reading) -> tuple[Decimal, Decimal]:
    """Return by how much a reading is out of range at its worst, and that temperature."""
    zero = Decimal(0)
    above = zero if range_.maximum_c is None else reading.high_c - range_.maximum_c
    below = zero if range_.minimum_c is None else range_.minimum_c - reading.low_c
    return (above, reading.high_c) if above >= below else (below, reading.low_c)


def _minutes(minutes: int | None, otherwise: timedelta) -> timedelta:
    return otherwise if minutes is None else timedelta(minutes=minutes)


def _bound(value: Decimal | None) -> str:
    return "" if value is None else amount_text(value)
