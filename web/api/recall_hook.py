"""A party's own address for notices of recalls.

One rule: the key that signs them is shown to the party alone, in the answer that keeps an address.
"""

from dataclasses import asdict
from trace.recall.hook_addresses import require_public
from trace.recall.hook_tables import URL_CHARS_MAX
from trace.recall.hooks import (
    check_address,
    drop_hook,
    keep_hook,
    newest_deliveries,
    read_hook,
    signing_key,
)
from typing import Any, Final

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


_DELIVERIES_SHOWN: Final = 50


class HookIn(StrictSchema):
    """Where notices are to be sent."""

    url = text(URL_CHARS_MAX, chars_min=1, required=True)


class HookKept(ma.Schema):
    """Where notices are sent, and the key of the HMAC (SHA-256) in `GS1-Signature`, in hex."""

    url = ma.fields.String()
    key = ma.fields.String(metadata={"description": "Shown here alone; keep it."})
    created_at = ma.fields.AwareDateTime(format="iso")


class DeliveryOut(ma.Schema):
    """What came of one notice; `next_at` is null where it was taken or given up."""

    notice_id = ma.fields.UUID()
    attempts = ma.fields.Integer()
    outcome = ma.fields.String()
    next_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    delivered_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class HookOut(ma.Schema):
    """Where notices are sent, and what came of the newest."""

    url = ma.fields.String()
    created_at = ma.fields.AwareDateTime(format="iso")
    deliveries = ma.fields.List(ma.fields.Nested(DeliveryOut))


@BLUEPRINT.route("/recall-hook", methods=["PUT"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.arguments(HookIn)
@BLUEPRINT.response(200, HookKept)
def put_hook(values: dict[str, Any]) -> dict[str, Any]:
    """Keep where one's own notices are sent, in place of what was kept."""
    parts = services()
    party_id = party_of(current_actor(), Action.ANSWER_RECALLS)
    is_open = bool(parts.settings.hooks_private_allowed)
    check_address(values["url"], may_be_plain=is_open)
    if not is_open:
        require_public(values["url"])
    with transaction(parts.engine) as connection:
        hook = keep_hook(
            connection, party_id, values["url"], now=parts.clock.now(), may_be_plain=is_open
        )
    key = signing_key(parts.secret, party_id).hex()
    return {"url": hook.url, "key": key, "created_at": hook.created_at}


@BLUEPRINT.route("/recall-hook", methods=["GET"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.response(200, HookOut)
def get_hook() -> dict[str, Any]:
    """Return where one's own notices are sent, and what came of the newest."""
    party_id = party_of(current_actor(), Action.ANSWER_RECALLS)
    with reading(services().engine) as connection:
        hook = read_hook(connection, party_id)
        newest = newest_deliveries(connection, party_id, rows_max=_DELIVERIES_SHOWN)
    told = [asdict(one) for one in newest]
    return {"url": hook.url, "created_at": hook.created_at, "deliveries": told}


@BLUEPRINT.route("/recall-hook", methods=["DELETE"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.response(204)
def delete_hook() -> None:
    """Send no more notices to a program; they stand on the pages as before."""
    party_id = party_of(current_actor(), Action.ANSWER_RECALLS)
    with transaction(services().engine) as connection:
        drop_hook(connection, party_id)
