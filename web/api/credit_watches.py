"""Watches over HTTP: parties to be told of, and what changed of them.

One rule: nobody sees another's watches; of a record that is told no more its id and list alone.
"""

from typing import Any, Final

import marshmallow as ma
from flask import request

from credit.watching.history import ChangeKind, Why
from credit.watching.written import change_told
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, text
from web.auth import current_actor, requires
from web.bodies import read_body
from web.credit import book_of
from web.credit_watches import (
    changes_for,
    unwatch_for,
    watch_file_for,
    watch_for,
    watches_for,
)
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-watches", __name__, url_prefix="/api/v1", description="Parties that one watches."
)

_CODE_CHARS_MAX: Final = 40
_PURPOSE_CHARS_MAX: Final = 200
_TOKEN_CHARS_MAX: Final = 200
_PAGE: Final = 100
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "A CSV (UTF-8 or GB 18030), a workbook, or JSON lines.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class WatchesIn(StrictSchema):
    """Parties to be watched, and why."""

    codes = ma.fields.List(text(_CODE_CHARS_MAX), required=True)
    purpose = text(_PURPOSE_CHARS_MAX, required=True)


class WatchFileQuery(StrictSchema):
    """Why these parties are watched."""

    purpose = text(_PURPOSE_CHARS_MAX, required=True)


class WatchesQuery(StrictSchema):
    """`after` is the `next_after` of the page before."""

    after = text(_CODE_CHARS_MAX, load_default="")


class WatchOut(ma.Schema):
    """A party that is watched."""

    uscc = ma.fields.String(attribute="code")
    purpose = ma.fields.String()
    since = ma.fields.AwareDateTime(format="iso", attribute="created_at")


class WatchesOut(ma.Schema):
    """One's own watches by code; `next_after` is "" on the last page."""

    watches = ma.fields.List(ma.fields.Nested(WatchOut))
    next_after = ma.fields.String()


class WatchesAddedOut(ma.Schema):
    """How many are new, and how many were watched already."""

    added = ma.fields.Integer()
    known = ma.fields.Integer()


class WatchChangesQuery(StrictSchema):
    """`after` is the `next_after` of the answer before; none begins where each watch began."""

    after = text(_TOKEN_CHARS_MAX, load_default="")
    limit = ma.fields.Integer(load_default=_PAGE, validate=ma.validate.Range(min=1))


class WatchRecordOut(ma.Schema):
    """What may be said of a record now."""

    number = ma.fields.String()
    title = ma.fields.String()
    authority = ma.fields.String()
    article = ma.fields.String()
    starts_on = ma.fields.Date(allow_none=True)
    stops_on = ma.fields.Date(allow_none=True)


class WatchMeasureOut(ma.Schema):
    """A measure with the row of law that it stands on."""

    id = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    norm = ma.fields.String()
    article = ma.fields.String()


class ToLiftOut(ma.Schema):
    """A measure in use of one's own office that has to be lifted."""

    id = ma.fields.UUID()
    measure = ma.fields.String()
    applied_on = ma.fields.Date()


class WatchChangeOut(ma.Schema):
    """One change; `item` is the id of the record or of the measure.

    Where `to_lift_is_cut`, more may have to be lifted: `/credit/applications?to_lift=true`.
    """

    uscc = ma.fields.String()
    name = ma.fields.String()
    day = ma.fields.Date()
    kind = ma.fields.Enum(ChangeKind, by_value=ma.fields.String)
    item = ma.fields.String()
    list = ma.fields.String()
    why = ma.fields.Enum(Why, by_value=ma.fields.String, allow_none=True)
    record = ma.fields.Nested(WatchRecordOut, allow_none=True)
    measure = ma.fields.Nested(WatchMeasureOut, allow_none=True)
    before = ma.fields.String()
    after = ma.fields.String()
    to_lift = ma.fields.List(ma.fields.Nested(ToLiftOut))
    to_lift_is_cut = ma.fields.Boolean()


class WatchChangesOut(ma.Schema):
    """What changed, in order; `is_last` where nothing more is known by now."""

    changes = ma.fields.List(ma.fields.Nested(WatchChangeOut))
    next_after = ma.fields.String()
    is_last = ma.fields.Boolean()


@BLUEPRINT.route("/credit/watches", methods=["GET"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.arguments(WatchesQuery, location="query")
@BLUEPRINT.response(200, WatchesOut)
def get_watches(query: dict[str, Any]) -> dict[str, Any]:
    """List the parties that one watches oneself."""
    parts = services()
    page = watches_for(
        parts, current_actor(), after=query["after"], rows_max=parts.settings.page_size_max
    )
    return {"watches": page.watches, "next_after": page.next_after}


@BLUEPRINT.route("/credit/watches", methods=["POST"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.arguments(WatchesIn)
@BLUEPRINT.response(200, WatchesAddedOut)
def post_watches(body: dict[str, Any]) -> Any:
    """Watch parties from now on; what is watched already stays as it is."""
    return watch_for(services(), current_actor(), body["codes"], body["purpose"])


@BLUEPRINT.route("/credit/watches/file", methods=["POST"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.doc(**_BODY)
@BLUEPRINT.arguments(WatchFileQuery, location="query")
@BLUEPRINT.response(200, WatchesAddedOut)
def post_watch_file(query: dict[str, Any]) -> Any:
    """Watch the parties whose codes are in the column `uscc` of a file, all of them or none."""
    parts = services()
    body = read_body(request, parts.settings.sheet_bytes_max)
    return watch_file_for(parts, current_actor(), body, query["purpose"])


@BLUEPRINT.route("/credit/watches/<uscc>", methods=["DELETE"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.response(204)
def delete_watch(uscc: str) -> None:
    """Give up a watch; what was not told by then is told no more."""
    unwatch_for(services(), current_actor(), uscc)


@BLUEPRINT.route("/credit/changes", methods=["GET"])
@requires(Action.WATCH_CREDIT)
@BLUEPRINT.arguments(WatchChangesQuery, location="query")
@BLUEPRINT.response(200, WatchChangesOut)
def get_changes(query: dict[str, Any]) -> dict[str, Any]:
    """Tell what changed of the parties that one watches, each change once."""
    parts = services()
    page = changes_for(parts, current_actor(), after=query["after"], rows_max=query["limit"])
    return {
        "changes": [change_told(told, due, book_of(parts)) for told, due in page.to_lift],
        "next_after": page.feed.after,
        "is_last": page.feed.is_last,
    }
