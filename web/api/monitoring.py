"""How much is recorded, by whom and where, and who stopped.

One rule: it is counts for the supervision; no event, no quantity and no partner of anybody.
"""

from collections.abc import Sequence
from trace.monitoring.report import Group
from trace.monitoring.stages import Stage
from typing import Any, Final

import marshmallow as ma

from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import Day, StrictSchema
from web.auth import requires
from web.monitoring import report_for, span_asked
from web.services import services

BLUEPRINT = ApiBlueprint(
    "monitoring", __name__, url_prefix="/api/v1", description="How much is recorded."
)

_GROUPS: Final = ("regions", "classes", "parties")


class MonitoringQuery(StrictSchema):
    """Which days, both included, in China; the last thirty unless others are named."""

    first = Day(data_key="from", load_default=None)
    last = Day(data_key="to", load_default=None)
    limit = ma.fields.Integer(
        load_default=100,
        validate=ma.validate.Range(1, 1000),
        metadata={"description": "Rows of each table."},
    )


class StagesOut(ma.Schema):
    """Events by stage."""

    production = ma.fields.Integer()
    transport = ma.fields.Integer()
    sale = ma.fields.Integer()
    other = ma.fields.Integer()


class GroupOut(ma.Schema):
    """One row: how many are registered, how many recorded anything, and what is missing."""

    key = ma.fields.String(metadata={"description": "Region, class or party; empty for none."})
    registered = ma.fields.Integer()
    active = ma.fields.Integer()
    coverage = ma.fields.String(allow_none=True, metadata={"description": "Of a hundred."})
    stages = ma.fields.Nested(StagesOut)
    lacks = ma.fields.List(ma.fields.Enum(Stage, by_value=ma.fields.String))
    last_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class SilentOut(ma.Schema):
    """A party that recorded something in as many days before, and nothing since."""

    party_id = ma.fields.UUID()
    last_at = ma.fields.AwareDateTime(format="iso")
    count_before = ma.fields.Integer()


class MonitoringOut(ma.Schema):
    """A report; each table is cut to `limit` rows, the busiest first, and says how many it has."""

    first = ma.fields.Date(data_key="from")
    last = ma.fields.Date(data_key="to")
    whole = ma.fields.Nested(GroupOut)
    regions = ma.fields.List(ma.fields.Nested(GroupOut))
    classes = ma.fields.List(ma.fields.Nested(GroupOut))
    parties = ma.fields.List(ma.fields.Nested(GroupOut))
    silent = ma.fields.List(ma.fields.Nested(SilentOut))
    counts = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())


@BLUEPRINT.route("/monitoring", methods=["GET"])
@requires(Action.MONITOR)
@BLUEPRINT.arguments(MonitoringQuery, location="query")
@BLUEPRINT.response(200, MonitoringOut)
def get_monitoring(query: dict[str, Any]) -> dict[str, Any]:
    """Count what was recorded by stage, region, class and party; say who fell silent."""
    parts = services()
    found = report_for(parts, span_asked(parts, query["first"], query["last"]))
    rows = query["limit"]
    tables: dict[str, Sequence[Group]] = {name: getattr(found, name) for name in _GROUPS}
    return {
        "first": found.span.first,
        "last": found.span.last,
        "whole": _group(found.whole),
        **{name: [_group(one) for one in of[:rows]] for name, of in tables.items()},
        "silent": found.silent[:rows],
        "counts": {
            **{name: len(of) for name, of in tables.items()},
            "silent": len(found.silent),
            "never": found.never,
        },
    }


def _group(one: Group) -> dict[str, Any]:
    return {
        "key": one.key,
        "registered": one.registered,
        "active": one.active,
        "coverage": None if one.coverage is None else str(one.coverage),
        "stages": {stage.value: count for stage, count in one.stages.items()},
        "lacks": list(one.lacks),
        "last_at": one.last_at,
    }
