"""Keeping the links of one's own products, lots and things."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import request

from base.db import reading
from codes.canonical import uri_of_text
from codes.gs1.link_types import LINK_TYPES
from parties.access import Action
from parties.link_drafts import LinkDraft
from parties.register import page_of
from parties.tables import (
    HREF_CHARS_MAX,
    LANGUAGE_CHARS_MAX,
    LINK_TYPE_CHARS_MAX,
    MEDIA_TYPE_CHARS_MAX,
    NAME_CHARS_MAX,
    PRODUCT_LINK,
    URI_CHARS_MAX,
)
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, Uuid, text
from web.api.shapes import PageQuery
from web.auth import current_actor, requires
from web.idempotency import idempotency_key
from web.links import checked, choose_default, end, keep, link_row
from web.services import services

BLUEPRINT = ApiBlueprint(
    "links", __name__, url_prefix="/api/v1", description="Where the code of a product leads."
)


class LinkIn(StrictSchema):
    """A link to keep."""

    uri = text(
        URI_CHARS_MAX,
        chars_min=1,
        required=True,
        metadata={"description": "Code of the product, lot or thing, in any written form."},
    )
    link_type = text(
        LINK_TYPE_CHARS_MAX,
        chars_min=1,
        required=True,
        metadata={"description": "Type of the GS1 Web Vocabulary: `gs1:pip` or its full IRI."},
    )
    href = text(
        HREF_CHARS_MAX,
        chars_min=1,
        required=True,
        metadata={"description": "Where it leads: an http or https address on another host."},
    )
    title = text(NAME_CHARS_MAX, chars_min=1, required=True)
    language = text(
        LANGUAGE_CHARS_MAX, load_default="", metadata={"description": "RFC 5646, such as `zh-CN`."}
    )
    media_type = text(
        MEDIA_TYPE_CHARS_MAX, load_default="", metadata={"description": "Such as `text/html`."}
    )
    is_default = ma.fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "Whether the code leads here where nothing else is asked for."},
    )


class LinkPatch(StrictSchema):
    """What may be changed of a link."""

    is_default = ma.fields.Boolean(required=True, truthy={True}, falsy={False})


class LinkOut(ma.Schema):
    """A link, also one that has ended."""

    id = ma.fields.UUID()
    party_id = ma.fields.UUID()
    uri = ma.fields.String(metadata={"description": "Canonical URI."})
    link_type = ma.fields.Function(
        lambda row: LINK_TYPES[row["link_type"]].curie, metadata={"type": "string"}
    )
    href = ma.fields.String()
    title = ma.fields.String()
    language = ma.fields.String()
    media_type = ma.fields.String()
    is_default = ma.fields.Boolean()
    created_at = ma.fields.AwareDateTime(format="iso")
    ended_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class LinkPage(ma.Schema):
    """Some links in the order in which they were made."""

    items = ma.fields.List(ma.fields.Nested(LinkOut))
    next = ma.fields.UUID(allow_none=True)


class LinkQuery(PageQuery):
    """Whose links, and of what."""

    party_id = Uuid()
    uri = text(URI_CHARS_MAX, metadata={"description": "A code in any written form."})


@BLUEPRINT.route("/links", methods=["POST"])
@requires(Action.MANAGE_LINKS)
@BLUEPRINT.arguments(LinkIn)
@BLUEPRINT.response(201, LinkOut)
def post_link(values: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Keep a link of one's own product, lot or thing; the same again is the same."""
    parts = services()
    draft = checked(parts, LinkDraft(**values))
    kept = keep(parts, current_actor(), draft, key=idempotency_key())
    with reading(parts.engine) as connection:
        row = link_row(connection, kept.id)
    return row, 201 if kept.is_new else 200, {"Location": f"/api/v1/links/{kept.id}"}


@BLUEPRINT.route("/links", methods=["GET"])
@requires(Action.READ_REGISTER)
@BLUEPRINT.arguments(LinkQuery, location="query")
@BLUEPRINT.response(200, LinkPage)
def list_links(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """List links, oldest first, those that have ended too."""
    parts = services()
    after = query.pop("after")
    rows_max = min(query.pop("limit"), parts.settings.page_size_max)
    if "uri" in query:
        query["uri"] = uri_of_text(query["uri"])
    with reading(parts.engine) as connection:
        page = page_of(connection, PRODUCT_LINK, after=after, rows_max=rows_max, equal=query)
    items = [dict(row._mapping) for row in page.rows]  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    if page.next_after is None:
        return {"items": items, "next": None}, 200, {}
    arguments = {**request.args.to_dict(), "after": str(page.next_after)}
    link = f'<{request.path}?{urlencode(arguments)}>; rel="next"'
    return {"items": items, "next": page.next_after}, 200, {"Link": link}


@BLUEPRINT.route("/links/<uuid:link_id>", methods=["GET"])
@requires(Action.READ_REGISTER)
@BLUEPRINT.response(200, LinkOut)
def get_link(link_id: UUID) -> dict[str, Any]:
    """Return one link, also one that has ended."""
    with reading(services().engine) as connection:
        return link_row(connection, link_id)


@BLUEPRINT.route("/links/<uuid:link_id>", methods=["PATCH"])
@requires(Action.MANAGE_LINKS)
@BLUEPRINT.arguments(LinkPatch)
@BLUEPRINT.response(200, LinkOut)
def patch_link(values: dict[str, Any], link_id: UUID) -> dict[str, Any]:
    """Make a link the one default of its code, or let the code lead to the ledger's page again."""
    return choose_default(services(), current_actor(), link_id, is_default=values["is_default"])


@BLUEPRINT.route("/links/<uuid:link_id>", methods=["DELETE"])
@requires(Action.MANAGE_LINKS)
@BLUEPRINT.response(200, LinkOut)
def delete_link(link_id: UUID) -> dict[str, Any]:
    """End a link for ever, a former owner's too; its row stays, and again changes nothing."""
    return end(services(), current_actor(), link_id)
