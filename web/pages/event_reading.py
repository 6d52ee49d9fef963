"""Reads one visible EPCIS event for people: when, where, and which public facts it carries.

The rule that must stay true: the event may miss any member or hold one of another shape, and what
cannot be read is left out. Only names in the tables of `fact_words` become facts.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from base.clock import has_day_in_every_zone
from base.strict_json import JsonValue
from schemas.profiles.units import unit_words
from web.pages.fact_words import (
    DATES_EXPIRING,
    DATES_PRODUCED,
    EXTREMES,
    FACTS,
    FINDINGS,
    SENSORS,
    TEST_ITEMS,
    UNITS,
    VALUES,
    VALUES_BAD,
    VALUES_GOOD,
)
from web.pages.model import Fact, FactTone, Lang, LocalTime
from web.pages.profile_facts import is_public_term, told_of
from web.pages.profile_norms import STEP_MEMBER, norms_of
from web.pages.words import DISPOSITIONS, local_name

BEIJING: Final = timezone(timedelta(hours=8))
"""China keeps one civil time (GB/T 7408); records of the ledger itself are shown in it."""

_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")
_VALUE_CHARS_MAX = 120
_BAD_DISPOSITIONS = frozenset(
    {"damaged", "destroyed", "disposed", "expired", "mismatch_class", "mismatch_instance"}
    | {"mismatch_quantity", "needs_replacement", "no_pedigree_match", "non_conformant"}
    | {"non_sellable_other", "recalled", "stolen"}
)
_TOLD_DISPOSITIONS = _BAD_DISPOSITIONS | {"conformant", "completeness_verified", "returned"}


def text_at(event: Mapping[str, JsonValue], name: str) -> str:
    """Return the text member `name`, or an empty text."""
    value = event.get(name)
    return value if isinstance(value, str) else ""


def id_at(event: Mapping[str, JsonValue], name: str) -> str:
    """Return the `id` of a place member, or an empty text."""
    value = event.get(name)
    return text_at(value, "id") if isinstance(value, dict) else ""


def place_uri(event: Mapping[str, JsonValue]) -> str:
    """Return where the event happened: the read point, else the business location."""
    return id_at(event, "readPoint") or id_at(event, "bizLocation")


def dispositions(event: Mapping[str, JsonValue]) -> frozenset[str]:
    """Return the dispositions the event gives, the persistent ones too (EPCIS 2.0 7.4.1.8)."""
    given = {local_name(text_at(event, "disposition"))}
    persistent = event.get("persistentDisposition")
    if isinstance(persistent, dict):
        given |= set(_names(persistent.get("set")))
    return frozenset(given - {""})


def dispositions_lifted(event: Mapping[str, JsonValue]) -> frozenset[str]:
    """Return the persistent dispositions that the event takes away."""
    persistent = event.get("persistentDisposition")
    return (
        frozenset(_names(persistent.get("unset"))) if isinstance(persistent, dict) else frozenset()
    )


def local_time(event: Mapping[str, JsonValue]) -> LocalTime | None:
    """Return the event's time on the clock of its place; None where it cannot be read."""
    try:
        instant = datetime.fromisoformat(text_at(event, "eventTime"))
    except ValueError:
        return None
    if not has_day_in_every_zone(instant):
        return None
    found = _OFFSET.fullmatch(text_at(event, "eventTimeZoneOffset"))
    if not found:
        return on_clock(instant, BEIJING)
    minutes = int(found[2]) * 60 + int(found[3])
    return on_clock(instant, timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes)))


def on_clock(instant: datetime, zone: timezone) -> LocalTime:
    """Return an aware instant on the wall clock of `zone`."""
    local = instant.astimezone(zone)
    return LocalTime(
        iso=instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        date=local.strftime("%Y-%m-%d"),
        time=local.strftime("%H:%M"),
        offset=local.strftime("%z")[:3] + ":" + local.strftime("%z")[3:],
    )


def produced_on(event: Mapping[str, JsonValue]) -> str:
    """Return the production date (`YYYY-MM-DD`) that the event states, or an empty text."""
    return _date_of(event, DATES_PRODUCED)


def expires_on(event: Mapping[str, JsonValue]) -> str:
    """Return the last day of use (`YYYY-MM-DD`) that the event states, or an empty text."""
    return _date_of(event, DATES_EXPIRING)


def lot_number(event: Mapping[str, JsonValue]) -> str:
    """Return the lot that the event states in its master data, or an empty text."""
    for name, value in _own_members(event):
        if name in ("lotnumber", "lotno"):
            return _plain(value)
    return ""


def has_alarm(event: Mapping[str, JsonValue]) -> bool:
    """Return whether an instrument reported an alarm (CBV 2.0 7.8)."""
    return any(text_at(report, "exception") for report in _reports(event))


def has_failed(event: Mapping[str, JsonValue]) -> bool:
    """Return whether the event itself states that a check was not passed."""
    stated = [
        _plain(value)
        for name, value in _own_members(event)
        if name in FACTS or is_public_term(name)
    ]
    stated += [text_at(report, "stringValue") for report in _reports(event)]
    is_bad = any(value.upper() in VALUES_BAD for value in stated)
    return is_bad or "non_conformant" in dispositions(event)


