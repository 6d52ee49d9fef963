"""Signing in to the pages with a name and a password or with an API key, and out.

The rule that must stay true: a wrong password or key is answered by one sentence whatever is wrong
with it, and is neither kept nor shown again.
"""

from datetime import timedelta

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.clock import CIVIL_ZONE
from base.errors import Busy, Unauthenticated
from parties.passwords import CHARS_MAX
from parties.sign_ins import SignInWaits
from parties.tables import LOGIN_CHARS_MAX
from web.kept_forms import KEPT, RESUMED, kept_fields
from web.pages.languages import say as _
from web.services import services
from web.session import (
    SIGN_IN_PATH,
    guard_forms,
    is_own_form,
    safe_next,
    sign_in_by_key,
    sign_in_by_password,
    sign_out,
    typed_to_keep,
)

blueprint = Blueprint("sign_in", __name__)

# A key has 99 characters; what is pasted with it is cut.
_KEY_CHARS_MAX = 200
_KEEP_NOTHING = {"Cache-Control": "no-store"}


def stale_form() -> Response:
    """Say that a form is not of this session: it lay open too long, or another site sent it.

    What was typed into a page of this host is shown again, to be looked through and sent anew.
    """
    kept = typed_to_keep()
    if kept:
        fields = kept_fields(kept, services().settings.kept_form_bytes_max)
        return _back_to_form(request.path, fields, 400)
    return Response(render_template("work/stale.html"), 400)


@blueprint.get(SIGN_IN_PATH)
def show() -> Response:
    """Ask for a name and a password, or for a key."""
    return _page({})


@blueprint.post(SIGN_IN_PATH)
def enter() -> WerkzeugResponse:
    """Sign in with what was sent and go on where one wanted to go."""
    field = "key" if "key" in request.form else "password"
    if not is_own_form():
        words = _("This page lay open too long. Please try once more.")
        return _page({field: words}, 400)
    problems = _enter_by_key() if field == "key" else _enter_by_password()
    if problems:
        return _page(problems, 400)
    wanted = safe_next(request.form.get("next", ""))
    fields = kept_fields(request.form.get(KEPT, ""), services().settings.kept_form_bytes_max)
    return _back_to_form(wanted, fields) if fields else redirect(wanted, 303)


@blueprint.post("/sign-out")
def leave() -> WerkzeugResponse:
    """Sign out and go to the start page."""
    sign_out()
    return redirect("/", 303)


guard_forms(blueprint, stale_form)


def _enter_by_key() -> dict[str, str]:
    text = request.form.get("key", "").strip()[:_KEY_CHARS_MAX]
    if not text:
        return {"key": _("Please paste your key.")}
    try:
        sign_in_by_key(services().key_ring.authenticate(text))
    except Unauthenticated:
        return {"key": _("This key is not valid here, or no longer.")}
    return {}


def _enter_by_password() -> dict[str, str]:
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    if not login:
        return {"login": _("Please type the name you sign in with.")}
    if not password:
        return {"password": _("Please type your password.")}
    try:
        sign_in_by_password(login[:LOGIN_CHARS_MAX], password[: CHARS_MAX + 1])
    except SignInWaits as wait:
        # Said of any name, for a right password as for a wrong one.
        until = (wait.until + timedelta(minutes=1)).astimezone(CIVIL_ZONE).strftime("%H:%M")
        words = _(
            "This name was tried with wrong passwords too often from here or from new places."
        )
        again = _("Please try again at %(at)s.", at=until)
        return {"password": f"{words} {again}"}
    except Unauthenticated:
        return {"password": _wrong()}
    except Busy:
        return {"password": _("Many are signing in just now. Please try again in a moment.")}
    return {}


def _wrong() -> str:
    # The same whoever was named: a stranger learns nothing from it.
    minutes = max(1, services().settings.sign_in_wait_max_s // 60)
    return _(
        "Name or password is wrong. After several wrong tries in a row one has to wait, up to "
        "%(minutes)s minutes.",
        minutes=str(minutes),
    )


def ask_again(wanted: str, kept: str) -> Response:
    """Answer a form whose session has ended: ask to sign in, and hold what was typed."""
    html = _html({}, wanted=safe_next(wanted, default=""), kept=kept, login="")
    return Response(html, 403, _KEEP_NOTHING)


def _back_to_form(wanted: str, fields: list[tuple[str, str]], status: int = 200) -> Response:
    """Lead to the form with what was typed before the sign-in; nothing is done by that."""
    html = render_template("work/resume.html", wanted=wanted, fields=fields, resumed=RESUMED)
    return Response(html, status, _KEEP_NOTHING)


def _page(problems: dict[str, str], status: int = 200) -> Response:
    bytes_max = services().settings.kept_form_bytes_max
    text = request.form.get(KEPT, "")
    html = _html(
        problems,
        wanted=safe_next(request.values.get("next", ""), default=""),
        kept=text if kept_fields(text, bytes_max) else "",
        login=request.form.get("login", "")[:LOGIN_CHARS_MAX],
    )
    return Response(html, status, _KEEP_NOTHING)


def _html(problems: dict[str, str], *, wanted: str, kept: str, login: str) -> str:
    return render_template(
        "sign_in.html",
        problems=problems,
        wanted=wanted,
        kept=kept,
        login=login,
        login_chars_max=LOGIN_CHARS_MAX,
        password_chars_max=CHARS_MAX,
    )
