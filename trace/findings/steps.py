"""What a business step says of hands: rows of `steps.yaml`.

One rule: a step that is not in the file says nothing of hands, so that nobody is accused by it.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from trace.events.model import Role
from trace.movements import Movement
from trace.types import Action, EventType
from types import MappingProxyType
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("steps.yaml")
_VERIFIED: Final = ("text", "memory", "own")


class Says(StrEnum):
    """What a step may say."""

    ARRIVES = "arrives"
    LEAVES = "leaves"
    CARRIES = "carries"
    TESTS = "tests"
    TAKES_SAMPLES = "takes_samples"
    VOIDS = "voids"


@cache
def steps() -> Mapping[str, frozenset[Says]]:
    """Return what each step says; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    file.text("norm")
    file.day("since")
    rows = [_step(row) for row in file.each("steps")]
    file.done()
    found = dict(rows)
    if len(found) != len(rows):
        faults.add(_FILE.name, "duplicate", "gives a step twice")
    faults.refuse()
    return MappingProxyType(found)


def says(movement: Movement, what: Says) -> bool:
    """Return whether the step of a movement says this of the goods."""
    return what in steps().get(movement.event.biz_step or "", ())


def is_arrival(movement: Movement) -> bool:
    """Return whether the goods came to the recorder.

    A label that is printed for a lot, and what comes into being, arrives nowhere.
    """
    event = movement.event
    is_told = event.type != EventType.TRANSACTION and movement.role is not Role.LOT
    return is_told and event.action != Action.ADD and says(movement, Says.ARRIVES)


def _step(row: Rows) -> tuple[str, frozenset[Says]]:
    step = row.text("step")
    words = row.texts("says")
    if not set(words) <= set(Says):
        row.fault("says", "word", f"is some of {', '.join(Says)}")
    if row.text("verified") not in _VERIFIED:
        row.fault("verified", "word", f"is one of {', '.join(_VERIFIED)}")
    row.done()
    return step, frozenset(Says(word) for word in words if word in set(Says))
