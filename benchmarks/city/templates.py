"""Events with everything that a profile asks for, ready to be given goods, hands and an hour.

The rule that must stay true: what a template says by itself is right at any hour; whatever has to
do with goods, parties, places and days is filled in each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Final

from base.strict_json import JsonObject, JsonValue
from benchmarks.city.people import Person
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.registry import catalogue
from tests.schemas.profiles.samples import full_event, sheets

BEGINNING: Final = datetime(2026, 6, 1, tzinfo=timezone(timedelta(hours=8)))
"""When the first story begins; moments of the city are seconds after it."""

_FIRST_DAY: Final = BEGINNING.date()
_NEVER_KEPT: Final = frozenset(
    {
        "eventTime", "readPoint", "bizLocation", "epcList", "quantityList", "inputEPCList",
        "inputQuantityList", "outputEPCList", "outputQuantityList", "childEPCs",
        "childQuantityList", "parentID", "sourceList", "destinationList", "sx:evidence",
        "bizTransactionList", "ilmd",
    }
)  # fmt: skip
_SAMPLE_DAY: Final = "2026-11-18"
_OLD_DAY: Final = "2026-05-20"
_EXPIRY: Final = "cbvmda:itemExpirationDate"
_DAYS: Final = frozenset({"sx:productionDate", _EXPIRY, "cbvmda:lotNumber"})
# Goods that leave, or are under way, are at no business location (CBV 2.0 8.3).
_UNDER_WAY: Final = frozenset({"shipping", "transporting", "retail_selling", "departing"})


@dataclass(frozen=True, kw_only=True)
class Template:
    """What is alike in all events of one way of a step.

    `moments` are the terms that hold the event's own instant, `days` its own day; `papers` are the
    kinds of business document that it names. `keeps` says that it asks until when materials keep.
    """

    fixed: JsonObject
    ilmd: JsonObject = field(default_factory=dict)
    moments: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    lot_days: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    is_under_way: bool = False
    has_sensors: bool = False
    has_humidity: bool = False
    keeps: bool = False

    def fill(self, at: int, person: Person, given: Mapping[str, JsonValue]) -> JsonObject:
        """Return an event of a person at a moment; `given` are fields of it."""
        instant = instant_text(at)
        event: JsonObject = {
            **self.fixed,
            "eventTime": instant,
            "readPoint": {"id": person.place},
            **given,
        }
        if not self.is_under_way:
            event["bizLocation"] = event["readPoint"]
        for name in self.moments:
            event[name] = instant
        for name in self.days:
            event[name] = day_text(at)
        if self.keeps:
            event[_EXPIRY] = day_text(at + 300 * 86_400)
        if self.papers:
            number = f"urn:epcglobal:cbv:bt:{person.gln}:{at:x}"
            event["bizTransactionList"] = [
                {"type": kind, "bizTransaction": number} for kind in self.papers
            ]
        return event

    def label(self, at: int, lot: str, days: int) -> JsonObject:
        """Return the master data of a lot that begins at a moment and keeps for so many days."""
        return {
            **self.ilmd,
            **{name: day_text(at) for name in self.lot_days},
            "cbvmda:lotNumber": lot.rpartition("/")[2],
            "sx:productionDate": day_text(at),
            _EXPIRY: day_text(at + 86_400 * days),
        }


def instant_text(at: int) -> str:
    """Return a moment as events write it."""
    return (BEGINNING + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%S.000+08:00")


def instant_of(at: int) -> datetime:
    """Return a moment as an instant of the clock."""
    return (BEGINNING + timedelta(seconds=at)).astimezone(UTC)


@cache
def _day(number: int) -> str:
    return date.isoformat(_FIRST_DAY + timedelta(days=number))


def day_text(at: int) -> str:
    """Return the civil day of a moment."""
    return _day(at // 86_400)


@cache
def templates() -> Mapping[str, Template]:
    """Return the templates by `profile/step` for a step's first way, `profile/step.way` for all."""
    found: dict[str, Template] = {}
    for profile in catalogue().newest():
        for sheet in sheets(profile):
            template = _template(full_event(sheet))
            name = f"{profile.name}/{sheet.cte.id}"
            found.setdefault(name, template)
            found[f"{name}.{sheet.way.name}"] = template
    return found


@cache
def likely(
    profile: str, step: str, disposition: str, kind: str = "ObjectEvent", action: str = ""
) -> Template:
    """Return a template of an event that names no step of the profile.

    The door takes such an event for the step that it looks like, and asks for what that one needs.
    """
    for name, template in reversed(list(templates().items())):
        fixed = template.fixed
        looks = (fixed["type"], fixed.get("action", ""), fixed["bizStep"])
        if name.startswith(f"{profile}/") and looks == (kind, action, step):
            unnamed = {one: value for one, value in fixed.items() if one != CTE_TERM}
            found: Template = replace(template, fixed=unnamed)
            return found
    return plain(step, disposition, kind, action)


@cache
def plain(step: str, disposition: str, kind: str = "ObjectEvent", action: str = "") -> Template:
    """Return a template of a step that no profile asks for."""
    fixed: JsonObject = {
        "type": kind,
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        "disposition": disposition,
    }
    if action:
        fixed["action"] = action
    return Template(fixed=fixed, is_under_way=step in _UNDER_WAY)


def _template(event: JsonObject) -> Template:
    fixed = {name: _older(one) for name, one in event.items() if name not in _NEVER_KEPT}
    ilmd = event.get("ilmd")
    label = ilmd if isinstance(ilmd, dict) else {}
    moments = tuple(name for name, one in event.items() if _is_moment(name, one))
    sensors = event.get("sensorElementList")
    papers = event.get("bizTransactionList")
    step = str(event["bizStep"]).rpartition(":")[2]
    return Template(
        fixed={n: one for n, one in fixed.items() if n not in _DAYS},
        ilmd={name: _older(one) for name, one in label.items()},
        moments=moments,
        days=tuple(n for n, one in event.items() if one == _SAMPLE_DAY and n not in _DAYS),
        lot_days=tuple(n for n, one in label.items() if one == _SAMPLE_DAY),
        papers=_kinds(papers),
        is_under_way=step in _UNDER_WAY,
        has_sensors=sensors is not None,
        has_humidity="RelativeHumidity" in str(sensors),
        keeps=_EXPIRY in event,
    )


def _kinds(papers: JsonValue) -> tuple[str, ...]:
    if not isinstance(papers, list):
        return ()
    return tuple(str(one["type"]) for one in papers if isinstance(one, dict))


def _is_moment(name: str, value: JsonValue) -> bool:
    return isinstance(value, str) and value.startswith(f"{_SAMPLE_DAY}T") and name != "eventTime"


def _older(value: JsonValue) -> JsonValue:
    """Return a value in which no sample day lies after the city's first day."""
    if isinstance(value, str):
        return value.replace(_SAMPLE_DAY, _OLD_DAY)
    if isinstance(value, list):
        return [_older(one) for one in value]
    if isinstance(value, dict):
        return {name: _older(one) for name, one in value.items()}
    return value
