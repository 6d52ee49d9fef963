"""Filled-in sheets: checked row by row, handed back marked, recorded.

One rule: a check records nothing, and a sheet that was sent twice under one key is recorded once.
"""

from functools import partial
from hashlib import sha256
from trace.sheets.capturing import WrongRows
from trace.sheets.checked import CheckedSheet
from trace.sheets.choosing import Chosen, choose
from trace.sheets.exported import ChangedRows
from trace.sheets.headers import LANGUAGES
from trace.sheets.report import write_report
from typing import Any, Final

import marshmallow as ma
from flask import Response, request

from base.errors import InvalidInput, Problem
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.bound_keys import key_bound_to, row_id_of_key
from web.api.fields import StrictSchema, text
from web.api.issuing_shapes import TaskOut
from web.api.issuing_work import accepted
from web.auth import current_actor, requires
from web.bodies import read_body
from web.downloads import download
from web.services import services
from web.sheets import MEDIA_TYPES, Sent, check_sheet, record_sheet

BLUEPRINT = ApiBlueprint(
    "sheets", __name__, url_prefix="/api/v1", description="Filled-in templates: check and record."
)

_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "The filled-in template, XLSX or CSV (UTF-8 or GB 18030).",
        "content": {MEDIA_TYPES["xlsx"]: _FILE, "text/csv": _FILE},
    }
}


class CheckQuery(StrictSchema):
    """Which way of recording the step, the first if none; the language of what is said."""

    lang = ma.fields.String(load_default="zh", validate=ma.validate.OneOf(LANGUAGES))
    way = text(chars_max=40, load_default="")
    changed = ma.fields.Enum(
        ChangedRows,
        by_value=ma.fields.String,
        load_default=ChangedRows.REFUSE,
        metadata={"description": "Rows that were handed out and changed: refused, or corrected."},
    )


class RowsQuery(CheckQuery):
    """What becomes of a sheet with wrong rows: refused whole, or recorded without them."""

    wrong = ma.fields.Enum(WrongRows, by_value=ma.fields.String, load_default=WrongRows.REFUSE)


class FaultOut(ma.Schema):
    """What is wrong in a cell; with `is_grave` its row cannot be recorded."""

    path = ma.fields.String(metadata={"description": "The name of the cell, such as C5."})
    code = ma.fields.String()
    message = ma.fields.String()
    message_zh = ma.fields.String()
    is_grave = ma.fields.Boolean()


class CheckOut(ma.Schema):
    """How many rows a sheet has, how many cannot be recorded, and why."""

    rows = ma.fields.Integer()
    wrong = ma.fields.Integer()
    known = ma.fields.Integer(metadata={"description": "Rows that are recorded already."})
    faults = ma.fields.List(ma.fields.Nested(FaultOut))
    has_more_faults = ma.fields.Boolean()


@BLUEPRINT.route("/profiles/<class_code>/<cte>/check", methods=["POST"])
@requires(Action.CAPTURE)
@BLUEPRINT.arguments(CheckQuery, location="query")
@BLUEPRINT.doc(**_BODY)
@BLUEPRINT.response(200, CheckOut)
def post_check(query: dict[str, Any], class_code: str, cte: str) -> dict[str, Any]:
    """Check a filled-in sheet; nothing is recorded."""
    checked, _ = _read(query, class_code, cte)
    with checked:
        return {
            "rows": checked.row_count,
            "wrong": checked.wrong_count,
            "known": checked.known_count,
            "faults": checked.faults,
            "has_more_faults": checked.has_more_faults,
        }


@BLUEPRINT.route("/profiles/<class_code>/<cte>/report", methods=["POST"])
@requires(Action.CAPTURE)
@BLUEPRINT.arguments(CheckQuery, location="query")
@BLUEPRINT.doc(**_BODY)
@BLUEPRINT.response(200)
def post_report(query: dict[str, Any], class_code: str, cte: str) -> Response:
    """Hand a sheet back with every wrong cell marked; nothing is recorded."""
    checked, _ = _read(query, class_code, cte)
    with checked:
        write = partial(write_report, checked, query["lang"])
        name = f"suxin-report.{checked.suffix}"
        return download(write, name, media_type=MEDIA_TYPES[checked.suffix])


@BLUEPRINT.route("/profiles/<class_code>/<cte>/rows", methods=["POST"])
@requires(Action.CAPTURE)
@BLUEPRINT.arguments(RowsQuery, location="query")
@BLUEPRINT.doc(**_BODY)
@BLUEPRINT.response(201, TaskOut)
@BLUEPRINT.alt_response(202, description="The rows are checked and being recorded.")
def post_rows(query: dict[str, Any], class_code: str, cte: str) -> Any:
    """Record the rows of a filled-in sheet as events."""
    checked, data = _read(query, class_code, cte)
    with checked:
        if checked.wrong_count and query["wrong"] is WrongRows.REFUSE:
            _refuse(checked)
        sent = Sent(
            chosen=checked.chosen,
            data=data,
            wrong=query["wrong"],
            lang=query["lang"],
            task_id=row_id_of_key(),
        )
        asked = {
            "template": f"{class_code}/{cte}/{query['way']}",
            "wrong": query["wrong"].value,
            "changed": query["changed"].value,
            "digest": sha256(data).hexdigest(),
        }
        with key_bound_to(asked, sent.task_id):
            return accepted(record_sheet(services(), current_actor(), checked, sent))


def _read(query: dict[str, Any], class_code: str, cte: str) -> tuple[CheckedSheet, bytes]:
    parts = services()
    chosen: Chosen = choose(class_code, cte, query["way"])
    data = read_body(request, parts.settings.sheet_bytes_max)
    checked = check_sheet(parts, current_actor(), chosen, data, changed=query["changed"])
    return checked, data


def _refuse(checked: CheckedSheet) -> None:
    problems = [
        Problem(
            path=fault.path, code=fault.code, message=fault.message, message_zh=fault.message_zh
        )
        for fault in checked.grave
    ]
    count = checked.wrong_count
    message = f"{count} of {checked.row_count} rows are wrong; nothing was recorded."
    raise InvalidInput(message, problems=problems)
