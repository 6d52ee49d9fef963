"""Who is signed in to the pages: a signed cookie with the number of a session.

The rule that must stay true: the cookie opens pages alone, never the API, and dies with its
session, whose row says for whom it stands: signing out ends every copy of it. Beside the random
number it holds the one that ties forms to it, and nothing else.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson
from flask import Blueprint, Flask, current_app, g, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect  # type: ignore[import-untyped] # It has no types.
from werkzeug.wrappers import Response

from base.db import reading, transaction
from base.errors import Unauthenticated
from base.strict_json import loads
from parties.access import Action, has_role_for, require_role
from parties.actors import ANONYMOUS, Actor
from parties.sessions import (
    Opening,
    PageSession,
    SessionLimits,
    end_session,
    find_session,
    is_due,
    open_session,
    touch,
)
from parties.sign_ins import Try
from web.kept_forms import is_resumed, kept_text
from web.services import Services, services
from web.visitor import browser_name, visitor_of

SIGN_IN_PATH: Final = "/sign-in"
ACCOUNT_PATH: Final = "/work/account"

_ASKS: Final = "suxin_ask_sign_in"
_NUMBER: Final = "session"
_NEXT_CHARS_MAX: Final = 1000
_COOKIE_BYTES_MAX: Final = 4096
_COOKIE_DEPTH_MAX: Final = 2
# What a browser takes for the end of the path, or for a second slash of "//host".
_NOT_IN_NEXT: Final = re.compile(r"[\x00-\x20\x7f\\]")

P = ParamSpec("P")
R = TypeVar("R")

_csrf: Final = CSRFProtect()

# The views whose forms are not lost where their session has ended.
_keeping: Final[set[Callable[..., Any]]] = set()


class _CookieJson:
    """Writes and reads what the cookie holds; the application's own JSON reads no requests."""

    @staticmethod
    def dumps(value: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> dict[str, Any]:
        data = text.encode() if isinstance(text, str) else text
        read = loads(data, bytes_max=_COOKIE_BYTES_MAX, depth_max=_COOKIE_DEPTH_MAX)
        return read if isinstance(read, dict) else {}


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, under SHA-256 and with the strict reader."""

    digest_method = staticmethod(hashlib.sha256)
    serializer = _CookieJson()  # type: ignore[assignment] # It wants the two methods alone.


def set_up_sessions(app: Flask, parts: Services) -> None:
    """Give the application its signed cookie; the forms of `guard_forms` are tied to it."""
    is_https = parts.settings.effective_public_url.startswith("https://")
    app.secret_key = parts.secret.key_for("session")
    app.session_interface = _Sessions()
    app.config.update(
        # A browser takes a cookie of this prefix from this very host alone (RFC 6265bis 4.1.3.2).
        SESSION_COOKIE_NAME="__Host-suxin" if is_https else "suxin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        # Pages that anybody may keep must not set it again.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=parts.settings.session_max_s),
        # Pages ask for it themselves: the API has no cookie that could be misused.
        WTF_CSRF_CHECK_DEFAULT=False,
        # It lives as long as the session does.
        WTF_CSRF_TIME_LIMIT=None,
        # The token is enough; a browser that sends no Referer is no attack.
        WTF_CSRF_SSL_STRICT=False,
    )
    _csrf.init_app(app)


def sign_in_by_key(actor: Actor) -> None:
    """Open a session for a key; raises `Unauthenticated` for who has none."""
    if actor.key_id is None:
        raise Unauthenticated("Only the holder of a key signs in.")
    parts, opening = services(), Opening(key_id=actor.key_id, browser=browser_name(request.environ))
    with transaction(parts.engine) as connection:
        token = open_session(connection, opening, now=parts.clock.now())
    take_session(token)


def sign_in_by_password(login: str, password: str) -> None:
    """Open a session for a name and a password; raises `Unauthenticated`, always alike."""
    parts = services()
    tried = Try(
        login=login,
        password=password,
        network=visitor_of(request.environ).network,
        browser=browser_name(request.environ),
    )
    take_session(parts.sign_ins.sign_in(tried, now=parts.clock.now()).token)


def take_session(token: str) -> None:
    """Give the browser a session that was opened for it; the one it had before ends."""
    sign_out()
    session[_NUMBER] = token
    session.permanent = True


def sign_out() -> None:
    """End the session, so that a copy of its cookie is worth nothing either."""
    token, parts = session.get(_NUMBER), services()
    if isinstance(token, str):
        with transaction(parts.engine) as connection:
            end_session(connection, token, now=parts.clock.now())
    # A fresh token of forms, too: what somebody planted before is worth nothing.
    session.clear()
    g.pop("signed_in", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Who is signed in, and by which session."""

    actor: Actor
    session: PageSession


def signed_in() -> Actor | None:
    """Return who the cookie stands for, None for nobody, or no longer.

    A page that everybody may keep must not ask.
    """
    known = _known()
    return None if known is None else known.actor


def page_session() -> PageSession:
    """Return the session of whoever is signed in; raises `Unauthenticated`."""
    known = _known()
    if known is None:
        raise Unauthenticated("Nobody is signed in.")
    return known.session


def session_limits() -> SessionLimits:
    """Return how long sessions live."""
    settings = services().settings
    return SessionLimits(
        idle_max=timedelta(seconds=settings.session_idle_max_s),
        life_max=timedelta(seconds=settings.session_max_s),
    )


def holds_session() -> bool:
    """Whether the cookie names a session, which may have ended since; asks no database.

    It is for links alone and gives no right.
    """
    return isinstance(session.get(_NUMBER), str)


def page_actor() -> Actor:
    """Return who asks for a page: whoever is signed in, else the anonymous consumer."""
    return signed_in() or ANONYMOUS


def _known() -> _Known | None:
    if "signed_in" not in g:
        g.signed_in = _known_by_cookie()
    found = g.signed_in
    return found if isinstance(found, _Known) else None


def _known_by_cookie() -> _Known | None:
    token, parts, limits = session.get(_NUMBER), services(), session_limits()
    if not isinstance(token, str):
        return None
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        found = find_session(connection, token, limits, now=now)
    if found is None:
        return None
    actor = found.actor
    if found.key_id is not None:
        try:
            actor = parts.key_ring.actor_of(found.key_id)
        except Unauthenticated:
            return None
    if actor is None:
        return None
    if is_due(found, limits, now=now):
        with transaction(parts.engine) as connection:
            touch(connection, found, now=now)
    return _Known(actor=actor, session=found)


def page_requires(
    action: Action, *others: Action, may_owe_password: bool = False, keeps_typed: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Send whoever is not signed in to do so; refuse whoever has no role for `action`.

    Nor for one of `others`; where there are others the view asks which of them it is. Whoever still
    has the password that somebody else chose is sent to change it, unless the page is the one where
    that is done (`may_owe_password`).
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            actor = signed_in()
            if actor is None:
                kept = typed_to_keep()
                if kept:
                    return _ask_sign_in(_here(), kept)
                return redirect(f"{SIGN_IN_PATH}?{urlencode({'next': _here()})}", 303)
            if page_session().must_change and not may_owe_password:
                return redirect(f"{ACCOUNT_PATH}?{urlencode({'next': _here()})}", 303)
            if not any(has_role_for(actor, other) for other in others):
                require_role(actor, action)
            if is_resumed() and not keeps_typed:
                return redirect(_here(), 303)
            return view(*args, **kwargs)

        if keeps_typed:
            _keeping.add(wrapper)
        return wrapper

    return decorate


def typed_to_keep() -> str:
    """Return what was typed into the form of this request, "" where its view keeps nothing."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view not in _keeping:
        return ""
    return kept_text(services().settings.kept_form_bytes_max)


def on_typed_unsigned(app: Flask, answer: Callable[[str, str], Response]) -> None:
    """Name what answers a form whose session has ended: with where it was sent and what is kept."""
    app.extensions[_ASKS] = answer


def _ask_sign_in(wanted: str, kept: str) -> Response:
    answer: Callable[[str, str], Response] = current_app.extensions[_ASKS]
    return answer(wanted, kept)


def _here() -> str:
    # The address of a form is that of its page, so that one comes back to the form.
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query and request.method == "GET" else request.path


def safe_next(text: str, *, default: str = "/work") -> str:
    """Return where to go after signing in: a path of this service alone, else `default`."""
    if not text.startswith("/") or text.startswith("//") or len(text) > _NEXT_CHARS_MAX:
        return default
    if _NOT_IN_NEXT.search(text):
        return default
    parts = urlsplit(text)
    is_loop = parts.path in (SIGN_IN_PATH, "/sign-out")
    return default if parts.scheme or parts.netloc or is_loop else text


def guard_forms(blueprint: Blueprint, on_stale: Callable[[], ResponseReturnValue]) -> None:
    """Refuse a form of the blueprint that was not made by a page of this very session.

    `on_stale` answers it. Whoever is not signed in has nothing that could be misused and is sent to
    sign in by the view.
    """

    def guard() -> ResponseReturnValue | None:
        return on_stale() if signed_in() is not None and not is_own_form() else None

    blueprint.before_request(guard)


def is_own_form() -> bool:
    """Return whether a form was made by a page of this very session; a GET sends none."""
    try:
        _csrf.protect()
    except CSRFError:
        return False
    return True
