"""Keys of signed serials (AI 98): made, listed, revoked by an operator."""

from typing import Any, Final

import marshmallow as ma

from base.db import reading, transaction
from parties.access import Action
from parties.ids import new_id
from parties.issuing.tag_keys import TagKeyCard, list_tag_keys, tag_key_of_request
from parties.issuing.tags import revoke_tag_key, rotate_tag_key
from parties.register import remember_request
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema
from web.auth import current_actor, requires
from web.idempotency import idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "tag_keys", __name__, url_prefix="/api/v1", description="Keys of signed serials."
)

_STATES: Final = "`signing`; `retired`: labels stay good; `revoked`: labels are believed no more"


class NothingIn(StrictSchema):
    """A body without fields: `{}`."""


class TagKeyOut(ma.Schema):
    """A key by its id; the key itself is stored nowhere and shown to nobody."""

    id = ma.fields.String()
    state = ma.fields.String(metadata={"description": _STATES})
    created_at = ma.fields.AwareDateTime(format="iso")
    retired_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    revoked_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class TagKeyList(ma.Schema):
    """Every key, newest first."""

    items = ma.fields.List(ma.fields.Nested(TagKeyOut))


@BLUEPRINT.route("/tag-keys", methods=["POST"])
@requires(Action.MANAGE_TAG_KEYS)
@BLUEPRINT.arguments(NothingIn)
@BLUEPRINT.response(201, TagKeyOut)
def post_tag_key(values: dict[str, Any]) -> tuple[TagKeyCard, int, dict[str, str]]:
    """Make a key that signs from now on and retire the present one."""
    parts, actor, key = services(), current_actor(), idempotency_key()
    now = parts.clock.now()
    if key is not None:
        with transaction(parts.engine) as connection:
            remember_request(
                connection,
                actor=actor.id,
                idempotency_key=key,
                request_hash=request_hash(values),
                row_id=new_id(now),
                now=now,
            )
        with reading(parts.engine) as connection:
            now, known = tag_key_of_request(connection, actor=actor.id, idempotency_key=key)
        if known is not None:
            return known, 200, _location(known.id)
    key_id = rotate_tag_key(parts.engine, now=now, record=parts.recorder(actor.id))
    return _card(key_id), 201, _location(key_id)


@BLUEPRINT.route("/tag-keys", methods=["GET"])
@requires(Action.MANAGE_TAG_KEYS)
@BLUEPRINT.response(200, TagKeyList)
def get_tag_keys() -> dict[str, Any]:
    """List the keys, newest first."""
    with reading(services().engine) as connection:
        return {"items": list_tag_keys(connection)}


@BLUEPRINT.route("/tag-keys/<key_id>", methods=["DELETE"])
@requires(Action.MANAGE_TAG_KEYS)
@BLUEPRINT.response(200, TagKeyOut)
def delete_tag_key(key_id: str) -> TagKeyCard:
    """Believe the labels of a key no more, for ever; a second time changes nothing."""
    parts = services()
    record = parts.recorder(current_actor().id)
    revoke_tag_key(parts.engine, key_id, now=parts.clock.now(), record=record)
    return _card(key_id)


def _card(key_id: str) -> TagKeyCard:
    with reading(services().engine) as connection:
        return next(one for one in list_tag_keys(connection) if one.id == key_id)


def _location(key_id: str) -> dict[str, str]:
    return {"Location": f"/api/v1/tag-keys/{key_id}"}
