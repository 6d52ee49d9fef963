"""Early warnings on pages: the gravest first, one with all it stands on, and what is done about it.

One rule: each page shows and does what the interface would for the same actor.
"""

from datetime import date
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, InvalidInput, NotFound
from credit.rulebook.model import Norm
from credit.warning.acting import Asked, due_by_itself
from credit.warning.around import around
from credit.warning.life import ACTS, acts_from
from credit.warning.model import WarningState
from credit.warning.rules import SEVERITIES, warning_rules
from credit.warning.terms import terms_on
from parties.access import Action, has_role_for
from web.credit import book_of, today
from web.credit_warnings import (
    WarningsAsked,
    act_for,
    counts_for,
    run_for,
    run_of,
    warning_for,
    warnings_for,
)
from web.idempotency import id_of_request
from web.pages.credit import warning_words
from web.pages.credit.asking import legal_day, party_asked
from web.pages.credit.exposure_picture import ROWS_MAX, draw_around
from web.pages.credit.refused import refused_view, seen_of
from web.pages.credit.words import title
from web.pages.languages import chosen_lang
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, blank, once_of, typed
from web.services import services
from web.session import page_actor, page_requires

_TO_DO: Final = "to_do"
_STATES: Final = {
    _TO_DO: (WarningState.OPEN, WarningState.ACKNOWLEDGED),
    **{one.value: (one,) for one in WarningState},
    "all": (),
}
_DONE: Final = "done"
# The entry that a form was made after: nobody acts on old news.
_AFTER: Final = "after"


@blueprint.context_processor
def _warning_words() -> dict[str, object]:
    """Give the pages of the workbench the words of warnings, and who may do what with them."""
    actor = page_actor()
    return {
        "warning_words": warning_words,
        "reads_warnings": has_role_for(actor, Action.READ_WARNINGS),
        "acts_on_warnings": has_role_for(actor, Action.ACT_ON_WARNINGS),
    }


@blueprint.get("/credit/warnings")
@page_requires(Action.READ_WARNINGS)
def credit_warnings() -> str | tuple[str, int]:
    """List early warnings, the gravest first, those to be looked at unless others are asked for."""
    parts = services()
    form = Form(name="filter", values=request.args.to_dict())
    party = party_asked(form.text("party"))
    if party.fault or party.name:
        form.wrong("party", party.fault or warning_words.no_code())
    state = form.text("state") if form.text("state") in _STATES else _TO_DO
    severity, code = form.text("severity"), form.text("rule")
    asked = WarningsAsked(
        states=_STATES[state],
        code=code if code in warning_rules() else "",
        severity=severity if severity in SEVERITIES else "",
        uscc=party.code,
        after=form.text("after"),
    )
    try:
        found = warnings_for(parts, asked, rows_max=page_rows())
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal
    told = render_template(
        "credit/warnings/list.html",
        page=found.page,
        since=found.since,
        last_run_at=found.last_run_at,
        form=form,
        state=state,
        counts=counts_for(parts),
        run=blank("run"),
        rules=[(one.id, one.title(chosen_lang())) for one in warning_rules().values()],
        next_query={**request.args.to_dict(), "after": found.page.next_after},
    )
    return told if form.is_good else (told, 400)


@blueprint.get("/credit/warnings/runs")
@page_requires(Action.READ_WARNINGS)
def credit_run_again() -> WerkzeugResponse:
    """Lead whoever signed in anew back to the warnings."""
    return redirect("/work/credit/warnings", 303)


@blueprint.post("/credit/warnings/runs")
@page_requires(Action.ACT_ON_WARNINGS, keeps_typed=True)
def credit_run() -> WerkzeugResponse:
    """Let a worker run the rules of today."""
    once = once_of(typed("run"))
    actor = page_actor()
    run_id = None if once is None else id_of_request(actor.id, f"page:{once}")
    run = run_for(services(), actor, run_id=run_id)
    return redirect(f"/work/credit/warnings/runs/{run.task.id}", 303)


@blueprint.get("/credit/warnings/runs/<uuid:run_id>")
@page_requires(Action.READ_WARNINGS)
def credit_run_page(run_id: UUID) -> str:
    """Show how far a run is, and what it did once it is done."""
    run = run_of(services(), run_id)
    rules = warning_rules()
    counts = {} if run.counts is None else run.counts.by_rule
    return render_template(
        "credit/warnings/run.html",
        run=run,
        by_rule=[
            (rules[one].title(chosen_lang()) if one in rules else one, count)
            for one, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
    )


@blueprint.get("/credit/warnings/<uuid:warning_id>")
@page_requires(Action.READ_WARNINGS)
def credit_warning(warning_id: UUID) -> str:
    """Show one warning: what it stands on, who stands around the party, what was said of it."""
    return _warning_page(warning_id)


@blueprint.get("/credit/warnings/<uuid:warning_id>/acts")
@page_requires(Action.READ_WARNINGS)
def credit_warning_again(warning_id: UUID) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the warning."""
    return redirect(f"/work/credit/warnings/{warning_id}", 303)


@blueprint.post("/credit/warnings/<uuid:warning_id>/acts")
@page_requires(Action.ACT_ON_WARNINGS, keeps_typed=True)
def credit_warning_act(warning_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Acknowledge, dismiss, send to an inspection, or close a warning."""
    act = request.form.get("step", "")
    if act not in ACTS:
        raise NotFound("There is no such act.")
    form = typed(f"step-{act}")
    asked = Asked(
        warning_id=warning_id,
        act=act,
        reason=form.text("reason"),
        due_on=legal_day(form, "due_on") if act == "escalate" else None,
        after=seen_of(form, _AFTER),
    )
    if form.is_good:
        once = once_of(form)
        try:
            act_for(services(), page_actor(), asked, key=None if once is None else f"page:{once}")
        except AppError as refusal:
            warning_words.refuse(form, refusal)
    if not form.is_good:
        return _warning_page(warning_id, form), 400
    return redirect(f"/work/credit/warnings/{warning_id}?{_DONE}={act}", 303)


def _warning_page(warning_id: UUID, form: Form | None = None) -> str:
    parts = services()
    whole = warning_for(parts, warning_id)
    row, on = whole.row, today(parts)
    with reading(parts.engine) as connection:
        found = around(connection, parts.log, row.subject_code, on)
    done = request.args.get(_DONE, "") if form is None else ""
    acts = [(act, _form_of(act.id, form, on)) for act in acts_from(row.state)]
    return render_template(
        "credit/warnings/warning.html",
        row=row,
        said=whole.said,
        since=whole.since,
        acts=acts,
        refused=refused_view(
            form,
            is_shown=any(one is form for _act, one in acts),
            meanwhile=warning_words.said_since(whole.said, seen_of(form, _AFTER)),
            may=[title(act) for act, _form in acts],
        ),
        norm=_norm("" if row.rule is None else row.rule.norm),
        around=found,
        window_days=terms_on(on).picture_days,
        rows_max=ROWS_MAX,
        picture=None if found.is_empty else draw_around(found, row.name or row.subject_code),
        done=done if whole.said and whole.said[-1].act == done else "",
    )


def _norm(norm_id: str) -> Norm | None:
    book = book_of(services())
    norms = [one.norm for one in book.rules.values()]
    norms += [one.norm for one in book.measures.values()]
    return next((one for one in norms if one.id == norm_id), None)


def _form_of(act: str, form: Form | None, on: date) -> Form:
    if form is not None and form.name == f"step-{act}":
        return form
    return blank(f"step-{act}", due_on=due_by_itself(on))
