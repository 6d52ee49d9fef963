"""Lists for authorities: on a day, as known on a day, searched, compared; and how long one lasts.

The rule that must stay true: what left a list says why, and every line names its decision and its
proof.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response

from base.errors import InvalidInput
from credit.list_reading import Left, Removed
from credit.periods import FIRST_DAY
from credit.terms import TermAsked
from parties.access import Action
from web.credit import today
from web.credit_lists import (
    any_list,
    as_known,
    changes_for,
    count_for,
    counts_for,
    page_for,
    passed_for,
    sides_of,
    term_for,
)
from web.pages.credit.asking import ASKED_CHARS_MAX, come_day_asked, legal_day
from web.pages.credit.person_numbers import led_to
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_requires

_CHANGES_MAX: Final = 200
_ITEM_CHARS_MAX: Final = 16
_WEEK: Final = timedelta(days=7)

LEFT: Final[Mapping[Left, Callable[[], str]]] = {
    Left.ENDED: lambda: _("removed by its authority"),
    Left.RUN_OUT: lambda: _("its time has run out"),
    Left.REPAIRED: lambda: _("repaired"),
    Left.WITHDRAWN: lambda: _("withdrawn"),
    Left.SHIELDED: lambda: _("shielded for the time"),
    Left.NOT_YET: lambda: _("not on it yet on that day"),
    Left.OTHER: lambda: _("told otherwise"),
}
FIELDS: Final[Mapping[str, Callable[[], str]]] = {
    "authority_name": lambda: _("Decided by"),
    "number": lambda: _("Decision"),
    "title": lambda: _("Ground"),
    "starts_on": lambda: _("On it since"),
    "repairable_on": lambda: _("Removal may be asked for"),
    "stops_on": lambda: _("Not on it from"),
    "name": lambda: _("Name"),
}


@blueprint.get("/credit/lists")
@page_requires(Action.CHECK_CREDIT)
def credit_list_index() -> str:
    """Name every list with how many are on it today."""
    return render_template(
        "credit/lists.html", lists=counts_for(services()), today=today(services())
    )


@blueprint.post("/credit/lists/<list_id>")
@page_requires(Action.CHECK_CREDIT)
def credit_list_asked(list_id: str) -> Response:
    """Take what was typed to its answer; a person's number gets into no address."""
    form, found = typed("list"), any_list(list_id)
    asked = [(name, form.text(name)) for name in ("q", "day", "known")]
    return led_to(f"/work/credit/lists/{found.id}", asked)


@blueprint.get("/credit/lists/<list_id>")
@page_requires(Action.CHECK_CREDIT)
def credit_list(list_id: str) -> str | tuple[str, int]:
    """Show a list on a day, as known on a day, a page at a time."""
    parts, found = services(), any_list(list_id)
    form = Form(name="list", values=request.args.to_dict())
    day, known_on = come_day_asked(form, "day"), come_day_asked(form, "known")
    words, after = form.code("q")[:ASKED_CHARS_MAX], form.text("after")
    asked = as_known(parts, found.id, day=day, known_on=known_on)
    page = None
    if form.is_good:
        try:
            page = page_for(parts, asked, words=words, after=after, rows_max=page_rows())
        except InvalidInput:
            form.wrong("", _("There is no such page: begin at the first."))
    body = render_template(
        "credit/list.html",
        form=form,
        list=found,
        page=page,
        asked=asked,
        count=count_for(parts, asked),
        words=words,
        known_on=known_on,
        today=today(parts),
        week_ago=_before(asked.day),
    )
    return body if page is not None else (body, 400)


@blueprint.get("/credit/lists/<list_id>/changes")
@page_requires(Action.CHECK_CREDIT)
def credit_list_changes(list_id: str) -> str | tuple[str, int]:
    """Show what was added to a list between two days, what left it, and what changed."""
    parts, found = services(), any_list(list_id)
    form = Form(name="changes", values=request.args.to_dict())
    until = come_day_asked(form, "to") or today(parts)
    since = come_day_asked(form, "from") or _before(until)
    if since > until:
        form.wrong("to", _("The later day comes second."))
    changes, passed = None, tuple[Removed, ...]()
    if form.is_good:
        before, after = sides_of(parts, found.id, since=since, until=until)
        passed = passed_for(parts, before, after, rows_max=_CHANGES_MAX)
        changes = changes_for(parts, before, after, rows_max=_CHANGES_MAX)
    body = render_template(
        "credit/changes.html",
        form=form,
        list=found,
        since=since,
        until=until,
        changes=changes,
        passed=passed,
        most=_CHANGES_MAX,
        left=LEFT,
        fields=FIELDS,
    )
    return body if changes is not None else (body, 400)


@blueprint.get("/credit/lists/<list_id>/term")
@page_requires(Action.CHECK_CREDIT)
def credit_list_term(list_id: str) -> str | tuple[str, int]:
    """Show until when an entry of a list lasts that starts on a day, with every article."""
    parts, found = services(), any_list(list_id)
    form = Form(name="term", values=request.args.to_dict())
    asked = TermAsked(
        listed_on=legal_day(form, "listed") or today(parts),
        item=form.code("item")[:_ITEM_CHARS_MAX],
        extension_months=form.whole("extension") if form.text("extension") else 0,
        until_on=legal_day(form, "until"),
        ended_on=legal_day(form, "ended"),
    )
    term = None
    if form.is_good:
        try:
            term = term_for(parts, found.id, asked)
        except InvalidInput as refusal:
            form.refuse(refusal, Refusals())
    body = render_template(
        "credit/term.html",
        form=form,
        list=found,
        asked=asked,
        term=term,
        onto=None if term is None or term.step is None else any_list(term.step.onto),
    )
    # Whoever comes from the list has asked nothing yet: what is lacking stands at its field.
    return body if term is not None or "listed" not in request.args else (body, 400)


def _before(day: date) -> date:
    return max(day - _WEEK, FIRST_DAY)
