"""The FSMA 204 workbook: read from the ledger, written sheet by sheet.

The rule that must stay true: every row names the entry and the hash of its event, so that whoever
doubts a cell can ask the ledger; the columns of one sheet are one table that can be sorted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from trace.events.model import Role
from trace.identifiers import find_ids, read_uris
from trace.projections.lineage import bring_up
from trace.reading import ReadEvent
from trace.recall.deadlines import Verified
from trace.sheets.heights import set_height
from trace.sheets.looks import Looks, make_looks
from trace.sheets.template import set_paper
from trace.submissions.fsma import SHEETS, Case, Cell, CteSheet, sheet_for
from trace.submissions.fsma_lines import Told, told_of
from trace.submissions.keeping import FSMA, keep_fsma_until
from trace.submissions.loads import seqs_of_carried, with_loads
from trace.submissions.naming import Names, read_names
from trace.submissions.periods import periods
from trace.submissions.selecting import Wanted, events_for
from trace.tables import EVENT, EVENT_ITEM
from trace.types import Action
from trace.withdrawn import is_declared_wrong
from typing import Any, BinaryIO, Final, NamedTuple

import xlsxwriter  # type: ignore[import-untyped] # It has no types.
from sqlalchemy import Connection, Engine, and_, or_, select

from base.clock import CIVIL_ZONE
from base.db import reading
from parties.actors import Actor

_CHUNK: Final = 500

CITED: Final = (
    ("Recorded by", 22),
    ("Event time", 25),
    ("Ledger entry", 9),
    ("Event hash", 50),
    ("Record kept until", 13),
    ("In logistic unit", 34),
)
"""The columns after those of the rule: the event that a row is read from, how long it is kept, and
the pallet or case that the event names in the lot's stead."""

