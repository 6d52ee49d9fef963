"""Keeping the links of one's own products, lots and things."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import request
from sqlalchemy import Connection

from base.db import reading, transaction
from base.errors import Conflict, NotFound
from codes.canonical import uri_of_text
from codes.gs1.link_types import LINK_TYPES
from parties.access import Action, Subject, require
from parties.link_drafts import LinkDraft, checked_link
from parties.links import (
    LinkLimits,
    add_link,
    end_link,
    link_of_request,
    lock_links,
    set_default,
)
from parties.register import Registered, one_of, page_of, remember_request
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
from web.idempotency import idempotency_key, request_hash
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
    settings = parts.settings
    draft = checked_link(LinkDraft(**values), own_root=settings.effective_public_url)
    owner = parts.owners.owners_of((draft.uri,))[draft.uri]
    if owner is None:
        raise NotFound("Nobody has registered this product or place, or issued this code.")
    require(current_actor(), Action.MANAGE_LINKS, Subject(party_ids=frozenset({owner})))
    with transaction(parts.engine) as connection:
        lock_links(connection, owner)
        kept = _keep(connection, owner, draft)
        row = _row(connection, kept.id)
    parts.links.forget(draft.uri)
    return row, 201 if kept.is_new else 200, {"Location": f"/api/v1/links/{kept.id}"}


def _keep(connection: Connection, owner: UUID, draft: LinkDraft) -> Registered:
    parts = services()
    key = idempotency_key()
    asked = request_hash(draft)
    actor = current_actor().id
    if key is not None:
        made = link_of_request(connection, actor=actor, idempotency_key=key, request_hash=asked)
        if made is not None:
            return Registered(id=made, is_new=False)
    limits = LinkLimits(
        anchor_max=parts.settings.links_anchor_max, party_max=parts.settings.links_party_max
    )
    now = parts.clock.now()
    kept = add_link(connection, owner, draft, now=now, limits=limits)
    if key is not None:
        remember_request(
            connection,
            actor=actor,
            idempotency_key=key,
            request_hash=asked,
            row_id=kept.id,
            now=now,
        )
    return kept


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
        return _row(connection, link_id)


@BLUEPRINT.route("/links/<uuid:link_id>", methods=["PATCH"])
@requires(Action.MANAGE_LINKS)
@BLUEPRINT.arguments(LinkPatch)
@BLUEPRINT.response(200, LinkOut)
def patch_link(values: dict[str, Any], link_id: UUID) -> dict[str, Any]:
    """Make a link the one default of its code, or let the code lead to the ledger's page again."""
    link, owner = _own_link(link_id)
    if values["is_default"] and link["party_id"] != owner:
        raise Conflict("A former owner kept this link: end it, and keep one of your own.")
    with transaction(services().engine) as connection:
        lock_links(connection, owner)
        set_default(connection, link_id, is_default=values["is_default"])
        row = _row(connection, link_id)
    services().links.forget(row["uri"])
    return row


@BLUEPRINT.route("/links/<uuid:link_id>", methods=["DELETE"])
@requires(Action.MANAGE_LINKS)
@BLUEPRINT.response(200, LinkOut)
def delete_link(link_id: UUID) -> dict[str, Any]:
    """End a link for ever, a former owner's too; its row stays, and again changes nothing."""
    parts = services()
    _, owner = _own_link(link_id)
    with transaction(parts.engine) as connection:
        lock_links(connection, owner)
        end_link(connection, link_id, now=parts.clock.now())
        row = _row(connection, link_id)
    parts.links.forget(row["uri"])
    return row


def _own_link(link_id: UUID) -> tuple[dict[str, Any], UUID]:
    """Return a link of a code that is the caller's now, and whose that is.

    Raises `NotFound`, and `Forbidden` where the code is another's, whoever kept the link.
    """
    parts = services()
    with reading(parts.engine) as connection:
        link = _row(connection, link_id)
    # What is nobody's any more leads nowhere; its link is still that of whoever kept it.
    owner: UUID = parts.owners.owners_of((link["uri"],))[link["uri"]] or link["party_id"]
    require(current_actor(), Action.MANAGE_LINKS, Subject(party_ids=frozenset({owner})))
    return link, owner


def _row(connection: Connection, link_id: UUID) -> dict[str, Any]:
    return dict(one_of(connection, PRODUCT_LINK, link_id)._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
