"""Where goods came from and where they went.

One rule: an answer covers everything that was acknowledged before it was asked for, and every step
of it names the entry that says so.
"""

from decimal import Decimal
from trace.lineage import Direction, Reach
from trace.state import Flow
from trace.tracing import CodeState, state_of_code, trace_goods
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


class LineageStepOut(ma.Schema):
    """One step between two codes, and the entry that says so."""

    source = ma.fields.String()
    target = ma.fields.String()
    kind = ma.fields.Function(lambda step: step.kind.name.lower())
    seq = ma.fields.Integer()
    from_at = ma.fields.AwareDateTime(format="iso")
    until_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class LineageOut(ma.Schema):
    """Everything that was reached; `is_cut` where there was more than the service walks."""

    subjects = ma.fields.List(ma.fields.String())
    direction = ma.fields.Enum(Direction, by_value=ma.fields.String)
    reached = ma.fields.List(ma.fields.Nested(ReachedOut))
    steps = ma.fields.List(ma.fields.Nested(LineageStepOut))
    size = ma.fields.Integer()
    is_cut = ma.fields.Boolean()


@BLUEPRINT.route("/lineage", methods=["GET"])
@requires(Action.READ_LINEAGE)
@BLUEPRINT.arguments(LineageQuery, location="query")
@BLUEPRINT.response(200, LineageOut)
def get_lineage(query: dict[str, Any]) -> Any:
    """Trace a code forward to everything it became part of, or back to what it was made of."""
    parts = services()
    reach = Reach(
        items_max=parts.settings.lineage_items_max, depth_max=parts.settings.lineage_depth_max
    )
    subject = uri_of_text(query["code"])
    return trace_goods(parts.engine, parts.log, [subject], query["direction"], reach)


class StateQuery(StrictSchema):
    """A code in any of its written forms."""

    code = text(chars_max=2048, required=True)


class HoldingOut(ma.Schema):
    """How much of a thing a party made, received and gave away, in one unit; null counts pieces."""

    party_id = ma.fields.UUID(allow_none=True)
    uom = ma.fields.String(allow_none=True)
    made = ma.fields.String()
    received = ma.fields.String()
    shipped = ma.fields.String()
    used = ma.fields.String()
    sold = ma.fields.String()
    gone = ma.fields.String()
    left = ma.fields.String(metadata={"description": "Below zero: gave more than it had."})


class CodeStateOut(ma.Schema):
    """Where a thing is, with whom and in what state, and how much of it is left with whom."""

    uri = ma.fields.String()
    holder = ma.fields.UUID(allow_none=True)
    place = ma.fields.String(allow_none=True)
    container = ma.fields.String(allow_none=True)
    step = ma.fields.String(allow_none=True)
    disposition = ma.fields.String(allow_none=True)
    at = ma.fields.AwareDateTime(format="iso")
    seq = ma.fields.Integer()
    is_gone = ma.fields.Boolean()
    holdings = ma.fields.List(ma.fields.Nested(HoldingOut))
    is_whole = ma.fields.Boolean(
        metadata={"description": "False where some event does not say how much."}
    )
    size = ma.fields.Integer()


@BLUEPRINT.route("/state", methods=["GET"])
@requires(Action.READ_LINEAGE)
@BLUEPRINT.arguments(StateQuery, location="query")
@BLUEPRINT.response(200, CodeStateOut)
def get_state(query: dict[str, Any]) -> dict[str, Any]:
    """Return where a thing is, with whom and in what state, and how much of it is left."""
    parts = services()
    found = state_of_code(parts.engine, parts.log, uri_of_text(query["code"]))
    state = found.state
    return {
        "uri": found.uri,
        "holder": state.holder,
        "place": found.place,
        "container": found.container,
        "step": state.step,
        "disposition": state.disposition,
        "at": state.at,
        "seq": state.seq,
        "is_gone": state.is_gone,
        "holdings": _holdings(found),
        "is_whole": found.balance.is_whole,
        "size": found.size,
    }


def _holdings(found: CodeState) -> list[dict[str, Any]]:
    balance = found.balance
    return [
        {
            "party_id": party_id,
            "uom": unit,
            **{flow.value: format(flows.get(flow, Decimal(0)), "f") for flow in Flow},
            "left": format(balance.left((party_id, unit)), "f"),
        }
        for (party_id, unit), flows in balance.flows.items()
    ]