_NOTES: Final = (
    "One sheet for each critical tracking event; each column names the paragraph that asks for it.",
    "A row is one traceability lot of one event.",
    "A making has a row for each input first, then one for each output.",
    "A pallet that is shipped or received has a row for each lot on it then (last column).",
    "A pallet whose content is not on record for whoever asks has a row of its own.",
    "An empty unit counts pieces.",
    "Locations: business name; name of the place; coordinates; region (GB/T 2260); code (GLN).",
    "Dates are those of the place of the event. Reference documents are separated by semicolons.",
    "Every row cites its event: the number of its entry in the ledger and its CBV 2.0 event hash.",
    "A proof of inclusion is at /ledger/proof/<log>/<entry>.",
    "Events that their recorder declared wrong are left out.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FsmaOrder:
    """What a workbook is to cover, who asks for it, and what its front says of it."""

    log: int
    wanted: Wanted
    actor: Actor
    events_max: int
    made_at: datetime
    made_for: str


class _Counted(NamedTuple):
    """How many events were asked for, and how many of them are on a sheet."""

    asked: int
    written: int


def write_fsma(engine: Engine, order: FsmaOrder, out: BinaryIO) -> int:
    """Write the workbook and return how many events are in it; raises as `events_for`.

    It is written row by row, so that its length is nothing to the memory.
    """
    bring_up(engine, order.log)
    with reading(engine) as connection:
        found = events_for(
            connection,
            order.log,
            order.wanted,
            order.actor,
            events_max=order.events_max,
            carried=seqs_of_carried(connection, order.log, order.actor, order.wanted.lots)
            if order.wanted.lots
            else (),
        )
        # Text is text: no cell is ever a formula or a link.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(out, options) as book:
            # The instant is the service's, so that the same submission is the same file.
            book.set_properties(
                {"title": "FSMA 204", "created": order.made_at.replace(tzinfo=None)}
            )
            looks = make_looks(book)
            front = book.add_worksheet("Read me")
            pages = {sheet.name: _begin_sheet(book, looks, sheet) for sheet in SHEETS}
            rows, event_count, asked = dict.fromkeys(pages, 0), 0, 0
            for some in found:
                asked += len(some)
                for sheet, cases in _cases(connection, order, some):
                    event_count += 1
                    for case in cases:
                        rows[sheet.name] += 1
                        _write_row(pages[sheet.name], looks, rows[sheet.name], sheet, case)
            for sheet in SHEETS:
                last = len(sheet.columns) + len(CITED) - 1
                pages[sheet.name].autofilter(0, 0, max(rows[sheet.name], 1), last)
            _write_front(front, looks, order, rows, _Counted(asked, event_count))
    return event_count


def _cases(
    connection: Connection, order: FsmaOrder, some: Sequence[ReadEvent]
) -> Iterator[tuple[CteSheet, list[Case]]]:
    """Yield each event that is of a sheet, as its rows."""
    told = with_loads(connection, order.log, order.actor, [told_of(one) for one in some])
    sheets = [(sheet, one) for one in told if (sheet := sheet_for(one)) is not None]
    sources = _sources(connection, order.log, [one for _, one in sheets])
    names = _names(connection, [one for _, one in sheets], list(sources.values()))
    wanted = frozenset(order.wanted.lots)
    for sheet, one in sheets:
        lines = _lines_wanted(one, wanted)
        yield (
            sheet,
            [Case(told=one, line=line, names=names, sources=sources) for line in lines],
        )


def cells_of(sheet: CteSheet, case: Case) -> list[Cell]:
    """Return the cells of a row, those that cite its event at the end."""
    read = case.told.read
    return [
        *(column.read(case) for column in sheet.columns),
        case.names.party(read.party_id),
        str(case.told.event["eventTime"]),
        read.seq,
        read.event_hash or "",
        keep_fsma_until(read.recorded_at) or "",
        case.line.inside,
    ]


def _write_front(
    page: Any, looks: Looks, order: FsmaOrder, rows: Mapping[str, int], counted: _Counted
) -> None:
    page.hide_gridlines(2)
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 96)
    page.set_row(0, 28)
    page.write_string(0, 0, "Traceability records, 21 CFR Part 1 Subpart S (FSMA 204)", looks.title)
    wanted = order.wanted
    told = (
        ("Made", order.made_at.astimezone(CIVIL_ZONE).isoformat(timespec="seconds")),
        ("Made for", order.made_for),
        ("Traceability lot codes", "\n".join(wanted.lots) or "all"),
        ("Events from", _instant(wanted.since)),
        ("Events before", _instant(wanted.until)),
        ("Ledger", f"log {order.log}"),
        ("Events", str(counted.written)),
        (
            "Events left out",
            f"{counted.asked - counted.written}: they are no critical tracking events",
        ),
        ("Records are kept", _kept(order.made_at)),
    )
    row = 2
    for name, text in told:
        page.write_string(row, 0, name, looks.header)
        page.write_string(row, 1, text, looks.note)
        row += 1
    row += 1
    page.write_string(row, 0, "Sheet", looks.header)
    page.write_string(row, 1, "Section of 21 CFR, and rows", looks.header)
    for sheet in SHEETS:
        row += 1
        page.write_url(row, 0, f"internal:'{sheet.name}'!A1", string=sheet.name)
        page.write_string(row, 1, f"{sheet.clause}; rows: {rows[sheet.name]}", looks.note)
    row += 2
    for note in _NOTES:
        page.merge_range(row, 0, row, 1, f"• {note}", looks.note)
        row += 1


def _begin_sheet(book: Any, looks: Looks, sheet: CteSheet) -> Any:
    page = book.add_worksheet(sheet.name)
    heads = [(f"{one.name}\n{sheet.clause}{one.para}", one.width) for one in sheet.columns]
    page.set_row(0, 64)
    for at, (head, width) in enumerate([*heads, *CITED]):
        page.set_column(at, at, width)
        page.write_string(0, at, head, looks.required if at < len(heads) else looks.header)
    page.freeze_panes(1, 1)
    # On one page across nobody could read it: the first column goes along instead.
    set_paper(page)
    page.repeat_rows(0)
    page.repeat_columns(0)
    return page


