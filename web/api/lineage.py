"""Where goods came from and where they went.

One rule: an answer covers everything that was acknowledged before it was asked for, and every step
of it names the entry that says so.
"""

from trace.lineage import Direction, Reach
from trace.tracing import trace_goods
from typing import Any

import marshmallow as ma

from codes.canonical import uri_of_text
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, text
from web.auth import requires
from web.services import services

BLUEPRINT = ApiBlueprint(
    "lineage", __name__, url_prefix="/api/v1", description="Where from and where to."
)


class LineageQuery(StrictSchema):
    """A code in any of its written forms, and how far to go."""

    code = text(chars_max=2048, required=True)
    direction = ma.fields.Enum(Direction, by_value=ma.fields.String, required=True)


class ReachedOut(ma.Schema):
    """A code that was reached, and in how many steps."""

    uri = ma.fields.String()
    depth = ma.fields.Integer()


class StepOut(ma.Schema):
    """One step between two codes, and the entry that says so."""

    source = ma.fields.String()
    target = ma.fields.String()
    kind = ma.fields.Function(lambda step: step.kind.name.lower())
    seq = ma.fields.Integer()
    from_at = ma.fields.AwareDateTime(format="iso")
    until_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class TraceOut(ma.Schema):
    """Everything that was reached; `is_cut` where there was more than the service walks."""

    subjects = ma.fields.List(ma.fields.String())
    direction = ma.fields.Enum(Direction, by_value=ma.fields.String)
    reached = ma.fields.List(ma.fields.Nested(ReachedOut))
    steps = ma.fields.List(ma.fields.Nested(StepOut))
    size = ma.fields.Integer()
    is_cut = ma.fields.Boolean()


@BLUEPRINT.route("/lineage", methods=["GET"])
@requires(Action.READ_LINEAGE)
@BLUEPRINT.arguments(LineageQuery, location="query")
@BLUEPRINT.response(200, TraceOut)
def get_lineage(query: dict[str, Any]) -> Any:
    """Trace a code forward to everything it became part of, or back to what it was made of."""
    parts = services()
    reach = Reach(
        items_max=parts.settings.lineage_items_max, depth_max=parts.settings.lineage_depth_max
    )
    subject = uri_of_text(query["code"])
    return trace_goods(parts.engine, parts.log, [subject], query["direction"], reach)
