"""A whole trace as a file: a workbook, a table in text, or the answer of the interface twice.

The rule that must stay true: a file holds every row, each with the entries that say so; a cell is
text or a number and never a formula, whatever somebody wrote into a lot number.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from trace.lineage import Direction
from trace.sheets.texts import safe_text
from trace.tracing import Trace
from typing import Any, Final, TypeAlias

import xlsxwriter  # type: ignore[import-untyped] # It has no types.
from flask import Response, request

from base.db import reading
from base.errors import InvalidInput
from base.strict_json import JsonObject
from parties.access import Action
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.tracing.pages import DIRECTIONS, read_asked
from web.pages.tracing.picture import link_words
from web.pages.tracing.rows import Row, rows_of
from web.pages.tracing.things import known_of
from web.pages.tracing.where import HandTold, SumTold, left_out_words, tell_where
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.services import services
from web.session import page_actor, page_requires
from web.tracing import share_text, trace_for
from web.whereabouts import holders_told, where_told

Cell: TypeAlias = str | int | float

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MARK: Final = "\ufeff"
_WIDTHS: Final = (9, 8, 24, 44, 18, 18, 26, 18, 12, 12, 22, 24, 26, 18, 18, 12)
_SUM_WIDTHS: Final = (30, 34, 12, 12, 16, 40)
_CELL_CHARS_MAX: Final = 32_767


@blueprint.get("/trace.xlsx")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def trace_workbook() -> Response:
    """Give a trace as a workbook that can be sorted and filtered."""
    # Whatever is refused is refused before a file is begun.
    traces = _answers()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False})
    bold = book.add_format({"bold": True, "bottom": 1})
    _fill(book.add_worksheet(_("Trace")), _cells(traces), _WIDTHS, bold)
    _fill(book.add_worksheet(_("Who has it now")), _sum_cells(traces), _SUM_WIDTHS, bold)
    book.close()
    return _file(out.getvalue(), "xlsx", _XLSX)


def _fill(
    sheet: Any, lines: Iterable[tuple[Cell, ...]], widths: Sequence[int], bold: object
) -> None:
    """Write lines, of which the first is the head, into a sheet that can be filtered."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, cells in enumerate(lines):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(
                    number, column, cell[:_CELL_CHARS_MAX], bold if not number else None
                )
            else:
                sheet.write_number(number, column, cell)
    sheet.autofilter(0, 0, max(number, 1), len(widths) - 1)


@blueprint.get("/trace.csv")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def trace_table() -> Response:
    """Give a trace as a table in text."""
    out = io.StringIO(_MARK)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, lineterminator="\r\n")
    for cells in _cells(_answers()):
        writer.writerow([_guarded(cell) for cell in cells])
    return _file(out.getvalue().encode(), "csv", "text/csv; charset=utf-8")


@blueprint.get("/trace.json")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def trace_json() -> Any:
    """Give a trace back and forward, each as `GET /api/v1/lineage` answers it."""
    return [_told(trace) for trace in _answers()]


def _answers() -> list[Trace]:
    form = Form(name="trace", values=request.args.to_dict())
    asked = read_asked(form)
    if not form.is_good:
        raise InvalidInput(next(iter(form.problems.values())))
    return [trace_for(services(), page_actor(), asked, one) for one in DIRECTIONS]


def _told(trace: Trace) -> JsonObject:
    return {
        "subjects": list(trace.subjects),
        "direction": trace.direction.value,
        "reached": [
            {
                "uri": one.uri,
                "depth": one.depth,
                "share": share_text(trace, one.uri),
                "where": where_told(trace, one.uri),
            }
            for one in trace.reached
        ],
        "steps": [
            {
                "source": step.source,
                "target": step.target,
                "kind": step.kind.name.lower(),
                "seq": step.seq,
                "from_at": step.from_at.isoformat(),
                "until_at": None if step.until_at is None else step.until_at.isoformat(),
            }
            for step in trace.steps
        ],
        "size": trace.size,
        "behind": trace.behind,
        "is_cut": trace.is_cut,
        "is_partial": trace.is_partial,
        "holders": holders_told(trace),
        "told_of": len(trace.whereabouts),
    }


def _cells(traces: Sequence[Trace]) -> Iterator[tuple[Cell, ...]]:
    """Yield the head and the rows of both directions."""
    yield (
        _("Direction"),
        _("Steps away"),
        _("Product"),
        _("Code"),
        _("Lot"),
        _("Serial"),
        _("Party"),
        _("What happened"),
        _("Day"),
        _("Share"),
        _("Link"),
        _("Entries"),
        _("With whom now"),
        _("State now"),
        _("How much now"),
        _("Entry of that"),
    )
    words = {Direction.BACKWARD: _("Where it is from"), Direction.FORWARD: _("Where it went")}
    parts = services()
    with reading(parts.engine) as connection:
        known = known_of(connection, parts.log, traces, page_actor(), chosen_lang())
        where = {one.direction: tell_where(connection, one, chosen_lang()) for one in traces}
    for trace in traces:
        hands = where[trace.direction].rows
        for row in rows_of(trace, known):
            yield (*_row_cells(row, words[trace.direction]), *_hand_cells(hands, row.thing.uri))


def _sum_cells(traces: Sequence[Trace]) -> Iterator[tuple[Cell, ...]]:
    """Yield the head and a line for each party that has some of it."""
    yield (
        _("Party"),
        _("State now"),
        _("Pieces"),
        _("Lots"),
        _("Boxes and pallets"),
        _("How much of the lots"),
    )
    forward = next(one for one in traces if one.direction is Direction.FORWARD)
    with reading(services().engine) as connection:
        told = tell_where(connection, forward, chosen_lang(), ())
    yield from (_sum_line(one) for one in told.sums)
    if told.codes < len(forward.reached):
        yield (left_out_words(told.codes, len(forward.reached)), "", "", "", "", "")


def _sum_line(one: SumTold) -> tuple[Cell, ...]:
    return one.party, one.state, one.pieces, one.lots, one.containers, one.how_much


def _hand_cells(rows: Mapping[str, Sequence[HandTold]], uri: str) -> tuple[Cell, ...]:
    hands = rows.get(uri, ())
    return (
        "; ".join(one.party for one in hands),
        "; ".join(one.state for one in hands),
        "; ".join(one.amount for one in hands if one.amount),
        "; ".join(str(one.seq) for one in hands if one.seq is not None),
    )


def _row_cells(row: Row, direction: str) -> tuple[Cell, ...]:
    thing, entry = row.thing, row.thing.entry
    return (
        direction,
        row.depth,
        thing.product,
        thing.uri,
        thing.lot,
        thing.serial,
        entry.party if entry else "",
        entry.title if entry else "",
        entry.when[:10] if entry else "",
        # Exact in the cell: a quotient of whole numbers, as people would type it.
        "" if row.share is None else str(row.share),
        ", ".join(link_words(kind) for kind in row.links),
        ", ".join(str(seq) for seq in row.seqs),
    )


def _guarded(cell: Cell) -> Cell:
    return safe_text(cell) if isinstance(cell, str) else cell


def _file(data: bytes, ending: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="trace.{ending}"'}
    return Response(data, content_type=media_type, headers=headers)
