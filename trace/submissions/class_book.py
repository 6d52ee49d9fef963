"""The records of a class of goods as its own template sheets, one for each way of each step.

The rule that must stay true: a row of a template that was recorded comes back as the same cells;
behind them stand the entry, the event hash and until when the record must be kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from trace.sheets.headers import headers_of, said
from trace.sheets.looks import Looks, make_looks
from trace.submissions.fsma_lines import Told, told_of
from trace.submissions.keeping import Kept, keep_until
from trace.submissions.selecting import Wanted, events_for
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped] # It has no types.
from sqlalchemy import Engine

from base.clock import CIVIL_ZONE
from base.db import reading
from parties.actors import Actor
from schemas.cbv import STANDARD_PREFIXES
from schemas.profiles.cells import CellStyle
from schemas.profiles.columns import Sheet, templates_of
from schemas.profiles.model import Words
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.registry import catalogue
from schemas.profiles.row_events import row_of_event
from schemas.profiles.standing import Profile

CITED: Final = (
    Words(zh="账本条目", en="Ledger entry"),
    Words(zh="事件哈希", en="Event hash"),
    Words(zh="保存至", en="Keep until"),
    Words(zh="保存依据", en="Kept by"),
)
_WIDTHS: Final = (12, 88, 12, 40)
_NAME_CHARS_MAX: Final = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_NAMESPACES: Final = {**STANDARD_PREFIXES, "sx": "urn:suxin:epcis:"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event as a row of its template, and until when it is kept."""

    told: Told
    cells: Mapping[str, str]
    kept: Kept | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRecords:
    """The records of a class, by template; `lang` is that of labels."""

    profile: Profile
    sheets: tuple[tuple[Sheet, tuple[Record, ...]], ...]
    lang: str


def class_records(
    engine: Engine, log: int, profile: Profile, wanted: Wanted, actor: Actor, *, events_max: int
) -> tuple[Told, ...]:
    """Return the events that name a step of a class; raises as `events_for`."""
    with reading(engine) as connection:
        found = events_for(connection, log, wanted, actor, events_max=events_max)
    told = (told_of(one) for one in found)
    return tuple(one for one in told if one.said(CTE_TERM).partition("/")[0] == profile.name)


def sorted_records(profile: Profile, told: tuple[Told, ...], lang: str) -> ClassRecords:
    """Return the events as rows of the templates that they fit."""
    style = CellStyle(language=lang)
    sheets = [sheet for cte in profile.ctes for sheet in templates_of(profile.name, cte)]
    rows: dict[tuple[str, str], list[Record]] = {}
    checker = catalogue().checker(profile.name, profile.version)
    by_way = {(sheet.cte.id, sheet.way.name): sheet for sheet in sheets}
    for one in told:
        checked = checker.check(one.event, _NAMESPACES, class_code=profile.name)
        sheet = by_way.get((checked.cte or "", checked.way or ""))
        if sheet is not None:
            cells = row_of_event(sheet, one.event, _NAMESPACES, style)
            kept = keep_until(profile, one.day(), _expiry(one))
            record = Record(told=one, cells=cells, kept=kept)
            rows.setdefault((sheet.cte.id, sheet.way.name), []).append(record)
    filled = tuple((sheet, tuple(rows[key])) for key, sheet in by_way.items() if rows.get(key))
    return ClassRecords(profile=profile, sheets=filled, lang=lang)


def write_class_book(records: ClassRecords, *, made_at: datetime) -> bytes:
    """Return the workbook; one without a record says so."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        looks = make_looks(book)
        for (sheet, rows), name in zip(records.sheets, _names(records), strict=True):
            _write_sheet(book.add_worksheet(name), looks, sheet, rows, records.lang)
        if not records.sheets:
            page = book.add_worksheet()
            nothing = Words(zh="没有记录", en="There are no records.")
            page.write_string(0, 0, said(nothing, records.lang), looks.title)
        elif records.profile.retention:
            _write_periods(book, looks, records, made_at)
    return out.getvalue()


def _names(records: ClassRecords) -> Iterator[str]:
    for sheet, _ in records.sheets:
        label = said(sheet.cte.label, records.lang).translate(_FORBIDDEN)
        tail = f" {sheet.cte.id} {sheet.way.name}"
        yield (label[: max(0, _NAME_CHARS_MAX - len(tail))] + tail)[:_NAME_CHARS_MAX]


def _write_sheet(
    page: Any, looks: Looks, sheet: Sheet, rows: tuple[Record, ...], lang: str
) -> None:
    page.freeze_panes(1, 1)
    page.set_row(0, 34)
    headers = headers_of(sheet, lang)
    for at, header in enumerate(headers.values()):
        page.set_column(at, at, 20)
        page.write_string(0, at, header, looks.required)
    for at, (words, width) in enumerate(zip(CITED, _WIDTHS, strict=True), start=len(headers)):
        page.set_column(at, at, width)
        page.write_string(0, at, said(words, lang), looks.header)
    for number, record in enumerate(rows, start=1):
        for at, key in enumerate(headers):
            if text := record.cells.get(key, ""):
                page.write_string(number, at, text, looks.cells["lines"])
        _write_cited(page, looks, number, len(headers), record, lang)


def _write_cited(page: Any, looks: Looks, number: int, at: int, record: Record, lang: str) -> None:
    page.write_number(number, at, record.told.seq, looks.cells["number"])
    page.write_string(number, at + 1, record.told.read.event_hash or "", looks.note)
    if record.kept is not None:
        norm = record.kept.norm
        cited = f"{said(norm.norm.title, lang)} {norm.clause}".rstrip()
        page.write_datetime(number, at + 2, record.kept.until_on, looks.cells["date"])
        page.write_string(number, at + 3, cited, looks.note)


def _write_periods(book: Any, looks: Looks, records: ClassRecords, made_at: datetime) -> None:
    """Say how long the records of the class are kept, and by which norm."""
    lang = records.lang
    page = book.add_worksheet(said(Words(zh="保存期限", en="Retention"), lang))
    for at, width in enumerate((44, 12, 30, 44)):
        page.set_column(at, at, width)
    page.write_string(0, 0, said(records.profile.label, lang), looks.title)
    made = made_at.astimezone(CIVIL_ZONE).isoformat(" ", "minutes")
    page.write_string(1, 0, f"{records.profile.id} · {made}", looks.note)
    heads = (
        Words(zh="记录", en="Records"),
        Words(zh="年", en="Years"),
        Words(zh="保质期满后月数", en="Months after the shelf life"),
        Words(zh="依据", en="Norm"),
    )
    for at, words in enumerate(heads):
        page.write_string(3, at, said(words, lang), looks.header)
    for number, row in enumerate(records.profile.retention, start=4):
        years = row.years if row.years is not None else row.else_years
        months = row.after_shelf_life_months
        norm = f"{said(row.norm.norm.title, lang)} {row.norm.clause}".rstrip()
        page.write_string(number, 0, said(row.records, lang), looks.note)
        page.write_string(number, 1, "" if years is None else f"{years}", looks.note)
        page.write_string(number, 2, "" if months is None else f"{months}", looks.note)
        page.write_string(number, 3, norm, looks.note)


def _expiry(told: Told) -> date | None:
    try:
        return date.fromisoformat(told.said("cbvmda:itemExpirationDate")[:10])
    except ValueError:
        return None
