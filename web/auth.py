"""Who asks, and whether that role may use this door at all.

The rule that must stay true: every API view is wrapped by `requires`, outermost, so that nothing
of a body is read for somebody who may not send it. Scope is asked again with the subject.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request

from base.errors import Unauthenticated
from parties.access import Action, has_role_for, require_role
from parties.actors import ANONYMOUS, Actor
from web.services import services

P = ParamSpec("P")
R = TypeVar("R")

# `Bearer` and a key's text; whatever is longer is no key of ours.
_HEADER_CHARS_MAX = 200


def current_actor() -> Actor:
    """Return who sent the current request; raises `Unauthenticated` for a bad credential.

    A bad credential is refused even where none is needed: its sender believes to be somebody.
    """
    actor = g.get("actor")
    if isinstance(actor, Actor):
        return actor
    g.actor = _authenticate(request.headers.get("Authorization"))
    return current_actor()


def _authenticate(header: str | None) -> Actor:
    if header is None:
        return ANONYMOUS
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer" or len(header) > _HEADER_CHARS_MAX:
        raise Unauthenticated("Send the API key as `Authorization: Bearer <key>`.")
    return services().key_ring.authenticate(text)


def requires(action: Action, *others: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuse whoever has no role for `action`, nor for one of `others`, before anything is read.

    Where there are others the view asks which of them it is.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = current_actor()
            if not any(has_role_for(actor, other) for other in others):
                require_role(actor, action)
            return view(*args, **kwargs)

        # The documentation of the API names the right that an operation needs.
        apidoc = {**getattr(view, "_apidoc", {}), "action": action}
        wrapper.__dict__["_apidoc"] = apidoc
        return wrapper

    return decorate
