"""Spreadsheets for authorities, made from the ledger.

One rule: a producer gets its own records and nobody else's.
"""

from trace.sheets.choosing import profile_for
from trace.sheets.headers import LANGUAGES
from typing import Any

import marshmallow as ma
from flask import Response

from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import Day, StrictSchema, text
from web.auth import current_actor, requires
from web.services import services
from web.submissions import fsma_file, records_file, wanted_of

BLUEPRINT = ApiBlueprint(
    "submissions", __name__, url_prefix="/api/v1", description="Spreadsheets for authorities."
)


class SubmissionQuery(StrictSchema):
    """Lots in any of their written forms, separated by commas, and days of events.

    Lots or a first day are required. `party` is an id or a credit code; only who supervises may
    name another than its own.
    """

    lots = text(chars_max=8000, load_default="")
    since = Day(load_default=None)
    until = Day(load_default=None)
    party = text(chars_max=64, load_default="")


@BLUEPRINT.route("/submissions/fsma204.xlsx", methods=["GET"])
@requires(Action.QUERY)
@BLUEPRINT.arguments(SubmissionQuery, location="query")
@BLUEPRINT.response(200)
def get_fsma204(query: dict[str, Any]) -> Response:
    """Return the electronic sortable spreadsheet of 21 CFR 1.1455(c)(3)(ii)."""
    parts, actor = services(), current_actor()
    wanted = wanted_of(
        parts,
        actor,
        lots=query["lots"],
        since_on=query["since"],
        until_on=query["until"],
        party=query["party"],
    )
    return fsma_file(parts, actor, wanted)


class RecordsQuery(SubmissionQuery):
    """The same, and the language of labels."""

    lang = ma.fields.String(load_default="zh", validate=ma.validate.OneOf(LANGUAGES))


@BLUEPRINT.route("/submissions/<class_code>/records.xlsx", methods=["GET"])
@requires(Action.QUERY)
@BLUEPRINT.arguments(RecordsQuery, location="query")
@BLUEPRINT.response(200)
def get_class_records(query: dict[str, Any], class_code: str) -> Response:
    """Return the records of a class of goods as its template sheets, each row with its event."""
    parts, actor = services(), current_actor()
    profile = profile_for(class_code)
    wanted = wanted_of(
        parts,
        actor,
        lots=query["lots"],
        since_on=query["since"],
        until_on=query["until"],
        party=query["party"],
    )
    return records_file(parts, actor, profile, wanted, query["lang"])
