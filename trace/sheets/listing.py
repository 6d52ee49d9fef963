"""Reads a CSV file as text: UTF-8 with or without its mark, else GB 18030.

One rule: what is in neither encoding is refused, never read with signs replaced.
"""

import csv
from codecs import getincrementaldecoder
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from trace.sheets.grid import GridLimits, refuse, too_wide
from trace.sheets.texts import meant_text
from typing import Final

from schemas.profiles.model import Words

_PIECE: Final = 1 << 16
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
    text = TextIOWrapper(BytesIO(data), _encoding_of(data), newline="")
    reader = csv.reader(text, strict=True)
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


def _encoding_of(data: bytes) -> str:
    """Return the encoding that the whole of the text is in, looked at piece by piece."""
    if b"\0" in data:
        refuse("", "not_text", _NO_SHEET)
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(data), _PIECE):
                decoder.decode(data[start : start + _PIECE])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return refuse("", "encoding", _NO_ENCODING)
