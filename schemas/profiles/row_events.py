"""A row of a template as an EPCIS event, and back.

The rule that must stay true: what a row says is in its event at the paths of the profile and
nowhere else; what cannot be said there is told as a problem of its cell; and a row read back from
an event is the row that was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from base.strict_json import JsonObject, JsonValue
from schemas.profiles.cells import CellError, CellStyle, cell_of, lines_of, value_of
from schemas.profiles.columns import (
    CHOSEN,
    QUANTITY_SUFFIX,
    UOM_SUFFIX,
    Column,
    Sheet,
    is_verdict,
)
from schemas.profiles.model import Field, Kind, SeenBy, Way, Words
from schemas.profiles.naming import CTE_TERM, disposition_word, step_word
from schemas.profiles.paths import OWN_STEP, Place, parse_path
from schemas.profiles.placing import put_listed, put_reading, put_simple
from schemas.profiles.reading import objects, reader_of
from schemas.profiles.units import read_unit, unit_label
from schemas.visibility import SUXIN_NAMESPACE

_LOT_SUFFIX: Final = "[].epcClass"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProblem:
    """What is wrong with one cell; `code` is a word of `findings.MESSAGES`."""

    key: str
    code: str
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """A row as an event, and the cells that could not be read; those are not in it."""

    event: JsonObject
    problems: tuple[CellProblem, ...]


def event_of_row(sheet: Sheet, cells: Mapping[str, str], style: CellStyle) -> RowResult:
    """Return the event that a row means; a cell that cannot be read is told and left out."""
    way, problems = sheet.way, list[CellProblem]()
    event: JsonObject = {"type": way.event_type, "eventTimeZoneOffset": style.offset}
    by_key = {column.key: column for column in sheet.columns}
    words = {"action": way.actions, "bizStep": way.steps, "disposition": way.dispositions}
    for key in CHOSEN:
        # A verdict is never taken for granted: only what goes unsaid has a first word.
        is_asked = key in by_key and by_key[key].field is not None
        if words[key] and not is_asked and not is_verdict(words[key]):
            event[key] = words[key][0]
    event[CTE_TERM] = f"{sheet.profile}/{sheet.cte.id}"
    for key, cell in cells.items():
        column = by_key.get(key)
        if column is None or not cell.strip():
            continue
        try:
            value = _value(column, cell, style)
        except CellError as error:
            problems.append(_problem(column, error))
            continue
        _put(event, key, value)
    problems += _finish(event)
    return RowResult(event=event, problems=tuple(problems))


def _value(column: Column, cell: str, style: CellStyle) -> JsonValue:
    if column.field is None or column.field.kind is Kind.DISPOSITION:
        text = cell.strip()
        for word, words in column.choices:
            if text in (word, words.zh, words.en):
                return word
        raise CellError("code", Words(zh="不在下拉选项之内", en="is none of the choices"))
    if column.key.endswith((QUANTITY_SUFFIX, UOM_SUFFIX)):
        one = Field(
            name="",
            kind=_LINE_KINDS[column.key.endswith(UOM_SUFFIX)],
            seen_by=SeenBy.CHAIN,
            label=column.header,
        )
        values = [None if line == "-" else value_of(line, one, style) for line in lines_of(cell)]
        return [_unit(one) for one in values] if column.key.endswith(UOM_SUFFIX) else values
    return value_of(cell, column.field, style)


def _unit(value: JsonValue) -> JsonValue:
    """Return the code of a unit that is written as a word, a sign or its code."""
    if not isinstance(value, str):
        return None
    code = read_unit(value)
    if code is None:
        told = Words(
            zh="不是计量单位：请从列表选择，如 千克", en="is no unit: pick one, such as kg"
        )
        raise CellError("unit", told)
    return code


_LINE_KINDS: Final = {False: Kind.NUMBER, True: Kind.TEXT}


def _problem(column: Column, error: CellError) -> CellProblem:
    return CellProblem(
        key=column.key,
        code=error.fault,
        message=f"{column.header.en} {error.words.en}",
        message_zh=f"{column.header.zh}{error.words.zh}",
    )


def _put(event: JsonObject, key: str, value: JsonValue) -> None:
    if key in CHOSEN or key.endswith(UOM_SUFFIX):
        event[key] = value
        return
    path = parse_path(key)
    if path.place is Place.LOTS:
        event[key] = [{"epcClass": lot} for lot in _listed(value)]
    elif path.place is Place.QUANTITIES:
        event[key] = value
    elif path.place is Place.LISTED:
        put_listed(event, path, value)
    elif path.place in (Place.READING, Place.DEVICE):
        put_reading(event, path, value)
    else:
        put_simple(event, path, value)


def _finish(event: JsonObject) -> Iterator[CellProblem]:
    """Bring the parts of a row together, and yield what they do not add up to."""
    step = event.get("bizStep")
    if isinstance(step, str) and step.startswith(OWN_STEP):
        event["bizStep"] = f"{SUXIN_NAMESPACE}:{step.removeprefix(OWN_STEP)}"
    time = event.get("eventTime")
    if isinstance(time, str):
        event["eventTimeZoneOffset"] = "+00:00" if time.endswith("Z") else time[-6:]
    for name in _QUANTITY_LISTS:
        lots = _listed(event.pop(name + _LOT_SUFFIX, None))
        for suffix in (QUANTITY_SUFFIX, UOM_SUFFIX):
            lines = _listed(event.pop(name + suffix, None))
            if lines and len(lines) != len(lots):
                yield _uneven(name + suffix)
            for lot, line in zip(lots, lines, strict=False):
                if isinstance(lot, dict) and line is not None:
                    lot[suffix.removeprefix("[].")] = line
        if lots:
            event[name] = lots
    for element in objects(event.get("sensorElementList")):
        if "sensorReport" not in element:
            del event["sensorElementList"]
            yield _NO_READING
            break


def _uneven(key: str) -> CellProblem:
    return CellProblem(
        key=key,
        code="length",
        message="the lines of lots and quantities do not match: one line for each lot, or -",
        message_zh="批次与数量的行数不一致：每个批次一行，没有的写 -",
    )


_NO_READING: Final = CellProblem(
    key="sensorElementList[].deviceID",
    code="missing",
    message="a logger is named together with its reading",
    message_zh="填写监测设备号时要同时填写读数",
)


_QUANTITY_LISTS: Final = (
    "quantityList",
    "childQuantityList",
    "inputQuantityList",
    "outputQuantityList",
)


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def row_of_event(
    sheet: Sheet, event: JsonObject, namespaces: Mapping[str, str], style: CellStyle
) -> Mapping[str, str]:
    """Return the row that an event is written as; its terms bear our prefixes."""
    cells: dict[str, str] = {}
    for column in sheet.columns:
        cell = _cell(column, sheet.way, event, namespaces, style)
        if cell:
            cells[column.key] = cell
    return cells


def _cell(
    column: Column, way: Way, event: JsonObject, namespaces: Mapping[str, str], style: CellStyle
) -> str:
    if column.field is None or column.field.kind is Kind.DISPOSITION:
        return _chosen(column, way, event, namespaces, style)
    name, _, part = column.key.partition("[].")
    if part in ("quantity", "uom", "epcClass"):
        parts = [element.get(part) for element in objects(event.get(name))]
        if part == "uom":
            is_zh = style.language == "zh"
            parts = [one and unit_label(str(one), is_zh=is_zh) for one in parts]
        return _lined(parts, column.field, style)
    value = reader_of(column.key)(event)
    if parse_path(column.key).place is Place.READING:
        report = next(iter(objects(value)), {})
        value = report.get(parse_path(column.key).part)
    return "" if value is None else cell_of(value, column.field, style)


def _chosen(
    column: Column, way: Way, event: JsonObject, namespaces: Mapping[str, str], style: CellStyle
) -> str:
    """Return a word that the way leaves open; empty where it is the first and goes unsaid."""
    text = event.get(column.key)
    if not isinstance(text, str):
        return ""
    word = text
    if column.key == "bizStep":
        word = step_word(text, namespaces)
    elif column.key == "disposition":
        word = disposition_word(text)
    choices = [choice for choice, _ in column.choices]
    is_unsaid = column.field is None and word in choices[:1] and not is_verdict(choices)
    if is_unsaid:
        return ""
    words = way.words.get(word, Words(zh=word, en=word))
    return words.zh if style.language == "zh" else words.en


def _lined(parts: Sequence[JsonValue], field: Field, style: CellStyle) -> str:
    if all(part is None for part in parts):
        return ""
    one = Field(name="", kind=Kind.TEXT, seen_by=field.seen_by, label=field.label)
    return "\n".join("-" if part is None else cell_of(part, one, style) for part in parts)
