"""Random draws on pages: the plans, a draw in its two acts, and its check in plain words.

One rule: what the page says of a draw is what the check finds in the entries, and a hash stands
beside each thing that it fixes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, InvalidInput, NotFound
from credit.inspecting.committing import DrawAsked
from credit.inspecting.plans import Plan, plan_on, plans
from credit.inspecting.pool import PoolAsked
from credit.inspecting.reading import DrawPage, DrawRow, InspectionQuery
from credit.rulebook.matters import VisitsTerms
from credit.rulebook.model import Regime, Rule
from parties.access import Action
from parties.ids import new_id
from web.credit import book_of, today
from web.credit_inspections import (
    check_for,
    commit_for,
    draw_for,
    draws_for,
    inspections_for,
    make_for,
    pool_for,
)
from web.idempotency import id_of_request
from web.pages.credit import warning_words
from web.pages.credit.asking import legal_day
from web.pages.credit.case_forms import once
from web.pages.credit.refused import Meanwhile, refused_view
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, once_of, typed
from web.services import services
from web.session import page_actor, page_requires

_DIGITS_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan as the page tells it: the share and the visits a year of each class."""

    plan: Plan
    classes: tuple[tuple[str, int, tuple[int, int] | None], ...]
    visits_by: Rule | None


@blueprint.get("/credit/draws")
@page_requires(Action.READ_WARNINGS)
def credit_draws() -> str:
    """List draws, the newest first, with the plans and the form of a new one."""
    return _list(blank("draw"))


@blueprint.post("/credit/draws")
@page_requires(Action.ACT_ON_WARNINGS, keeps_typed=True)
def credit_commit() -> WerkzeugResponse | tuple[str, int]:
    """Fix pool and seed of a draw."""
    parts, actor = services(), page_actor()
    form = typed("draw")
    asked = _asked(form)
    if form.is_good and asked is not None:
        try:
            row = commit_for(parts, actor, asked, idempotency=once(form))
        except AppError as refusal:
            warning_words.refuse(form, refusal)
        else:
            return redirect(f"/work/credit/draws/{row.id}?done=committed", 303)
    return _list(form), 400


@blueprint.get("/credit/draws/<uuid:draw_id>")
@page_requires(Action.READ_WARNINGS)
def credit_draw(draw_id: UUID) -> str:
    """Show a draw: what was fixed when, what was drawn, and whether it can be drawn again."""
    return _page(draw_id, blank("value"))


@blueprint.get("/credit/draws/<uuid:draw_id>/draw")
@page_requires(Action.READ_WARNINGS)
def credit_draw_again(draw_id: UUID) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the draw."""
    return redirect(f"/work/credit/draws/{draw_id}", 303)


@blueprint.post("/credit/draws/<uuid:draw_id>/draw")
@page_requires(Action.ACT_ON_WARNINGS, keeps_typed=True)
def credit_make(draw_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Draw with the public value."""
    form = typed("value")
    if form.is_good:
        try:
            make_for(services(), page_actor(), draw_id, form.text("value"))
        except AppError as refusal:
            warning_words.refuse(form, refusal)
    if not form.is_good:
        return _page(draw_id, form), 400
    return redirect(f"/work/credit/draws/{draw_id}?done=drawn", 303)


@blueprint.get("/credit/draws/<uuid:draw_id>/pool.txt")
@page_requires(Action.READ_WARNINGS)
def credit_pool(draw_id: UUID) -> Response:
    """Give the file of the pool, whose hash the draw was committed with."""
    headers = {"Content-Disposition": f'attachment; filename="pool-{draw_id}.txt"'}
    return Response(pool_for(services(), draw_id), mimetype="text/plain", headers=headers)


def draws_page_asked() -> DrawPage:
    """Return the page of draws that an address asks for; raises `NotFound`."""
    parts = services()
    try:
        return draws_for(parts, after=request.args.get("after", ""))
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal


def _asked(form: Form) -> DrawAsked | None:
    parts, actor = services(), page_actor()
    due_on = legal_day(form, "due_on")
    if due_on is None:
        form.wrong("due_on", _("Name the day by which the inspections are made."))
    for name in ("region", "industry"):
        if form.code(name) and not (
            form.code(name).isdecimal() and len(form.code(name)) <= _DIGITS_MAX
        ):
            form.wrong(name, _("Digits alone; empty is all."))
    plan = form.choice("plan", {one.id: one for one in plans().values()})
    own = once_of(form)
    if due_on is None:
        return None
    return DrawAsked(
        draw_id=new_id(parts.clock.now())
        if own is None
        else id_of_request(actor.id, f"page:{own}"),
        title=form.text("title"),
        plan=plan,
        pool=PoolAsked(region=form.code("region"), industry=form.code("industry")),
        inspectors=form.text("inspectors").replace(",", " ").replace("，", " ").split(),
        beacon=form.text("beacon"),
        due_on=due_on,
    )


def _list(form: Form) -> str:
    parts = services()
    page = draws_page_asked()
    return render_template(
        "credit/inspections/draws.html",
        draws=page.rows,
        next_after=page.next_after,
        plans=_plans(),
        form=form,
        refused=refused_view(form, is_shown=True),
        today=today(parts),
    )


def _page(draw_id: UUID, form: Form) -> str:
    parts = services()
    row = draw_for(parts, draw_id)
    query = InspectionQuery(only_open=False, draw_id=draw_id, rows_max=parts.settings.page_size_max)
    return render_template(
        "credit/inspections/draw.html",
        row=row,
        plan=plans().get(row.plan),
        rows=inspections_for(parts, query).rows,
        problems=[] if row.seed is None else check_for(parts, draw_id),
        form=form,
        today=today(parts),
        done=request.args.get("done", "") if form.is_good else "",
        refused=refused_view(
            form,
            is_shown=row.seed is None,
            meanwhile=_drawn(row),
            onward=_("A draw is made once. What was drawn stands below; another draw is free."),
        ),
    )


def _drawn(row: DrawRow) -> list[Meanwhile]:
    """Return that a draw was made, for whoever wanted to make it with another value."""
    if row.drawn_seq is None or row.drawn_at is None:
        return []
    title = _("Drawn with the public value %(value)s", value=row.value)
    return [Meanwhile(title=title, at=row.drawn_at, seq=row.drawn_seq)]


def _plans() -> Sequence[PlanView]:
    parts = services()
    on = today(parts)
    often = book_of(parts).one("food.visits", on, Regime.MARKET, VisitsTerms)
    visits = {} if often is None else often[1].visits
    found = []
    for name in sorted({one.id for one in plans().values()}):
        try:
            plan = plan_on(name, on)
        except KeyError:
            continue
        shares = plan.shares_by(visits)
        found.append(
            PlanView(
                plan=plan,
                classes=tuple(
                    (grade, share, visits.get(grade) if plan.rounds_a_year else None)
                    for grade, share in shares.items()
                ),
                visits_by=often[0] if often is not None and plan.rounds_a_year else None,
            )
        )
    return found
