"""What is recorded in the city, for the supervision: by stage, region, class and party.

One rule: the page shows what the interface counts; a bar is drawn from the numbers beside it.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from trace.monitoring.report import Group, Report
from trace.monitoring.stages import Stage
from trace.sheets.texts import safe_text
from typing import Final
from uuid import UUID

from flask import Response, render_template, request
from sqlalchemy import Connection

from base.db import reading
from base.errors import InvalidInput
from parties.access import Action, has_role_for
from parties.directory import PartyCard, parties_by_id
from web.monitoring import report_for, span_asked
from web.pages.class_words import class_name
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.regions import region_name
from web.pages.work_blueprint import blueprint, name_of, when
from web.pages.work_forms import Form
from web.services import services
from web.session import page_actor, page_requires

_TABLES: Final = ("region", "class", "party")
_ROWS: Final = 100
_WIDTH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A rectangle of a bar, in thousandths of its width."""

    x: int
    width: int
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table with its name and its bar."""

    group: Group
    name: str
    about: str
    pieces: tuple[Piece, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRow:
    """A party that stopped reporting."""

    name: str
    region: str
    last: str
    count: int


@blueprint.context_processor
def _monitoring_right() -> dict[str, bool]:
    """Tell every page of the workbench whether its reader sees what everybody records."""
    return {"monitors": has_role_for(page_actor(), Action.MONITOR)}


@blueprint.get("/monitoring")
@page_requires(Action.MONITOR)
def monitoring() -> str | tuple[str, int]:
    """Show how much was recorded, by whom and where, and who stopped."""
    form, by = _asked()
    report = _report(form)
    if report is None:
        return render_template("work/monitoring.html", form=form, report=None, by=by), 400
    groups = _groups(report, by)
    with reading(services().engine) as connection:
        rows = _rows(connection, groups[:_ROWS], by)
        silent = _silent(connection, report)
    return render_template(
        "work/monitoring.html",
        form=form,
        report=report,
        by=by,
        rows=rows,
        left_out=max(len(groups) - _ROWS, 0),
        whole=_row(report.whole, "", "", report.whole.total),
        stages=[
            (stage, title, report.whole.stages[stage]) for stage, title in stage_titles().items()
        ],
        silent=silent,
        silent_count=len(report.silent),
    )


@blueprint.get("/monitoring/table.csv")
@page_requires(Action.MONITOR)
def monitoring_csv() -> Response | tuple[str, int]:
    """Return a table with all of its rows, for a spreadsheet."""
    form, by = _asked()
    report = _report(form)
    if report is None:
        return render_template("work/monitoring.html", form=form, report=None, by=by), 400
    with reading(services().engine) as connection:
        rows = _rows(connection, _groups(report, by), by)
    name = f"monitoring-{by}-{report.span.first}-{report.span.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)


def stage_titles() -> Mapping[Stage, str]:
    """Return what each stage is called."""
    return {
        Stage.PRODUCTION: _("Production"),
        Stage.TRANSPORT: _("Transport"),
        Stage.SALE: _("Sale"),
        Stage.OTHER: _("Other events"),
    }


def _asked() -> tuple[Form, str]:
    form = Form(name="days", values=request.args.to_dict())
    by = form.text("by")
    return form, by if by in _TABLES else _TABLES[0]


def _report(form: Form) -> Report | None:
    parts = services()
    first, last = form.day("from"), form.day("to")
    if not form.is_good:
        return None
    try:
        return report_for(parts, span_asked(parts, first, last))
    except InvalidInput:
        most = str(parts.settings.monitoring_days_max)
        form.wrong(
            "to", _("Ask of fewer days, %(most)s at most, the first one first.", most=str(most))
        )
        return None


def _groups(report: Report, by: str) -> Sequence[Group]:
    return {"region": report.regions, "class": report.classes, "party": report.parties}[by]


def _rows(connection: Connection, groups: Sequence[Group], by: str) -> list[Row]:
    most = max((group.total for group in groups), default=0)
    if by == "party":
        cards = parties_by_id(connection, {UUID(group.key) for group in groups})
        return [_party_row(group, cards.get(UUID(group.key)), most) for group in groups]
    lang = chosen_lang()
    return [
        _row(
            group,
            class_name(group.key, lang)
            if by == "class"
            else region_name(group.key, lang) or group.key,
            "",
            most,
        )
        for group in groups
    ]


def _party_row(group: Group, card: PartyCard | None, most: int) -> Row:
    name = "" if card is None else name_of(card)
    about = "" if card is None else region_name(card.region, chosen_lang())
    return _row(group, name, about, most)


def _row(group: Group, name: str, about: str, most: int) -> Row:
    titles = stage_titles()
    return Row(
        group=group,
        name=name or _("Not said"),
        about=about,
        pieces=tuple(_pieces(group, most)),
        lacks=tuple(titles[stage] for stage in group.lacks),
    )


def _pieces(group: Group, most: int) -> Iterable[Piece]:
    x = 0
    for stage, count in group.stages.items():
        # Whatever there is any of is to be seen.
        width = max(count * _WIDTH // most, 4) if count else 0
        if width:
            yield Piece(x=x, width=min(width, _WIDTH - x), stage=stage.value)
            x += width


def _silent(connection: Connection, report: Report) -> list[SilentRow]:
    shown = report.silent[:_ROWS]
    cards = parties_by_id(connection, {one.party_id for one in shown})
    return [
        SilentRow(
            name=name_of(cards[one.party_id]) if one.party_id in cards else _("Not said"),
            region=region_name(cards[one.party_id].region, chosen_lang())
            if one.party_id in cards
            else "",
            last=when(one.last_at),
            count=one.count_before,
        )
        for one in shown
    ]


def _csv(rows: Iterable[Row]) -> str:
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    write = csv.writer(buffer, lineterminator="\r\n").writerow
    titles = [*stage_titles().values()]
    write(
        [
            _("Key"),
            _("What it is called"),
            _("Registered"),
            _("Reporting"),
            _("Coverage, of a hundred"),
            *titles,
            _("Nothing recorded of"),
        ]
    )
    for row in rows:
        group = row.group
        coverage = "" if group.coverage is None else str(group.coverage)
        cells = [group.key, row.name, group.registered, group.active, coverage]
        cells += [*group.stages.values(), " ".join(row.lacks)]
        write([_guarded(cell) for cell in cells])
    return buffer.getvalue()


def _guarded(cell: object) -> object:
    return safe_text(cell) if isinstance(cell, str) else cell
