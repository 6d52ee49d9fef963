"""The address at which one's own program is told of changes: set, tried out, looked after.

The rule that must stay true: the key that signs stands on the page that keeps an address, once; a
form that is sent twice keeps it once, with the same key.
"""

from collections.abc import Callable, Mapping
from typing import Final

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, NotFound
from parties.access import Action
from parties.ids import new_id
from web.credit_hooks import (
    drop_hook_for,
    hook_kept,
    keep_hook_for,
    resume_hook_for,
    try_hook_for,
)
from web.idempotency import id_of_request
from web.pages.credit.watch_words import outcome_words
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_HERE: Final = "/work/credit/watches/hook"
_FORM: Final = "hook"
_DONE: Final[Mapping[str, Callable[[], str]]] = {
    "test": lambda: _("A test is being sent. What came of it stands below in a moment: reload."),
    "resumed": lambda: _("What was not taken is being sent again."),
    "ended": lambda: _("Nothing more is sent."),
}


@blueprint.get("/credit/watches/hook")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_hook() -> str:
    """Show where changes are sent, and what came of the newest deliveries."""
    return _page(blank(_FORM))


@blueprint.get("/credit/watches/hook/test")
@blueprint.get("/credit/watches/hook/resumed")
@blueprint.get("/credit/watches/hook/ended")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_hook_again() -> WerkzeugResponse:
    """Lead whoever signed in anew back to the address."""
    return redirect(_HERE, 303)


@blueprint.post("/credit/watches/hook")
@page_requires(Action.WATCH_CREDIT, keeps_typed=True)
def credit_watch_hook_keep() -> str | tuple[str, int]:
    """Keep an address; the answer shows its key."""
    parts, actor, form = services(), page_actor(), typed(_FORM)
    if form.is_good:
        once = once_of(form)
        setting_id = (
            new_id(parts.clock.now()) if once is None else id_of_request(actor.id, f"page:{once}")
        )
        try:
            kept = keep_hook_for(parts, actor, form.text("url"), setting_id)
        except AppError as refusal:
            form.refuse(refusal, Refusals())
        else:
            return _page(blank(_FORM), key=kept.key)
    return _page(form), 400


@blueprint.post("/credit/watches/hook/test")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_hook_test() -> WerkzeugResponse:
    """Have a test sent."""
    try:
        try_hook_for(services(), page_actor())
    except NotFound:
        return redirect(_HERE, 303)
    return redirect(f"{_HERE}?done=test", 303)


@blueprint.post("/credit/watches/hook/resumed")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_hook_resume() -> WerkzeugResponse:
    """Have what was not taken sent again."""
    try:
        resume_hook_for(services(), page_actor())
    except NotFound:
        return redirect(_HERE, 303)
    return redirect(f"{_HERE}?done=resumed", 303)


@blueprint.post("/credit/watches/hook/ended")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_hook_end() -> WerkzeugResponse:
    """Send no more changes."""
    drop_hook_for(services(), page_actor())
    return redirect(f"{_HERE}?done=ended", 303)


def _page(form: Form, *, key: str = "") -> str:
    state = hook_kept(services(), page_actor())
    if state is not None and not form.values:
        form = blank(_FORM, url=state.hook.url)
    done = request.args.get("done", "")
    return render_template(
        "credit/watches/hook.html",
        form=form,
        state=state,
        key=key,
        done=_DONE[done]() if done in _DONE else "",
        outcome_words=outcome_words,
        is_waiting=state is not None and state.hook.waiting is not None,
    )
