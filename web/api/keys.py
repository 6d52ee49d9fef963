"""Granting, listing and revoking keys, and what a key may do."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from base.db import reading
from parties.access import Action, has_role_for
from parties.keys import GrantedKey, KeyRequest, grant, list_keys, revoke
from web.api import shapes
from web.api.blueprint import ApiBlueprint
from web.auth import current_actor, requires
from web.idempotency import id_of_request, idempotency_key
from web.services import services

BLUEPRINT = ApiBlueprint("keys", __name__, url_prefix="/api/v1", description="Keys and rights.")

_NO_STORE = {"Cache-Control": "no-store"}


@BLUEPRINT.route("/keys", methods=["POST"])
@requires(Action.MANAGE_KEYS)
@BLUEPRINT.arguments(shapes.KeyIn)
@BLUEPRINT.response(201, shapes.KeyOut)
def post_key(values: dict[str, Any]) -> tuple[GrantedKey, int, dict[str, str]]:
    """Grant a key; its text is shown this once.

    A retry under the same Idempotency-Key finds the key but no longer its text: revoke it then
    and ask for another.
    """
    parts = services()
    actor = current_actor()
    key = idempotency_key()
    granted = grant(
        parts.engine,
        KeyRequest(**values),
        now=parts.clock.now(),
        record=parts.recorder(actor.id),
        key_id=None if key is None else id_of_request(actor.id, key),
    )
    parts.key_ring.forget(granted.id)
    return granted, 200 if granted.text is None else 201, _NO_STORE


@BLUEPRINT.route("/keys", methods=["GET"])
@requires(Action.MANAGE_KEYS)
@BLUEPRINT.arguments(shapes.PageQuery, location="query")
@BLUEPRINT.response(200, shapes.KeyPage)
def get_keys(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """List the keys that were granted, oldest first, without what opens."""
    parts = services()
    rows_max = min(query["limit"], parts.settings.page_size_max)
    with reading(parts.engine) as connection:
        keys = list_keys(connection, after=query["after"], rows_max=rows_max + 1)
    if len(keys) <= rows_max:
        return {"items": keys, "next": None}, 200, {}
    after = keys[rows_max - 1].id
    link = f'<keys?{urlencode({"limit": rows_max, "after": after})}>; rel="next"'
    return {"items": keys[:rows_max], "next": after}, 200, {"Link": link}


@BLUEPRINT.route("/keys/<uuid:key_id>", methods=["DELETE"])
@requires(Action.MANAGE_KEYS)
@BLUEPRINT.response(200, shapes.RevokedOut)
def delete_key(key_id: UUID) -> dict[str, Any]:
    """Revoke a key for ever; a second time changes nothing."""
    parts = services()
    record = parts.recorder(current_actor().id)
    revoked_at = revoke(parts.engine, key_id, now=parts.clock.now(), record=record)
    parts.key_ring.forget(key_id)
    return {"id": key_id, "revoked_at": revoked_at}


@BLUEPRINT.route("/me", methods=["GET"])
@requires(Action.READ_SELF)
@BLUEPRINT.response(200, shapes.MeOut)
def get_me() -> dict[str, Any]:
    """Return who the key stands for and what its role may do."""
    actor = current_actor()
    return {
        "actor": actor.id,
        "role": actor.role,
        "party_id": actor.party_id,
        "key_id": actor.key_id,
        "rights": [action.value for action in Action if has_role_for(actor, action)],
    }
