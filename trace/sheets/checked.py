"""What a check says of a sheet: its rows as events, and what is wrong in which cell.

One rule: a row with a grave fault is no event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from shutil import copyfileobj
from tempfile import TemporaryFile
from trace.sheets.choosing import Chosen
from trace.sheets.grid import GridRow, cell_name
from typing import IO, BinaryIO, Final, Self

import orjson

from base.strict_json import JsonObject, JsonValue, loads
from schemas.cbv import STANDARD_PREFIXES

NAMESPACES: Final = {**STANDARD_PREFIXES, "sx": "urn:suxin:epcis:"}
"""The prefixes of events that are made of rows."""

_DEPTH_MAX: Final = 4

FAULTS_TOLD_MAX: Final = 200
"""How many faults an answer lists; the report has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFault:
    """What is wrong with a row; `at` is the column from 0, None where it is no cell's fault."""

    row: int
    at: int | None
    code: str
    message: str
    message_zh: str
    is_grave: bool = True

    @property
    def path(self) -> str:
        """Return the name of the cell, or of the row's first."""
        return cell_name(self.row, self.at or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """A row, the event that it means, and what is said of it; warnings are not grave.

    `is_known` is a row that was handed out as it stands and is recorded already; `declaration`
    takes back what was recorded of a row that was changed since.
    """

    row: GridRow
    event: JsonObject
    faults: tuple[CellFault, ...]
    is_known: bool = False
    declaration: JsonObject | None = None

    @property
    def is_right(self) -> bool:
        """Return whether nothing is wrong with the row."""
        return not any(fault.is_grave for fault in self.faults)

    @property
    def events(self) -> tuple[JsonObject, ...]:
        """Return what is to be recorded of the row: nothing of one that is recorded already."""
        if not self.is_right or self.is_known:
            return ()
        return (self.event,) if self.declaration is None else (self.declaration, self.event)


class CheckedSheet:
    """A sheet whose header is right, with its checked rows, which are kept in files.

    However long it is, it takes no more memory than a few rows; whoever has it closes it.
    """

    def __init__(self, chosen: Chosen, suffix: str, header: tuple[str, ...]) -> None:
        self.chosen, self.suffix, self.header = chosen, suffix, header
        self.row_count = self.wrong_count = self.known_count = self.event_count = 0
        self.width = len(header)
        self.faults: list[CellFault] = []
        self.has_more_faults = False
        self.grave: list[CellFault] = []
        self._told: IO[bytes] = TemporaryFile()  # noqa: SIM115 -- `__exit__` closes it.
        self._made: IO[bytes] = TemporaryFile()  # noqa: SIM115 -- `__exit__` closes it.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._told.close()
        self._made.close()

    def add(self, row: CheckedRow) -> None:
        """Keep a row."""
        self.row_count += 1
        self.wrong_count += not row.is_right
        self.known_count += row.is_known
        self.width = max(self.width, len(row.row.cells))
        self.faults += row.faults[: FAULTS_TOLD_MAX + 1 - len(self.faults)]
        if len(self.faults) > FAULTS_TOLD_MAX:
            self.faults.pop()
            self.has_more_faults = True
        grave = [one for one in row.faults if one.is_grave]
        self.grave += grave[: FAULTS_TOLD_MAX - len(self.grave)]
        faults = [(one.at, one.code, one.message, one.message_zh) for one in grave]
        told = [row.row.number, row.row.cells, faults]
        self._told.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
        for event in row.events:
            self.event_count += 1
            made = [row.row.number, event]
            self._made.write(orjson.dumps(made, option=orjson.OPT_APPEND_NEWLINE))

    def told(self) -> Iterator[CheckedRow]:
        """Yield the rows as a report tells them: with what is wrong, without their events."""
        self._told.seek(0)
        for line in self._told:
            yield _told_row(loads(line, bytes_max=len(line), depth_max=_DEPTH_MAX))

    def copy_events(self, out: BinaryIO) -> None:
        """Write a line for each event that is to be recorded: the number of its row, and it."""
        self._made.seek(0)
        copyfileobj(self._made, out)


def _told_row(told: JsonValue) -> CheckedRow:
    if not isinstance(told, list):
        raise TypeError("a row is kept as a list")
    number, cells, faults = told
    if not isinstance(number, int) or not isinstance(cells, list) or not isinstance(faults, list):
        raise TypeError("a row is kept as its number, its cells and its faults")
    return CheckedRow(
        row=GridRow(number=number, cells=tuple(str(cell) for cell in cells)),
        event={},
        faults=tuple(_fault(number, fault) for fault in faults),
    )


def _fault(number: int, told: JsonValue) -> CellFault:
    if not isinstance(told, list):
        raise TypeError("a fault is kept as a list")
    at, code, message, message_zh = told
    return CellFault(
        row=number,
        at=at if isinstance(at, int) else None,
        code=str(code),
        message=str(message),
        message_zh=str(message_zh),
    )
