"""The register's operations: parties, sites, products and certificates, one row of a table each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import request
from sqlalchemy import Connection, Table

from base.db import reading, transaction
from parties.access import Action
from parties.drafts import CertificateDraft, PartyDraft, ProductDraft, SiteDraft
from parties.register import (
    Registered,
    one_of,
    page_of,
    register_certificate,
    register_party,
    register_product,
    register_site,
    remember_request,
)
from parties.tables import CERTIFICATE, PARTY, PRODUCT, SITE
from web.api import shapes
from web.api.blueprint import ApiBlueprint
from web.auth import current_actor, requires
from web.idempotency import idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "register", __name__, url_prefix="/api/v1", description="Who is who, which place, which goods."
)

_Register = Callable[[Connection, Mapping[str, Any], datetime], Registered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of row of the register, with its shapes."""

    path: str
    table: Table
    shape_in: type[ma.Schema]
    shape_out: type[ma.Schema]
    query: type[ma.Schema]
    register: _Register


RESOURCES: Final = (
    Resource(
        path="parties",
        table=PARTY,
        shape_in=shapes.PartyIn,
        shape_out=shapes.PartyOut,
        query=shapes.PartyQuery,
        register=lambda c, values, now: register_party(c, PartyDraft(**values), now=now),
    ),
    Resource(
        path="sites",
        table=SITE,
        shape_in=shapes.SiteIn,
        shape_out=shapes.SiteOut,
        query=shapes.OwnedQuery,
        register=lambda c, values, now: register_site(c, SiteDraft(**values), now=now),
    ),
    Resource(
        path="products",
        table=PRODUCT,
        shape_in=shapes.ProductIn,
        shape_out=shapes.ProductOut,
        query=shapes.OwnedQuery,
        register=lambda c, values, now: register_product(c, ProductDraft(**values), now=now),
    ),
    Resource(
        path="certificates",
        table=CERTIFICATE,
        shape_in=shapes.CertificateIn,
        shape_out=shapes.CertificateOut,
        query=shapes.CertificateQuery,
        register=lambda c, values, now: register_certificate(
            c, CertificateDraft(**values), now=now
        ),
    ),
)


def _post(resource: Resource, values: Mapping[str, Any]) -> tuple[dict[str, Any], int, Any]:
    parts = services()
    now = parts.clock.now()
    key = idempotency_key()
    with transaction(parts.engine) as connection:
        registered = resource.register(connection, values, now)
        if key is not None:
            remember_request(
                connection,
                actor=current_actor().id,
                idempotency_key=key,
                request_hash=request_hash(sorted(values.items())),
                row_id=registered.id,
                now=now,
            )
        row = _row(connection, resource, registered.id)
    if "uri" in row:
        parts.owners.forget(row["uri"])
        parts.desk.knowledge.classes.forget(row["uri"])
    location = f"/api/v1/{resource.path}/{registered.id}"
    return row, 201 if registered.is_new else 200, {"Location": location}


def _row(connection: Connection, resource: Resource, row_id: UUID) -> dict[str, Any]:
    return dict(one_of(connection, resource.table, row_id)._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy


def _list(resource: Resource, query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    parts = services()
    after = query.pop("after")
    rows_max = min(query.pop("limit"), parts.settings.page_size_max)
    with reading(parts.engine) as connection:
        page = page_of(connection, resource.table, after=after, rows_max=rows_max, equal=query)
    items = [dict(row._mapping) for row in page.rows]  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    if page.next_after is None:
        return {"items": items, "next": None}, 200, {}
    arguments = {**request.args.to_dict(), "after": str(page.next_after)}
    link = f'<{request.path}?{urlencode(arguments)}>; rel="next"'
    return {"items": items, "next": page.next_after}, 200, {"Link": link}


def _page_shape(resource: Resource) -> type[ma.Schema]:
    name = resource.shape_out.__name__.removesuffix("Out") + "Page"
    return ma.Schema.from_dict(
        {
            "items": ma.fields.List(ma.fields.Nested(resource.shape_out)),
            "next": ma.fields.UUID(allow_none=True),
        },
        name=name,
    )


def _add(resource: Resource) -> None:
    """Add the three operations of a resource to the blueprint."""
    word = resource.table.name

    def post(values: dict[str, Any]) -> tuple[dict[str, Any], int, Any]:
        return _post(resource, values)

    def listing(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
        return _list(resource, query)

    def get(row_id: UUID) -> dict[str, Any]:
        with reading(services().engine) as connection:
            return _row(connection, resource, row_id)

    post.__name__, post.__doc__ = f"post_{word}", f"Register a {word}; again is the same."
    listing.__name__, listing.__doc__ = f"list_{word}", f"List {resource.path}, oldest first."
    get.__name__, get.__doc__ = f"get_{word}", f"Return one {word}."
    route = BLUEPRINT.route
    accepted = BLUEPRINT.arguments(resource.shape_in)(post)
    created = BLUEPRINT.response(201, resource.shape_out)(accepted)
    route(f"/{resource.path}", methods=["POST"])(requires(Action.REGISTER)(created))
    asked = BLUEPRINT.arguments(resource.query, location="query")(listing)
    listed = BLUEPRINT.response(200, _page_shape(resource))(asked)
    route(f"/{resource.path}", methods=["GET"])(requires(Action.READ_REGISTER)(listed))
    found = BLUEPRINT.response(200, resource.shape_out)(get)
    rule = f"/{resource.path}/<uuid:row_id>"
    route(rule, methods=["GET"])(requires(Action.READ_REGISTER)(found))


for _resource in RESOURCES:
    _add(_resource)
