"""Rows and events that say everything a profile asks for, made from the profile itself."""

from collections.abc import Iterator
from decimal import Decimal

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import STANDARD_PREFIXES
from schemas.profiles.cells import CellStyle
from schemas.profiles.columns import Column, Sheet, sheet_of
from schemas.profiles.fields import field_at
from schemas.profiles.model import Cte, Field, Kind, Way
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.registry import catalogue
from schemas.profiles.row_events import event_of_row
from schemas.profiles.standing import Profile

NAMESPACES = {**STANDARD_PREFIXES, "sx": "urn:suxin:epcis:"}
STYLE = CellStyle(document_prefix="urn:epcglobal:cbv:bt:6959993100010:")
DAY = "2026-11-20"
LATER = "2027-12-01"
"""A day on which everything that has a date is in force."""

_PATTERNED = {
    "cbvmda:countryOfOrigin": "CN",
    "sx:currency": "CNY",
    "sx:containerNumber": "MSKU1234565",
    "sx:customsDeclarationNumber": "010020261110000001",
    "sx:nationalDrugCode": "86901234000019",
    "sx:drugIdentifier": "8123456",
    "sx:nutrients": "15-15-15",
    "sx:fileDigest": "0" * 64,
    "sx:enterpriseCode": "GF130132260001",
    "sx:greenProductNumber": "LB-15-24030399712A",
    "sx:organicCode": "12326123456789012",
    "sx:indicationUserCode": "91130132MA07XXXX0K",
    "sx:cmaNumber": "230312345678",
}
LOT = "https://id.gs1.org/01/06979990971017/10/L1"
OTHER_LOT = "https://id.gs1.org/01/06979990971017/10/L0"
ITEM = "https://id.gs1.org/01/06979990971017/21/S1"
OTHER_ITEM = "https://id.gs1.org/01/06979990971017/21/S0"
CASE = "https://id.gs1.org/00/069599931111111117"
SITE = "https://id.gs1.org/414/6959993100027"
PARTY = "urn:epc:id:pgln:69599931.0001"


def value_for(field: Field) -> JsonValue:
    """Return a right value of a term, as JSON."""
    if field.kind is Kind.RECORDS:
        return [{member.name: value_for(member) for member in field.members}]
    single: dict[Kind, JsonValue] = {
        Kind.TEXT: _PATTERNED.get(field.name, "样品 A-1"),
        Kind.NUMBER: _number(field),
        Kind.INTEGER: int(field.minimum or 0) + 1,
        Kind.MONEY: "4.37",
        Kind.BOOLEAN: True,
        Kind.DATE: "2026-11-18",
        Kind.INSTANT: "2026-11-18T06:45:00+08:00",
        Kind.URI: "https://example.org/papers/1",
        Kind.TEXTS: ["一", "二"],
        Kind.URIS: ["https://example.org/papers/1"],
    }
    if field.kind is Kind.CODES and field.codes is not None:
        return [*list(field.codes.values)[:2]]
    if field.kind is Kind.CODE and field.codes is not None:
        return next(iter(field.codes.values))
    return single[field.kind]


def _number(field: Field) -> JsonValue:
    low = field.minimum if field.minimum is not None else Decimal(0)
    high = field.maximum if field.maximum is not None else low + 10
    middle = (low + high) / 2
    return int(middle) if middle == middle.to_integral_value() else float(middle)


def full_event(sheet: Sheet, *, day: str = DAY, hour: int = 8) -> JsonObject:
    """Return an event that says everything its way asks for."""
    way = sheet.way
    cells = {column.key: cell for column in sheet.columns if (cell := cell_of_column(column, way))}
    cells["eventTime"] = f"{day} {hour:02d}:30:00.000"
    result = event_of_row(sheet, cells, STYLE)
    assert result.problems == ()
    return result.event


def cell_of_column(column: Column, way: Way) -> str:
    """Return what somebody types into a column, "" for one that stays empty."""
    key = column.key
    if key in ("inputEPCList", "epcList", "childEPCs", "outputEPCList"):
        return OTHER_ITEM if key == "inputEPCList" else ITEM
    if key.endswith("[].epcClass"):
        return OTHER_LOT if key.startswith("input") else LOT
    if key.endswith("[].quantity"):
        return "100"
    if key.endswith("[].uom"):
        return "KGM"
    if column.field is None:
        return ""
    return _typed(column.field, way)


def _typed(field: Field, way: Way) -> str:
    kinds = {
        Kind.ITEM: CASE,
        Kind.PLACE: SITE,
        Kind.PARTY: PARTY,
        Kind.DOCUMENT: "D-1",
        Kind.READING: "3.5",
        Kind.DISPOSITION: way.dispositions[0],
        Kind.INSTANT: "2026-11-18 06:45",
    }
    if field.name == "deviceID":
        return "urn:epc:id:giai:69599931.PROBE1"
    if field.kind in kinds:
        return kinds[field.kind]
    value = value_for(field)
    if field.kind is Kind.RECORDS:
        assert isinstance(value, list)
        record = value[0]
        assert isinstance(record, dict)
        return " | ".join(_shown(part) for part in record.values())
    return "\n".join(map(_shown, value)) if isinstance(value, list) else _shown(value)


def _shown(value: JsonValue) -> str:
    return ("是" if value else "否") if isinstance(value, bool) else str(value)


def known_of(way: Way) -> dict[str, JsonValue]:
    """Return everything that the register and the lot's birth could say of an event."""
    known: dict[str, JsonValue] = {}
    for kde in way.kdes:
        for path in (kde.path, *(one for group in kde.instead for one in group)):
            if parse_path(path).place in (Place.LOT, Place.REGISTER):
                known[path] = right_value(path)
    return known


def right_value(path: str) -> JsonValue:
    """Return a right value of a path of the register or of a lot."""
    terms = catalogue().shared.library.terms
    field = field_at(path, terms)
    if field.kind in (Kind.PARTY, Kind.PLACE):
        return PARTY
    return value_for(field)


def sheets(profile: Profile) -> Iterator[Sheet]:
    """Yield the template of every way of every step."""
    for cte in profile.ctes:
        for way in cte.ways:
            yield sheet_of(profile.name, cte, way)


def names() -> tuple[str, ...]:
    return catalogue().names()


def route(profile: Profile) -> list[Cte]:
    """Return the steps from the origin to the last hand, each after the one before it."""
    by_id = {cte.id: cte for cte in profile.ctes}
    leaving = {"retail_sold", "dispensed", "disposed"}
    last = next(
        (
            cte
            for cte in profile.ctes
            if any(leaving.intersection(way.dispositions) for way in cte.ways)
        ),
        profile.ctes[-1],
    )
    found = [last]
    while found[0].after:
        found.insert(0, by_id[found[0].after[0]])
    return found
