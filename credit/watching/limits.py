"""How much a subscriber may watch, as dated rows of `limits.yaml`.

The rule that must stay true: a role without a row watches nothing.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from base.errors import Forbidden
from parties.tables import Role
from schemas.profiles.yaml_rows import Faults, read_rows

_FILE: Final = Path(__file__).with_name("limits.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLimit:
    """How many parties a subscriber of a role watches, and how many it adds at once.

    Its program is told so many changes in one delivery, and so many deliveries are remembered. With
    the end of a record so many measures `to_lift` of its party are told.
    """

    role: str
    from_on: date
    watches: int
    at_once: int
    told_at_once: int
    to_lift: int
    deliveries: int


@cache
def watch_limits() -> tuple[WatchLimit, ...]:
    """Return every row; raises `InvalidInput` with every fault."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found: list[WatchLimit] = []
    for rows in file.each("limits"):
        one = WatchLimit(
            role=rows.text("role"),
            from_on=rows.day("from") or date.min,
            watches=rows.whole("watches") or 0,
            at_once=rows.whole("at_once") or 0,
            told_at_once=rows.whole("told_at_once") or 0,
            to_lift=rows.whole("to_lift") or 0,
            deliveries=rows.whole("deliveries") or 0,
        )
        rows.done()
        if one.role not in set(Role):
            rows.fault("role", "word", "is a role that there is")
        if not 0 < one.at_once <= one.watches:
            rows.fault("at_once", "range", "is at least one, and no more than all")
        if min(one.told_at_once, one.to_lift, one.deliveries) < 1:
            rows.fault("told_at_once", "range", "is at least one, as to_lift and deliveries are")
        found.append(one)
    file.done()
    faults.refuse()
    return tuple(found)


def limit_on(role: Role | None, day: date) -> WatchLimit:
    """Return what holds for a role on a day; raises `Forbidden` where nothing does."""
    held = [one for one in watch_limits() if one.role == role and one.from_on <= day]
    if not held:
        raise Forbidden("This role keeps no watches.")
    return max(held, key=lambda one: one.from_on)
