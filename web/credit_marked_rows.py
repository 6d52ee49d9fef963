"""Rows that were not understood as a workbook for their sender: wrong cells are marked and say why.

The rule that must stay true: its first sheet has the columns as they came and nothing else, so that
it can be mended and handed in again; what is a person's is hidden in it as everywhere, and a column
that the feed does not have is headed by its place.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from trace.sheets.texts import safe_text
from typing import Any, Protocol

from xlsxwriter import Workbook  # type: ignore[import-untyped] # it ships no types

from credit.feeds.model import Feed


class Marked(Protocol):
    """A row with what is wrong at which field, and its cells as they came."""

    @property
    def number(self) -> int:
        """Return its number in the file."""

    @property
    def faults(self) -> Sequence[Mapping[str, str]]:
        """Return path, code and message of each fault."""

    @property
    def cells(self) -> Mapping[str, str]:
        """Return its cells by header."""


def marked_workbook(feed: Feed, rows: Sequence[Marked], title: Callable[[str], str]) -> BytesIO:
    """Return the workbook; `title` gives the words of a quality code."""
    out = BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True})
    wrong = book.add_format({"bg_color": "#F8D7D2", "border": 1})
    headers = _headers(feed, rows)
    sheet = book.add_worksheet("数据")
    for at, header in enumerate(headers):
        sheet.write_string(0, at, header, bold)
    sheet.set_column(0, max(0, len(headers) - 1), 18)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, start=1):
        _write(sheet, line, headers, row, feed, title, wrong)
    told = book.add_worksheet("原因")
    for at, head in enumerate(("原行号", "本表行号", "字段", "代码", "原因", "说明")):
        told.write_string(0, at, head, bold)
    told.set_column(0, 5, 20)
    for line, cells in enumerate(_reasons(rows, title), start=1):
        for at, text in enumerate(cells):
            told.write_string(line, at, safe_text(text))
    book.close()
    return out


def _headers(feed: Feed, rows: Sequence[Marked]) -> list[str]:
    """Return the columns that any row has, and those a fault asks for, in the order of the feed."""
    found = dict.fromkeys(header for row in rows for header in row.cells)
    named = {field.name for header in found if (field := feed.field_of(header)) is not None}
    asked = (fault["path"] for row in rows for fault in row.faults)
    for path in asked:
        field = feed.field_of(path)
        if field is not None and field.name not in named:
            named.add(field.name)
            found[field.name] = None
    return list(found)


def _write(
    sheet: Any,
    line: int,
    headers: Sequence[str],
    row: Marked,
    feed: Feed,
    title: Callable[[str], str],
    wrong: Any,
) -> None:
    faults = {_field(feed, one["path"]): title(one["code"]) for one in row.faults}
    for at, header in enumerate(headers):
        text, why = safe_text(row.cells.get(header, "")), faults.get(_field(feed, header))
        if why is None:
            sheet.write_string(line, at, text)
        else:
            sheet.write_string(line, at, text, wrong)
            sheet.write_comment(line, at, why)


def _field(feed: Feed, header: str) -> str:
    found = feed.field_of(header)
    return header if found is None else found.name


def _reasons(rows: Sequence[Marked], title: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    for line, row in enumerate(rows, start=2):
        for one in row.faults:
            why = (one["path"], one["code"], title(one["code"]), one["message"])
            yield (str(row.number), str(line), *why)
