"""What a check says of a sheet: its rows as events, and what is wrong in which cell.

One rule: a row with a grave fault is no event.
"""

from dataclasses import dataclass
from trace.sheets.choosing import Chosen
from trace.sheets.grid import Grid, GridRow, cell_name
from typing import Final

from base.strict_json import JsonObject
from schemas.cbv import STANDARD_PREFIXES

NAMESPACES: Final = {**STANDARD_PREFIXES, "sx": "urn:suxin:epcis:"}
"""The prefixes of events that are made of rows."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGrid:
    """A sheet whose header is right, with its rows checked."""

    chosen: Chosen
    grid: Grid
    rows: tuple[CheckedRow, ...]

    @property
    def known_count(self) -> int:
        """Return how many rows are recorded already."""
        return sum(row.is_known for row in self.rows)

    @property
    def wrong(self) -> tuple[CheckedRow, ...]:
        """Return the rows that cannot be recorded."""
        return tuple(row for row in self.rows if not row.is_right)
