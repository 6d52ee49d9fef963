"""How often one address or one key may do what costs, or helps to guess codes.

The rule that must stay true: whoever scans real codes is never refused, a family or a shop behind
one address included, since of the pages of codes only misses count. Guessing is first slowed (so
many a minute) and then refused (so many an hour and a day); each refusal says when to come back.

The counts are in the installation's Redis, so that all processes share them; while it is away each
process counts for itself. An address is known there by its keyed hash alone.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial, wraps
from time import time
from typing import Any, Final, TypeAlias

from flask import Flask, Response, g, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import TooManyRequests
from werkzeug.routing import Rule

from base.clock import Clock
from base.config import Settings
from base.errors import Unauthenticated
from base.queue import effective_redis_url
from web.auth import current_actor
from web.scan_log import ScanLog
from web.session import page_actor
from web.visitor import Environ, network_of, visitor_of

# A page must not wait for a Redis that is away.
_REDIS_OPTIONS: Final[dict[str, Any]] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
_WATCHED: Final = timedelta(days=1)
_MISSES: Final = (400, 404)

_View: TypeAlias = Callable[..., Any]


class Per(StrEnum):
    """Whose requests are counted together: one address's, or one known key's or account's."""

    ADDRESS = "address"
    SENDER = "sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLimit:
    """One limit: the doors it counts together, by method and beginning of their rules.

    `amounts` are written as `limits` reads them: `30/minute; 200/hour`. With `is_of_misses` only
    answers count that found nothing.
    """

    name: str
    doors: tuple[tuple[str, str], ...]
    amounts: Callable[[Settings], str]
    per: Per
    is_of_misses: bool = False

    def holds(self, rule: Rule) -> bool:
        """Return whether a route is one of the doors."""
        methods = rule.methods or set()
        return any(method in methods and rule.rule.startswith(path) for method, path in self.doors)


LIMITS: Final = (
    DoorLimit(
        name="misses",
        doors=(
            ("GET", "/t/<"),
            ("GET", "/01/"),
            ("GET", "/ledger/bundle"),
            ("GET", "/credit/reports/<"),
            ("GET", "/api/v1/credit/reports/<"),
            ("GET", "/credit/snapshots/<"),
            ("GET", "/api/v1/credit/snapshots/<"),
        ),
        amounts=lambda settings: (
            f"{settings.misses_minute_max}/minute; {settings.misses_hour_max}/hour; "
            f"{settings.misses_day_max}/day"
        ),
        per=Per.ADDRESS,
        is_of_misses=True,
    ),
    DoorLimit(
        name="photos",
        doors=(
            ("POST", "/scan/photo"),
            ("POST", "/credit/reports/<"),
            ("POST", "/api/v1/credit/reports/<"),
            ("POST", "/credit/snapshots/<"),
            ("POST", "/api/v1/credit/snapshots/<"),
        ),
        amounts=lambda settings: f"{settings.photos_minute_max}/minute",
        per=Per.ADDRESS,
    ),
    DoorLimit(
        name="identify",
        doors=(("GET", "/api/v1/codes/identify"), ("POST", "/api/v1/codes/identify")),
        amounts=lambda settings: f"{settings.identify_minute_max}/minute",
        per=Per.SENDER,
    ),
    DoorLimit(
        name="places",
        doors=(("POST", "/api/v1/scans/place"),),
        amounts=lambda settings: f"{settings.places_minute_max}/minute",
        per=Per.ADDRESS,
    ),
    DoorLimit(
        name="drugs",
        doors=(
            ("POST", "/api/v1/drugs/"),
            ("GET", "/api/v1/drugs/"),
            ("POST", "/work/drugs"),
            ("GET", "/work/drugs"),
        ),
        amounts=lambda settings: f"{settings.drug_requests_minute_max}/minute",
        per=Per.SENDER,
    ),
    DoorLimit(
        name="sign_in",
        doors=(("POST", "/sign-in"),),
        amounts=lambda settings: f"{settings.sign_ins_minute_max}/minute",
        per=Per.ADDRESS,
    ),
)


@dataclass(slots=True, kw_only=True)
class _Watched:
    """The addresses that missed lately: only these are counted before a page is made.

    So the first miss of an address is free in each process, and a page costs nothing more. They are
    known by a hash that is another one in each process.
    """

    addresses_max: int
    clock: Clock
    _until: dict[int, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, environ: Environ) -> None:
        now = self.clock.now()
        with self._lock:
            if len(self._until) >= self.addresses_max:
                self._until = {}
            self._until[_number(environ)] = now + _WATCHED

    def holds(self, environ: Environ) -> bool:
        # Mostly there are none at all.
        until = self._until.get(_number(environ)) if self._until else None
        return until is not None and self.clock.now() < until


def _number(environ: Environ) -> int:
    return hash(network_of(environ.get("REMOTE_ADDR", "")))


