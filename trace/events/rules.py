"""Whether an event makes sense: the rules of meaning, as a table.

Each rule looks at an event that already has its shape and yields what it finds wrong, with the path
inside the event. A rule knows nothing of who sent the event or of what happened before.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from trace.events.identifiers import canonical
from trace.events.model import QUANTITY_FIELDS
from trace.events.parts import Path, identifiers, objects, times, words
from trace.events.prefixes import stray_prefixes, word_trouble
from trace.events.times import read_instant
from typing import Final, TypeAlias

from base.errors import Problem
from base.strict_json import JsonObject, JsonValue, field_path
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import CodeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An event under examination. `now` and `future_max` say which times have not come yet."""

    event: JsonObject
    namespaces: Mapping[str, str]
    now: datetime
    future_max: timedelta


Finding: TypeAlias = tuple[Path, str]
Check: TypeAlias = Callable[[Case], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a stable code, and the check that yields a path and a message for each breach."""

    code: str
    check: Check


def problems_of_meaning(
    case: Case, *, path: Path = (), problems_max: int, rules: tuple["Rule", ...] | None = None
) -> list[Problem]:
    """Return what is wrong with an event that has its shape, in the order of the rules."""
    problems: list[Problem] = []
    for rule in RULES if rules is None else rules:
        for inside, message in rule.check(case):
            where = field_path((*path, *inside))
            problems.append(Problem(path=where, code=rule.code, message=message))
            if len(problems) == problems_max:
                return problems
    return problems


def _times_exist(case: Case) -> Iterator[Finding]:
    for path, text in times(case.event):
        try:
            read_instant(text)
        except ValueError:
            yield path, "there is no such day or time"


def _times_have_come(case: Case) -> Iterator[Finding]:
    latest = case.now + case.future_max
    for path, text in times(case.event):
        if path[0] in _TIMES_OF_THE_PAST and _is_after(text, latest):
            yield path, "lies in the future: check the sender's clock and time zone"


# What a sensor reports may reach ahead (a forecast, a planned window); an event may not.
_TIMES_OF_THE_PAST: Final = frozenset({"eventTime", "errorDeclaration"})


def _is_after(text: str, latest: datetime) -> bool:
    try:
        return read_instant(text) > latest
    except ValueError:
        return False  # Another rule has said so.


def _sensor_windows(case: Case) -> Iterator[Finding]:
    for i, element in enumerate(objects(case.event.get("sensorElementList"))):
        metadata = element.get("sensorMetadata")
        if isinstance(metadata, dict):
            start, end = metadata.get("startTime"), metadata.get("endTime")
            if isinstance(start, str) and isinstance(end, str) and _is_reversed(start, end):
                yield (
                    ("sensorElementList", i, "sensorMetadata", "endTime"),
                    "is before the startTime",
                )


def _is_reversed(start: str, end: str) -> bool:
    try:
        return read_instant(end) < read_instant(start)
    except ValueError:
        return False  # Another rule has said so.


def _standard_words(case: Case) -> Iterator[Finding]:
    for path, vocabulary, text in words(case.event):
        if text not in vocabulary.by_json:
            trouble = word_trouble(vocabulary, text, case.namespaces)
            if trouble is not None:
                yield path, trouble


def _persistent_dispositions(case: Case) -> Iterator[Finding]:
    both = case.event.get("persistentDisposition")
    if isinstance(both, dict):
        kept, ended = both.get("set"), both.get("unset")
        if isinstance(kept, list) and isinstance(ended, list):
            ended_words = set(map(str, ended))
            for i, word in enumerate(kept):
                if word in ended_words:
                    yield ("persistentDisposition", "set", i), "is set and unset at once"


def _proper_identifiers(case: Case) -> Iterator[Finding]:
    for path, text in identifiers(case.event):
        try:
            canonical(text, case.namespaces)
        except CodeError as error:
            yield path, error.message


def _places_are_places(case: Case) -> Iterator[Finding]:
    """Check that what stands for a place is no product (ISO/IEC 19987 7.3.5, CBV 2.0 8.3)."""
    for name in ("readPoint", "bizLocation"):
        place = case.event.get(name)
        text = place.get("id") if isinstance(place, dict) else None
        if isinstance(text, str) and _is_product(text, case.namespaces):
            yield (name, "id"), "names a product: a place is named by its GLN, as (414)"


def _is_product(text: str, namespaces: Mapping[str, str]) -> bool:
    try:
        return canonical(text, namespaces).startswith(_PRODUCTS)
    except CodeError:
        return False  # Another rule has said so.


_PRODUCTS: Final = tuple(f"{CANONICAL_STEM}/{key}/" for key in ("01", "8006", "8010"))


def _something_named(case: Case) -> Iterator[Finding]:
    """Check that an event names what it is about (ISO/IEC 19987 7.4.2 to 7.4.6)."""
    event = case.event
    kind, action = event["type"], event.get("action")
    if kind == "ObjectEvent":
        is_measured = _has(event, "sensorElementList") and "readPoint" in event
        if not (_has(event, "epcList") or _has(event, "quantityList") or is_measured):
            yield (
                ("epcList",),
                "an ObjectEvent has epcList or quantityList, or sensorElementList and readPoint",
            )
    elif kind == "TransactionEvent":
        is_named = any(_has(event, name) for name in ("epcList", "quantityList", "parentID"))
        if not is_named and action != "DELETE":
            yield ("epcList",), "a TransactionEvent names objects in epcList or quantityList"
    elif kind in _GROUPINGS:
        is_named = _has(event, "childEPCs") or _has(event, "childQuantityList")
        if not is_named and action != "DELETE":
            yield (
                ("childEPCs",),
                "children are named in childEPCs or childQuantityList, except for DELETE of all",
            )


_GROUPINGS: Final = frozenset({"AggregationEvent", "AssociationEvent"})


def _parents(case: Case) -> Iterator[Finding]:
    event = case.event
    is_change = event["type"] == "AggregationEvent" and event["action"] != "OBSERVE"
    if is_change and "parentID" not in event:
        yield ("parentID",), "is required for ADD and DELETE"


def _inputs_and_outputs(case: Case) -> Iterator[Finding]:
    event = case.event
    if event["type"] != "TransformationEvent":
        return
    has_input = _has(event, "inputEPCList") or _has(event, "inputQuantityList")
    has_output = _has(event, "outputEPCList") or _has(event, "outputQuantityList")
    # A transformationID joins events that each report a part (ISO/IEC 19987 7.4.5).
    is_part = "transformationID" in event
    if is_part and not (has_input or has_output):
        yield ("inputEPCList",), "a TransformationEvent has inputs or outputs"
    elif not is_part and not has_input:
        yield ("inputEPCList",), "is required, or inputQuantityList, without a transformationID"
    elif not is_part and not has_output:
        yield ("outputEPCList",), "is required, or outputQuantityList, without a transformationID"


def _master_data_place(case: Case) -> Iterator[Finding]:
    event = case.event
    if "ilmd" in event and event["type"] == "ObjectEvent" and event["action"] != "ADD":
        yield ("ilmd",), "is for ADD only: it describes things when they come into being"


def _master_data_names(case: Case) -> Iterator[Finding]:
    ilmd = case.event.get("ilmd")
    if isinstance(ilmd, dict):
        for name in ilmd:
            if ":" not in name:
                yield ("ilmd", name), "needs a namespace: cbvmda:name, or a prefix of your own"


def _declared_prefixes(case: Case) -> Iterator[Finding]:
    for path, prefix in stray_prefixes(case.event, case.namespaces):
        yield path, f"the prefix {prefix[:50]} is not declared in @context"


def _counts(case: Case) -> Iterator[Finding]:
    for name in QUANTITY_FIELDS:
        for i, element in enumerate(objects(case.event.get(name))):
            quantity = element.get("quantity")
            if "uom" in element:
                if quantity is None:
                    yield (name, i, "uom"), "is given without a quantity"
            elif isinstance(quantity, float) and not quantity.is_integer():
                yield (name, i, "quantity"), "is a count of pieces, so whole; a measure needs a uom"


def _has(event: JsonObject, name: str) -> bool:
    """Tell whether a list has an entry, or a field a value."""
    value: JsonValue = event.get(name)
    return bool(value)


RULES: Final = (
    Rule("time", _times_exist),
    Rule("time_in_future", _times_have_come),
    Rule("sensor_window", _sensor_windows),
    Rule("word", _standard_words),
    Rule("disposition_conflict", _persistent_dispositions),
    Rule("identifier", _proper_identifiers),
    Rule("place_is_product", _places_are_places),
    Rule("nothing_named", _something_named),
    Rule("parent_required", _parents),
    Rule("transformation", _inputs_and_outputs),
    Rule("ilmd_place", _master_data_place),
    Rule("ilmd_name", _master_data_names),
    Rule("prefix", _declared_prefixes),
    Rule("quantity", _counts),
)
"""The rules of meaning. A new rule is one check and one row; a code is never reused."""

if len({rule.code for rule in RULES}) != len(RULES):
    raise ValueError("two rules have the same code")
