"""Reads a CSV file as text: UTF-8 with or without its mark, else GB 18030.

One rule: what is in neither encoding is refused, never read with signs replaced.
"""

import csv
from collections.abc import Iterator
from io import StringIO
from trace.sheets.grid import GridLimits, refuse, too_wide
from trace.sheets.texts import meant_text
from typing import Final

from schemas.profiles.model import Words

_NO_SHEET: Final = Words(
    zh="这既不是工作簿（.xlsx），也不是列表（.csv）。",
    en="This is neither a workbook (.xlsx) nor a list (.csv).",
)
_NO_ENCODING: Final = Words(
    zh="文字既不是 UTF-8 也不是 GB 18030：请另存为 CSV UTF-8。",
    en="The text is neither UTF-8 nor GB 18030: save it as CSV UTF-8.",
)


def rows_of_csv(data: bytes, limits: GridLimits) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers; raises `InvalidInput`."""
    reader = csv.reader(StringIO(_decoded(data), newline=""), strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if len(row) > limits.columns_max:
                refuse("", "too_many_columns", too_wide(limits))
            yield number, [meant_text(cell) for cell in row]
    except csv.Error:
        refuse(
            f"A{number + 1}",
            "csv",
            Words(
                zh="不是能读的 CSV，请检查引号",
                en="is in no CSV that can be read: look at the quotes",
            ),
        )


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        refuse("", "not_text", _NO_SHEET)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return refuse("", "encoding", _NO_ENCODING)
