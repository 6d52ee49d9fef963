"""A subscriber's own address for what changes of the parties that it watches.

One rule: the key that signs is shown to the subscriber alone, in the answer that keeps an address.
"""

from trace.recall.hook_tables import URL_CHARS_MAX
from typing import Any, Final

import marshmallow as ma

from credit.watching.hooks import Stopped
from parties.access import Action
from parties.ids import new_id
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, text
from web.auth import current_actor, requires
from web.credit_hooks import (
    HookState,
    drop_hook_for,
    hook_for,
    keep_hook_for,
    resume_hook_for,
    try_hook_for,
)
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-hooks",
    __name__,
    url_prefix="/api/v1",
    description="Changes of parties that one watches, to programs.",
)

_HOOK: Final = "/credit/changes/hook"


class ChangeHookIn(StrictSchema):
    """Where changes are to be sent."""

    url = text(URL_CHARS_MAX, chars_min=1, required=True)


class ChangeHookKept(ma.Schema):
    """Where changes are sent, and the key of the HMAC (SHA-256) in `GS1-Signature`, in hex."""

    url = ma.fields.String()
    key = ma.fields.String(metadata={"description": "Shown here alone; keep it."})
    created_at = ma.fields.AwareDateTime(format="iso")


class ChangeDeliveryOut(ma.Schema):
    """What came of one delivery; `delivered_at` is null where it was not taken."""

    number = ma.fields.Integer()
    id = ma.fields.UUID()
    is_test = ma.fields.Boolean()
    changes = ma.fields.Integer()
    attempts = ma.fields.Integer()
    outcome = ma.fields.String()
    begun_at = ma.fields.AwareDateTime(format="iso")
    tried_at = ma.fields.AwareDateTime(format="iso")
    delivered_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class ChangeHookOut(ma.Schema):
    """Where changes are sent; `told` is the `next_after` of the newest delivery that was taken.

    `stopped` is "tries" where it was given up, "right" where the key or account that set the
    address has ended, "" else; `next_at` is when what waits is tried again.
    """

    url = ma.fields.String()
    created_at = ma.fields.AwareDateTime(format="iso")
    told = ma.fields.String()
    stopped = ma.fields.Enum(Stopped, by_value=ma.fields.String)
    next_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    deliveries = ma.fields.List(ma.fields.Nested(ChangeDeliveryOut))


@BLUEPRINT.route(_HOOK, methods=["PUT"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.arguments(ChangeHookIn)
@BLUEPRINT.response(200, ChangeHookKept)
def put_change_hook(values: dict[str, Any]) -> dict[str, Any]:
    """Keep where one's own changes are sent from now on, in place of what was kept."""
    parts = services()
    setting_id = new_id(parts.clock.now())
    kept = keep_hook_for(parts, current_actor(), values["url"], setting_id)
    return {"url": kept.hook.url, "key": kept.key, "created_at": kept.hook.created_at}


@BLUEPRINT.route(_HOOK, methods=["GET"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.response(200, ChangeHookOut)
def get_change_hook() -> dict[str, Any]:
    """Return where one's own changes are sent, and what came of the newest deliveries."""
    return _told(hook_for(services(), current_actor()))


@BLUEPRINT.route(_HOOK, methods=["DELETE"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.response(204)
def delete_change_hook() -> None:
    """Send no more changes to a program; they are asked for as before."""
    drop_hook_for(services(), current_actor())


@BLUEPRINT.route(f"{_HOOK}/test", methods=["POST"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.response(202)
def post_change_hook_test() -> None:
    """Have a test sent; what came of it is among the deliveries a moment later."""
    try_hook_for(services(), current_actor())


@BLUEPRINT.route(f"{_HOOK}/resumed", methods=["POST"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.response(200, ChangeHookOut)
def post_change_hook_resumed() -> dict[str, Any]:
    """Have what was not taken sent again, at once, where that was given up."""
    parts = services()
    resume_hook_for(parts, current_actor())
    return _told(hook_for(parts, current_actor()))


def _told(state: HookState) -> dict[str, Any]:
    hook = state.hook
    return {
        "url": hook.url,
        "created_at": hook.created_at,
        "told": hook.told,
        "stopped": hook.stopped,
        "next_at": hook.next_at,
        "deliveries": state.deliveries,
    }