def _write_row(page: Any, looks: Looks, row: int, sheet: CteSheet, case: Case) -> None:
    cells = cells_of(sheet, case)
    widths = [*(column.width for column in sheet.columns), *(width for _, width in CITED)]
    set_height(page, row, zip(map(str, cells), widths, strict=True))
    for at, cell in enumerate(cells):
        _write(page, looks, row, at, cell)


def _write(page: Any, looks: Looks, row: int, at: int, cell: Cell) -> None:
    if isinstance(cell, str):
        page.write_string(row, at, cell, looks.cells["row"])
    elif isinstance(cell, date):
        page.write_datetime(row, at, cell, looks.cells["row_date"])
    else:
        page.write_number(row, at, cell, looks.cells["row_number"])


def _instant(instant: datetime | None) -> str:
    return "open" if instant is None else instant.astimezone(CIVIL_ZONE).isoformat()


def _kept(made_at: datetime) -> str:
    period = periods()[FSMA].in_force_on(made_at.astimezone(CIVIL_ZONE).date())
    if period is None:
        return ""
    read = "" if period.verified is Verified.TEXT else " (not compared with the text of the norm)"
    return f"{period.months} months from the day of the record, {period.clause}{read}"


def _lines_wanted(told: Told, lots: frozenset[str]) -> Sequence[Any]:
    """Return the lines of the lots that were asked for; of a making all, since they belong."""
    if not lots or told.event.get("type") == "TransformationEvent":
        return told.lines
    return [line for line in told.lines if line.uri in lots]


def _names(connection: Connection, told: Sequence[Told], sources: Sequence[str]) -> Names:
    sides = ("location", "possessing_party", "owning_party")
    places = {one.place(name) for one in told for name in ("readPoint", "bizLocation")}
    places |= {one.side(name, *sides) for one in told for name in ("sourceList", "destinationList")}
    return read_names(
        connection,
        places={uri for uri in (*places, *sources) if uri},
        goods={line.uri for one in told for line in one.lines},
        parties={one.read.party_id for one in told if one.read.party_id is not None},
    )


def _sources(connection: Connection, log: int, told: Sequence[Told]) -> dict[str, str]:
    """Return where each lot was given its code: the place of the event that made it.

    The place of an event is public (`schemas.visibility`), whoever recorded it.
    """
    uris = sorted({line.uri for one in told for line in one.lines})
    ids = find_ids(connection, log, uris)
    places: dict[int, int] = {}
    wanted = sorted(ids.values())
    for start in range(0, len(wanted), _CHUNK):
        statement = (
            select(EVENT_ITEM.c.item, EVENT.c.biz_location, EVENT.c.read_point)
            .join(EVENT, and_(EVENT.c.log == EVENT_ITEM.c.log, EVENT.c.seq == EVENT_ITEM.c.seq))
            .where(
                EVENT_ITEM.c.log == log,
                EVENT_ITEM.c.item.in_(wanted[start : start + _CHUNK]),
                EVENT.c.declared_at.is_(None),
                ~is_declared_wrong(log),
                or_(
                    EVENT_ITEM.c.role.in_([int(Role.OUTPUT), int(Role.OUTPUT_CLASS)]),
                    and_(
                        EVENT_ITEM.c.role.in_([int(Role.EPC), int(Role.EPC_CLASS)]),
                        EVENT.c.action == int(Action.ADD),
                    ),
                ),
            )
            .order_by(EVENT_ITEM.c.seq.desc())
        )
        for item, location, point in connection.execute(statement):
            # The last that is read is the first that was recorded.
            if (place := location if location is not None else point) is not None:
                places[item] = place
    named = read_uris(connection, log, sorted(set(places.values())))
    return {uri: named[places[item]] for uri, item in ids.items() if item in places}
