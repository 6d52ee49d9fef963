"""The records of a class of goods as its own template sheets, one for each way of each step.

The rule that must stay true: a row of a template that was recorded comes back as the same cells;
behind them stand the entry, the event hash and until when the record must be kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from trace.reading import ReadEvent
from trace.sheets.exported import CITED, sheet_mark
from trace.sheets.headers import headers_of, said
from trace.sheets.heights import set_height
from trace.sheets.looks import Looks, make_looks
from trace.sheets.template import set_paper, width_of
from trace.submissions.fsma_lines import Told, told_of
from trace.submissions.keeping import Kept, keep_until
from trace.submissions.selecting import Wanted, events_for
from typing import Any, BinaryIO, Final

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

_WIDTHS: Final = (12, 50, 13, 34)
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
class ClassOrder:
    """Which records of which class are wanted, by whom; `lang` is that of labels."""

    log: int
    profile: Profile
    wanted: Wanted
    actor: Actor
    events_max: int
    lang: str
    made_at: datetime


@dataclass(slots=True)
class LeftOut:
    """How many events were asked for and are on no sheet, by why."""

    no_step: int = 0
    other_class: int = 0
    no_template: int = 0


class _Pages:
    """The sheets of a workbook, each begun with its first record, and how many rows it has."""

    def __init__(self, book: Any, looks: Looks, order: ClassOrder) -> None:
        self._book, self._looks, self._order = book, looks, order
        self._begun: dict[tuple[str, str], tuple[Any, dict[str, str]]] = {}
        self._rows: dict[tuple[str, str], int] = {}

    @property
    def count(self) -> int:
        """Return how many records were written."""
        return sum(self._rows.values())

    def write(self, sheet: Sheet, record: Record) -> None:
        """Write a record below those of its template."""
        key = (sheet.cte.id, sheet.way.name)
        if key not in self._begun:
            self._begun[key] = self._begin(sheet)
        page, headers = self._begun[key]
        self._rows[key] = number = self._rows.get(key, 0) + 1
        texts = [record.cells.get(name, "") for name in headers]
        norm = _norm_of(record, self._order.lang)
        cited = [*texts, "", record.told.read.event_hash or "", "", norm]
        widths = [*map(width_of, sheet.columns), *_WIDTHS]
        set_height(page, number, zip(cited, widths, strict=True))
        for at, text in enumerate(texts):
            if text:
                page.write_string(number, at, text, self._looks.cells["row"])
            else:
                page.write_blank(number, at, None, self._looks.cells["row"])
        _write_cited(page, self._looks, number, len(headers), record, self._order.lang)

    def _begin(self, sheet: Sheet) -> tuple[Any, dict[str, str]]:
        lang = self._order.lang
        page, headers = self._book.add_worksheet(_name(sheet, lang)), headers_of(sheet, lang)
        page.freeze_panes(1, 1)
        page.set_row(0, 34)
        set_paper(page)
        page.repeat_rows(0)
        page.repeat_columns(0)
        for at, header in enumerate(headers.values()):
            page.set_column(at, at, width_of(sheet.columns[at]))
            page.write_string(0, at, header, self._looks.required)
        for at, (words, width) in enumerate(zip(CITED, _WIDTHS, strict=True), start=len(headers)):
            page.set_column(at, at, width)
            page.write_string(0, at, said(words, lang), self._looks.header)
        return page, headers


def write_class_book(engine: Engine, order: ClassOrder, out: BinaryIO) -> int:
    """Write the workbook and return how many records are in it; raises as `events_for`.

    It is written row by row; a template's sheet stands where its first record happened, and a
    workbook without a record says so.
    """
    with reading(engine) as connection:
        found = events_for(
            connection, order.log, order.wanted, order.actor, events_max=order.events_max
        )
        # Text is text: no cell is ever a formula or a link.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(out, options) as book:
            book.set_properties({"created": order.made_at.replace(tzinfo=None)})
            looks = make_looks(book)
            pages = _Pages(book, looks, order)
            left_out = LeftOut()
            for sheet, record in _records(order.profile, order.lang, found, left_out):
                pages.write(sheet, record)
            if not pages.count:
                nothing = Words(zh="没有记录", en="There are no records.")
                page = book.add_worksheet()
                page.set_column(0, 0, 40)
                page.write_string(0, 0, said(nothing, order.lang), looks.title)
            elif order.profile.retention:
                _write_periods(book, looks, order)
            _write_left_out(book, looks, order, pages.count, left_out)
    return pages.count


def _records(
    profile: Profile, lang: str, found: Iterable[Sequence[ReadEvent]], left_out: LeftOut
) -> Iterator[tuple[Sheet, Record]]:
    """Yield the events that name a step of the class, as rows of the templates that they fit."""
    style = CellStyle(language=lang)
    checker = catalogue().checker(profile.name, profile.version)
    sheets = (sheet for cte in profile.ctes for sheet in templates_of(profile.name, cte))
    by_way = {(sheet.cte.id, sheet.way.name): sheet for sheet in sheets}
    for one in (told_of(event) for some in found for event in some):
        if one.said(CTE_TERM).partition("/")[0] != profile.name:
            if one.said(CTE_TERM):
                left_out.other_class += 1
            else:
                left_out.no_step += 1
            continue
        checked = checker.check(one.event, _NAMESPACES, class_code=profile.name)
        sheet = by_way.get((checked.cte or "", checked.way or ""))
        if sheet is not None:
            cells = row_of_event(sheet, one.event, _NAMESPACES, style)
            kept = keep_until(profile, one.day(), _expiry(one))
            yield sheet, Record(told=one, cells=cells, kept=kept)
        else:
            left_out.no_template += 1


def _name(sheet: Sheet, lang: str) -> str:
    label = said(sheet.cte.label, lang).translate(_FORBIDDEN)
    tail = sheet_mark(sheet)
    return (label[: max(0, _NAME_CHARS_MAX - len(tail))] + tail)[:_NAME_CHARS_MAX]


def _write_cited(page: Any, looks: Looks, number: int, at: int, record: Record, lang: str) -> None:
    page.write_number(number, at, record.told.seq, looks.cells["row_number"])
    page.write_string(number, at + 1, record.told.read.event_hash or "", looks.cells["row"])
    if record.kept is not None:
        page.write_datetime(number, at + 2, record.kept.until_on, looks.cells["row_date"])
        page.write_string(number, at + 3, _norm_of(record, lang), looks.cells["row"])


def _norm_of(record: Record, lang: str) -> str:
    """Return by which norm a record is kept, "" where no period is known."""
    if record.kept is None:
        return ""
    norm = record.kept.norm
    return f"{said(norm.title, lang)} {norm.clause}".rstrip()


_LEFT_OUT: Final = (
    Words(zh="写入本表的事件", en="Events in this workbook"),
    Words(
        zh="未写入：事件没有写明是哪个品类的哪一步（如标签启用、一般登记）",
        en="Left out: they name no step of a class (such as labels, or plain records)",
    ),
    Words(zh="未写入：属于其他品类", en="Left out: they are of another class"),
    Words(
        zh="未写入：写明的步骤与其内容不符，没有对应的表",
        en="Left out: what they say fits no template of the step they name",
    ),
)


def _write_left_out(
    book: Any, looks: Looks, order: ClassOrder, written: int, left_out: LeftOut
) -> None:
    """Say how many events of those asked for are on the sheets, and why others are not."""
    lang = order.lang
    page = book.add_worksheet(said(Words(zh="说明", en="Notes"), lang))
    page.set_column(0, 0, 70)
    page.set_column(1, 1, 12)
    page.write_string(0, 0, said(order.profile.label, lang), looks.title)
    page.write_string(
        2, 0, said(Words(zh="所选范围内的事件", en="Events asked for"), lang), looks.header
    )
    page.write_string(2, 1, said(Words(zh="个数", en="Count"), lang), looks.header)
    counts = (written, left_out.no_step, left_out.other_class, left_out.no_template)
    for row, (words, count) in enumerate(zip(_LEFT_OUT, counts, strict=True), start=3):
        page.write_string(row, 0, said(words, lang), looks.note)
        page.write_number(row, 1, count, looks.cells["row_number"])
    other = Words(
        zh="另一方登记的事件、被声明为错误的事件不在所选范围之内。",
        en="What others recorded, and what was declared wrong, is not among those asked for.",
    )
    page.write_string(8, 0, said(other, lang), looks.note)


def _write_periods(book: Any, looks: Looks, order: ClassOrder) -> None:
    """Say how long the records of the class are kept, and by which norm."""
    lang = order.lang
    page = book.add_worksheet(said(Words(zh="保存期限", en="Retention"), lang))
    for at, width in enumerate((44, 12, 30, 44)):
        page.set_column(at, at, width)
    page.write_string(0, 0, said(order.profile.label, lang), looks.title)
    made = order.made_at.astimezone(CIVIL_ZONE).isoformat(" ", "minutes")
    page.write_string(1, 0, f"{order.profile.id} · {made}", looks.note)
    heads = (
        Words(zh="记录", en="Records"),
        Words(zh="年", en="Years"),
        Words(zh="保质期满后月数", en="Months after the shelf life"),
        Words(zh="依据", en="Norm"),
    )
    for at, words in enumerate(heads):
        page.write_string(3, at, said(words, lang), looks.header)
    for number, row in enumerate(order.profile.retention, start=4):
        years = row.years if row.years is not None else row.else_years
        months = row.after_shelf_life_months
        norm = f"{said(row.norm.title, lang)} {row.norm.clause}".rstrip()
        page.write_string(number, 0, said(row.records, lang), looks.note)
        page.write_string(number, 1, "" if years is None else f"{years}", looks.note)
        page.write_string(number, 2, "" if months is None else f"{months}", looks.note)
        page.write_string(number, 3, norm, looks.note)


def _expiry(told: Told) -> date | None:
    try:
        return date.fromisoformat(told.said("cbvmda:itemExpirationDate")[:10])
    except ValueError:
        return None
