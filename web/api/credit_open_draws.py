"""Random draws for everybody: what draws again needs, and nobody's name.

One rule: a pool holds marks and no codes; seed and value are told once the draw was made.
"""

from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response

from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.credit_inspections import DrawOut, DrawsOut, DrawsQuery, draw_told, draws_told
from web.api.fields import StrictSchema, text
from web.auth import current_actor, requires
from web.credit_inspections import draw_for, draws_for, mark_for, marks_for, pool_for
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-open-draws", __name__, url_prefix="/api/v1", description="Draws that anybody checks."
)

_CODE_CHARS_MAX: Final = 40


class OpenDrawOut(DrawOut):
    """A draw with the marks of those who were drawn, in the order of the draw."""

    marks = ma.fields.List(ma.fields.String())


class MarkQuery(StrictSchema):
    """Whose mark; a producer's own where nobody is named."""

    uscc = text(_CODE_CHARS_MAX, load_default="")


class MarkOut(ma.Schema):
    """The mark of a party in a draw, the salt that makes it, and its class where it is in it."""

    mark = ma.fields.String()
    salt = ma.fields.String()
    in_pool = ma.fields.Boolean()
    risk_class = ma.fields.String(data_key="class")
    drawn = ma.fields.Boolean()


@BLUEPRINT.route("/credit/open/draws", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(DrawsQuery, location="query")
@BLUEPRINT.response(200, DrawsOut)
def get_open_draws(query: dict[str, Any]) -> dict[str, Any]:
    """List draws, the newest first: anybody may."""
    return draws_told(draws_for(services(), after=query["after"]))


@BLUEPRINT.route("/credit/open/draws/<uuid:draw_id>", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.response(200, OpenDrawOut)
def get_open_draw(draw_id: UUID) -> dict[str, Any]:
    """Give what a draw was made of, and the marks of those who were drawn."""
    parts = services()
    return {**draw_told(draw_for(parts, draw_id)), "marks": marks_for(parts, draw_id)}


@BLUEPRINT.route("/credit/open/draws/<uuid:draw_id>/pool", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
def get_open_pool(draw_id: UUID) -> Response:
    """Give the file of the pool, whose hash the ledger holds since before the draw."""
    return Response(pool_for(services(), draw_id), mimetype="text/plain")


@BLUEPRINT.route("/credit/draws/<uuid:draw_id>/mark", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(MarkQuery, location="query")
@BLUEPRINT.response(200, MarkOut)
def get_mark(query: dict[str, Any], draw_id: UUID) -> dict[str, Any]:
    """Give the mark of a party: its own, so that it finds itself, or anybody's to an authority."""
    found = mark_for(services(), current_actor(), draw_id, query["uscc"].strip().upper())
    return {
        "mark": found.mark,
        "salt": found.salt.hex(),
        "in_pool": bool(found.risk_class),
        "risk_class": found.risk_class,
        "drawn": found.is_drawn,
    }
