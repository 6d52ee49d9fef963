"""A row of a template becomes an event and comes back, for every step of every class."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import InvalidInput
from base.strict_json import JsonObject
from codes.canonical import uri_of_text
from schemas.epcis import shape_problems
from schemas.profiles.cells import CellStyle
from schemas.profiles.columns import Column, Sheet, is_verdict, sheet_of, templates_of
from schemas.profiles.fields import field_at
from schemas.profiles.forms import Source, Widget, form_of
from schemas.profiles.model import Field, Kind
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.registry import catalogue
from schemas.profiles.row_events import event_of_row, row_of_event
from tests.schemas.profiles.samples import (
    CASE,
    ITEM,
    LOT,
    NAMESPACES,
    OTHER_ITEM,
    OTHER_LOT,
    PARTY,
    SITE,
    STYLE,
    full_event,
    names,
    sheets,
    value_for,
)

SHEETS = [sheet for name in names() for sheet in sheets(catalogue().profile(name))]

# What a person types: no blanks at its ends, and all sorts of marks inside.
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")),
    min_size=1,
    max_size=20,
)
_DAYS = st.dates().map(lambda day: f"{day.year:04d}-{day.month:02d}-{day.day:02d}")


def _cells(sheet: Sheet) -> st.SearchStrategy[dict[str, str]]:
    """Draw a filled row: each column is empty or holds a right cell in its one spelling."""
    fixed: dict[str, st.SearchStrategy[str]] = {}
    optional: dict[str, st.SearchStrategy[str]] = {}
    lots = [column.key for column in sheet.columns if column.key.endswith("[].epcClass")]
    for column in sheet.columns:
        if column.key == "eventTime":
            fixed[column.key] = _DAYS.map(lambda day: f"{day}T06:45:00.000+08:00")
        elif not column.key.endswith(("[].epcClass", "[].quantity", "[].uom", ".deviceID")):
            optional[column.key] = _cell(column)
    rows = st.fixed_dictionaries(fixed, optional=optional)
    return st.tuples(rows, *(_lots(key) for key in lots)).map(_joined)


def _joined(parts: tuple[dict[str, str], ...]) -> dict[str, str]:
    return {key: cell for part in parts for key, cell in part.items()}


def _lots(key: str) -> st.SearchStrategy[dict[str, str]]:
    name = key.removesuffix("[].epcClass")
    line = st.tuples(
        st.sampled_from([LOT, OTHER_LOT]), st.sampled_from(["100", "12.5", "-"]),
        st.sampled_from(["千克", "件", "-"]),
    )  # fmt: skip

    def cells(lines: list[tuple[str, str, str]]) -> dict[str, str]:
        columns = {
            f"{name}[].{part}": [line[i] for line in lines]
            for i, part in enumerate(("epcClass", "quantity", "uom"))
        }
        return {key: "\n".join(told) for key, told in columns.items() if {*told} - {"-"}}

    return st.lists(line, max_size=3).map(cells)


def _cell(column: Column) -> st.SearchStrategy[str]:
    if column.choices:
        labels = [words.zh for _, words in column.choices]
        # The first word of what a way leaves open goes unsaid.
        labels = labels[1:] if column.field is None else labels
        one = st.sampled_from(labels)
        is_list = column.field is not None and column.field.kind is Kind.CODES
        return st.lists(one, min_size=1, max_size=3).map("\n".join) if is_list else one
    assert column.field is not None
    return _typed(column.field)


def _typed(field: Field) -> st.SearchStrategy[str]:
    made: dict[Kind, Callable[[], st.SearchStrategy[str]]] = {
        Kind.TEXT: lambda: st.just(str(value_for(field))) if field.pattern else _TEXTS,
        Kind.TEXTS: lambda: st.lists(_TEXTS.map(_escaped), min_size=1, max_size=3).map("\n".join),
        Kind.NUMBER: lambda: _numbers(field, places=2),
        Kind.INTEGER: lambda: _numbers(field, places=0),
        Kind.MONEY: lambda: _numbers(field, places=2),
        Kind.READING: lambda: _numbers(field, places=1),
        Kind.DATE: lambda: _DAYS,
        Kind.INSTANT: lambda: _DAYS.map(lambda day: f"{day}T06:45:00+08:00"),
        Kind.URI: lambda: st.just("https://example.org/papers/1"),
        Kind.URIS: lambda: st.just("https://example.org/papers/1\nni:///sha-256;abc"),
        Kind.ITEM: lambda: st.just(CASE),
        Kind.ITEMS: lambda: st.sampled_from([ITEM, f"{ITEM}\n{OTHER_ITEM}"]),
        Kind.PLACE: lambda: st.just(SITE),
        Kind.PARTY: lambda: st.just(PARTY),
        Kind.DOCUMENT: lambda: st.sampled_from(["D-1", "D-1\nD-2", "https://example.org/d/3"]),
        Kind.RECORDS: lambda: st.lists(_records(field), min_size=1, max_size=3).map("\n".join),
    }
    return made[field.kind]()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _numbers(field: Field, *, places: int) -> st.SearchStrategy[str]:
    low = field.minimum if field.minimum is not None else Decimal(-1000)
    high = field.maximum if field.maximum is not None else low + 100_000
    numbers = st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)
    if field.kind is Kind.MONEY:
        return numbers.map(lambda number: f"{abs(number):f}")
    return numbers.map(_canonical)


def _canonical(number: Decimal) -> str:
    whole = number.to_integral_value()
    return f"{int(whole)}" if number == whole else f"{number.normalize():f}"


def _records(field: Field) -> st.SearchStrategy[str]:
    """Draw a line of a record; the first part is given, so that none is empty."""
    columns = [_member(member) for member in field.members]
    first, *rest = columns
    return st.tuples(first, *(st.one_of(st.just(""), one) for one in rest)).map(_line)


def _member(field: Field) -> st.SearchStrategy[str]:
    if field.codes is not None:
        return st.sampled_from([words.zh for words in field.codes.values.values()])
    return _typed(field).map(_escaped)


def _line(parts: tuple[str, ...]) -> str:
    told = list(parts)
    while told and not told[-1]:
        told.pop()
    return " | ".join(told)


@pytest.mark.parametrize(
    "sheet", SHEETS, ids=lambda one: f"{one.profile}-{one.cte.id}-{one.way.name}"
)
def test_a_row_becomes_an_event_and_comes_back(sheet: Sheet) -> None:
    @settings(max_examples=5, deadline=None, derandomize=True, database=None)
    @given(_cells(sheet))
    def comes_back(cells: dict[str, str]) -> None:
        result = event_of_row(sheet, cells, STYLE)

        assert result.problems == ()
        assert row_of_event(sheet, result.event, NAMESPACES, STYLE) == cells

    comes_back()


def test_no_verdict_of_goods_is_taken_for_granted() -> None:
    judged = [sheet for sheet in SHEETS if is_verdict(sheet.way.dispositions)]
    assert judged

    for sheet in judged:
        event = event_of_row(sheet, {"sx:testResult": "不合格"}, STYLE).event
        assert "disposition" not in event


@pytest.mark.parametrize("name", names())
def test_a_full_row_says_every_datum_of_its_step(name: str) -> None:
    for sheet in sheets(catalogue().profile(name)):
        cells = row_of_event(sheet, full_event(sheet), NAMESPACES, STYLE)
        event = event_of_row(sheet, cells, STYLE).event

        assert event == full_event(sheet)
        assert shape_problems(event) == []
        for kde in sheet.way.kdes:
            place = parse_path(kde.path).place
            if place not in (Place.SYSTEM, Place.REGISTER, Place.THINGS) and kde.path in cells:
                assert cells[kde.path], kde.path


@pytest.mark.parametrize("name", names())
def test_a_form_asks_for_every_datum_once(name: str) -> None:
    profile = catalogue().profile(name)
    for cte in profile.ctes:
        for way in cte.ways:
            form = form_of(profile.name, cte.id, way)
            paths = [field.path for field in form.fields]

            assert len(paths) == len(set(paths))
            for kde in way.kdes:
                is_shown = kde.path in paths
                place = parse_path(kde.path).place
                assert is_shown == (
                    place not in (Place.SYSTEM, Place.THINGS) and kde.path != "errorDeclaration"
                )
            columns = {column.key for column in sheet_of(profile.name, cte, way).columns}
            typed = {one.path for one in form.fields if one.source is not Source.REGISTER}
            assert typed <= columns


def test_a_field_has_the_words_and_the_widget_of_its_row() -> None:
    profile = catalogue().profile("dairy")
    cte = profile.ctes[0]

    form = form_of("dairy", cte.id, cte.ways[0])
    fields = {field.path: field for field in form.fields}

    assert [field.path for field in form.fields[:2]] == ["eventTime", "readPoint.id"]
    test = fields["sx:herdHealthTest"]
    assert (test.widget, test.label.zh, test.is_required) == (Widget.CHOICE, "两病检测", True)
    assert test.choices is not None
    assert list(test.choices.values) == ["NEG", "POS", "ND"]
    assert fields["quantityList[].quantity"].unit is not None
    assert fields["sx:inputUse"].widget is Widget.TABLE


def test_the_template_explains_itself() -> None:
    profile = catalogue().profile("dairy")

    sheet = templates_of("dairy", profile.ctes[0])[0]
    column = {one.key: one for one in sheet.columns}["sx:herdHealthTest"]

    assert (column.header.zh, column.header.en) == (
        "两病检测",
        "herd test for brucellosis and tuberculosis",
    )
    assert column.explanation.zh == "必填；乳品质量安全监督管理条例 15"
    assert [words.zh for _, words in column.choices] == ["阴性", "阳性", "未检出"]
    assert column.is_required


def _sheet(name: str, cte_id: str) -> Sheet:
    profile = catalogue().profile(name)
    cte = next(cte for cte in profile.ctes if cte.id == cte_id)
    return sheet_of(name, cte, cte.ways[0])


@pytest.mark.parametrize(
    ("key", "cell", "code"),
    [
        ("sx:herdHealthTest", "maybe", "code"),
        ("sx:herdSize", "many", "type"),
        ("sx:herdSize", "-1", "range"),
        ("sx:cooledAt", "this morning", "type"),
        ("sx:excludedMilkSegregated", "of course", "type"),
        ("eventTime", "2026-02-30 06:45", "type"),
        ("readPoint.id", "the dairy", "pattern"),
        ("sx:inputUse", "1 | 2 | 3 | 4 | 5 | 6", "type"),
        ("quantityList[].quantity", "1\n2", "length"),
        ("sensorElementList[Temperature].value", "cold", "type"),
        ("bizStep", "dancing", "code"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_and_left_out(key: str, cell: str, code: str) -> None:
    sheet = _sheet("dairy", "milking")

    result = event_of_row(sheet, {"quantityList[].epcClass": LOT, key: cell}, STYLE)

    assert [(one.key, one.code) for one in result.problems] == [(key, code)]
    assert result.problems[0].message_zh
    assert cell not in result.problems[0].message


def test_labels_of_both_languages_and_codes_are_read() -> None:
    sheet = _sheet("dairy", "milking")

    for cell in ("阴性", "negative", "NEG"):
        event = event_of_row(sheet, {"sx:herdHealthTest": cell}, STYLE).event
        assert event["sx:herdHealthTest"] == "NEG"
    for cell in ("挤奶", "milked", "sx:milking"):
        event = event_of_row(sheet, {"bizStep": cell}, STYLE).event
        assert event["bizStep"] == "urn:suxin:epcis:milking"


def test_a_time_without_a_zone_is_local_and_a_day_begins_at_midnight() -> None:
    sheet = _sheet("dairy", "milking")

    short = event_of_row(sheet, {"eventTime": "2026-07-22 06:45"}, STYLE).event
    day = event_of_row(sheet, {"eventTime": "2026-07-22"}, STYLE).event
    far = event_of_row(sheet, {"eventTime": "2026-07-22T06:45:00Z"}, STYLE).event

    assert (short["eventTime"], short["eventTimeZoneOffset"]) == (
        "2026-07-22T06:45:00+08:00",
        "+08:00",
    )
    assert day["eventTime"] == "2026-07-22T00:00:00+08:00"
    assert (far["eventTime"], far["eventTimeZoneOffset"]) == ("2026-07-22T06:45:00Z", "+00:00")


def test_a_verdict_is_never_taken_for_granted() -> None:
    sheet = _sheet("drug", "release")

    silent = event_of_row(sheet, {}, STYLE).event
    told = event_of_row(sheet, {"disposition": "不合格"}, STYLE).event

    assert "disposition" not in silent
    assert told["disposition"] == "non_conformant"
    assert silent["bizStep"] == "inspecting"


def test_a_logger_without_a_reading_is_told() -> None:
    sheet = _sheet("veg_fruit", "transport")

    result = event_of_row(sheet, {"sensorElementList[].deviceID": "urn:epc:id:giai:1.2"}, STYLE)

    assert [one.code for one in result.problems] == ["missing"]
    assert "sensorElementList" not in result.event


def test_a_printed_code_becomes_a_uri_where_somebody_can_read_it() -> None:
    def to_uri(text: str) -> str:
        if text != "L1":
            raise InvalidInput("no such code")
        return LOT

    sheet, style = _sheet("dairy", "milking"), CellStyle(to_uri=to_uri)

    read = event_of_row(sheet, {"quantityList[].epcClass": "L1"}, style)
    unread = event_of_row(sheet, {"quantityList[].epcClass": "L2"}, style)

    assert read.event["quantityList"] == [{"epcClass": LOT}]
    assert [one.code for one in unread.problems] == ["pattern"]


def test_thirteen_digits_are_a_place_or_a_party_where_one_is_asked_for() -> None:
    sheet, style = _sheet("dairy", "dist"), CellStyle(to_uri=uri_of_text)
    cells = {"readPoint.id": "6959993100027", "destinationList[owning_party]": "6959993100027"}

    event = event_of_row(sheet, cells, style).event

    assert event["readPoint"] == {"id": SITE}
    assert event["destinationList"] == [
        {"type": "owning_party", "destination": "https://id.gs1.org/417/6959993100027"}
    ]


def test_records_keep_every_mark_that_a_text_may_have() -> None:
    field = field_at("sx:inputUse", catalogue().shared.library.terms)
    sheet = _sheet("dairy", "milking")
    record: JsonObject = {"sx:inputName": "a|b\\c\nd", "sx:dosage": 2.5}

    event: JsonObject = {"sx:inputUse": [record]}
    cell = row_of_event(sheet, event, NAMESPACES, STYLE)["sx:inputUse"]

    assert field.kind is Kind.RECORDS
    assert event_of_row(sheet, {"sx:inputUse": cell}, STYLE).event["sx:inputUse"] == [record]
