"""Two codes of one party on a page: compared, joined with a reason, and taken apart again.

One rule: what is joined is what the two codes were told of, and only by the button of a person.
"""

from urllib.parse import urlencode

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, NotFound
from credit.judging.codes import TwoCodes
from credit.judging.entries import Judged
from parties.access import Action
from parties.ids import new_id
from web.credit_names import Said, codes_for, judge_for, undo_for
from web.idempotency import id_of_request
from web.pages.credit import name_words
from web.pages.credit.asking import party_asked
from web.pages.credit.names import form_of, idempotency_of, reason_of
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, once_of, typed
from web.services import services
from web.session import page_actor, page_requires

_PAGE = "/work/credit/names/codes"


@blueprint.get("/credit/names/codes")
@page_requires(Action.READ_CREDIT_NAMES)
def credit_name_codes() -> str | tuple[str, int]:
    """Compare the parties of two social credit codes."""
    form = Form(name="codes", values=request.args.to_dict())
    two = _two(form) if form.text("old") or form.text("new") else None
    told = _codes_page(form, two)
    return told if form.is_good else (told, 400)


@blueprint.post("/credit/names/codes")
@page_requires(Action.JUDGE_CREDIT_NAMES, keeps_typed=True)
def credit_name_join() -> WerkzeugResponse | tuple[str, int]:
    """Say that the party of one code is, or is not, the party of another one."""
    form = typed("join")
    verdict = {one.value: one for one in Judged}.get(form.text("verdict"))
    two = _two(form)
    if verdict is None or (two is None and form.is_good):
        raise NotFound("There is no such party.")
    reason = reason_of(form)
    if two is not None and form.is_good:
        parts, actor, once = services(), page_actor(), once_of(form)
        new = new_id(parts.clock.now())
        said = Said(
            id=new if once is None else id_of_request(actor.id, f"page:{once}"),
            node_id=two.old_id,
            is_join=True,
            subject_id=two.other.subject_id,
            verdict=verdict,
            reason=reason,
        )
        asked = (str(two.old_id), str(two.other.subject_id), verdict, reason)
        try:
            judge_for(parts, actor, said, idempotency=idempotency_of(once, asked))
        except AppError as refusal:
            name_words.refuse(form, refusal)
    return _answer(form, two)


@blueprint.get("/credit/names/codes/undone")
@page_requires(Action.READ_CREDIT_NAMES)
def credit_name_codes_again() -> WerkzeugResponse:
    """Lead whoever signed in anew back to the codes."""
    return redirect(_PAGE, 303)


@blueprint.post("/credit/names/codes/undone")
@page_requires(Action.JUDGE_CREDIT_NAMES, keeps_typed=True)
def credit_name_part() -> WerkzeugResponse | tuple[str, int]:
    """Take back what was said of two codes: each stands again as it stood before."""
    form = typed("undo")
    two, judgement_id = _two(form), form.id("judgement")
    if two is None or judgement_id is None:
        raise NotFound("There is no such judgement.")
    reason = reason_of(form)
    if form.is_good:
        asked = (str(judgement_id), reason)
        once = idempotency_of(once_of(form), asked)
        try:
            undo_for(services(), page_actor(), judgement_id, reason, idempotency=once)
        except AppError as refusal:
            name_words.refuse(form, refusal)
    return _answer(form, two)


def _two(form: Form) -> TwoCodes | None:
    """Return the parties of the two codes of a form; what is wrong with them is noted."""
    codes = {name: party_asked(form.text(name)) for name in ("old", "new")}
    for name, asked in codes.items():
        if not asked.code:
            words = _("Give the 18 characters of a unified social credit code.")
            form.wrong(name, asked.fault or words)
    if not all(asked.code for asked in codes.values()):
        return None
    if codes["old"].code == codes["new"].code:
        form.wrong("new", _("These are one code: give two."))
        return None
    two = codes_for(services(), codes["old"].code, codes["new"].code)
    if two is None:
        form.wrong("old", _("One of these codes names nobody here, or several."))
    return two


def _answer(form: Form, two: TwoCodes | None) -> WerkzeugResponse | tuple[str, int]:
    if not form.is_good:
        return _codes_page(form, two), 400
    asked = {"old": form.text("old"), "new": form.text("new")}
    return redirect(f"{_PAGE}?{urlencode(asked)}", 303)


def _codes_page(form: Form, two: TwoCodes | None) -> str:
    return render_template(
        "credit/names/codes.html",
        form=form,
        two=two,
        join=form_of("join", form),
        undo=form_of("undo", form),
    )
