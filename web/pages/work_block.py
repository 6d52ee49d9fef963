"""The page of a block: what became of its codes, labels, activation, void, files.

The rule that must stay true: whatever is refused comes back on this page beside its field, and a
form that is sent twice does nothing twice.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from trace.issuing.events import Making
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import AppError
from parties.access import Action
from parties.actors import Actor
from parties.issuing.blocks import Block
from parties.issuing.ranges import RangeRequest, ranges_of
from parties.issuing.runs import Run, RunCounter, RunState, runs_of
from parties.issuing.tables import RangeAction
from parties.tasks import Task, list_tasks
from web.idempotency import id_of_request
from web.issuing import activate, block_for, void
from web.label_files import LabelFile, file_response, label_desk, order_labels
from web.pages.languages import say as _
from web.pages.work_blueprint import (
    block_title,
    blueprint,
    kind_title,
    products_of,
    shortened_words,
)
from web.pages.work_finding import is_search, sites_asked
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_label_form import (
    label_choices,
    label_refusals,
    likely_labels,
    picture_of,
    read_order,
)
from web.pages.work_pictures import draw_bar
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_RANGES_SHOWN: Final = 20
_TASKS_SEARCHED: Final = 100
_DONE: Final = ("issued", "activated", "voided", "begun")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """The forms of the page, None for those that nobody has filled in."""

    labels: Form | None = None
    activation: Form | None = None
    void: Form | None = None


@blueprint.get("/blocks/<uuid:block_id>")
@page_requires(Action.READ_CODES)
def block(block_id: UUID) -> str:
    """Show a block."""
    return _page(_block(block_id, Action.READ_CODES), _Forms())


@blueprint.get("/blocks/<uuid:block_id>/preview")
@page_requires(Action.ISSUE_CODES)
def preview(block_id: UUID) -> str:
    """Return the picture of a label alone, for a page whose form was changed."""
    found = _block(block_id, Action.ISSUE_CODES)
    form = Form(name="labels", values=request.args.to_dict())
    order = read_order(form, found)
    picture = picture_of(form, found, label_desk(services(), found), order)
    return render_template("work/preview.html", picture=picture, form=form)


@blueprint.route("/blocks/<uuid:block_id>/activate", methods=["GET", "POST"])
@page_requires(Action.ISSUE_CODES, keeps_typed=True)
def activate_codes(block_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Bind codes to a lot."""
    if request.method == "GET":
        return redirect(f"/work/blocks/{block_id}#activate", 303)
    found, form, actor = _block(block_id, Action.ISSUE_CODES), typed("activation"), page_actor()
    if is_search(form):
        return _page(found, _Forms(activation=form)), 200
    wanted, making = _activation(form, found)
    if form.is_good:
        # The time is that of sending it, so it tells no two of them apart.
        days = (making.produced_on, making.expires_on)
        task_id = _task_id(actor, form, (wanted, making.site, days))
        try:
            task = activate(services(), actor, wanted, making, task_id=task_id)
        except AppError as refusal:
            form.refuse(refusal, Refusals(most=found.count))
        else:
            return _after(found, task, "activated")
    return _page(found, _Forms(activation=form)), 400


