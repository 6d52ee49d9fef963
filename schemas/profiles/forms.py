"""What a person is asked for at one way of a step: the same rows as the check, as fields of a form.

A page, a spreadsheet's template and the interface's documentation are all drawn from this. The rule
that must stay true: whatever a check may miss, a form can be filled with; what the register or the
ledger says is shown and never asked for.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.profiles.fields import READING_UNITS, field_at
from schemas.profiles.model import CodeList, Field, Kde, Kind, Need, Unit, Way, When, Words
from schemas.profiles.paths import TRANSFORMATION, Place, goods_lists, parse_path


class Widget(StrEnum):
    """How a field is filled in. Codes are typed, scanned or picked from the party's own."""

    TEXT = "text"
    LINES = "lines"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"
    TIME = "time"
    CODES = "codes"
    PLACE = "place"
    PARTIES = "parties"
    PAPERS = "papers"
    TABLE = "table"


class Source(StrEnum):
    """Where the answer comes from: the person; the lot's birth, else the person; the register."""

    TYPED = "typed"
    LOT = "lot"
    REGISTER = "register"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form. `kde` is None for what an event needs whatever its class.

    `is_required` says that the event is refused or warned about without it, unless one of `instead`
    serves; under `when` only if that holds.
    """

    path: str
    widget: Widget
    source: Source
    label: Words
    help: Words
    field: Field
    unit: Unit | None
    choices: CodeList | None
    need: Need
    is_required: bool
    when: When | None
    instead: tuple[tuple[str, ...], ...]
    kde: Kde | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of one way of a step, in the order they are asked for."""

    profile: str
    cte: str
    way: Way
    fields: tuple[FormField, ...]


_WIDGETS: Final = {
    Kind.TEXT: Widget.TEXT,
    Kind.TEXTS: Widget.LINES,
    Kind.CODE: Widget.CHOICE,
    Kind.CODES: Widget.CHOICES,
    Kind.NUMBER: Widget.NUMBER,
    Kind.INTEGER: Widget.NUMBER,
    Kind.MONEY: Widget.NUMBER,
    Kind.BOOLEAN: Widget.YES_NO,
    Kind.DATE: Widget.DATE,
    Kind.INSTANT: Widget.TIME,
    Kind.URI: Widget.TEXT,
    Kind.URIS: Widget.LINES,
    Kind.RECORDS: Widget.TABLE,
    Kind.ITEM: Widget.CODES,
    Kind.ITEMS: Widget.CODES,
    Kind.LOT: Widget.CODES,
    Kind.QUANTITY: Widget.NUMBER,
    Kind.READING: Widget.NUMBER,
    Kind.PLACE: Widget.PLACE,
    Kind.DOCUMENT: Widget.PAPERS,
    Kind.PARTY: Widget.PARTIES,
    Kind.DISPOSITION: Widget.CHOICE,
}
# Nobody fills these in: things are items and lots, a correction refers to an event of its own.
_NO_FIELD: Final = frozenset({Kind.THINGS, Kind.DECLARATION})


def form_of(profile: str, cte: str, way: Way) -> Form:
    """Return the form of one way of a step; `profile` is the profile's name."""
    found = {
        kde.path: _of_kde(kde)
        for kde in way.kdes
        if kde.field.kind not in _NO_FIELD and parse_path(kde.path).place is not Place.SYSTEM
    }
    first = {path: found[path] if path in found else _of_path(path) for path in _first_paths(way)}
    rest = {path: field for path, field in found.items() if path not in first}
    return Form(profile=profile, cte=cte, way=way, fields=(*first.values(), *rest.values()))


_ORDER: Final = "bizTransactionList[po]"
_ALWAYS: Final = frozenset({"eventTime", _ORDER})


def _first_paths(way: Way) -> list[str]:
    """Return what every event of a shape has to say first: when, where, and about what."""
    paths = ["eventTime", "readPoint.id"]
    if way.event_type in ("AggregationEvent", "AssociationEvent"):
        paths.append("parentID")
    items, lots = goods_lists(way.event_type)
    paths += [items, f"{lots}[].epcClass", f"{lots}[].quantity"]
    if way.event_type == "TransactionEvent" and not any(
        kde.path.startswith("bizTransactionList[") for kde in way.kdes
    ):
        # Such an event is about a paper (ISO/IEC 19987 7.4.4): the order, if no row names one.
        paths.append(_ORDER)
    if way.event_type == TRANSFORMATION:
        paths += ["inputEPCList", "inputQuantityList[].epcClass", "inputQuantityList[].quantity"]
    return paths


def _of_path(path: str) -> FormField:
    field = field_at(path, {})
    return FormField(
        path=path,
        widget=_WIDGETS[field.kind],
        source=Source.TYPED,
        label=field.label,
        help=field.help,
        field=field,
        unit=None,
        choices=None,
        need=Need.MANDATORY if path in _ALWAYS else Need.OPTIONAL,
        is_required=path in _ALWAYS,
        when=None,
        instead=(),
        kde=None,
    )


def _of_kde(kde: Kde) -> FormField:
    return FormField(
        path=kde.path,
        widget=_WIDGETS[kde.field.kind],
        source=_SOURCES.get(parse_path(kde.path).place, Source.TYPED),
        label=kde.label,
        help=kde.help,
        field=kde.field,
        unit=kde.unit,
        choices=kde.field.codes,
        need=kde.need,
        is_required=kde.need in (Need.MANDATORY, Need.PRACTICE)
        or (kde.need is Need.CONDITIONAL and kde.when is not None),
        when=kde.when,
        instead=kde.instead,
        kde=kde,
    )


_SOURCES: Final = {Place.LOT: Source.LOT, Place.REGISTER: Source.REGISTER}


def unit_code(field: FormField) -> str:
    """Return the unit that a number is asked for in; empty where it has none."""
    if field.field.kind is Kind.READING:
        return READING_UNITS[field.field.name.partition(".")[0]]
    return field.unit.code if field.unit is not None else ""
