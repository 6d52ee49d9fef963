"""What events say beside their index rows and the rules ask for, read from the ledger once.

The rule that must stay true: a fact is what a sender wrote. A temperature without a known unit, or
a day that is none, is no fact, and what is damaged is never passed over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from trace.events.times import read_instant
from trace.findings.model import EventFact, Reading, amount_text, civil_day
from trace.findings.tables import CODE_CHARS_MAX, EVENT_FACT, LABEL_CHARS_MAX
from trace.reading import members_of
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from base.bulk import find_rows, insert_rows
from base.db import from_micros, to_micros
from base.strict_json import JsonObject, JsonValue, loads
from ledger.store import StoredEntry

_COLUMNS: Final = tuple(column.name for column in EVENT_FACT.columns)
_LABEL_COLUMNS: Final = ("seq", "expires_on", "storage_text", "heat_treatment")
# Parts are canonical JSON, so that the name of a member stands in them as it is.
_MARKS: Final = (
    b"sensorElementList",
    b"itemExpirationDate",
    b"storageCondition",
    b"heatTreatment",
)
_MEMBERS: Final = ("eventTime", "ilmd", "sensorElementList")
_DEPTH_MAX: Final = 3
_EVENT_KIND: Final = "event"
_EXPIRY: Final = "itemExpirationDate"
_STORAGE: Final = "storageCondition"
_HEAT: Final = "heatTreatment"
_ZERO_C: Final = Decimal("273.15")


def write_facts(connection: Connection, log: int, entries: Iterable[StoredEntry]) -> None:
    """Write the facts of those entries that are events and say any."""
    rows = []
    for entry in entries:
        if not any(mark in part.body for part in entry.parts.values() for mark in _MARKS):
            continue
        # Reading a header costs more than looking for the marks, which few entries have.
        if entry.header.kind != _EVENT_KIND:
            continue
        sent, _ = members_of(entry, _MEMBERS)
        readings = list(_readings(sent))
        label = _label(sent.get("ilmd"))
        if readings or any(one is not None for one in label):
            text = orjson.dumps([_stored(one) for one in readings]).decode()
            expires_on, storage_text, heat_treatment = label
            rows.append((entry.seq, log, expires_on, text, storage_text, heat_treatment))
    insert_rows(connection, EVENT_FACT, _COLUMNS, rows)


def read_facts(connection: Connection, log: int, seqs: Sequence[int]) -> dict[int, EventFact]:
    """Return the facts of these entries, as far as they have any."""
    columns = (*_LABEL_COLUMNS, "readings")
    found = find_rows(connection, EVENT_FACT, columns, log, seqs)
    return {row[0]: _fact(row, tuple(_read_all(row[-1]))) for row in found}


def read_label_facts(connection: Connection, log: int, seqs: Sequence[int]) -> dict[int, EventFact]:
    """Return what the labels of these entries say; the readings are left where they are."""
    found = find_rows(connection, EVENT_FACT, _LABEL_COLUMNS, log, seqs)
    return {row[0]: fact for row in found if (fact := _fact(row, ())) != EventFact()}


def _fact(row: Sequence[Any], readings: tuple[Reading, ...]) -> EventFact:
    _, expires_on, storage_text, heat_treatment, *_ = row
    return EventFact(
        expires_on=None if expires_on is None else date.fromisoformat(expires_on),
        storage_text=storage_text,
        heat_treatment=heat_treatment,
        readings=readings,
    )


def _stored(one: Reading) -> list[int | str | None]:
    value = None if one.value_c is None else amount_text(one.value_c)
    return [
        to_micros(one.start_at),
        to_micros(one.end_at),
        value,
        amount_text(one.low_c),
        amount_text(one.high_c),
    ]


def _read_all(stored: str) -> Iterator[Reading]:
    # What was written here is read whole; it was bounded when its event came in.
    rows = loads(stored.encode(), bytes_max=len(stored), depth_max=_DEPTH_MAX)
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [int(start_us), int(end_us), str() | None as value, str(low), str(high)]:
                yield Reading(
                    start_at=from_micros(start_us),
                    end_at=from_micros(end_us),
                    value_c=None if value is None else Decimal(value),
                    low_c=Decimal(low),
                    high_c=Decimal(high),
                )


def _label(ilmd: JsonValue) -> tuple[str | None, str | None, str | None]:
    """Return the last day, the storage and the heat treatment, None for what is not said."""
    if not isinstance(ilmd, dict):
        return None, None, None
    day = _expires_on(ilmd)
    storage, heat = _word(ilmd, _STORAGE), _word(ilmd, _HEAT)
    return (
        None if day is None else day.isoformat(),
        # A longer one is an essay, of which the beginning may say the opposite of the end.
        storage if storage is not None and len(storage) <= LABEL_CHARS_MAX else None,
        heat if heat is not None and len(heat) <= CODE_CHARS_MAX else None,
    )


def _word(ilmd: JsonObject, name: str) -> str | None:
    for key, value in ilmd.items():
        if key.rpartition(":")[2] == name and isinstance(value, str) and value.strip():
            return value
    return None


def _expires_on(ilmd: JsonObject) -> date | None:
    for name, value in ilmd.items():
        if name.endswith(_EXPIRY) and isinstance(value, str):
            # With an hour it is a moment, and its day is that of the calendar in China.
            moment = _instant(value)
            if moment is not None:
                return civil_day(moment)
            try:
                return date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None


def _readings(sent: JsonObject) -> Iterator[Reading]:
    otherwise = read_instant(str(sent["eventTime"]))
    for element in _objects(sent.get("sensorElementList")):
        metadata = element.get("sensorMetadata")
        times: Mapping[str, JsonValue] = metadata if isinstance(metadata, dict) else {}
        for report in _objects(element.get("sensorReport")):
            reading = _reading(report, times, otherwise)
            if reading is not None:
                yield reading


def _reading(
    report: JsonObject, times: Mapping[str, JsonValue], otherwise: datetime
) -> Reading | None:
    kind, unit = report.get("type"), report.get("uom")
    if not isinstance(kind, str) or not isinstance(unit, str):
        return None
    if kind.rpartition(":")[2].rpartition("/")[2] != "Temperature":
        return None
    told = {name: _celsius(report.get(name), unit) for name in _VALUES}
    value = told["value"] if told["value"] is not None else told["meanValue"]
    known = [one for one in told.values() if one is not None]
    if not known:
        return None
    at = _instant(report.get("time")) or _instant(times.get("time"))
    start = at or _instant(times.get("startTime")) or otherwise
    end = at or _instant(times.get("endTime")) or start
    return Reading(
        start_at=start, end_at=max(start, end), value_c=value, low_c=min(known), high_c=max(known)
    )


_VALUES: Final = ("value", "minValue", "maxValue", "meanValue")


def _celsius(value: JsonValue, unit: str) -> Decimal | None:
    """Return degrees Celsius of a number in a unit of UN/ECE Recommendation 20."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = Decimal(repr(value))
    if unit == "CEL":
        return number
    if unit == "KEL":
        return number - _ZERO_C
    return ((number - 32) * 5 / 9).quantize(Decimal("0.01")) if unit == "FAH" else None


def _instant(value: JsonValue) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return read_instant(value)
    except ValueError:
        return None


def _objects(value: JsonValue) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