@blueprint.route("/blocks/<uuid:block_id>/void", methods=["GET", "POST"])
@page_requires(Action.ISSUE_CODES, keeps_typed=True)
def void_codes(block_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Take codes out of use for ever."""
    if request.method == "GET":
        return redirect(f"/work/blocks/{block_id}#void", 303)
    found, form, actor = _block(block_id, Action.ISSUE_CODES), typed("void"), page_actor()
    wanted = RangeRequest(
        block_id=found.id,
        action=RangeAction.VOIDED,
        first=form.whole("first"),
        last=form.whole("last"),
        reason=form.text("reason"),
    )
    if not form.is_ticked("is_sure"):
        form.wrong("is_sure", _("Tick this if you are sure: void is final."))
    if form.is_good:
        try:
            task = void(services(), actor, wanted, task_id=_task_id(actor, form, wanted))
        except AppError as refusal:
            form.refuse(refusal, Refusals(most=found.count))
        else:
            return _after(found, task, "voided")
    return _page(found, _Forms(void=form)), 400


@blueprint.route("/blocks/<uuid:block_id>/labels", methods=["GET", "POST"])
@page_requires(Action.ISSUE_CODES, keeps_typed=True)
def labels(block_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Give out a file of labels, or begin a long one; or only draw one for the page."""
    if request.method == "GET":
        return redirect(f"/work/blocks/{block_id}#labels", 303)
    found, form, actor = _block(block_id, Action.ISSUE_CODES), typed("labels"), page_actor()
    if form.is_ticked("preview"):
        return _page(found, _Forms(labels=form)), 200
    order = read_order(form, found)
    if form.is_good:
        parts = services()
        try:
            made = order_labels(parts, actor, found, order, task_id=_task_id(actor, form, order))
        except AppError as refusal:
            form.refuse(refusal, label_refusals(found, order))
        else:
            if not isinstance(made, LabelFile):
                return redirect(f"/work/tasks/{made.id}", 303)
            # What a label says is partly law: nobody gets less of it without having been told.
            if not made.shortened or form.is_ticked("may_shorten"):
                return file_response(made)
            form.wrong("may_shorten", shortened_words(made.shortened))
    return _page(found, _Forms(labels=form)), 400


def _block(block_id: UUID, action: Action) -> Block:
    parts = services()
    with reading(parts.engine) as connection:
        return block_for(connection, parts, page_actor(), action, block_id)


def _activation(form: Form, found: Block) -> tuple[RangeRequest, Making]:
    lot = form.code("lot")
    wanted = RangeRequest(
        block_id=found.id,
        action=RangeAction.ACTIVATED,
        first=form.whole("first"),
        last=form.whole("last"),
        lot=lot,
    )
    making = Making(
        site=form.text("site"),
        happened_at=_now(),
        lot=lot,
        produced_on=form.day("produced_on"),
        expires_on=form.day("expires_on"),
    )
    return wanted, making


def _now() -> datetime:
    return services().clock.now().astimezone(CIVIL_ZONE)


def _task_id(actor: Actor, form: Form, asked: object) -> UUID | None:
    """Return the id of what a form asks for: the same form with something else in it is another."""
    once = once_of(form)
    return None if once is None else id_of_request(actor.id, f"page:{once}:{asked!r}")


def _after(found: Block, task: Task, done: str) -> WerkzeugResponse:
    if task.is_finished:
        return redirect(f"/work/blocks/{found.id}?done={done}", 303)
    return redirect(f"/work/tasks/{task.id}", 303)


def _page(found: Block, forms: _Forms) -> str:
    parts, actor = services(), page_actor()
    desk = label_desk(parts, found)
    with reading(parts.engine) as connection:
        counter = RunCounter()
        bar = draw_bar(counter.passing(runs_of(connection, found)), found.count)
        ranges = ranges_of(connection, found, rows_max=_RANGES_SHOWN)
        products = products_of(connection, [found])
        activation = forms.activation or _likely_activation(counter.first_free)
        sites = sites_asked(connection, found.party_id, activation)
        tasks = _tasks(connection, actor, found)
    label_form = forms.labels or likely_labels(found, desk)
    order = read_order(replace(label_form), found)
    picture = picture_of(label_form, found, desk, order)
    done = request.args.get("done", "")
    tally = counter.tally
    return render_template(
        "work/block.html",
        block=found,
        title=block_title(found, products),
        kind=kind_title(found),
        tally=tally,
        bar=bar,
        states={state.value: getattr(tally, state.value) for state in RunState},
        ranges=ranges,
        activated=RangeAction.ACTIVATED,
        sites=sites,
        tasks=tasks,
        choices=label_choices(found),
        labels=label_form,
        picture=picture,
        activation=activation,
        void=forms.void or blank("void"),
        can_activate=found.kind.is_item and found.product_id is not None,
        done=done if done in _DONE else "",
    )


def _likely_activation(free: Run | None) -> Form:
    values = {} if free is None else {"first": free.first, "last": free.last}
    return blank("activation", produced_on=_now().date().isoformat(), **values)


def _tasks(connection: Connection, actor: Actor, found: Block) -> list[Task]:
    """Return what is being made of the block, or was made and can be fetched."""
    if actor.party_id is None:
        return []
    every = list_tasks(connection, party_id=actor.party_id, before=None, rows_max=_TASKS_SEARCHED)
    of_block = [task for task in every if task.subject == str(found.id)]
    return [task for task in of_block if not task.is_finished or task.file_name]
