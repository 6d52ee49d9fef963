"""Batches of feeds over HTTP: handed in, held, released, and what was not understood of them.

One rule: each row that was received is new, known or quarantined, and a report says which and why.
"""

import base64
import binascii
import csv
import re
from datetime import datetime
from io import StringIO
from trace.sheets.texts import safe_text
from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response, request

from base.db import reading
from base.errors import InvalidInput, Problem
from base.strict_json import loads
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, CreditBatch, quarantined_of
from credit.intake.senders import Signed
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, text
from web.auth import current_actor, requires
from web.bodies import read_body
from web.credit_feeds import batch_for, batches_page, hand_in, release, retry
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-feeds", __name__, url_prefix="/api/v1", description="Batches of credit feeds."
)

_INSTANT: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ROWS: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD_CHARS_MAX: Final = 40
_TOKEN_CHARS_MAX: Final = 100
_CELLS_BYTES_MAX: Final = 1 << 20
_CELLS_DEPTH_MAX: Final = 3
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "A CSV (UTF-8 or GB 18030), a workbook, or JSON lines.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class FeedOut(ma.Schema):
    """A feed and what one of its batches means."""

    id = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    version = ma.fields.Integer()
    semantics = ma.fields.String()
    fields_ = ma.fields.List(
        ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Raw()),
        data_key="fields",
        attribute="fields",
    )


class FeedsOut(ma.Schema):
    """The feeds."""

    feeds = ma.fields.List(ma.fields.Nested(FeedOut))


class CreditBatchOut(ma.Schema):
    """A batch: `received` is `accepted`, `quarantined` and `duplicates` together."""

    id = ma.fields.UUID()
    feed = ma.fields.String()
    door = ma.fields.String(attribute="door.value")
    state = ma.fields.String(attribute="state.value")
    message = ma.fields.String()
    received = ma.fields.Integer()
    accepted = ma.fields.Integer()
    quarantined = ma.fields.Integer()
    duplicates = ma.fields.Integer()
    ended = ma.fields.Integer()
    noted = ma.fields.Integer()
    received_at = ma.fields.AwareDateTime(format="iso")
    finished_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    seq = ma.fields.Integer(allow_none=True)


class CreditBatchesOut(ma.Schema):
    """Batches, the newest first; `next` goes on after them, "" on the last page."""

    batches = ma.fields.List(ma.fields.Nested(CreditBatchOut))
    next = ma.fields.String()


class CreditBatchQuery(StrictSchema):
    """Which batches, how many at most, and after which page."""

    feed = text(_WORD_CHARS_MAX, load_default=None)
    after = text(_TOKEN_CHARS_MAX, load_default="")
    count = ma.fields.Integer(load_default=None, validate=ma.validate.Range(1))
    state = ma.fields.Enum(BatchState, by_value=ma.fields.String, load_default=None)


class QuarantineQuery(StrictSchema):
    """After which row."""

    after = ma.fields.Integer(load_default=0, validate=ma.validate.Range(0, 1 << 31))


class QuarantinedOut(ma.Schema):
    """A row that was not understood, with everything that is wrong with it."""

    row = ma.fields.Integer()
    state = ma.fields.String()
    faults = ma.fields.List(ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String()))
    cells = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())


class QuarantineOut(ma.Schema):
    """Quarantined rows by their number; `next` is the row to go on after."""

    rows = ma.fields.List(ma.fields.Nested(QuarantinedOut))
    next = ma.fields.Integer(allow_none=True)


