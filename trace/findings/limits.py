"""The bounds by which goods of a class are judged: those of its profile, and of `cold.yaml`.

One rule: a bound is that of the class; of several that may be meant the widest counts, so that
nobody is accused by a bound that is for other goods.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from trace.findings.ranges import ColdRow, rows_for
from typing import Final

from schemas.profiles.model import Cte
from schemas.profiles.registry import catalogue
from schemas.profiles.standing import Profile, Yield

_MAKING: Final = "TransformationEvent"
# Profiles write the project's own steps short, events are read with their whole names.
_OWN_PREFIX: Final = "sx:"
_OWN_NAMESPACE: Final = "urn:suxin:epcis:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLimits:
    """What the profile says of one class code; `profile` is None for a class without one."""

    class_code: str
    profile: str | None
    yields: tuple[tuple[frozenset[str], Decimal], ...]
    cold: tuple[ColdRow, ...]

    def yield_percent(self, step: str | None) -> Decimal | None:
        """Return how much may come out of a making at this step for 100 that went in."""
        fitting = [high for steps, high in self.yields if step in steps]
        return max(fitting, default=None)


UNKNOWN_CLASS: Final = ClassLimits(class_code="", profile=None, yields=(), cold=())


@cache
def limits_of(class_code: str) -> ClassLimits:
    """Return the bounds of a product's class code."""
    name = catalogue().name_of(class_code)
    if name is None:
        return ClassLimits(class_code=class_code, profile=None, yields=(), cold=())
    profile = catalogue().profile(name)
    return ClassLimits(
        class_code=class_code,
        profile=name,
        yields=_yields(profile, class_code),
        cold=rows_for(name, class_code),
    )


def _is_for(only: Sequence[str], class_code: str) -> bool:
    return not only or class_code in only


def _yields(profile: Profile, class_code: str) -> tuple[tuple[frozenset[str], Decimal], ...]:
    ctes = {cte.id: cte for cte in profile.ctes}
    return tuple(
        (_making_steps(ctes[row.to_cte]), _high(row))
        for row in profile.yields
        if _is_for(row.only, class_code) and row.to_cte in ctes
    )


def _making_steps(cte: Cte) -> frozenset[str]:
    steps = {step for way in cte.ways if way.event_type == _MAKING for step in way.steps}
    return frozenset(step.replace(_OWN_PREFIX, _OWN_NAMESPACE, 1) for step in steps)


def _high(row: Yield) -> Decimal:
    return row.high if row.alarm_high is None else row.alarm_high
