"""What a sender is told of a batch: every row that was not understood, and why, as a CSV.

One rule: a cell that a spreadsheet would take for a formula is written so that it is a text.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from trace.sheets.texts import safe_text
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from base.strict_json import loads
from credit.feeds.model import Feed
from credit.feeds.registry import EVERY_FEED
from credit.intake.batches import quarantined_of, read_batch
from credit.intake.sorting import Quarantined
from credit.quality_words import CODES_ZH, place_zh

OPEN: Final = "open"
_CELLS_BYTES_MAX: Final = 1 << 20
_CELLS_DEPTH_MAX: Final = 3


def told_rows(
    connection: Connection, log: int, batch_id: UUID, *, after: int, rows_max: int
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a batch that were not understood: number, state, faults and cells."""
    found = quarantined_of(connection, log, batch_id, after=after, rows_max=rows_max)
    for number, faults, cells, state in found:
        yield {"row": number, "state": state, "faults": _read(faults), "cells": _read(cells)}


def told_row(one: Quarantined) -> dict[str, Any]:
    """Return a row of a batch that is held, as `told_rows` gives those of one that was taken."""
    faults = [
        {"path": fault.path, "code": fault.code, "message": fault.message} for fault in one.faults
    ]
    return {"row": one.number, "state": OPEN, "faults": faults, "cells": one.cells}


def report_csv(connection: Connection, log: int, batch_id: UUID, *, rows_max: int) -> bytes:
    """Return the report of a batch that was taken."""
    feed = EVERY_FEED[read_batch(connection, log, batch_id).feed]
    return csv_told(feed, told_rows(connection, log, batch_id, after=0, rows_max=rows_max))


def csv_told(feed: Feed, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a report of rows, with the mark by which a spreadsheet knows its encoding.

    The last two columns are field and reason in Chinese: who mends the file may read no English.
    """
    out = StringIO()
    out.write("\ufeff")  # Without it a spreadsheet takes Chinese for another encoding.
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(("row", "field", "code", "message", "cell", "字段", "原因"))
    for row in rows:
        for fault in row["faults"]:
            cell = row["cells"].get(fault["path"], "")
            told = (row["row"], fault["path"], fault["code"], fault["message"], cell)
            write([safe_text(str(one)) for one in (*told, *_in_chinese(feed, fault))])
    return out.getvalue().encode()


def _in_chinese(feed: Feed, fault: Mapping[str, str]) -> tuple[str, str]:
    code = fault["code"]
    return place_zh(feed, fault["path"]), CODES_ZH.get(code, code)


def _read(told: str) -> Any:
    return loads(told.encode(), bytes_max=_CELLS_BYTES_MAX, depth_max=_CELLS_DEPTH_MAX)
