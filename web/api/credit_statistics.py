"""Statistics of credit over HTTP, and open data.

One rule: counts alone, of organisations alone; no answer here names anybody.
"""

from typing import Any

import marshmallow as ma
from flask import Response

from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import LegalDay, StrictSchema
from web.auth import requires
from web.credit_statistics import Statistics, open_dataset, statistics_for
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-statistics", __name__, url_prefix="/api/v1", description="Counts of credit."
)


class CreditStatisticsQuery(StrictSchema):
    """The day of the lists, and the days of decisions and batches; today and the last year."""

    day = LegalDay(load_default=None)
    first = LegalDay(data_key="from", load_default=None)
    last = LegalDay(data_key="to", load_default=None)


class ListedCountOut(ma.Schema):
    """How many organisations of a region and a section of industry are on a list."""

    list_id = ma.fields.String(data_key="list")
    region = ma.fields.String()
    section = ma.fields.String(metadata={"description": "GB/T 4754-2017; empty for none told."})
    organisations = ma.fields.Integer()


class DecidedCountOut(ma.Schema):
    """How many decisions fell into a month."""

    year = ma.fields.Integer()
    month = ma.fields.Integer()
    kind = ma.fields.String()
    severity = ma.fields.String()
    decisions = ma.fields.Integer()


class MeasureCountOut(ma.Schema):
    """How often a measure was applied, lifted, and has to be lifted still."""

    measure = ma.fields.String()
    matter = ma.fields.String()
    applied = ma.fields.Integer()
    lifted = ma.fields.Integer()
    to_lift = ma.fields.Integer()


class CaseCountOut(ma.Schema):
    """How the cases of a kind stand."""

    kind = ma.fields.String()
    opened = ma.fields.Integer()
    open = ma.fields.Integer()
    overdue = ma.fields.Integer()


class FeedCountOut(ma.Schema):
    """What a feed handed in: received is accepted, quarantined and duplicates."""

    feed = ma.fields.String()
    batches = ma.fields.Integer()
    held = ma.fields.Integer()
    received = ma.fields.Integer()
    accepted = ma.fields.Integer()
    quarantined = ma.fields.Integer()
    duplicates = ma.fields.Integer()
    last_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    workdays = ma.fields.Integer(
        metadata={"description": "Working days that a report may take; 0 where none are fixed."}
    )
    reported = ma.fields.Integer()
    late = ma.fields.Integer()
    codes = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())


class CreditStatisticsOut(ma.Schema):
    """How credit stands on a day, and what was decided and handed in on some days."""

    day = ma.fields.Date()
    first = ma.fields.Date(data_key="from")
    last = ma.fields.Date(data_key="to")
    listed = ma.fields.List(ma.fields.Nested(ListedCountOut))
    decided = ma.fields.List(ma.fields.Nested(DecidedCountOut))
    measures = ma.fields.List(ma.fields.Nested(MeasureCountOut))
    cases = ma.fields.List(ma.fields.Nested(CaseCountOut))
    feeds = ma.fields.List(ma.fields.Nested(FeedCountOut))


@BLUEPRINT.route("/credit/statistics", methods=["GET"])
@requires(Action.MONITOR)
@BLUEPRINT.arguments(CreditStatisticsQuery, location="query")
@BLUEPRINT.response(200, CreditStatisticsOut)
def get_credit_statistics(query: dict[str, Any]) -> Statistics:
    """Count who is on which list, what was decided, measures, cases, and how the feeds report."""
    return statistics_for(services(), day=query["day"], first=query["first"], last=query["last"])


@BLUEPRINT.route("/credit/open/<dataset>.csv", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.response(200)
def get_open_data(dataset: str) -> Response:
    """Give open data as a CSV: `listed` or `decided`, counts that name nobody."""
    body = open_dataset(services(), dataset)
    return Response(body, content_type="text/csv; charset=utf-8")
