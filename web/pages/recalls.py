"""The desk of recalls for whoever is signed in: the list, opening, one recall, a holder's answer.

One rule: each page shows and does what the API would for the same actor.
"""

from collections.abc import Callable, Sequence
from trace.recall.answering import Said
from trace.recall.deadlines import domains
from trace.recall.model import Outcome
from trace.recall.opening import OpenRequest
from trace.recall.reading import RecallQuery
from trace.recall.scope import Scope
from typing import Any, Final
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, Conflict, InputTooLarge, InvalidInput, NotFound
from parties.access import Action, has_role_for
from web.pages.languages import say as _
from web.pages.recall_forms import (
    criteria_typed,
    criteria_values,
    once,
    said_typed,
    units_of,
)
from web.pages.recall_rows import line_rows, notice_rows, recall_row, unit_rows
from web.pages.recall_words import (
    ANSWERS,
    LEVEL_HELP,
    LEVELS,
    STAGES,
    STEPS,
    VERIFIED,
    domain_name,
    unit_name,
)
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, typed
from web.pages.work_refusals import Refusals, refusal_words, whole_refusal
from web.recall_files import NAMES, recall_file
from web.recalls import (
    BriefRecall,
    answer_for,
    brief_for,
    close_for,
    containers_for,
    explain_for,
    lines_for,
    open_for,
    preview_for,
    recall_for,
    recalls_for,
    rescope_for,
    shown_to,
)
from web.services import services
from web.session import page_actor, page_requires

_PAGE_ROWS: Final = 30
_LINES_SHOWN: Final = 200
_OWN: Final = Refusals()
_DONE: Final = ("opened", "scoped", "answered", "acted", "explained", "closed")


@blueprint.context_processor
def _what_is_seen() -> dict[str, Any]:
    """Tell every page of the workbench whether its reader has anything to do with recalls."""
    actor = page_actor()
    return {
        "sees_recalls": has_role_for(actor, Action.READ_RECALLS),
        "opens_recalls": has_role_for(actor, Action.OPEN_RECALLS),
    }


@blueprint.get("/recalls")
@page_requires(Action.READ_RECALLS)
def recalls() -> str:
    """List recalls, those with late holders first, then the newest."""
    parts, actor = services(), page_actor()
    form = Form(name="filter", values=request.args.to_dict())
    state = form.text("state")
    is_open = {"open": True, "closed": False}.get(state)
    before = form.whole("after") if form.text("after") else None
    query = RecallQuery(rows_max=_PAGE_ROWS + 1, is_open=is_open, before=before)
    found = recalls_for(parts, actor, query)
    shown = brief_for(parts, actor, found[:_PAGE_ROWS])
    shown.sort(key=lambda one: -_late(one))
    rows = [{"row": recall_row(one.recall), "whole": one} for one in shown]
    return render_template(
        "recalls/list.html",
        rows=rows,
        form=form,
        after=found[_PAGE_ROWS - 1].seq if len(found) > _PAGE_ROWS else None,
    )


@blueprint.get("/recalls/open")
@page_requires(Action.OPEN_RECALLS)
def recall_form() -> str:
    """Show the form that opens a recall, filled with what a page that leads here was about."""
    begun = {name: request.args.get(name, "") for name in ("party", "place", "since", "until")}
    return _open_page(
        blank("open", codes=request.args.get("code", ""), domain="food", level="1", **begun)
    )


@blueprint.post("/recalls/open")
@page_requires(Action.OPEN_RECALLS, keeps_typed=True)
def open_recall() -> WerkzeugResponse | tuple[str, int] | str:
    """Open a recall, or show first what it would reach."""
    parts, actor, form = services(), page_actor(), typed("open")
    form.choice("domain", domains())
    form.choice("level", {str(level): level for level in LEVELS})
    is_trial = form.text("do") == "try"
    if not is_trial and not form.text("reason"):
        form.wrong("reason", _("Say in 1 to 500 characters why."))
    try:
        criteria = criteria_typed(form)
        if form.is_good and is_trial:
            return _open_page(form, preview_for(parts, actor, criteria))
        if form.is_good:
            asked = OpenRequest(
                domain=form.text("domain"),
                level=int(form.text("level")),
                reason=" ".join(form.text("reason").split()),
                criteria=criteria,
                is_mock=form.is_ticked("is_mock"),
            )
            recall = open_for(parts, actor, asked, idempotency=once(form))
            return redirect(f"/work/recalls/{recall.id}?done=opened", 303)
    except (InvalidInput, NotFound, InputTooLarge, Conflict) as refusal:
        _refuse(form, refusal)
    return _open_page(form), 400