def facts_of(event: Mapping[str, JsonValue], lang: Lang) -> tuple[Fact, ...]:
    """Return the public facts of an event in the words of `lang`, each once."""
    facts: dict[Fact, None] = {}
    for report in _reports(event):
        if (fact := _fact_of_report(report, lang)) is not None:
            facts[fact] = None
    for fact in _stated_facts(dict(_own_members(event)), lang, text_at(event, "eventTime")[:10]):
        facts[fact] = None
    for name in sorted(dispositions(event) & _TOLD_DISPOSITIONS):
        label = "状态" if lang == "zh" else "State"
        tone: FactTone = "bad" if name in _BAD_DISPOSITIONS else "good"
        facts[Fact(label=label, value=DISPOSITIONS[name].of(lang), tone=tone)] = None
    return tuple(facts)


def _stated_facts(members: Mapping[str, JsonValue], lang: Lang, day: str) -> Iterator[Fact]:
    """Yield what the event states in words; a test and its result are one fact."""
    at_step = _plain(members.get(STEP_MEMBER))
    item, result = _plain(members.get("testitem")), _plain(members.get("testresult"))
    is_test = bool(item and result)
    if is_test:
        words = TEST_ITEMS.get(_folded(item)) or TEST_ITEMS.get(item)
        label = words.of(lang) if words else item
        norms = norms_of(at_step, "testresult", lang, day=day)
        yield Fact(label=label, value=_said(result, lang), tone=_tone(result), norms=norms)
    for name, value in members.items():
        shown = _plain(value)
        norms = norms_of(at_step, name, lang, day=day)
        if name not in FACTS:
            if (told := told_of(name, value, lang)) is not None:
                tone, (label, text) = _tone(shown), told
                is_plain = tone == "plain"
                yield Fact(label=label, value=text, tone=tone, is_detail=is_plain, norms=norms)
        elif shown and not (is_test and name in ("testitem", "testresult")):
            tone = _tone(shown)
            yield Fact(
                label=FACTS[name].of(lang),
                value=_said(shown, lang),
                tone=tone,
                is_detail=name not in FINDINGS and tone == "plain",
                norms=norms,
            )


def _fact_of_report(report: Mapping[str, JsonValue], lang: Lang) -> Fact | None:
    kind = local_name(text_at(report, "type"))
    words = SENSORS.get(kind) or FACTS.get(_folded(kind))
    value = _reading(report, lang)
    if words is None or not value:
        return None
    tone = "bad" if text_at(report, "exception") else _tone(text_at(report, "stringValue"))
    return Fact(label=words.of(lang), value=value, tone=tone)


def _reading(report: Mapping[str, JsonValue], lang: Lang) -> str:
    unit_code = text_at(report, "uom")
    unit = _unit(unit_code, lang)
    gap = "" if unit == "%" or not unit else " "
    extremes = [
        f"{words.of(lang)} {number}{gap}{unit}"
        for name, words in EXTREMES.items()
        if (number := _number(report.get(name)))
    ]
    if number := _number(report.get("value")):
        return f"{number}{gap}{unit}"
    if extremes:
        return "，".join(extremes) if lang == "zh" else ", ".join(extremes)
    return _said(_plain(report.get("stringValue")) or _plain(report.get("booleanValue")), lang)


def _unit(code: str, lang: Lang) -> str:
    if not code or code in UNITS:
        return UNITS[code].of(lang) if code else ""
    words = unit_words(code)
    return words.zh if lang == "zh" else words.en


def _own_members(event: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """Yield (folded local name, value) of the master data and of every namespaced extension."""
    ilmd = event.get("ilmd")
    if isinstance(ilmd, dict):
        for name, value in ilmd.items():
            yield _folded(local_name(name)), value
    for name, value in event.items():
        if ":" in name:
            yield _folded(local_name(name)), value


def _reports(event: Mapping[str, JsonValue]) -> Iterator[Mapping[str, JsonValue]]:
    elements = event.get("sensorElementList")
    for element in elements if isinstance(elements, list) else ():
        reports = element.get("sensorReport") if isinstance(element, dict) else None
        for report in reports if isinstance(reports, list) else ():
            if isinstance(report, dict):
                yield report


def _date_of(event: Mapping[str, JsonValue], names: frozenset[str]) -> str:
    for name, value in _own_members(event):
        if name in names and (found := _DATE.fullmatch(_plain(value))):
            return found[1]
    return ""


def _names(value: JsonValue) -> Iterator[str]:
    for name in value if isinstance(value, list) else ():
        if isinstance(name, str):
            yield local_name(name)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _plain(value: JsonValue) -> str:
    """Return a leaf, or the `@value` or `value` of a typed literal, as text; else nothing."""
    if isinstance(value, dict):
        value = value.get("@value", value.get("value"))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value.strip()
        return text if len(text) <= _VALUE_CHARS_MAX else text[:_VALUE_CHARS_MAX] + "…"
    return _number(value)


def _number(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{Decimal(str(value)).normalize():f}".replace("-", "−")


def _said(value: str, lang: Lang) -> str:
    words = VALUES.get(value.upper())
    return words.of(lang) if words else value


def _tone(value: str) -> FactTone:
    if value.upper() in VALUES_GOOD:
        return "good"
    return "bad" if value.upper() in VALUES_BAD else "plain"
