"""A party's own address for notices of recalls.

One rule: the key that signs them is shown to the party alone, and to it as often as it asks.
"""

from trace.recall.hook_tables import URL_CHARS_MAX
from trace.recall.hooks import Hook, drop_hook, keep_hook, read_hook, signing_key
from typing import Any

import marshmallow as ma

from base.db import reading, transaction
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, text
from web.auth import current_actor, requires
from web.issuing import party_of
from web.services import services

BLUEPRINT = ApiBlueprint(
    "recall_hook", __name__, url_prefix="/api/v1", description="Notices of recalls to programs."
)


class HookIn(StrictSchema):
    """Where notices are to be sent."""

    url = text(URL_CHARS_MAX, chars_min=1, required=True)


class HookOut(ma.Schema):
    """Where notices are sent, and the key of the HMAC (SHA-256) in `GS1-Signature`, in hex."""

    url = ma.fields.String()
    key = ma.fields.String()
    created_at = ma.fields.AwareDateTime(format="iso")


@BLUEPRINT.route("/recall-hook", methods=["PUT"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.arguments(HookIn)
@BLUEPRINT.response(200, HookOut)
def put_hook(values: dict[str, Any]) -> dict[str, Any]:
    """Keep where one's own notices are sent, in place of what was kept."""
    parts = services()
    party_id = party_of(current_actor(), Action.ANSWER_RECALLS)
    with transaction(parts.engine) as connection:
        hook = keep_hook(connection, party_id, values["url"], now=parts.clock.now())
    return _json(hook)


@BLUEPRINT.route("/recall-hook", methods=["GET"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.response(200, HookOut)
def get_hook() -> dict[str, Any]:
    """Return where one's own notices are sent."""
    party_id = party_of(current_actor(), Action.ANSWER_RECALLS)
    with reading(services().engine) as connection:
        return _json(read_hook(connection, party_id))


@BLUEPRINT.route("/recall-hook", methods=["DELETE"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.response(204)
def delete_hook() -> None:
    """Send no more notices to a program; they stand on the pages as before."""
    party_id = party_of(current_actor(), Action.ANSWER_RECALLS)
    with transaction(services().engine) as connection:
        drop_hook(connection, party_id)


def _json(hook: Hook) -> dict[str, Any]:
    key = signing_key(services().secret, hook.party_id).hex()
    return {"url": hook.url, "key": key, "created_at": hook.created_at}
