"""Checks a filled-in sheet row by row: header, cells, the profile, the door's own rules.

The rule that must stay true: a row that passes here is an event as the door would record it; what
is wrong is told by its cell, in both languages, and nothing is recorded by a check.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from trace.capture import Desk, refusals_of
from trace.refusal_words import zh_of
from trace.sheets.cells import tidy
from trace.sheets.checked import NAMESPACES, CellFault, CheckedRow, CheckedSheet
from trace.sheets.choosing import Chosen
from trace.sheets.documents import document_of
from trace.sheets.exported import CITED, ChangedRows, Ground, cited_at, with_recorded
from trace.sheets.grid import Grid, GridLimits, GridRow, cell_name
from trace.sheets.headers import LANGUAGES, keys_of, said
from trace.sheets.reading import bounded
from typing import Final

from base.db import reading
from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject
from codes.model import CodeError
from codes.typed import uri_typed
from parties.actors import Actor
from schemas.profiles.cells import CellStyle
from schemas.profiles.columns import Sheet
from schemas.profiles.findings import Severity
from schemas.profiles.model import Words
from schemas.profiles.registry import catalogue
from schemas.profiles.row_events import event_of_row

MESSAGES: Final = Words(zh="校验结果", en="What is wrong")
"""The header of the column that a report adds; it is left out when the report comes back."""

_NO_DATA: Final = frozenset(text for words in (MESSAGES, *CITED) for text in (words.zh, words.en))
_ROWS_AT_ONCE: Final = 200
_UNKNOWN_HEADER: Final = Words(zh="不是本模板的列", en="is no column of this template")
_REPEATED_HEADER: Final = Words(zh="出现了两次", en="is there twice")


def check_grid(
    desk: Desk,
    actor: Actor,
    chosen: Chosen,
    grid: Grid,
    limits: GridLimits,
    *,
    changed: ChangedRows = ChangedRows.REFUSE,
) -> CheckedSheet:
    """Return what is said of each row; raises `InvalidInput` where the sheet is another."""
    keys = _keys_at(chosen.sheet, grid.header)
    ground = Ground(
        log=desk.journal.log,
        actor=actor,
        sheet=chosen.sheet,
        style=CellStyle(to_uri=_to_uri),
        changed=changed,
        now=desk.clock.now(),
    )
    places = cited_at(grid.header)
    rows = bounded(_without_explanation(chosen.sheet, keys, grid.rows), limits)
    sheet = CheckedSheet(chosen, grid.suffix, grid.header)
    try:
        while some := [
            _checked(chosen, keys, row, ground.style) for row in islice(rows, _ROWS_AT_ONCE)
        ]:
            if places:
                with reading(desk.journal.engine) as connection:
                    some = with_recorded(connection, ground, keys, places, some)
            for row in _with_door(desk, actor, keys, some):
                sheet.add(row)
    except BaseException:
        sheet.__exit__()
        raise
    return sheet


def _keys_at(sheet: Sheet, header: Sequence[str]) -> dict[int, str]:
    """Return the key of each column that has one; raises with every wrong header."""
    known = keys_of(sheet)
    found: dict[int, str] = {}
    problems: list[Problem] = []
    for at, text in enumerate(header):
        if not text or text in _NO_DATA:
            continue
        key = known.get(text)
        if key is None:
            problems.append(_problem(at, "unknown_header", _UNKNOWN_HEADER))
        elif key in found.values():
            problems.append(_problem(at, "repeated_header", _REPEATED_HEADER))
        else:
            found[at] = key
    lacking = [
        column.header
        for column in sheet.columns
        if column.is_required and column.key not in found.values()
    ]
    if lacking:
        words = Words(
            zh=f"缺少这些列：{'、'.join(header.zh for header in lacking)}",
            en=f"lacks the columns: {', '.join(header.en for header in lacking)}",
        )
        problems.append(_problem(0, "missing_header", words))
    if problems:
        first = problems[0]
        raise InvalidInput(f"{first.path}: {first.message}", problems=problems)
    return found


def _problem(at: int, code: str, words: Words) -> Problem:
    return Problem(path=cell_name(1, at), code=code, message=words.en, message_zh=words.zh)


def _without_explanation(
    sheet: Sheet, keys: Mapping[int, str], rows: Iterable[GridRow]
) -> Iterator[GridRow]:
    """Leave out the row that explains, by what stands in it."""
    told = {
        (column.key, said(column.explanation, lang))
        for column in sheet.columns
        for lang in LANGUAGES
    }
    for row in rows:
        if not any((keys.get(at), cell) in told for at, cell in enumerate(row.cells)):
            yield row


def _to_uri(text: str) -> str:
    try:
        return uri_typed(text)
    except CodeError as refusal:
        raise InvalidInput(str(refusal)) from refusal


def _checked(chosen: Chosen, keys: Mapping[int, str], row: GridRow, style: CellStyle) -> CheckedRow:
    columns = {column.key: column for column in chosen.sheet.columns}
    places = {key: at for at, key in keys.items()}
    cells = {
        keys[at]: tidy(cell, columns[keys[at]])
        for at, cell in enumerate(row.cells)
        if at in keys and cell.strip()
    }
    faults = [
        CellFault(
            row=row.number,
            at=at,
            code="header",
            message="stands under no header",
            message_zh="上方没有表头",
        )
        for at, cell in enumerate(row.cells)
        # The column of messages that a report adds stands behind all others.
        if cell.strip() and at not in keys and at < max(keys)
    ]
    result = event_of_row(chosen.sheet, cells, style)
    faults += [
        CellFault(
            row=row.number,
            at=places.get(problem.key),
            code=problem.code,
            message=problem.message,
            message_zh=problem.message_zh,
        )
        for problem in result.problems
    ]
    if not faults:
        faults += _of_profile(chosen, result.event, row, places)
    return CheckedRow(row=row, event=result.event, faults=tuple(faults))


def _of_profile(
    chosen: Chosen, event: JsonObject, row: GridRow, places: Mapping[str, int]
) -> list[CellFault]:
    checker = catalogue().checker(chosen.profile.name, chosen.profile.version)
    checked = checker.check(event, NAMESPACES, class_code=chosen.profile.name)
    return [
        CellFault(
            row=row.number,
            at=places.get(finding.path),
            code=finding.code,
            message=finding.message,
            message_zh=finding.message_zh,
            is_grave=finding.severity is Severity.ERROR,
        )
        for finding in checked.findings
        if finding.severity is not Severity.INFO
    ]


def _with_door(
    desk: Desk, actor: Actor, keys: Mapping[int, str], rows: Sequence[CheckedRow]
) -> list[CheckedRow]:
    """Add what the door would refuse of the rows that are right so far."""
    asked = [row for row in rows if row.events]
    if not asked:
        return list(rows)
    document = document_of([row.event for row in asked], desk.clock.now())
    refused = refusals_of(desk, actor, document)
    told = {asked[at].row.number: problems for at, problems in refused.items()}
    places = {key.partition("[")[0].partition(".")[0]: at for at, key in keys.items()}
    places |= {key: at for at, key in keys.items()}
    return [
        replace(
            row,
            faults=(
                *row.faults,
                *(_of_door(row.row.number, one, places) for one in told.get(row.row.number, ())),
            ),
        )
        for row in rows
    ]


def _of_door(number: int, problem: Problem, places: Mapping[str, int]) -> CellFault:
    path = problem.path.partition("].")[2]
    # The very column of a datum, else the one that holds the whole field.
    field = path if path in places else path.partition("[")[0].partition(".")[0]
    return CellFault(
        row=number,
        at=places.get(field),
        code=problem.code,
        message=problem.message,
        message_zh=f"事件不能登记：{zh_of(problem)}",
    )
