"""One mutation for each datum that is due: it is refused with its path and its label."""

from copy import deepcopy

import pytest

from base.strict_json import JsonObject, JsonValue
from schemas.profiles.check import Checked
from schemas.profiles.columns import Sheet
from schemas.profiles.findings import Severity
from schemas.profiles.model import Kde, Kind, Mark, Need
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.reading import objects
from schemas.profiles.registry import catalogue
from tests.schemas.profiles.mutating import hold, remove
from tests.schemas.profiles.samples import (
    LATER,
    NAMESPACES,
    full_event,
    known_of,
    names,
    sheets,
)


def _is_due(kde: Kde) -> bool:
    if parse_path(kde.path).place is Place.SYSTEM:
        return False
    return kde.need in (Need.MANDATORY, Need.PRACTICE) or kde.when is not None


def _severity(kde: Kde) -> Severity:
    is_over = kde.until_on is not None
    is_soft = kde.mark is Mark.MEMORY or kde.need is Need.PRACTICE or kde.is_custom or is_over
    return Severity.WARNING if is_soft else Severity.ERROR


def _without(sheet: Sheet, kde: Kde) -> Checked:
    event, known = full_event(sheet, day=LATER), known_of(sheet.way)
    code = hold(kde, event, known, sheet.way)
    # Of what serves only together, one that is missing is enough.
    for path in (kde.path, *(group[0] for group in kde.instead)):
        remove(event, known, path)
    checker = catalogue().checker(sheet.profile)
    return checker.check(event, NAMESPACES, class_code=code, known=known)


@pytest.mark.parametrize("name", names())
def test_each_datum_that_is_due_is_missed_with_its_path_and_label(name: str) -> None:
    due = 0
    for sheet in sheets(catalogue().profile(name)):
        for kde in filter(_is_due, sheet.way.kdes):
            due += 1
            checked = _without(sheet, kde)
            found = [one for one in checked.findings if one.kde == kde.code]

            place = (sheet.cte.id, sheet.way.name, kde.code)
            assert [one.code for one in found] == ["missing"], place
            assert found[0].path == kde.path, place
            assert (found[0].label_zh, found[0].label_en) == (kde.label.zh, kde.label.en), place
            assert found[0].severity is _severity(kde), place
            assert (found[0].norm, found[0].clause) == (
                kde.norms[0].norm.id,
                kde.norms[0].clause,
            ), place
            assert kde.label.zh in found[0].message_zh, place

    assert due > 0


WRONG: dict[Kind, tuple[str, JsonValue]] = {
    Kind.TEXT: ("type", 7),
    Kind.TEXTS: ("type", [7]),
    Kind.CODE: ("code", "no such code"),
    Kind.CODES: ("code", ["no such code"]),
    Kind.NUMBER: ("type", "about three"),
    Kind.INTEGER: ("type", 1.5),
    Kind.MONEY: ("type", "4,37"),
    Kind.BOOLEAN: ("type", "perhaps"),
    Kind.DATE: ("type", "2026-02-30"),
    Kind.INSTANT: ("type", "2026-11-18T06:45:00"),
    Kind.URI: ("pattern", "no address"),
    Kind.URIS: ("pattern", ["no address"]),
    Kind.RECORDS: ("type", [{"sx:else": 1}]),
}


def _put_wrong(event: JsonObject, kde: Kde) -> str | None:
    """Put a wrong value where a datum stands; return what the check calls it."""
    path = parse_path(kde.path)
    if path.place in (Place.TERM, Place.LOT):
        code, event[path.name] = WRONG[kde.field.kind]
        return code
    if path.place is Place.ILMD:
        ilmd = event["ilmd"]
        assert isinstance(ilmd, dict)
        code, ilmd[path.name] = WRONG[kde.field.kind]
        return code
    if path.place is Place.READING:
        for element in objects(event["sensorElementList"]):
            for report in objects(element["sensorReport"]):
                report["uom"] = "KGM"
        return "unit"
    if path.place is Place.QUANTITIES and kde.unit is not None:
        for element in objects(event[path.name]):
            element["uom"] = "LTR"
        return "unit"
    if path.name == "disposition":
        event["disposition"] = "stolen"
        return "code"
    return None


@pytest.mark.parametrize("name", names())
def test_each_wrong_value_is_told_by_its_kind(name: str) -> None:
    checker, wrong = catalogue().checker(name), 0
    for sheet in sheets(catalogue().profile(name)):
        right = full_event(sheet, day=LATER)
        for kde in sheet.way.kdes:
            event = deepcopy(right)
            code = _put_wrong(event, kde)
            if code is None:
                continue
            wrong += 1
            checked = checker.check(event, NAMESPACES)
            found = [one for one in checked.findings if one.kde == kde.code]

            place = (sheet.cte.id, sheet.way.name, kde.code)
            assert [one.code for one in found] == [code], place
            assert found[0].severity is _severity(kde), place
            # What was sent may be anybody's personal data.
            assert "no such code" not in found[0].message + found[0].message_zh, place

    assert wrong > 0


@pytest.mark.parametrize("name", names())
def test_a_number_outside_of_its_bounds_is_told(name: str) -> None:
    checker = catalogue().checker(name)
    for sheet in sheets(catalogue().profile(name)):
        for kde in sheet.way.kdes:
            path = parse_path(kde.path)
            if kde.field.kind is Kind.NUMBER and kde.field.maximum and path.place is Place.TERM:
                event = full_event(sheet)
                event[path.name] = float(kde.field.maximum) + 1
                checked = checker.check(event, NAMESPACES)

                found = [one.code for one in checked.findings if one.kde == kde.code]
                assert found == ["range"], (sheet.cte.id, kde.code)


@pytest.mark.parametrize("name", names())
def test_what_is_only_recommended_may_be_left_out(name: str) -> None:
    checker = catalogue().checker(name)
    for sheet in sheets(catalogue().profile(name)):
        event = full_event(sheet)
        for kde in sheet.way.kdes:
            path = parse_path(kde.path)
            if kde.need in (Need.RECOMMENDED, Need.OPTIONAL) and path.place is Place.TERM:
                event.pop(path.name, None)

        checked = checker.check(event, NAMESPACES)

        soft = {kde.code for kde in sheet.way.kdes if kde.need in (Need.RECOMMENDED, Need.OPTIONAL)}
        assert not soft & {one.kde for one in checked.findings}
