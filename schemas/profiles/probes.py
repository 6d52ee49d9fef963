"""What is asked of an event for one row: read it, judge it, and know when it may be missing.

The rule that must stay true: what the event cannot say and nobody told is not judged. An unread
register is not an empty one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from base.strict_json import JsonObject, JsonValue
from schemas.profiles.fields import READING_UNITS
from schemas.profiles.model import CLASS_CODE, Kde, Kind, Need, Test, Unit, Way, When
from schemas.profiles.naming import disposition_word
from schemas.profiles.paths import OWN_STEP, Place, parse_path
from schemas.profiles.reading import Reader, objects, reader_of
from schemas.profiles.values import Judge, entries, judge_of

Known: TypeAlias = Mapping[str, JsonValue]
"""What others know of the goods and parties of an event, by path (`product.spec_zh`,
`lot.sx:productionDate`): None is known to be missing; a path that is not there is not known.
"""

_ELSEWHERE: Final = frozenset({Place.LOT, Place.REGISTER, Place.SYSTEM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One event under examination: its terms under our prefixes, its step and disposition bare."""

    event: JsonObject
    step: str
    class_code: str
    known: Known


Look: TypeAlias = Callable[[Case], bool | None]
"""Whether something is there; None where nobody can know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A row made ready. `asks` tells whether the datum is due; `alternatives` what serves as well.

    `stray` reads the place where the datum is written by mistake.
    """

    kde: Kde
    place: Place
    name: str
    read: Reader
    judge: Judge
    asks: Callable[[Case], bool]
    alternatives: tuple[tuple[Look, ...], ...]
    stray: Reader | None

    def problem(self, case: Case) -> str | None:
        """Return what is wrong with the datum in an event, by a word of `MESSAGES`."""
        value = self.read(case.event)
        if not _is_empty(value):
            return self.judge(value)
        if self.place in _ELSEWHERE:
            if self.kde.path not in case.known:
                return None
            value = case.known[self.kde.path]
            if not _is_empty(value):
                return self.judge(value)
        if not self.asks(case) or self._is_served(case):
            return None
        if self.stray is not None and not _is_empty(self.stray(case.event)):
            return "misplaced"
        return "missing"

    def is_said(self, case: Case) -> bool:
        """Tell whether the event itself says the datum."""
        return not _is_empty(self.read(case.event))

    def _is_served(self, case: Case) -> bool:
        """Tell whether something else does; what cannot be known counts in favour."""
        return any(all(look(case) is not False for look in group) for group in self.alternatives)


def probe_of(kde: Kde, way: Way | None, units: Mapping[str, Unit]) -> Probe:
    """Return a row made ready for the events of its way, or for the register if it has none."""
    path = parse_path(kde.path)
    return Probe(
        kde=kde,
        place=path.place,
        name=path.name,
        read=reader_of(kde.path),
        judge=_judge(kde, way, units),
        asks=_asks(kde),
        alternatives=tuple(tuple(look_at(one) for one in group) for group in kde.instead),
        stray=_stray(path.place, path.name),
    )


def look_at(path: str) -> Look:
    """Return what tells whether a path is given."""
    read, place = reader_of(path), parse_path(path).place

    def look(case: Case) -> bool | None:
        if not _is_empty(read(case.event)):
            return True
        if place not in _ELSEWHERE:
            return False
        return None if path not in case.known else not _is_empty(case.known[path])

    return look


def _is_empty(value: JsonValue) -> bool:
    return value is None or value in ("", [], {})


def _stray(place: Place, name: str) -> Reader | None:
    if place is Place.ILMD:
        return reader_of(name)
    return reader_of(f"ilmd.{name}") if place is Place.TERM else None


def _asks(kde: Kde) -> Callable[[Case], bool]:
    if kde.need in (Need.MANDATORY, Need.PRACTICE):
        return _always
    if kde.need is Need.CONDITIONAL and kde.when is not None:
        return _condition(kde.when)
    return _never


def _always(case: Case) -> bool:  # noqa: ARG001 -- every condition is asked alike
    return True


def _never(case: Case) -> bool:  # noqa: ARG001 -- every condition is asked alike
    return False


def _condition(when: When) -> Callable[[Case], bool]:
    if when.test is Test.GIVEN:
        return _given(when.path, is_wanted=True)
    if when.test is Test.ABSENT:
        return _given(when.path, is_wanted=False)
    values = frozenset(when.values)
    if when.path == CLASS_CODE:
        return lambda case: case.class_code in values
    if when.path == "bizStep":
        return lambda case: case.step.removeprefix(OWN_STEP) in values
    read = reader_of(when.path)

    def holds(case: Case) -> bool:
        value = read(case.event)
        if value is None:
            value = case.known.get(when.path)
        return any(_word(one) in values for one in entries(value))

    return holds


def _given(path: str, *, is_wanted: bool) -> Callable[[Case], bool]:
    look = look_at(path)
    return lambda case: look(case) is is_wanted


def _word(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return disposition_word(value) if isinstance(value, str) else ""


def _judge(kde: Kde, way: Way | None, units: Mapping[str, Unit]) -> Judge:
    kind = kde.field.kind
    if kind is Kind.QUANTITY and kde.unit is not None:
        return _units_of_lots(_alike(kde.unit, units))
    if kind is Kind.READING:
        dimension = units[READING_UNITS[kde.field.name.partition(".")[0]]]
        return _units_of_reports(_alike(dimension, units))
    if kind is Kind.DISPOSITION and way is not None:
        return _one_of(frozenset(way.dispositions))
    return judge_of(kde.field)


def _alike(unit: Unit, units: Mapping[str, Unit]) -> frozenset[str]:
    """Return the codes of the units that measure the same as a unit."""
    return frozenset(one.code for one in units.values() if one.dimension == unit.dimension)


def _units_of_lots(codes: frozenset[str]) -> Judge:
    def judge(value: JsonValue) -> str | None:
        is_right = all(element.get("uom") in codes for element in objects(value))
        return None if is_right else "unit"

    return judge


def _units_of_reports(codes: frozenset[str]) -> Judge:
    def judge(value: JsonValue) -> str | None:
        is_right = all(report.get("uom") in codes for report in objects(value))
        return None if is_right else "unit"

    return judge


def _one_of(words: frozenset[str]) -> Judge:
    def judge(value: JsonValue) -> str | None:
        return None if isinstance(value, str) and disposition_word(value) in words else "code"

    return judge
