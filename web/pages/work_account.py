"""One's own account: its password, and where one is signed in.

The rule that must stay true: a new password needs the old one, ends every session, and the one who
changed it goes on in a fresh one.
"""

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading, transaction
from base.errors import Busy, InvalidInput, Unauthenticated
from parties.access import Action
from parties.accounts import Account, read_account, set_password
from parties.passwords import CHARS_MAX
from parties.sessions import (
    Opening,
    PageSession,
    end_session_by_id,
    open_session,
    open_sessions,
)
from parties.sign_ins import Try
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, blank
from web.services import services
from web.session import (
    ACCOUNT_PATH,
    page_actor,
    page_requires,
    page_session,
    safe_next,
    session_limits,
    take_session,
)
from web.visitor import browser_name, visitor_of

_FORM = "password"


@blueprint.get("/account")
@page_requires(Action.READ_SELF, may_owe_password=True)
def account() -> str:
    """Show the form of the password and where one is signed in."""
    return _page(blank(_FORM))


@blueprint.post("/account")
@page_requires(Action.READ_SELF, may_owe_password=True)
def change_password() -> WerkzeugResponse | tuple[str, int]:
    """Change the password."""
    held = page_session()
    if held.account_id is None:
        return _page(blank(_FORM)), 400
    # The values stay here: a password is never put into a page again.
    form = Form(name=_FORM)
    old, new = request.form.get("old", ""), request.form.get("new", "")
    with reading(services().engine) as connection:
        own = read_account(connection, held.account_id)
    _check(form, own, old, new)
    if not form.is_good:
        return _page(form), 400
    wanted = safe_next(request.form.get("next", ""), default="")
    _renew(own, new, held)
    return redirect(wanted or f"{ACCOUNT_PATH}?done=changed", 303)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@page_requires(Action.READ_SELF, may_owe_password=True)
def end_one(session_id: UUID) -> WerkzeugResponse:
    """End one of one's own sessions."""
    parts, held = services(), page_session()
    if held.account_id is not None:
        with transaction(parts.engine) as connection:
            end_session_by_id(connection, held.account_id, session_id, now=parts.clock.now())
    return redirect(f"{ACCOUNT_PATH}?done=ended", 303)


def _check(form: Form, own: Account, old: str, new: str) -> None:
    """Note what is wrong with a new password, or with the old one."""
    parts = services()
    if new != request.form.get("again", ""):
        form.wrong("again", _("These two are not the same."))
    try:
        parts.sign_ins.passwords.check(new, own.login)
    except InvalidInput as refusal:
        form.wrong("new", _refused(refusal.problems[0].code))
    else:
        if new == old:
            form.wrong("new", _("This is the password you have."))
    if not form.is_good:
        return
    network = visitor_of(request.environ).network
    try:
        # Counted as at the door: a stolen session must not be a place to guess in.
        tried = Try(login=own.login, password=old, network=network)
        parts.sign_ins.enter(tried, now=parts.clock.now())
    except Unauthenticated:
        form.wrong("old", _("This is not your password, or it was wrong too often: wait a while."))
    except Busy:
        form.wrong("", _("Many are signing in just now. Please try again in a moment."))


def _refused(code: str) -> str:
    settings = services().settings
    if code == "length":
        return _(
            "A password has %(least)s to %(most)s characters. A short sentence is easy to keep.",
            least=str(settings.password_chars_min),
            most=str(CHARS_MAX),
        )
    if code == "is_name":
        return _("A password must not be the name you sign in with.")
    return _("This is one of the passwords that are tried first. Choose another one.")


def _renew(own: Account, new: str, held: PageSession) -> None:
    parts = services()
    now, record = parts.clock.now(), parts.recorder(page_actor().id)
    passwords = parts.sign_ins.passwords
    set_password(parts.engine, passwords, own, new, is_own=True, now=now, record=record)
    opening = Opening(
        account_id=held.account_id,
        network=parts.sign_ins.network_hash(visitor_of(request.environ).network),
        browser=browser_name(request.environ),
    )
    with transaction(parts.engine) as connection:
        token = open_session(connection, opening, now=now)
    take_session(token)


def _page(form: Form) -> str:
    parts, held = services(), page_session()
    own, sessions = None, []
    if held.account_id is not None:
        with reading(parts.engine) as connection:
            own = read_account(connection, held.account_id)
            sessions = open_sessions(
                connection,
                held.account_id,
                session_limits(),
                rows_max=page_rows(),
                now=parts.clock.now(),
            )
    return render_template(
        "work/account.html",
        own=own,
        sessions=sessions,
        this=held.id,
        form=form,
        must_change=held.must_change,
        least=parts.settings.password_chars_min,
        most=CHARS_MAX,
        wanted=safe_next(request.values.get("next", ""), default=""),
        done=request.args.get("done", ""),
    )
