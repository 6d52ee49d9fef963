"""A batch as a file: CSV in two encodings, JSON lines, or a workbook, in turn.

The rule that must stay true: the file holds the rows and nothing else, and the same batch is the
same bytes.
"""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Final

import orjson
import xlsxwriter  # type: ignore[import-untyped]  # It has no stubs.

from benchmarks.credit_city.stream import ToldBatch
from benchmarks.credit_city.telling import Row

MORE: Final = "(more)"
"""Cells under this name stand behind the last header, where a file can have such."""

_WORKBOOK_ROWS_MAX: Final = 2_000


def file_of(batch: ToldBatch) -> bytes:
    """Return the bytes of a batch."""
    rows = [one.cells for one in batch.rows]
    if batch.feed == "honour" and len(rows) <= _WORKBOOK_ROWS_MAX:
        return _workbook(rows)
    return _FORMS[batch.number % len(_FORMS)](rows)


def _headers(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row if name != MORE))


def _lines(rows: Sequence[Row]) -> list[list[str]]:
    headers = _headers(rows)
    more = [[row[MORE]] if MORE in row else [] for row in rows]
    cells = [[row.get(name, "") for name in headers] for row in rows]
    return [headers, *(one + rest for one, rest in zip(cells, more, strict=True))]


def csv_of(rows: Sequence[Row], encoding: str) -> bytes:
    """Return rows as a CSV."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(_lines(rows))
    return written.getvalue().encode(encoding)


def _json_lines(rows: Sequence[Row]) -> bytes:
    return b"\n".join(orjson.dumps(row) for row in rows)


def _workbook(rows: Sequence[Row]) -> bytes:
    written = io.BytesIO()
    workbook = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet()
    for at, line in enumerate(_lines(rows)):
        for column, text in enumerate(line):
            sheet.write_string(at, column, text)
    workbook.close()
    return written.getvalue()


_FORMS: Final[Sequence[Callable[[Sequence[Row]], bytes]]] = (
    lambda rows: csv_of(rows, "utf-8-sig"),
    lambda rows: csv_of(rows, "gb18030"),
    _json_lines,
)
