"""Who is who on pages: whom rows name badly beside whom they may mean, and what is said of it.

One rule: each page shows and does what the interface would for the same actor; nobody is joined to
anybody but by the button of a person who gave a reason, and each of them can be taken back.
"""

from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, InvalidInput, NotFound
from credit.judging.entries import Judged
from credit.judging.queue import Waiting
from credit.judging.standing import MentionState
from ledger.batch import Idempotency
from parties.access import Action, has_role_for
from parties.ids import new_id
from web.credit_names import (
    Said,
    counts_for,
    judge_for,
    judgements_for,
    mention_for,
    queue_for,
    undo_for,
)
from web.idempotency import id_of_request, request_hash
from web.pages.credit import name_words
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, once_of, typed
from web.services import services
from web.session import page_actor, page_requires

_REASON_CHARS_MAX: Final = 1000
_NEW: Final = "new"
_UNDONE: Final = "undone"
_DONE: Final = "done"
_VERDICTS: Final = {one.value: one for one in Judged}


@blueprint.context_processor
def _name_words() -> dict[str, object]:
    """Give the pages of the workbench the words of names, and who may do what with them."""
    actor = page_actor()
    return {
        "name_words": name_words,
        "reads_credit_names": has_role_for(actor, Action.READ_CREDIT_NAMES),
        "judges_credit_names": has_role_for(actor, Action.JUDGE_CREDIT_NAMES),
    }


@blueprint.get("/credit/names")
@page_requires(Action.READ_CREDIT_NAMES)
def credit_names() -> str:
    """List whom rows name and a person has to say who it is, the oldest first."""
    parts = services()
    state = request.args.get("state", "")
    state = state if state in name_words.STATES else MentionState.WAITING
    try:
        page = queue_for(parts, state=state, after=request.args.get("after", ""))
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal
    return render_template(
        "credit/names/list.html",
        page=page,
        state=state,
        counts=counts_for(parts),
        next_query={"state": state, "after": page.next_after},
    )


@blueprint.get("/credit/names/said")
@page_requires(Action.READ_CREDIT_NAMES)
def credit_names_said() -> str:
    """List what was said of who is who, the newest first, undone or not."""
    try:
        judgements, next_after = judgements_for(services(), after=request.args.get("after", ""))
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal
    return render_template("credit/names/said.html", judgements=judgements, next_after=next_after)


@blueprint.get("/credit/names/<uuid:mention_id>")
@page_requires(Action.READ_CREDIT_NAMES)
def credit_name(mention_id: UUID) -> str:
    """Show one of them beside each party that may be meant, part by part."""
    return _mention_page(mention_id)


@blueprint.get("/credit/names/<uuid:mention_id>/judgements")
@blueprint.get("/credit/names/<uuid:mention_id>/undone")
@page_requires(Action.READ_CREDIT_NAMES)
def credit_name_again(mention_id: UUID) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the name."""
    return redirect(f"/work/credit/names/{mention_id}", 303)


@blueprint.post("/credit/names/<uuid:mention_id>/judgements")
@page_requires(Action.JUDGE_CREDIT_NAMES, keeps_typed=True)
def credit_name_judge(mention_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Say that it is a party, is not, cannot be said, or is one that nobody knew."""
    subject = request.form.get("subject", "")
    form = typed(f"say-{subject}")
    subject_id, verdict = form.id("subject"), _VERDICTS.get(request.form.get("verdict", ""))
    if verdict is None or (subject_id is None and subject != _NEW):
        raise NotFound("There is no such party.")
    reason = reason_of(form)
    if form.is_good:
        parts, actor, once = services(), page_actor(), once_of(form)
        key = f"page:{once}"
        said = Said(
            id=new_id(parts.clock.now()) if once is None else id_of_request(actor.id, key),
            node_id=mention_id,
            is_join=False,
            subject_id=subject_id,
            verdict=verdict,
            reason=reason,
        )
        asked = (str(mention_id), subject, verdict, reason)
        try:
            judge_for(parts, actor, said, idempotency=idempotency_of(once, asked))
        except AppError as refusal:
            name_words.refuse(form, refusal)
    if not form.is_good:
        return _mention_page(mention_id, form), 400
    done = _NEW if subject_id is None else verdict.value
    return redirect(f"/work/credit/names/{mention_id}?{_DONE}={done}", 303)


