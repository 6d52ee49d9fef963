"""GS1 company prefixes: claimed by a producer, confirmed by an operator, ended by either."""

from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from sqlalchemy import Row

from base.db import reading, transaction
from parties.access import Action
from parties.issuing.prefixes import confirm_prefix, list_prefixes
from parties.register import PAGE_ROWS_MAX, one_of
from parties.tables import COMPANY_PREFIX, PREFIX_CHARS_MAX, SPEC_CHARS_MAX
from web.api.blueprint import ApiBlueprint
from web.api.bound_keys import bind_key, key_bound_to
from web.api.fields import StrictSchema, text
from web.api.issuing import next_link
from web.api.shapes import PageQuery
from web.auth import current_actor, requires
from web.issuing import claim, end_claim
from web.services import services

BLUEPRINT = ApiBlueprint(
    "prefixes", __name__, url_prefix="/api/v1", description="GS1 company prefixes."
)

_STATES: Final = "`waiting` for an operator, `confirmed` or `ended`"


def state_of(row: Row[Any]) -> str:
    """Return where a claim is: `waiting`, `confirmed` or `ended`."""
    if row.ended_at is not None:
        return "ended"
    return "waiting" if row.confirmed_at is None else "confirmed"


class PrefixIn(StrictSchema):
    """A prefix that the sender says is its own, and how that can be seen."""

    prefix = text(PREFIX_CHARS_MAX, chars_min=1, required=True)
    evidence = text(
        SPEC_CHARS_MAX,
        load_default="",
        metadata={"description": "Number of the licence, or where it can be looked up."},
    )


class PrefixOut(ma.Schema):
    """A claim of a prefix."""

    id = ma.fields.UUID()
    party_id = ma.fields.UUID()
    prefix = ma.fields.String()
    evidence = ma.fields.String()
    state = ma.fields.Function(state_of, metadata={"description": _STATES})
    created_at = ma.fields.AwareDateTime(format="iso")
    confirmed_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    ended_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class PrefixPage(ma.Schema):
    """Claims, oldest first."""

    items = ma.fields.List(ma.fields.Nested(PrefixOut))
    next = ma.fields.UUID(allow_none=True)


@BLUEPRINT.route("/prefixes", methods=["POST"])
@requires(Action.CLAIM_PREFIX)
@BLUEPRINT.arguments(PrefixIn)
@BLUEPRINT.response(201, PrefixOut)
def post_prefix(values: dict[str, Any]) -> tuple[Row[Any], int, dict[str, str]]:
    """Claim a prefix for one's own party; it gives a right once an operator has confirmed it."""
    parts, actor = services(), current_actor()
    with transaction(parts.engine) as connection:
        claimed = claim(connection, parts, actor, **values)
        bind_key(connection, values, claimed.id)
        row = one_of(connection, COMPANY_PREFIX, claimed.id)
    return row, 201 if claimed.is_new else 200, {"Location": f"/api/v1/prefixes/{claimed.id}"}


@BLUEPRINT.route("/prefixes", methods=["GET"])
@requires(Action.CLAIM_PREFIX, Action.CONFIRM_PREFIX)
@BLUEPRINT.arguments(PageQuery, location="query")
@BLUEPRINT.response(200, PrefixPage)
def get_prefixes(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """List a producer's own claims; an operator is shown all that wait to be confirmed."""
    parts, actor = services(), current_actor()
    rows_max = min(query["limit"], parts.settings.page_size_max, PAGE_ROWS_MAX)
    with reading(parts.engine) as connection:
        page = list_prefixes(connection, actor.party_id, after=query["after"], rows_max=rows_max)
    items = {"items": page.rows, "next": page.next_after}
    if page.next_after is None:
        return items, 200, {}
    asked = {"limit": rows_max, "after": page.next_after}
    return items, 200, next_link("/api/v1/prefixes", asked)


@BLUEPRINT.route("/prefixes/<uuid:row_id>/confirm", methods=["POST"])
@requires(Action.CONFIRM_PREFIX)
@BLUEPRINT.response(200, PrefixOut)
def post_confirm(row_id: UUID) -> Row[Any]:
    """Confirm that a prefix is its claimant's; a second time changes nothing."""
    parts, actor = services(), current_actor()
    with key_bound_to({}, row_id):
        record = parts.recorder(actor.id)
        return confirm_prefix(parts.engine, row_id, now=parts.clock.now(), record=record)


@BLUEPRINT.route("/prefixes/<uuid:row_id>/end", methods=["POST"])
@requires(Action.CLAIM_PREFIX, Action.CONFIRM_PREFIX)
@BLUEPRINT.response(200, PrefixOut)
def post_end(row_id: UUID) -> Row[Any]:
    """End a claim, a producer one of its own; what was issued under it stays."""
    with key_bound_to({}, row_id):
        return end_claim(services(), current_actor(), row_id)
