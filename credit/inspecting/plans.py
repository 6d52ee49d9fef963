"""The plans of inspections, read from `plans.yaml`.

The rule that must stay true: a plan names a share for every class, or how many rounds make the
visits of a year; and a draw names the version of the plan it was made by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credit.rulebook.model import Verified
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_HUNDRED: Final = 100
_FILE: Final = Path(__file__).with_name("plans.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a plan; `shares` are percents by class, `inspectors` go to each party.

    Where it has `rounds_a_year`, the shares are those that make each class's visits of a year.
    """

    id: str
    version: int
    from_on: date
    zh: str
    en: str
    norm: str
    verified: str
    model: str
    inspectors: int
    rest_days: int
    shares: Mapping[str, int]
    rounds_a_year: int

    @property
    def name(self) -> str:
        """Return the plan's name with its version."""
        return f"{self.id}-{self.version}"

    def shares_by(self, visits: Mapping[str, tuple[int, int]]) -> Mapping[str, int]:
        """Return the share of each class, where the classes are visited so often a year."""
        if not self.rounds_a_year:
            return self.shares
        # Rounded up, so that the rounds of a year make the visits and not one less.
        return {
            name: min(_HUNDRED, -(-most * _HUNDRED // self.rounds_a_year))
            for name, (_, most) in visits.items()
        }


@cache
def plans() -> Mapping[str, Plan]:
    """Return every version of every plan by its name; raises `InvalidInput` with every fault."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found: dict[str, Plan] = {}
    for rows in file.each("plans"):
        plan = _plan(rows)
        if plan.name in found:
            rows.fault("id", "duplicate", "is there already")
        found[plan.name] = plan
    file.done()
    faults.refuse()
    return MappingProxyType(found)


def plan_on(plan_id: str, day: date) -> Plan:
    """Return the version of a plan that holds on a day; raises `KeyError` where there is none."""
    held = [one for one in plans().values() if one.id == plan_id and one.from_on <= day]
    if not held:
        raise KeyError(plan_id)
    return max(held, key=lambda one: (one.from_on, one.version))


def _plan(rows: Rows) -> Plan:
    shares = dict(_shares(rows))
    plan = Plan(
        id=rows.text("id"),
        version=rows.whole("version", default=1) or 1,
        from_on=rows.day("from") or date.min,
        zh=rows.text("zh"),
        en=rows.text("en"),
        norm=rows.text("norm"),
        verified=rows.text("verified"),
        model=rows.text("model"),
        inspectors=rows.whole("inspectors") or 0,
        rest_days=rows.whole("rest_days", default=0) or 0,
        shares=MappingProxyType(shares),
        rounds_a_year=rows.whole("rounds_a_year", default=0) or 0,
    )
    rows.done()
    if plan.inspectors < 1:
        rows.fault("inspectors", "range", "is at least one")
    if plan.verified not in set(Verified):
        rows.fault("verified", "word", f"is one of {', '.join(Verified)}")
    if bool(shares) is bool(plan.rounds_a_year):
        rows.fault("shares", "required", "are given, or else the rounds of a year")
    if not all(0 <= percent <= _HUNDRED for percent in shares.values()):
        rows.fault("shares", "range", "are percents, one for each class")
    return plan


def _shares(rows: Rows) -> Iterator[tuple[str, int]]:
    for row in rows.each("shares"):
        yield row.text("class"), row.whole("percent", default=0) or 0
        row.done()
