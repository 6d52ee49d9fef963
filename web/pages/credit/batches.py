"""The page of a batch: what became of its rows, which were not understood and why, its release.

The rule that must stay true: whoever handed a batch in does not release it, and whoever releases or
refuses one says why first.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, InvalidInput
from credit.intake.batches import CreditBatch
from parties.access import Action
from parties.actors import Actor
from web.credit_feed_desk import batch_desk, marked_file
from web.credit_feeds import refuse, release, retry
from web.downloads import download
from web.pages.credit import feed_words
from web.pages.credit.feed_pictures import draw_shares
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, blank, typed
from web.services import Services, services
from web.session import page_actor, page_requires

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REASON_CHARS_MAX: Final = 500


@blueprint.get("/credit/batches/<uuid:batch_id>")
@page_requires(Action.READ_CREDIT_FEEDS)
def credit_batch(batch_id: UUID) -> str:
    """Show one batch with its quarantined rows, by reason."""
    return _batch_page(batch_id, blank("release"))


@blueprint.get("/credit/batches/<uuid:batch_id>/marked.xlsx")
@page_requires(Action.READ_CREDIT_FEEDS)
def credit_marked_file(batch_id: UUID) -> Response:
    """Give out the rows that were not understood, their wrong cells marked, for the sender."""
    body = marked_file(services(), batch_id)
    return download(lambda file: file.write(body.getvalue()), f"{batch_id}.xlsx", media_type=_XLSX)


@blueprint.post("/credit/batches/<uuid:batch_id>/release")
@page_requires(Action.RELEASE_CREDIT, keeps_typed=True)
def credit_release(batch_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Take a held batch all the same."""
    return _decided(batch_id, "release", release, done="released")


@blueprint.post("/credit/batches/<uuid:batch_id>/refuse")
@page_requires(Action.RELEASE_CREDIT, keeps_typed=True)
def credit_refuse(batch_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Refuse a held batch, or take back one's own."""
    return _decided(batch_id, "refuse", refuse, done="refused")


@blueprint.post("/credit/batches/<uuid:batch_id>/retry")
@page_requires(Action.RELEASE_CREDIT)
def credit_retry(batch_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Read the quarantined rows again; leads to the batch of those that are understood now."""
    form = typed("retry")
    try:
        taken = retry(services(), page_actor(), batch_id)
    except AppError as refusal:
        form.wrong("", feed_words.refused_words(refusal.message))
        return _batch_page(batch_id, form), 409
    if taken is None:
        return redirect(f"/work/credit/batches/{batch_id}?done=nothing", 303)
    return redirect(f"/work/credit/batches/{taken.id}?done=retried", 303)


@blueprint.get("/credit/batches/<uuid:batch_id>/release")
@blueprint.get("/credit/batches/<uuid:batch_id>/refuse")
@page_requires(Action.READ_CREDIT_FEEDS)
def credit_batch_again(batch_id: UUID) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the batch."""
    return redirect(f"/work/credit/batches/{batch_id}", 303)


def _decided(
    batch_id: UUID,
    name: str,
    decide: Callable[[Services, Actor, UUID, str], CreditBatch],
    *,
    done: str,
) -> WerkzeugResponse | tuple[str, int]:
    form = typed(name)
    if len(form.text("reason")) > _REASON_CHARS_MAX:
        form.wrong("reason", _("At most %(most)s characters.", most=str(_REASON_CHARS_MAX)))
    if not form.is_good:
        return _batch_page(batch_id, form), 400
    try:
        decide(services(), page_actor(), batch_id, form.text("reason"))
    except InvalidInput as refusal:
        is_reason = any(one.path == "reason" for one in refusal.problems)
        said = _("Say why.") if is_reason else feed_words.refused_words(refusal.message)
        form.wrong("reason" if is_reason else "", said)
        return _batch_page(batch_id, form), 400
    except AppError as refusal:
        form.wrong("", feed_words.refused_words(refusal.message))
        return _batch_page(batch_id, form), 409
    return redirect(f"/work/credit/batches/{batch_id}?done={done}", 303)


def _batch_page(batch_id: UUID, form: Form) -> str:
    asked = Form(name="rows", values=request.args.to_dict())
    code, after = asked.text("code"), asked.whole("after") if asked.text("after") else 0
    desk = batch_desk(services(), batch_id, code=code, after=after, rows_max=page_rows())
    codes = [
        (feed_words.code_title(name), count, "quarantined", name) for name, count, _n in desk.codes
    ]
    return render_template(
        "credit/feeds/batch.html",
        desk=desk,
        batch=desk.batch,
        feed=desk.feed,
        codes=draw_shares(codes),
        code=code,
        open_rows=sum(count - again for _code, count, again in desk.codes),
        is_own=desk.batch.actor == page_actor().id,
        form=form,
        release=form if form.name == "release" else blank("release"),
        refuse=form if form.name == "refuse" else blank("refuse"),
        done=request.args.get("done", "") if form.is_good else "",
    )
