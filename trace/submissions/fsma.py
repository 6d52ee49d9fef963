"""The electronic sortable spreadsheet of FSMA 204: seven sheets, a column for each KDE.

21 CFR 1.1325-1.1350 say which data, 1.1455(c)(3)(ii) that they are handed in sortable. The rule
that must stay true: a cell is read from the event that its row cites and from the register alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from trace.submissions.fsma_lines import Line, Sources, Told
from trace.submissions.naming import Names
from typing import Final, TypeAlias

from schemas.profiles.naming import CTE_TERM
from schemas.profiles.units import unit_words

Cell: TypeAlias = str | Decimal | date | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: an event, one line of it, and what the register calls its codes."""

    told: Told
    line: Line
    names: Names
    sources: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class KdeColumn:
    """A column: its name, the paragraph of its section, how it is read, how wide it is."""

    name: str
    para: str
    read: Callable[[Case], Cell]
    width: int = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class CteSheet:
    """The sheet of one critical tracking event."""

    name: str
    clause: str
    is_of: Callable[[Told], bool]
    columns: tuple[KdeColumn, ...]


def _place(*names: str) -> Callable[[Case], Cell]:
    def read(case: Case) -> Cell:
        uri = next((uri for name in names if (uri := case.told.place(name))), "")
        return case.names.place(uri) if uri else ""

    return read


def _to(case: Case) -> Cell:
    uri = case.told.side("destinationList", "location", "possessing_party", "owning_party")
    return case.names.place(uri) if uri else ""


def _from(case: Case) -> Cell:
    uri = case.told.side("sourceList", "location", "possessing_party", "owning_party")
    return case.names.place(uri) if uri else ""


def _ship_from(case: Case) -> Cell:
    uri = case.told.side("sourceList", "location")
    return case.names.place(uri) if uri else _place("readPoint", "bizLocation")(case)


def _quantity(case: Case) -> Cell:
    return "" if case.line.quantity is None else case.line.quantity


def _uom(case: Case) -> Cell:
    """Return the unit in English words, as 21 CFR 1.1310 has it; nothing where none is said."""
    return unit_words(case.line.uom).en if case.line.uom else ""


def _lot(case: Case) -> Cell:
    return case.line.uri


def _term(*names: str) -> Callable[[Case], Cell]:
    def read(case: Case) -> Cell:
        return "; ".join(text for name in names if (text := case.told.said(name)))

    return read


def _of(is_input: bool, read: Callable[[Case], Cell]) -> Callable[[Case], Cell]:
    def of_side(case: Case) -> Cell:
        return read(case) if case.line.is_input is is_input else ""

    return of_side


def _source(case: Case) -> Cell:
    uri = case.sources.get(case.line.uri, "")
    return case.names.place(uri) if uri else ""


def _day(case: Case) -> Cell:
    return case.told.day()


def _product(case: Case) -> Cell:
    return case.names.product(case.line.uri)


def _commodity(case: Case) -> Cell:
    return case.names.commodity(case.line.uri)


def _papers(para: str) -> tuple[KdeColumn, ...]:
    return (
        KdeColumn(
            name="Reference document type",
            para=para,
            read=lambda case: "; ".join(kind for kind, _ in case.told.papers()),
        ),
        KdeColumn(
            name="Reference document number",
            para=para,
            read=lambda case: "; ".join(number for _, number in case.told.papers()),
            width=28,
        ),
    )


def _column(name: str, para: str, read: Callable[[Case], Cell], width: int = 18) -> KdeColumn:
    return KdeColumn(name=name, para=para, read=read, width=width)


_PLACE_W: Final = 32
_LOT_W: Final = 36
_GOODS: Final = (
    _column("Commodity", "(1)(ii)", _commodity, 24),
    _column("Variety", "(1)(ii)", _term("sx:variety")),
    _column("Quantity", "(1)(iii)", _quantity, 13),
    _column("Unit of measure", "(1)(iii)", _uom, 12),
)
_RECIPIENT: Final = _column(
    "Immediate subsequent recipient location description", "(1)(i)", _to, _PLACE_W
)


