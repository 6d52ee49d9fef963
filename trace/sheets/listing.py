"""Reads a CSV file as text: UTF-8 with or without its mark, else GB 18030.

One rule: what is in neither encoding is refused, never read with signs replaced.
"""

import csv
from collections.abc import Iterator
from io import StringIO
from trace.sheets.grid import GridLimits, refuse
from trace.sheets.texts import meant_text


def rows_of_csv(data: bytes, limits: GridLimits) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers; raises `InvalidInput`."""
    reader = csv.reader(StringIO(_decoded(data), newline=""), strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if len(row) > limits.columns_max:
                refuse("", "too_many_columns", f"A sheet has at most {limits.columns_max} columns.")
            yield number, [meant_text(cell) for cell in row]
    except csv.Error:
        refuse(f"A{number + 1}", "csv", "is in no CSV that can be read: look at the quotes")


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        refuse("", "not_text", "This is neither a workbook (.xlsx) nor a list (.csv).")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return refuse("", "encoding", "The text is neither UTF-8 nor GB 18030: save it as CSV UTF-8.")
