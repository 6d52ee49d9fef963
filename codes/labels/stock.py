"""What labels are printed on: sheets of A4 labels as they are sold, and rolls.

A new sheet is one more row. A row whose labels overlap or leave the page is refused at import.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from codes.labels.model import LabelError

A4_WIDTH_MM: Final = 210.0
A4_HEIGHT_MM: Final = 297.0

# Office printers leave a rim of about 4.2 mm of the page white.
PRINTER_RIM_MM: Final = 4.3
# Half of what sheets and blades are off by, kept free on every label.
INSET_MM: Final = 1.5

ROLL_SIDE_LEAST_MM: Final = 10.0
ROLL_SIDE_MOST_MM: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One A4 sheet of labels; `pitch` is from the edge of one label to that of the next."""

    name: str
    columns: int
    rows: int
    width_mm: float
    height_mm: float
    left_mm: float
    top_mm: float
    pitch_x_mm: float
    pitch_y_mm: float

    @property
    def count(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows

    @property
    def inset_x_mm(self) -> float:
        """How much of a label's left and right stays free: more where it is the page's edge."""
        return max(INSET_MM, round(PRINTER_RIM_MM - self.left_mm, 3))

    @property
    def inset_y_mm(self) -> float:
        """How much of a label's top and bottom stays free."""
        return max(INSET_MM, round(PRINTER_RIM_MM - self.top_mm, 3))

    def corner(self, place: int) -> tuple[float, float]:
        """Return left and top of a label, counted by rows from 0, from the page's top left."""
        row, column = divmod(place, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Labels on a roll, or any single label of a fixed size.

    With `dpi` every module is a whole number of the printer's dots, which thermal printers need.
    """

    width_mm: float
    height_mm: float
    dpi: int | None = None

    def __post_init__(self) -> None:
        for name in ("width_mm", "height_mm"):
            side = getattr(self, name)
            if not ROLL_SIDE_LEAST_MM <= side <= ROLL_SIDE_MOST_MM:
                raise LabelError(
                    "label_size",
                    f"a label is {ROLL_SIDE_LEAST_MM:g} to {ROLL_SIDE_MOST_MM:g} mm on each side",
                    path=f"roll.{name}",
                )
        if self.dpi is not None and not 100 <= self.dpi <= 1200:
            raise LabelError("dpi", "a printer has 100 to 1200 dots an inch", path="roll.dpi")


def _sheet(columns: int, rows: int, width: float, height: float, *, gap: float = 0.0) -> Sheet:
    """Return a sheet whose labels stand in the middle of the page, `gap` between columns."""
    return Sheet(
        name=str(columns * rows),
        columns=columns,
        rows=rows,
        width_mm=width,
        height_mm=height,
        left_mm=round((A4_WIDTH_MM - columns * width - (columns - 1) * gap) / 2, 3),
        top_mm=round((A4_HEIGHT_MM - rows * height) / 2, 3),
        pitch_x_mm=width + gap,
        pitch_y_mm=height,
    )


def build_table(sheets: Iterable[Sheet]) -> Mapping[str, Sheet]:
    """Return the sheets by name; refuses a name used twice and a sheet that cannot be."""
    table: dict[str, Sheet] = {}
    for sheet in sheets:
        right, bottom = (end + 0.001 for end in sheet.corner(sheet.count - 1))
        if (
            sheet.name in table
            or min(sheet.left_mm, sheet.top_mm) < 0
            or sheet.pitch_x_mm < sheet.width_mm
            or sheet.pitch_y_mm < sheet.height_mm
            or right + sheet.width_mm > A4_WIDTH_MM + 0.002
            or bottom + sheet.height_mm > A4_HEIGHT_MM + 0.002
        ):
            raise ValueError(f"the sheet {sheet.name} stands twice or does not fit the page")
        table[sheet.name] = sheet
    return MappingProxyType(table)


# The sizes that are sold in every stationer's, by how many are on a sheet.
SHEETS: Final = build_table(
    (
        _sheet(2, 2, 99.1, 139.0, gap=2.5),
        _sheet(2, 4, 99.1, 67.7, gap=2.5),
        _sheet(2, 5, 99.1, 57.0, gap=2.5),
        _sheet(3, 4, 63.5, 72.0, gap=2.5),
        _sheet(2, 7, 99.1, 38.1, gap=2.5),
        _sheet(3, 7, 63.5, 38.1, gap=2.5),
        _sheet(3, 8, 70.0, 37.0),
        _sheet(3, 10, 70.0, 29.7),
        _sheet(3, 11, 70.0, 25.4),
        _sheet(4, 10, 52.5, 29.7),
        _sheet(4, 12, 45.7, 21.2, gap=2.5),
        _sheet(5, 13, 38.1, 21.2, gap=2.5),
    )
)

# Width and height in mm of rolls that thermal printers are sold with.
ROLL_SIZES_MM: Final = ((40, 30), (50, 30), (60, 40), (70, 50), (80, 60), (100, 70), (100, 150))


def get_sheet(name: str) -> Sheet:
    """Return a sheet by its name; raises `LabelError` when there is none."""
    sheet = SHEETS.get(name)
    if sheet is None:
        raise LabelError(
            "unknown_sheet", f"a sheet has one of {', '.join(SHEETS)} labels", path="sheet"
        )
    return sheet


def places(sheet: Sheet, start: int) -> Iterator[tuple[bool, float, float]]:
    """Give the places of one sheet after another for ever: is it a new page, left, top.

    `start` (1 is the first label) leaves out what was used of the first sheet.
    """
    if not 1 <= start <= sheet.count:
        raise LabelError(
            "start", f"the first label of this sheet is 1 to {sheet.count}", path="start"
        )
    first = start - 1
    while True:
        for place in range(first, sheet.count):
            yield place == first, *sheet.corner(place)
        first = 0