@blueprint.get("/recalls/<uuid:recall_id>")
@page_requires(Action.READ_RECALLS)
def recall(recall_id: UUID) -> str:
    """Show one recall from open to close."""
    return _recall_page(recall_id)


@blueprint.post("/recalls/<uuid:recall_id>/scope")
@page_requires(Action.OPEN_RECALLS, keeps_typed=True)
def rescope(recall_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Widen or narrow a recall."""
    form = typed("scope")

    def act() -> None:
        criteria, reason = criteria_typed(form), " ".join(form.text("reason").split())
        if form.is_good:
            rescope_for(
                services(), page_actor(), recall_id, criteria, reason, idempotency=once(form)
            )

    return _done(recall_id, form, "scoped", act)


@blueprint.post("/recalls/<uuid:recall_id>/explain")
@page_requires(Action.OPEN_RECALLS, keeps_typed=True)
def explain(recall_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Say why a holder's answer is not waited for."""
    form = typed("explain")

    def act() -> None:
        party_id, note = form.id("party_id"), " ".join(form.text("note").split())
        if party_id is None:
            raise NotFound(_("Choose one of these."))
        if form.is_good:
            explain_for(services(), page_actor(), recall_id, party_id, note, idempotency=once(form))

    return _done(recall_id, form, "explained", act)


@blueprint.post("/recalls/<uuid:recall_id>/close")
@page_requires(Action.OPEN_RECALLS, keeps_typed=True)
def close(recall_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """End a recall."""
    form = typed("close")

    def act() -> None:
        outcome = form.choice("outcome", {one.value: one for one in Outcome})
        note = " ".join(form.text("note").split())
        if form.is_good:
            close_for(
                services(),
                page_actor(),
                recall_id,
                Outcome(outcome),
                note,
                idempotency=once(form),
            )

    return _done(recall_id, form, "closed", act)


@blueprint.get("/recalls/<uuid:recall_id>/answer")
@page_requires(Action.ANSWER_RECALLS)
def answer_form(recall_id: UUID) -> str:
    """Show a holder its lines and ask what it found."""
    return answer_page(recall_id, blank("answer"))


@blueprint.post("/recalls/<uuid:recall_id>/answer")
@page_requires(Action.ANSWER_RECALLS, keeps_typed=True)
def answer(recall_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Record what a holder says."""
    parts, actor, form = services(), page_actor(), typed("answer")
    units = units_of(lines_for(parts, actor, recall_id))
    try:
        said: Said = said_typed(form, units)
        if form.is_good:
            answer_for(parts, actor, recall_id, said, idempotency=once(form))
            return redirect(f"/work/recalls/{recall_id}/answer?done=answered", 303)
    except (InvalidInput, Conflict) as refusal:
        _refuse(form, refusal)
    return answer_page(recall_id, form), 400


def recall_paper(recall_id: UUID, name: str) -> Response:
    """Give out a file of a recall."""
    return recall_file(services(), page_actor(), recall_id, name)


for _name in NAMES:
    blueprint.add_url_rule(
        f"/recalls/<uuid:recall_id>/{_name}",
        f"recall_{_name.replace('.', '_')}",
        page_requires(Action.READ_RECALLS)(recall_paper),
        defaults={"name": _name},
    )


def _late(brief: BriefRecall) -> int:
    return 0 if brief.recall.closing is not None else brief.total.late


def _done(
    recall_id: UUID, form: Form, word: str, act: Callable[[], None]
) -> WerkzeugResponse | tuple[str, int]:
    try:
        act()
        if form.is_good:
            return redirect(f"/work/recalls/{recall_id}?done={word}", 303)
    except (InvalidInput, InputTooLarge, Conflict) as refusal:
        _refuse(form, refusal)
    except NotFound as refusal:
        # A recall that is none of the reader's is not there at all.
        recall_for(services(), page_actor(), recall_id)
        _refuse(form, refusal)
    return _recall_page(recall_id, form), 400


def _refuse(form: Form, refusal: AppError) -> None:
    words = {
        "not_yours": _("Only goods of your own can be recalled by you."),
        "authority": _("The authority recalled more. Only it narrows or ends this recall."),
        "cut": _("This reaches more than can be followed at once. Narrow it by place and time."),
        "unaccounted": _("Holders account for less than they should have. Explain each first."),
        "same": _("This reaches exactly what the scope before did."),
        "period": _("A party or a place needs two times, the earlier first."),
        "unanswered": _("Holders have not answered yet. Explain each in its place first."),
        "closed": _("This recall is closed."),
        "stale": _("Something newer was recorded meanwhile. Look at the page again."),
        "more": _("More was destroyed or returned than was found."),
        "text": _("Say in 1 to 500 characters why."),
    }
    if isinstance(refusal, NotFound):
        form.wrong("codes", _("Nothing is recorded of this code, place or time."))
    for problem in refusal.problems:
        name = _OWN.field_of(problem.path)
        name = "note" if name == "reason" and form.name in ("close", "explain") else name
        form.wrong(
            name if name != "amounts" else "",
            words.get(problem.code) or refusal_words(problem, Refusals()),
        )
    if form.is_good:
        form.wrong("", whole_refusal(refusal))


def _open_page(form: Form, found: Scope | None = None) -> str:
    rows = []
    if found is not None:
        shown = shown_to(page_actor(), found.lines)[:_LINES_SHOWN]
        with reading(services().engine) as connection:
            rows = line_rows(connection, shown)
    return render_template(
        "recalls/open.html",
        form=form,
        found=found,
        rows=rows,
        holders=len({line.holder for line in found.lines if line.holder}) if found else 0,
        domains=[
            {"value": one.id, "title": domain_name(one)}
            for one in domains().values()
            if not one.is_comparison
        ],
        levels=[(str(level), LEVELS[level](), LEVEL_HELP[level]()) for level in LEVELS],
        is_owner=page_actor().party_id is not None,
    )


def _recall_page(recall_id: UUID, form: Form | None = None) -> str:
    parts, actor = services(), page_actor()
    whole = recall_for(parts, actor, recall_id)
    lines = lines_for(parts, actor, recall_id, rows_max=_LINES_SHOWN)
    boxes = containers_for(parts, actor, recall_id, lines)
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        rows = line_rows(connection, lines, boxes)
        notices = notice_rows(connection, whole.notices, now)
    forms = {"scope": blank("scope", **criteria_values(whole.scopes[-1].criteria))}
    forms |= {"explain": blank("explain"), "close": blank("close")}
    if form is not None:
        forms[form.name] = form
    return render_template(
        "recalls/recall.html",
        whole=whole,
        row=recall_row(whole.recall),
        rows=rows,
        notices=notices,
        units=unit_rows(whole),
        stages=[(STAGES[one.name](), one) for one in whole.stages],
        dues=_dues(whole.dues),
        answers=ANSWERS,
        unit_name=unit_name,
        forms=forms,
        now=now,
        lines_shown=_LINES_SHOWN,
        done=_done_word(form),
    )


def _dues(dues: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "step": STEPS[one.deadline.step](),
            "at": one.at,
            "clause": one.deadline.clause,
            "verified": VERIFIED[one.deadline.verified](),
            "is_provisional": one.is_provisional,
        }
        for one in dues
    ]


def answer_page(recall_id: UUID, form: Form) -> str:
    """Return the page on which a holder answers, with a form of it as it was typed."""
    parts, actor = services(), page_actor()
    whole = recall_for(parts, actor, recall_id)
    if whole.own is None:
        raise NotFound("There is no notice of this recall to you.")
    lines = lines_for(parts, actor, recall_id)
    boxes = containers_for(parts, actor, recall_id, lines)
    with reading(parts.engine) as connection:
        rows = line_rows(connection, lines, boxes)
    return render_template(
        "recalls/answer.html",
        whole=whole,
        row=recall_row(whole.recall),
        rows=rows,
        form=form if form.name == "answer" else blank("answer"),
        act=form if form.name == "act" else blank("act"),
        units=[(at, unit_name(uom)) for at, uom in enumerate(units_of(lines))],
        answers=ANSWERS,
        unit_name=unit_name,
        done=_done_word(form),
    )


def _done_word(form: Form | None) -> str:
    word = request.args.get("done", "")
    return word if word in _DONE and (form is None or form.is_good) else ""