def install_guard(
    app: Flask, settings: Settings, log: ScanLog, limits: Sequence[DoorLimit] = LIMITS
) -> Limiter:
    """Put the limits before the routes that are there now: called after all were registered."""
    watched = _Watched(addresses_max=settings.addresses_watched_max, clock=log.clock)
    limiter = Limiter(
        key_func=partial(_address, log),
        storage_uri=_storage_uri(settings),
        storage_options=_REDIS_OPTIONS,
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        # What cannot be counted is let through: codes must stay readable.
        swallow_errors=True,
        key_prefix="suxin",
    )
    endpoints_of_misses: set[str] = set()
    for limit in limits:
        for endpoint in {rule.endpoint for rule in app.url_map.iter_rules() if limit.holds(rule)}:
            view = app.view_functions[endpoint]
            limited = _limited(limiter, limit, settings, log)(view)
            is_concerned = watched.holds if limit.is_of_misses else _always
            app.view_functions[endpoint] = _where_concerned(view, limited, is_concerned)
            if limit.is_of_misses:
                endpoints_of_misses.add(endpoint)
    app.register_error_handler(RateLimitExceeded, partial(_refuse, app))
    limiter.init_app(app)
    _look_at_limited_requests_alone(app, limiter)
    app.after_request(partial(_observe, frozenset(endpoints_of_misses), log, watched))
    return limiter


def _limited(
    limiter: Limiter, limit: DoorLimit, settings: Settings, log: ScanLog
) -> Callable[[_View], _View]:
    """Return what puts a limit before a view."""
    return limiter.shared_limit(
        limit.amounts(settings),
        scope=limit.name,
        key_func=partial(_address if limit.per is Per.ADDRESS else _sender, log),
        deduct_when=_has_missed if limit.is_of_misses else None,
        on_breach=_remember_breach,
    )


def _always(environ: Environ) -> bool:  # noqa: ARG001 -- both conditions have one shape
    return True


def _where_concerned(view: _View, limited: _View, is_concerned: Callable[[Environ], bool]) -> _View:
    """Return a view that is limited for those requests that a limit can concern."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not is_concerned(request.environ):
            return view(*args, **kwargs)
        g.is_limited = True
        return limited(*args, **kwargs)

    return wrapper


def _look_at_limited_requests_alone(app: Flask, limiter: Limiter) -> None:
    """Let the limiter finish the requests that it looked at, and keep it off all others.

    Its own hooks look at every request, which costs a page a fifth of its time. A view that is
    limited is checked when it is called, so nothing is left for the first of them.
    """
    before = app.before_request_funcs[None].pop()
    finish = app.after_request_funcs[None].pop()
    close = app.teardown_request_funcs[None].pop()
    if before != limiter._check_request_limit:  # noqa: SLF001 -- to be sure of what is taken away
        raise TypeError("the limiter has other hooks than it had")

    def finish_limited(response: Response) -> Any:
        return finish(response) if g.get("is_limited") else response

    def close_limited(error: BaseException | None) -> None:
        if g.get("is_limited"):
            close(error)

    app.after_request(finish_limited)
    app.teardown_request(close_limited)


def _address(log: ScanLog) -> str:
    """Return the keyed hash of the request's address, worked out once."""
    known: str | None = g.get("address_hash")
    if known is None:
        known = log.hasher.address(visitor_of(request.environ), log.clock.now()).hex()
        g.address_hash = known
    return known


def _sender(log: ScanLog) -> str:
    """Return the key or account of whoever asks, however it is spelt; else the address.

    So neither a credential that opens nothing nor another spelling of one is a count of its own.
    """
    try:
        actor = current_actor() if "Authorization" in request.headers else page_actor()
    except Unauthenticated:
        return _address(log)
    known = actor.key_id or actor.account_id
    return _address(log) if known is None else f"by:{known.hex}"


def _has_missed(response: Response) -> bool:
    return response.status_code in _MISSES or bool(g.get("has_missed"))


def _remember_breach(breach: RequestLimit) -> None:
    g.refused_s = max(1, int(breach.reset_at - time()) + 1)


def _observe(
    endpoints: frozenset[str], log: ScanLog, watched: _Watched, response: Response
) -> Response:
    """Tell the scan log of a miss, and of a refusal that follows from misses."""
    if request.endpoint not in endpoints:
        return response
    is_refused = response.status_code == TooManyRequests.code
    if is_refused or _has_missed(response):
        watched.note(request.environ)
        log.miss(request.args.get("code", request.path), is_refused=is_refused)
    return response


def _refuse(app: Flask, error: RateLimitExceeded) -> Any:  # noqa: ARG001 -- the signature is Flask's
    """Answer as every other problem is answered, and say when to come back."""
    seconds = g.get("refused_s", 60)
    told = TooManyRequests(
        f"This was asked too often from here; ask again in {seconds} seconds.",
        retry_after=seconds,
    )
    return app.handle_user_exception(told)


def _storage_uri(settings: Settings) -> str:
    url = effective_redis_url(settings)
    # `limits` knows a Redis on a Unix socket by another name than its client.
    return f"redis+{url}" if url.startswith("unix://") else url
