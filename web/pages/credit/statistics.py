"""Statistics of credit on a page: who is on which list, what was decided, how the feeds report.

One rule: the page shows what the interface counts; a bar is drawn from the number beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template, request

from base.errors import InvalidInput
from credit.cases.kinds import case_kinds
from credit.feeds.model import FactKind
from credit.rulebook.lists import CreditList, credit_lists
from credit.rulebook.model import Severity
from credit.statistics.counting import DecidedCount, summed
from credit.statistics.industries import sections
from parties.access import Action, has_role_for
from web.credit import book_of
from web.credit_statistics import OPEN_DATASETS, Statistics, statistics_for
from web.pages.credit import words
from web.pages.credit.asking import come_day_asked
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.regions import region_name
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.services import services
from web.session import page_actor, page_requires

_WIDTH: Final = 1000
_TABLES: Final = ("region", "section")
_COLUMNS_MAX: Final = 24
_MONTHS_A_YEAR: Final = 12
_COLUMN: Final = 24
_HEIGHT: Final = 160
_SEVERITIES: Final = (*(one.value for one in Severity), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A rectangle of a picture, and the class of decisions or lists that it stands for."""

    x: int
    y: int
    width: int
    height: int
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One list with its organisations and its bar, and the same by place or industry."""

    credit_list: CreditList
    organisations: int
    width: int
    parts: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Decisions month by month: columns from left to right, the gravest at the bottom."""

    names: Sequence[str]
    totals: Sequence[int]
    pieces: Sequence[Piece]
    width: int
    most: int
    classes: Sequence[tuple[str, str, int]]


@blueprint.context_processor
def _statistics_right() -> dict[str, bool]:
    """Tell every page of the workbench whether its reader sees what is counted of credit."""
    return {"counts_credit": has_role_for(page_actor(), Action.MONITOR)}


@blueprint.get("/credit/statistics")
@page_requires(Action.MONITOR)
def credit_statistics() -> str | tuple[str, int]:
    """Show how credit stands on a day, and what was decided and handed in before."""
    form = Form(name="statistics", values=request.args.to_dict())
    by = form.text("by") if form.text("by") in _TABLES else _TABLES[0]
    day, first, last = (come_day_asked(form, name) for name in ("day", "from", "to"))
    if form.is_good:
        try:
            found = statistics_for(services(), day=day, first=first, last=last)
        except InvalidInput:
            form.wrong("from", _("The first day lies after the last one."))
        else:
            return _page(form, found, by)
    return render_template("credit/statistics.html", form=form, found=None, by=by), 400


def _page(form: Form, found: Statistics, by: str) -> str:
    parts = services()
    book = book_of(parts)
    return render_template(
        "credit/statistics.html",
        form=form,
        found=found,
        by=by,
        lists=_lists(found, by),
        penalties=_months(found.decided, FactKind.PENALTY.value),
        permits=_months(found.decided, FactKind.PERMIT.value),
        inspections=_months(found.decided, FactKind.INSPECTION.value),
        measures=book.measures,
        matters=book.matters,
        kinds=case_kinds(),
        datasets=OPEN_DATASETS,
        shares={one.feed: _share(one.quarantined, one.received) for one in found.feeds},
        lateness={one.feed: _share(one.late, one.reported) for one in found.feeds},
    )


def _lists(found: Statistics, by: str) -> list[ListRow]:
    sums = summed(found.listed, by)
    totals = {name: sum(parts.values()) for name, parts in sums.items()}
    most = max(totals.values(), default=0)
    return [
        ListRow(
            credit_list=one,
            organisations=totals.get(one.id, 0),
            width=_width(totals.get(one.id, 0), most),
            parts=_named(sums.get(one.id, {}), by),
        )
        for one in credit_lists().values()
    ]


def _named(counts: Mapping[str, int], by: str) -> list[tuple[str, int]]:
    lang = chosen_lang()
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    if by == "region":
        return [(region_name(key, lang) or key or _("Not said"), count) for key, count in ordered]
    found = sections()
    return [
        (f"{key} {words.title(found[key].words)}" if key in found else _("Not said"), count)
        for key, count in ordered
    ]


def _width(count: int, most: int) -> int:
    # Whatever there is any of is to be seen.
    return max(count * _WIDTH // most, 4) if count else 0


def _months(decided: Iterable[DecidedCount], kind: str) -> Months:
    counts: dict[tuple[int, int], dict[str, int]] = {}
    for one in decided:
        if one.kind == kind:
            counts.setdefault((one.year, one.month), {})[one.severity] = one.decisions
    months = _between(counts)
    totals = [sum(counts.get(month, {}).values()) for month in months]
    most = max(totals, default=0)
    classes = {
        name: sum(counts.get(month, {}).get(name, 0) for month in months) for name in _SEVERITIES
    }
    return Months(
        names=[f"{year:04d}-{month:02d}" for year, month in months],
        totals=totals,
        pieces=[
            piece
            for at, month in enumerate(months)
            for piece in _column(at * _COLUMN, counts.get(month, {}), most)
        ],
        width=len(months) * _COLUMN,
        most=most,
        classes=[(name, _class_name(name), count) for name, count in classes.items() if count],
    )


def _between(told: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return every month from the first one told of to the last, the newest ones alone."""
    numbers = [year * _MONTHS_A_YEAR + month - 1 for year, month in told]
    if not numbers:
        return []
    first = max(min(numbers), max(numbers) - _COLUMNS_MAX + 1)
    return [
        (number // _MONTHS_A_YEAR, number % _MONTHS_A_YEAR + 1)
        for number in range(first, max(numbers) + 1)
    ]


def _column(x: int, counts: Mapping[str, int], most: int) -> Iterable[Piece]:
    y = _HEIGHT
    for name in reversed(_SEVERITIES[:-1]):
        height = _height(counts.get(name, 0), most)
        if height:
            y -= height
            yield Piece(x=x + 2, y=max(y, 0), width=_COLUMN - 4, height=height, tone=name)
    height = _height(counts.get("", 0), most)
    if height:
        yield Piece(x=x + 2, y=max(y - height, 0), width=_COLUMN - 4, height=height, tone="none")


def _height(count: int, most: int) -> int:
    return max(count * _HEIGHT // most, 1) if count else 0


def _class_name(name: str) -> str:
    return words.SEVERITIES[name]() if name else _("Without a class")


def _share(part: int, whole: int) -> str:
    """Return a part in per cent with one decimal, "–" of nothing."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole else "–"
