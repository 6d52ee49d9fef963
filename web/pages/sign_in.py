"""Signing in to the pages with an API key, and out.

The rule that must stay true: a wrong key is answered by one sentence whatever is wrong with it, and
is neither kept nor shown again.
"""

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import Unauthenticated
from web.pages.languages import say as _
from web.services import services
from web.session import SIGN_IN_PATH, guard_forms, is_own_form, safe_next, sign_in, sign_out

blueprint = Blueprint("sign_in", __name__)

# A key has 99 characters; what is pasted with it is cut.
_KEY_CHARS_MAX = 200


def stale_form() -> tuple[str, int]:
    """Say that a form is not of this session: it lay open too long, or another site sent it."""
    return render_template("work/stale.html"), 400


@blueprint.get(SIGN_IN_PATH)
def show() -> Response:
    """Ask for a key."""
    return _page("")


@blueprint.post(SIGN_IN_PATH)
def enter() -> WerkzeugResponse:
    """Sign in with the key that was sent and go on where one wanted to go."""
    if not is_own_form():
        return _page(_("This page lay open too long. Please paste the key once more."), 400)
    text = request.form.get("key", "").strip()[:_KEY_CHARS_MAX]
    if not text:
        return _page(_("Please paste your key."), 400)
    try:
        actor = services().key_ring.authenticate(text)
    except Unauthenticated:
        return _page(_("This key is not valid here, or no longer."), 400)
    sign_in(actor)
    return redirect(safe_next(request.form.get("next", "")), 303)


@blueprint.post("/sign-out")
def leave() -> WerkzeugResponse:
    """Sign out and go to the start page."""
    sign_out()
    return redirect("/", 303)


guard_forms(blueprint, stale_form)


def _page(problem: str, status: int = 200) -> Response:
    wanted = safe_next(request.values.get("next", ""), default="")
    html = render_template("sign_in.html", problem=problem, wanted=wanted)
    return Response(html, status, {"Cache-Control": "no-store"})
