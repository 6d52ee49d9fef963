"""Batches of feeds over HTTP: handed in, held, released, and what was not understood of them.

One rule: each row that was received is new, known or quarantined, and a report says which and why.
"""

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response, request

from credit.feeds.registry import EVERY_FEED, FEEDS
from credit.intake.batches import BatchState, CreditBatch
from credit.intake.reports import csv_told
from credit.intake.senders import Signed
from credit.intake.signing import read_signed
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, text
from web.auth import current_actor, requires
from web.bodies import body_pieces, read_body
from web.credit_feed_desk import marked_file, told_of
from web.credit_feeds import (
    Push,
    batch_for,
    batches_page,
    hand_in,
    hand_over_batch,
    progress_for,
    refuse,
    release,
    retry,
)
from web.downloads import download
from web.idempotency import idempotency_key
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-feeds", __name__, url_prefix="/api/v1", description="Batches of credit feeds."
)

_WORD_CHARS_MAX: Final = 40
_TOKEN_CHARS_MAX: Final = 100
_REASON_CHARS_MAX: Final = 2000
_REFUSAL_CHARS_MAX: Final = 500
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


class CreditProgressOut(ma.Schema):
    """How far a worker is: of a workbook nobody knows `rows` before it is read (0)."""

    state = ma.fields.String()
    rows_read = ma.fields.Integer()
    rows = ma.fields.Integer()


class OneCreditBatchOut(CreditBatchOut):
    """A batch, with how far a worker is with it where it waits for one."""

    progress = ma.fields.Nested(CreditProgressOut, allow_none=True)


class CreditBatchesOut(ma.Schema):
    """Batches, the newest first; `next` goes on after them, "" on the last page."""

    batches = ma.fields.List(ma.fields.Nested(CreditBatchOut))
    next = ma.fields.String()


class CreditBatchQuery(StrictSchema):
    """Which batches, how many at most, and after which page."""

    feed = ma.fields.String(load_default=None, validate=ma.validate.OneOf(tuple(EVERY_FEED)))
    after = text(_TOKEN_CHARS_MAX, load_default="")
    count = ma.fields.Integer(load_default=None, validate=ma.validate.Range(1))
    state = ma.fields.Enum(BatchState, by_value=ma.fields.String, load_default=None)


class BatchReleaseIn(StrictSchema):
    """Why a held batch is taken all the same."""

    reason = text(_REASON_CHARS_MAX, required=True)


class BatchRefuseIn(StrictSchema):
    """Why a held batch is not taken."""

    reason = text(_REFUSAL_CHARS_MAX, required=True)


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
@BLUEPRINT.alt_response(202, description="It waits for a worker, who tells how far it is.")
def post_batch(name: str) -> tuple[CreditBatch, int, dict[str, str]]:
    """Hand in a batch. `Suxin-Sender`, `Suxin-Rows` and `Suxin-Signature` say who signed it.

    With `Prefer: respond-async` a worker takes it; it may be larger then.
    """
    parts, actor = services(), current_actor()
    push = Push(signed=_signed(), idempotency_key=idempotency_key())
    if "respond-async" not in request.headers.get("Prefer", ""):
        body = read_body(request, parts.settings.credit_push_bytes_max)
        return hand_in(parts, actor, name, push, body), 201, {}
    pieces = body_pieces(request, parts.settings.credit_bytes_max)
    batch = hand_over_batch(parts, actor, name, push, pieces)
    return batch, 202, {"Location": f"/api/v1/credit/batches/{batch.id}"}


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
@BLUEPRINT.response(200, OneCreditBatchOut)
def get_batch(batch_id: UUID) -> dict[str, Any]:
    """Give a batch with what became of its rows, or how far a worker is with it."""
    parts = services()
    batch = batch_for(parts, batch_id)
    told = {one.name: getattr(batch, one.name) for one in fields(batch)}
    return {**told, "progress": progress_for(parts, batch)}


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/quarantine", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.arguments(QuarantineQuery, location="query")
@BLUEPRINT.response(200, QuarantineOut)
def get_quarantine(query: dict[str, Any], batch_id: UUID) -> dict[str, Any]:
    """Give the rows of a batch that were not understood."""
    parts, rows_max = services(), services().settings.page_size_max
    batch = batch_for(parts, batch_id)
    rows = told_of(parts, batch, after=query["after"], rows_max=rows_max + 1)
    shown = rows[:rows_max]
    return {"rows": shown, "next": shown[-1]["row"] if len(rows) > len(shown) else None}


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/report.csv", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.response(200)
def get_report(batch_id: UUID) -> Response:
    """Give the report for the sender: every row that was not understood, and why."""
    parts = services()
    batch = batch_for(parts, batch_id)
    rows = told_of(parts, batch, after=0, rows_max=parts.settings.credit_told_max)
    body = csv_told(EVERY_FEED[batch.feed], rows)
    name = f'attachment; filename="{batch_id}.csv"'
    return Response(
        body,
        mimetype="text/csv",
        headers={"Content-Disposition": name, "X-Content-Type-Options": "nosniff"},
    )


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/marked.xlsx", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.response(200)
def get_marked_file(batch_id: UUID) -> Response:
    """Give the rows that were not understood as a workbook to be mended, wrong cells marked."""
    body = marked_file(services(), batch_id)
    return download(lambda file: file.write(body.getvalue()), f"{batch_id}.xlsx", media_type=_XLSX)


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/release", methods=["POST"])
@requires(Action.RELEASE_CREDIT)
@BLUEPRINT.arguments(BatchReleaseIn)
@BLUEPRINT.response(200, CreditBatchOut)
def post_release(body: dict[str, Any], batch_id: UUID) -> CreditBatch:
    """Take a held batch all the same: a person has looked at it, and says why."""
    return release(services(), current_actor(), batch_id, body["reason"])


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/refuse", methods=["POST"])
@requires(Action.RELEASE_CREDIT)
@BLUEPRINT.arguments(BatchRefuseIn)
@BLUEPRINT.response(200, CreditBatchOut)
def post_refuse(body: dict[str, Any], batch_id: UUID) -> CreditBatch:
    """Refuse a held batch for good, or take back one's own; why stands in the ledger."""
    return refuse(services(), current_actor(), batch_id, body["reason"])


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/retry", methods=["POST"])
@requires(Action.RELEASE_CREDIT)
@BLUEPRINT.response(200, CreditBatchOut)
def post_retry(batch_id: UUID) -> CreditBatch:
    """Read the quarantined rows again; gives the batch of those that are understood now."""
    parts = services()
    return retry(parts, current_actor(), batch_id) or batch_for(parts, batch_id)


def _signed() -> Signed:
    """Read who signed the batch from the headers; raises `InvalidInput` where one is no such."""
    told = request.headers
    return read_signed(
        told.get("Suxin-Sender"),
        told.get("Suxin-Rows"),
        told.get("Suxin-Signature"),
        told.get("Suxin-Made-At"),
    )