def _cte(told: Told) -> str:
    return told.said(CTE_TERM).partition("/")[2]


def _is_made(told: Told) -> bool:
    return told.event.get("type") == "TransformationEvent"


def _is_begun(told: Told) -> bool:
    return told.event.get("type") == "ObjectEvent" and told.event.get("action") == "ADD"


def _is_landed(told: Told) -> bool:
    at_sea = told.said("sx:landingPort") or told.said("sx:vesselAndLicence")
    return _is_begun(told) and bool(at_sea)


def _is_harvest(told: Told) -> bool:
    is_named = told.step == "sx:harvesting" or _cte(told) in ("harvest", "catch")
    return is_named and not _is_landed(told)


def _is_cooling(told: Told) -> bool:
    return told.step == "sx:cooling"


def _is_packing(told: Told) -> bool:
    is_first = told.step == "packing" or _cte(told) == "grade_pack"
    return is_first and (_is_made(told) or _is_begun(told))


SHEETS: Final = (
    CteSheet(
        name="Harvesting",
        clause="1.1325(a)",
        is_of=_is_harvest,
        columns=(
            _RECIPIENT,
            *_GOODS,
            _column(
                "Farm location description", "(1)(iv)", _place("bizLocation", "readPoint"), _PLACE_W
            ),
            _column("Field or growing area name", "(1)(v)", _term("sx:plotNumber")),
            _column("Container name (aquaculture)", "(1)(vi)", _term("sx:pondNumber")),
            _column("Date of harvesting", "(1)(vii)", _day, 13),
            *_papers("(1)(viii)"),
        ),
    ),
    CteSheet(
        name="Cooling",
        clause="1.1325(b)",
        is_of=_is_cooling,
        columns=(
            _RECIPIENT,
            *_GOODS,
            _column(
                "Cooling location description",
                "(1)(iv)",
                _place("bizLocation", "readPoint"),
                _PLACE_W,
            ),
            _column("Date of cooling", "(1)(v)", _day, 13),
            _column("Farm location description", "(1)(vi)", _from, _PLACE_W),
            *_papers("(1)(vii)"),
        ),
    ),
    CteSheet(
        name="Initial packing",
        clause="1.1330(a)",
        is_of=_is_packing,
        columns=(
            _column("Commodity received", "(1)", _of(True, _commodity), 24),
            _column("Variety received", "(1)", _of(True, _term("sx:variety"))),
            _column("Date received", "(2)", _of(True, _term("sx:arrivedAt"))),
            _column("Quantity received", "(3)", _of(True, _quantity), 13),
            _column("Unit of measure received", "(3)", _of(True, _uom), 12),
            _column("Farm location description", "(4)", _from, _PLACE_W),
            _column("Field or growing area name", "(5)", _term("sx:plotNumber")),
            _column("Container name (aquaculture)", "(6)", _term("sx:pondNumber")),
            _column("Harvester business name", "(7)", _term("sx:farmName"), 24),
            _column("Harvester phone number", "(7)", _term("sx:phone")),
            _column("Date of harvesting", "(8)", _term("sx:harvestDate"), 13),
            _column("Cooling location description (if any)", "(9)", _term("sx:storeNumber")),
            _column("Date of cooling (if any)", "(10)", _term("sx:cooledAt"), 13),
            _column("Traceability lot code assigned", "(11)", _of(False, _lot), _LOT_W),
            _column("Product description", "(12)", _of(False, _product), 30),
            _column("Quantity packed", "(13)", _of(False, _quantity), 13),
            _column("Unit of measure packed", "(13)", _of(False, _uom), 12),
            _column(
                "Packing location description (traceability lot code source)",
                "(14)",
                _place("bizLocation", "readPoint"),
                _PLACE_W,
            ),
            _column("Date of initial packing", "(15)", _day, 13),
            *_papers("(16)"),
        ),
    ),
    CteSheet(
        name="First land-based receiving",
        clause="1.1335",
        is_of=_is_landed,
        columns=(
            _column("Traceability lot code assigned", "(a)", _lot, _LOT_W),
            _column("Species or acceptable market name", "(b)", _term("sx:species"), 24),
            _column("Product description", "(b)", _product, 30),
            _column("Quantity", "(c)", _quantity, 13),
            _column("Unit of measure", "(c)", _uom, 12),
            _column("Harvest date range", "(d)", _term("sx:harvestDate"), 14),
            _column("Harvest locations", "(d)", _term("sx:catchArea"), 24),
            _column(
                "First land-based receiver location (traceability lot code source)",
                "(e)",
                _place("bizLocation", "readPoint"),
                _PLACE_W,
            ),
            _column("Landing date", "(f)", _day, 13),
            *_papers("(g)"),
        ),
    ),
    CteSheet(
        name="Shipping",
        clause="1.1340",
        is_of=lambda told: told.step == "shipping",
        columns=(
            _column("Traceability lot code", "(a)(1)", _lot, _LOT_W),
            _column("Quantity", "(a)(2)", _quantity, 13),
            _column("Unit of measure", "(a)(2)", _uom, 12),
            _column("Product description", "(a)(3)", _product, 30),
            _column("Immediate subsequent recipient location description", "(a)(4)", _to, _PLACE_W),
            _column("Ship-from location description", "(a)(5)", _ship_from, _PLACE_W),
            _column("Date shipped", "(a)(6)", _day, 13),
            _column("Traceability lot code source location", "(a)(7)", _source, _PLACE_W),
            *_papers("(a)(8)"),
        ),
    ),
    CteSheet(
        name="Receiving",
        clause="1.1345",
        is_of=lambda told: told.step in ("receiving", "accepting"),
        columns=(
            _column("Traceability lot code", "(a)(1)", _lot, _LOT_W),
            _column("Quantity", "(a)(2)", _quantity, 13),
            _column("Unit of measure", "(a)(2)", _uom, 12),
            _column("Product description", "(a)(3)", _product, 30),
            _column("Immediate previous source location description", "(a)(4)", _from, _PLACE_W),
            _column(
                "Receiving location description",
                "(a)(5)",
                _place("bizLocation", "readPoint"),
                _PLACE_W,
            ),
            _column("Date received", "(a)(6)", _day, 13),
            _column("Traceability lot code source location", "(a)(7)", _source, _PLACE_W),
            *_papers("(a)(8)"),
        ),
    ),
    CteSheet(
        name="Transformation",
        clause="1.1350",
        is_of=_is_made,
        columns=(
            _column("Input traceability lot code", "(a)(1)(i)", _of(True, _lot), _LOT_W),
            _column("Input product description", "(a)(1)(ii)", _of(True, _product), 30),
            _column("Input quantity used", "(a)(1)(iii)", _of(True, _quantity), 13),
            _column("Input unit of measure", "(a)(1)(iii)", _of(True, _uom), 12),
            _column("New traceability lot code", "(a)(2)(i)", _of(False, _lot), _LOT_W),
            _column(
                "Transformation location description (traceability lot code source)",
                "(a)(2)(ii)",
                _place("bizLocation", "readPoint"),
                _PLACE_W,
            ),
            _column("Date transformation was completed", "(a)(2)(iii)", _day, 13),
            _column("Output product description", "(a)(2)(iv)", _of(False, _product), 30),
            _column("Output quantity", "(a)(2)(v)", _of(False, _quantity), 13),
            _column("Output unit of measure", "(a)(2)(v)", _of(False, _uom), 12),
            *_papers("(a)(2)(vi)"),
        ),
    ),
)
"""The seven critical tracking events. An event is of the first of `_ORDER` that it fits."""

_BY_NAME: Final = {sheet.name: sheet for sheet in SHEETS}
_ORDER: Final = tuple(
    _BY_NAME[name]
    for name in (
        "First land-based receiving",
        "Harvesting",
        "Cooling",
        "Initial packing",
        "Shipping",
        "Receiving",
        "Transformation",
    )
)


def sheet_for(told: Told) -> CteSheet | None:
    """Return the critical tracking event that an event is; None for one that is none of them."""
    return next((sheet for sheet in _ORDER if sheet.is_of(told)), None)
