"""What goes wrong in the city: the kinds of fault, where each can be planted, and what is true.

One rule: a story has one fault at most, and its truth is written down when it is planted, before
anybody looks for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from benchmarks.city.lines import Line, Op

CODES: Final = (
    "over_issue",
    "over_sale",
    "dilution",
    "impossible_travel",
    "receive_before_ship",
    "not_holder",
    "expired_goods",
    "expired_certificate",
    "expired_licence",
    "listed_party",
    "missing_step",
    "late_report",
    "clone_suspicion",
    "cold_chain_excursion",
    "sensor_gap",
)

_COLD: Final = frozenset({"cold_chain_excursion", "sensor_gap"})
# The tests without which finished goods of these lines must not leave their maker.
_TESTS: Final[Mapping[str, str]] = {
    "dairy": "release",
    "edible_oil": "test",
    "packaged_food": "release",
    "pork": "certify",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A planted fault: its code, the codes of goods that show it, and the ids of its events."""

    code: str
    subjects: tuple[str, ...]
    event_ids: tuple[str, ...]


def can_have(line: Line, code: str) -> bool:
    """Tell whether a fault can be planted in a line."""
    ops = {step.op for step in line.steps}
    if Op.SELL not in ops:
        return False
    if code == "dilution":
        return any(step.op is Op.TURN for step in line.steps)
    if code == "over_sale":
        return not line.is_serial
    if code == "missing_step":
        return skipped(line) is not None
    if code in ("clone_suspicion", "over_issue"):
        return line.is_serial
    return code not in _COLD or line.celsius is not None


def skipped(line: Line) -> str | None:
    """Return the step that a story with a missing step leaves out."""
    return _TESTS.get(line.code)


@dataclass(slots=True)
class Plan:
    """Which story has which fault: one story in `every`, the kinds in turn."""

    every: int
    _codes: Iterator[str]
    _waiting: list[str]

    @classmethod
    def of(cls, every: int) -> "Plan":
        """Return a plan; 0 plants nothing."""
        return cls(every, cycle(CODES), [])

    def next_for(self, number: int, line: Line) -> str:
        """Return the fault of a story, "" for none."""
        if self.every and number % self.every == 0:
            self._waiting.append(next(self._codes))
        for at, code in enumerate(self._waiting):
            if can_have(line, code):
                return self._waiting.pop(at)
        return ""