@BLUEPRINT.route("/credit/feeds", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.response(200, FeedsOut)
def get_feeds() -> dict[str, Any]:
    """Name the feeds with their fields."""
    feeds = [
        {
            "id": feed.id,
            "zh": feed.zh,
            "en": feed.en,
            "version": feed.version,
            "semantics": feed.semantics.value,
            "fields": [
                {"name": one.name, "zh": one.zh, "en": one.en, "required": one.is_required}
                for one in feed.fields
            ],
        }
        for feed in FEEDS.values()
    ]
    return {"feeds": feeds}


@BLUEPRINT.route("/credit/feeds/<name>/batches", methods=["POST"])
@requires(Action.HAND_IN_CREDIT)
@BLUEPRINT.doc(**_BODY)
@BLUEPRINT.response(201, CreditBatchOut)
def post_batch(name: str) -> CreditBatch:
    """Hand in a batch. `Suxin-Sender`, `Suxin-Rows` and `Suxin-Signature` say who signed it."""
    parts = services()
    body = read_body(request, parts.settings.credit_push_bytes_max)
    return hand_in(parts, current_actor(), name, _signed(), body)


@BLUEPRINT.route("/credit/batches", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.arguments(CreditBatchQuery, location="query")
@BLUEPRINT.response(200, CreditBatchesOut)
def get_batches(query: dict[str, Any]) -> dict[str, Any]:
    """List batches, the newest first."""
    page = batches_page(
        services(),
        feed=query["feed"],
        state=query["state"],
        after=query["after"],
        count=query["count"],
    )
    return {"batches": page.batches, "next": page.next_after}


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.response(200, CreditBatchOut)
def get_batch(batch_id: UUID) -> CreditBatch:
    """Give a batch with what became of its rows."""
    return batch_for(services(), batch_id)


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/quarantine", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.arguments(QuarantineQuery, location="query")
@BLUEPRINT.response(200, QuarantineOut)
def get_quarantine(query: dict[str, Any], batch_id: UUID) -> dict[str, Any]:
    """Give the rows of a batch that were not understood."""
    rows = _quarantined(batch_id, query["after"], services().settings.page_size_max + 1)
    shown = rows[: services().settings.page_size_max]
    return {"rows": shown, "next": shown[-1]["row"] if len(rows) > len(shown) else None}


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/report.csv", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.response(200)
def get_report(batch_id: UUID) -> Response:
    """Give the report for the sender: every row that was not understood, and why."""
    out = StringIO()
    out.write("\ufeff")  # Without it a spreadsheet takes Chinese for another encoding.
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(("row", "field", "code", "message", "cell"))
    for row in _quarantined(batch_id, 0, services().settings.credit_told_max):
        for fault in row["faults"]:
            cell = row["cells"].get(fault["path"], "")
            told = (row["row"], fault["path"], fault["code"], fault["message"], cell)
            write([safe_text(str(one)) for one in told])
    name = f'attachment; filename="{batch_id}.csv"'
    return Response(
        out.getvalue().encode(),
        mimetype="text/csv",
        headers={"Content-Disposition": name, "X-Content-Type-Options": "nosniff"},
    )


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/release", methods=["POST"])
@requires(Action.RELEASE_CREDIT)
@BLUEPRINT.response(200, CreditBatchOut)
def post_release(batch_id: UUID) -> CreditBatch:
    """Take a held batch all the same: a person has looked at it."""
    return release(services(), current_actor(), batch_id)


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/retry", methods=["POST"])
@requires(Action.RELEASE_CREDIT)
@BLUEPRINT.response(200, CreditBatchOut)
def post_retry(batch_id: UUID) -> CreditBatch:
    """Read the quarantined rows again; gives the batch of those that are understood now."""
    parts = services()
    return retry(parts, current_actor(), batch_id) or batch_for(parts, batch_id)


def _quarantined(batch_id: UUID, after: int, rows_max: int) -> list[dict[str, Any]]:
    parts = services()
    batch_for(parts, batch_id)
    with reading(parts.engine) as connection:
        found = quarantined_of(connection, parts.log, batch_id, after=after, rows_max=rows_max)
    return [
        {"row": number, "state": state, "faults": _read(faults), "cells": _read(cells)}
        for number, faults, cells, state in found
    ]


def _read(told: str) -> Any:
    return loads(told.encode(), bytes_max=_CELLS_BYTES_MAX, depth_max=_CELLS_DEPTH_MAX)


def _signed() -> Signed:
    """Read who signed the batch from the headers; raises `InvalidInput` where one is no such."""
    sender, rows = request.headers.get("Suxin-Sender"), request.headers.get("Suxin-Rows")
    signature = request.headers.get("Suxin-Signature")
    if sender is not None and not _UUID.fullmatch(sender):
        raise _header("Suxin-Sender", "is the id of a sender")
    if rows is not None and not _ROWS.fullmatch(rows):
        raise _header("Suxin-Rows", "is the number of rows")
    try:
        signed = None if signature is None else base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise _header("Suxin-Signature", "is a signature in base64") from None
    made_at = request.headers.get("Suxin-Made-At")
    if made_at is not None and not _INSTANT.fullmatch(made_at):
        raise _header("Suxin-Made-At", "is an instant such as 2026-03-02T01:00:00Z")
    return Signed(
        made_at=None if made_at is None else _instant(made_at),
        sender_id=None if sender is None else UUID(sender),
        rows=None if rows is None else int(rows),
        signature=signed,
    )


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _header("Suxin-Made-At", "is no instant of any calendar") from None


def _header(name: str, message: str) -> InvalidInput:
    problem = Problem(path=name, code="header", message=message)
    return InvalidInput(f"{name} {message}.", problems=(problem,))
