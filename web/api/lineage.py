"""Where goods came from and where they went.

One rule: an answer covers everything that was acknowledged before it was asked for, or says how
many entries it is behind; every step of it names the entry that says so.
"""

from decimal import Decimal
from trace.lineage import Direction
from trace.state import Flow
from trace.tracing import CodeState
from trace.whereabouts import Fate
from typing import Any

import marshmallow as ma

from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import Day, StrictSchema, WholeText, text
from web.auth import current_actor, requires
from web.services import services
from web.tracing import TraceAsked, classes_of, share_text, state_for, trace_for
from web.whereabouts import holders_told, where_told

BLUEPRINT = ApiBlueprint(
    "lineage", __name__, url_prefix="/api/v1", description="Where from and where to."
)


class LineageQuery(StrictSchema):
    """One code in any of its written forms, one party or one site, and how far to go.

    From a party or site all goods of its events in the days are traced. `class` holds product
    classes, separated by commas.
    """

    code = text(chars_max=2048, load_default="")
    party = text(chars_max=64, load_default="")
    site = text(chars_max=2048, load_default="")
    direction = ma.fields.Enum(Direction, by_value=ma.fields.String, required=True)
    depth = WholeText(load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)
    classes = text(chars_max=400, load_default="", data_key="class")
    shares = ma.fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)
    whereabouts = ma.fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)


class HandOut(ma.Schema):
    """How much of a code is with whom, or went which way, and the entry that says so."""

    party_id = ma.fields.UUID(
        allow_none=True,
        metadata={"description": "null: nobody the reader may know; on its way, who sent it."},
    )
    fate = ma.fields.String(
        validate=ma.validate.OneOf([one.value for one in Fate]),
        metadata={"description": "last_seen: handed on; who has it now the reader may not know."},
    )
    amount = ma.fields.String(allow_none=True)
    uom = ma.fields.String(allow_none=True, metadata={"description": "null counts pieces"})
    seq = ma.fields.Integer(allow_none=True)


class AmountOfUnitOut(ma.Schema):
    """An amount of lots in one unit."""

    amount = ma.fields.String()
    uom = ma.fields.String(allow_none=True)


class HolderSumOut(ma.Schema):
    """What one party has, or sold or used, of everything that is told."""

    party_id = ma.fields.UUID(allow_none=True)
    fate = ma.fields.String(validate=ma.validate.OneOf([one.value for one in Fate]))
    pieces = ma.fields.Integer()
    lots = ma.fields.Integer()
    containers = ma.fields.Integer()
    amounts = ma.fields.List(ma.fields.Nested(AmountOfUnitOut))
    lots_untold = ma.fields.Integer(
        metadata={"description": "Lots of which no event says how much."}
    )


class ReachedOut(ma.Schema):
    """A code that was reached, and in how many steps."""

    uri = ma.fields.String()
    depth = ma.fields.Integer()
    share = ma.fields.String(
        allow_none=True,
        metadata={"description": "How much of it came from the subjects, as 1/3; null: unknown."},
    )
    where = ma.fields.List(
        ma.fields.Nested(HandOut),
        allow_none=True,
        metadata={"description": "With whom it is now; null where that was not asked or read."},
    )


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
    behind = ma.fields.Integer(
        metadata={"description": "Entries that were acknowledged and are not in this answer yet."}
    )
    is_cut = ma.fields.Boolean()
    is_partial = ma.fields.Boolean(
        metadata={"description": "Only steps of the reader's own and its partners' events."}
    )
    holders = ma.fields.List(ma.fields.Nested(HolderSumOut))
    told_of = ma.fields.Integer(
        metadata={"description": "Of how many codes, the nearest, it is told who has them."}
    )


@BLUEPRINT.route("/lineage", methods=["GET"])
@requires(Action.READ_LINEAGE, Action.TRACE_OWN)
@BLUEPRINT.arguments(LineageQuery, location="query")
@BLUEPRINT.response(200, LineageOut)
def get_lineage(query: dict[str, Any]) -> dict[str, Any]:
    """Trace a code, or the goods of a party or site, forward or back.

    Forward is to everything they became part of, back to what they were made of. With
    `whereabouts` it is told forward who has each of them now.
    """
    asked = TraceAsked(
        code=query["code"],
        party=query["party"],
        site=query["site"],
        depth=query["depth"],
        since_on=query["since"],
        until_on=query["until"],
        classes=classes_of(query["classes"]),
        with_shares=query["shares"],
        with_whereabouts=query["whereabouts"],
    )
    found = trace_for(services(), current_actor(), asked, query["direction"])
    return {
        "subjects": found.subjects,
        "direction": found.direction,
        "reached": [
            {
                "uri": one.uri,
                "depth": one.depth,
                "share": share_text(found, one.uri),
                "where": where_told(found, one.uri),
            }
            for one in found.reached
        ],
        "steps": found.steps,
        "size": found.size,
        "behind": found.behind,
        "is_cut": found.is_cut,
        "is_partial": found.is_partial,
        "holders": holders_told(found),
        "told_of": len(found.whereabouts),
    }


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
    unheard = ma.fields.Integer(
        metadata={"description": "Events by parties that have no standing in it; not counted."}
    )
    size = ma.fields.Integer()
    behind = ma.fields.Integer()


@BLUEPRINT.route("/state", methods=["GET"])
@requires(Action.READ_LINEAGE, Action.TRACE_OWN)
@BLUEPRINT.arguments(StateQuery, location="query")
@BLUEPRINT.response(200, CodeStateOut)
def get_state(query: dict[str, Any]) -> dict[str, Any]:
    """Return where a thing is, with whom and in what state, and how much of it is left."""
    found = state_for(services(), current_actor(), query["code"])
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
        "unheard": found.unheard,
        "size": found.size,
        "behind": found.behind,
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
