"""The desk of cases: what is overdue first, one case with every step, and the steps that follow.

One rule: each page shows and does what the interface would for the same actor.
"""

from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, InvalidInput, NotFound
from credit.cases.kinds import case_kinds
from credit.casework.desk import CLOSED, OPEN, REGION_CHARS, Choice, states_in_use
from parties.access import Action, has_role_for
from parties.actors import Role
from web.credit import book_of, today
from web.credit_cases import case_for, take_step_for
from web.credit_desk import desk_for, whole_case
from web.credit_documents import read_document
from web.credit_letters import case_letter
from web.pages.actor_names import actor_title
from web.pages.credit.case_forms import CaseOf, kept_documents, note_typed, once
from web.pages.credit.case_views import case_view, due_tone, steps_since
from web.pages.credit.case_words import (
    doubtful_words,
    not_yours_words,
    refuse,
    state_title,
    state_tone,
)
from web.pages.credit.refused import refused_view
from web.pages.credit.words import title
from web.pages.languages import chosen_lang
from web.pages.regions import region_name
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, typed
from web.services import services
from web.session import page_actor, page_requires

_DONE: Final = "done"
_BEGUN: Final = "begun"


@blueprint.context_processor
def _case_words() -> dict[str, object]:
    """Give the pages of the workbench the words of cases, and who may do what with them."""
    actor, book = page_actor(), book_of(services())
    return {
        "doubtful": partial(doubtful_words, book),
        "state_title": state_title,
        "state_tone": state_tone,
        "due_tone": due_tone,
        "actor_title": actor_title,
        "kept_papers": kept_documents,
        "moves_cases": has_role_for(actor, Action.MOVE_CREDIT_CASES),
        "reads_cases": has_role_for(actor, Action.READ_CREDIT),
        "reads_feeds": has_role_for(actor, Action.READ_CREDIT_FEEDS),
    }


@blueprint.get("/credit/cases")
@page_requires(Action.READ_CREDIT)
def credit_cases() -> WerkzeugResponse | str:
    """List cases: overdue ones first, then those due soon; with what becomes of them by kind."""
    parts, actor = services(), page_actor()
    if actor.role is Role.PRODUCER:
        return redirect("/work/credit/mine", 303)
    form = Form(name="filter", values=request.args.to_dict())
    on, rows_max = today(parts), page_rows()
    since = year_before(on)
    try:
        desk = desk_for(parts, actor, _choice(form, rows_max=rows_max), since=since)
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal
    return render_template(
        "credit/cases/list.html",
        desk=desk,
        form=form,
        today=on,
        since=since,
        kinds=[(one.id, title(one)) for one in case_kinds().values()],
        states=[(one, state_title(one)) for one in states_in_use(case_kinds().values())],
        regions=[(one, region_name(f"{one:0<6}", chosen_lang()) or one) for one in desk.regions],
    )


@blueprint.get("/credit/cases/<uuid:case_id>")
@page_requires(Action.READ_CREDIT)
def credit_case(case_id: UUID) -> str:
    """Show one case: its steps with their proofs, its clock, its records, what may follow."""
    return _case_page(case_id)


@blueprint.post("/credit/cases/<uuid:case_id>/steps")
@page_requires(Action.MOVE_CREDIT_CASES, keeps_typed=True)
def credit_step(case_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Take a step of a case."""
    parts, actor = services(), page_actor()
    row, _steps = case_for(parts, actor, case_id)
    step = row.kind.steps.get(request.form.get("step", ""))
    if step is None:
        raise NotFound("There is no such step.")
    form = typed(f"step-{step.id}")
    of = CaseOf(case_id=case_id, kind=row.kind, subject_id=row.subject_id)
    note = note_typed(form, of, step, book_of(parts))
    if not form.is_good:
        return _case_page(case_id, form), 400
    try:
        take_step_for(parts, actor, note, idempotency=once(form))
    except AppError as refusal:
        refuse(form, refusal)
        return _case_page(case_id, form), 400
    return redirect(f"/work/credit/cases/{case_id}?{_DONE}={step.id}", 303)


@blueprint.get("/credit/cases/<uuid:case_id>/steps")
@page_requires(Action.READ_CREDIT)
def credit_step_again(case_id: UUID) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the case."""
    return redirect(f"/work/credit/cases/{case_id}", 303)


@blueprint.get("/credit/cases/<uuid:case_id>/documents/<sha256>")
@page_requires(Action.READ_CREDIT)
def credit_document(case_id: UUID, sha256: str) -> Response:
    """Give out a document that was handed in with a step of this case."""
    parts = services()
    _row, steps = case_for(parts, page_actor(), case_id)
    named = {one.sha256: one.name for step in steps for one in step.note.documents}
    if sha256 not in named:
        raise NotFound("There is no such document of this case.")
    told = dump_options_header("attachment", {"filename": named[sha256]})
    return Response(
        read_document(parts, case_id, steps, sha256),
        mimetype="application/octet-stream",
        headers={"Content-Disposition": told, "X-Content-Type-Options": "nosniff"},
    )


@blueprint.get("/credit/cases/<uuid:case_id>/letters/<int:seq>.pdf")
@page_requires(Action.READ_CREDIT)
def credit_letter(case_id: UUID, seq: int) -> Response:
    """Give out the letter of a step, for A4."""
    body = case_letter(services(), page_actor(), case_id, seq)
    headers = {"Content-Disposition": f'inline; filename="{case_id}-{seq}.pdf"'}
    return Response(body, mimetype="application/pdf", headers=headers)


def _choice(form: Form, *, rows_max: int) -> Choice:
    kind, state, region = form.text("kind"), form.values.get("state", OPEN), form.code("region")
    known = {"", OPEN, CLOSED, *states_in_use(case_kinds().values())}
    return Choice(
        kind=kind if kind in case_kinds() else "",
        state=state if state in known else OPEN,
        region=region if region.isdigit() and len(region) <= REGION_CHARS else "",
        after=form.text("after"),
        rows_max=rows_max,
    )


def year_before(day: date) -> date:
    """Return the same day of the year before."""
    # 29 February has no day a year before.
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _case_page(case_id: UUID, form: Form | None = None) -> str:
    parts, actor = services(), page_actor()
    whole = whole_case(parts, actor, case_id)
    view = case_view(parts, actor, whole, book_of(parts), form=form)
    done = request.args.get(_DONE, "") if form is None else ""
    is_shown = any(one.form is form for one in view.next)
    return render_template(
        "credit/cases/case.html",
        view=view,
        row=whole.row,
        today=today(parts),
        is_party=actor.role is Role.PRODUCER,
        not_yours=not_yours_words(whole.not_yours),
        done=done if whole.steps and whole.steps[-1].note.step == done else "",
        refused=refused_view(
            form,
            is_shown=is_shown,
            meanwhile=steps_since(view.steps, form, is_shown=is_shown),
            may=[one.title for one in view.next],
        ),
    )
