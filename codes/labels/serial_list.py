"""The list of serials for a print house: CSV in UTF-8 with a mark that spreadsheets look for.

Columns: `no` (from 1), `serial`, `url` (what the symbol encodes), `element_string` (its
human-readable interpretation). A cell that a spreadsheet would run as a formula is led by an
apostrophe; only serials of an enterprise's own can begin so, and the address beside them is exact.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from codes.labels.model import LIMITS, LabelError, LabelLimits, Progress

COLUMNS: Final = ("no", "serial", "url", "element_string")

_ROWS_A_CHUNK: Final = 500
_MARK: Final = "\ufeff"
# What spreadsheets take for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialRow:
    """One serial with what its symbol encodes."""

    serial: str
    url: str
    element_string: str = ""


def serial_list(
    rows: Iterable[SerialRow],
    *,
    limits: LabelLimits = LIMITS,
    total: int | None = None,
    progress: Progress | None = None,
) -> Iterator[bytes]:
    """Give the file in chunks of some hundred rows. Raises `LabelError` for too many rows."""
    buffer = io.StringIO(_MARK)
    buffer.seek(0, io.SEEK_END)
    write = csv.writer(buffer, lineterminator="\r\n").writerow
    write(COLUMNS)
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > limits.labels_max:
            most = limits.labels_max
            raise LabelError("too_many", f"a file has at most {most} rows", path="rows")
        write((number, *map(_guarded, (row.serial, row.url, row.element_string))))
        if number % _ROWS_A_CHUNK == 0:
            yield _taken(buffer)
            if progress is not None:
                progress(number, total)
    yield _taken(buffer)
    if progress is not None:
        progress(number, number)


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode("utf-8")
    buffer.seek(0)
    buffer.truncate()
    return data