@blueprint.post("/credit/names/<uuid:mention_id>/undone")
@page_requires(Action.JUDGE_CREDIT_NAMES, keeps_typed=True)
def credit_name_undo(mention_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Take back what was said: everything stands again where it stood before."""
    form = typed(f"undo-{request.form.get('judgement', '')}")
    judgement_id = form.id("judgement")
    if judgement_id is None:
        raise NotFound("There is no such judgement.")
    reason = reason_of(form)
    if form.is_good:
        asked = (str(judgement_id), reason)
        try:
            undo_for(
                services(),
                page_actor(),
                judgement_id,
                reason,
                idempotency=idempotency_of(once_of(form), asked),
            )
        except AppError as refusal:
            name_words.refuse(form, refusal)
    if not form.is_good:
        return _mention_page(mention_id, form), 400
    return redirect(f"/work/credit/names/{mention_id}?{_DONE}={_UNDONE}", 303)


def reason_of(form: Form) -> str:
    """Return why somebody says what is said; that there is none is noted."""
    reason = form.text("reason")
    if not reason:
        form.wrong("reason", _("Say why."))
    elif len(reason) > _REASON_CHARS_MAX:
        form.wrong("reason", _("At most %(most)s characters.", most=str(_REASON_CHARS_MAX)))
    return reason


def idempotency_of(once: UUID | None, asked: object) -> Idempotency | None:
    """Return what makes a form that is sent twice one request."""
    if once is None:
        return None
    return Idempotency(key=f"page:{once}", request_hash=request_hash(asked))


def _mention_page(mention_id: UUID, form: Form | None = None) -> str:
    waiting = mention_for(services(), mention_id)
    done = request.args.get(_DONE, "") if form is None else ""
    return render_template(
        "credit/names/name.html",
        mention=waiting.mention,
        candidates=[(one, form_of(f"say-{one.subject_id}", form)) for one in waiting.candidates],
        is_judged=_is_judged(waiting),
        new_form=form_of(f"say-{_NEW}", form),
        said=[(one, form_of(f"undo-{one.id}", form)) for one in waiting.judgements],
        stands=_stands(waiting),
        alert=_alert(waiting, form),
        done=done if _was_done(waiting, done) else "",
    )


def _alert(waiting: Waiting, form: Form | None) -> str:
    """Return what was wrong with a form that the page has no place for any more."""
    undone = {f"undo-{one.id}" for one in waiting.judgements}
    is_gone = form is not None and (
        form.name not in undone if form.name.startswith("undo-") else _is_judged(waiting)
    )
    return next(iter(form.problems.values()), "") if form is not None and is_gone else ""


def form_of(name: str, form: Form | None) -> Form:
    """Return the form of that name as it was sent, or one that nobody has filled in."""
    return form if form is not None and form.name == name else blank(name)


def _is_judged(waiting: Waiting) -> bool:
    return any(one.verdict == Judged.POSITIVE.value for one in waiting.judgements)


def _stands(waiting: Waiting) -> str:
    """Return the name of the party that it counts for now; "" for none."""
    subject_id = waiting.mention.subject_id
    named = {one.subject_id: one.subject_name for one in waiting.judgements}
    named.update({one.subject_id: one.name for one in waiting.candidates})
    return "" if subject_id is None else named.get(subject_id, "")


def _was_done(waiting: Waiting, done: str) -> bool:
    """Return whether the address tells what is so: anybody may write one."""
    if done == _UNDONE:
        return not _is_judged(waiting)
    said = {_NEW if one.is_new else one.verdict for one in waiting.judgements}
    return done in said
