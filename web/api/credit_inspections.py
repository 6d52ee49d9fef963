"""Draws and inspections over HTTP: commit, draw, check, and what was found.

One rule: pool and seed are fixed before the public value is known, and anybody who has pool, seed
and value can draw again.
"""

from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response

from credit.inspecting.committing import DrawAsked
from credit.inspecting.pool import PoolAsked
from credit.inspecting.reading import DrawPage, DrawRow, InspectionQuery, InspectionRow
from credit.inspecting.results import ResultAsked
from credit.inspecting.tables import TITLE_CHARS_MAX
from ledger.batch import Idempotency
from parties.access import Action
from parties.ids import new_id
from web.api.blueprint import ApiBlueprint
from web.api.fields import LegalDay, StrictSchema, text
from web.auth import current_actor, requires
from web.credit import today
from web.credit_inspections import (
    check_for,
    commit_for,
    draw_for,
    draws_for,
    inspection_for,
    inspections_for,
    make_for,
    pool_for,
    record_for,
)
from web.idempotency import id_of_request, idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-inspections",
    __name__,
    url_prefix="/api/v1",
    description="Inspections that are drawn or ordered.",
)

_WORD_CHARS_MAX: Final = 40
_TEXT_CHARS_MAX: Final = 500
_INSPECTORS_MAX: Final = 2000
TOKEN_CHARS_MAX: Final = 64


class DrawIn(StrictSchema):
    """A draw to come: from whom, by whom, and which public value will be mixed in."""

    title = text(TITLE_CHARS_MAX, chars_min=1, required=True)
    plan = text(_WORD_CHARS_MAX, required=True)
    region = text(6, load_default="")
    industry = text(8, load_default="")
    inspectors = ma.fields.List(
        text(_WORD_CHARS_MAX, chars_min=1),
        required=True,
        validate=ma.validate.Length(max=_INSPECTORS_MAX),
    )
    beacon = text(TITLE_CHARS_MAX, chars_min=1, required=True)
    due_on = LegalDay(required=True)


class DrawValueIn(StrictSchema):
    """The public value, as it was announced."""

    value = text(TITLE_CHARS_MAX, chars_min=1, required=True)


class DrawOut(ma.Schema):
    """A draw; seed and value are "" until it was made."""

    id = ma.fields.UUID()
    title = ma.fields.String()
    plan = ma.fields.String()
    seed_hash = ma.fields.String()
    pool_hash = ma.fields.String()
    party_count = ma.fields.Integer(data_key="parties")
    inspector_count = ma.fields.Integer(data_key="inspectors")
    beacon = ma.fields.String()
    seed = ma.fields.String()
    value = ma.fields.String()
    drawn_count = ma.fields.Integer(data_key="drawn", allow_none=True)
    due_on = ma.fields.Date()
    committed_seq = ma.fields.Integer()
    committed_at = ma.fields.AwareDateTime(format="iso")
    drawn_seq = ma.fields.Integer(allow_none=True)
    drawn_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class DrawsQuery(StrictSchema):
    """Where the page before ended."""

    after = text(TOKEN_CHARS_MAX, load_default="")


class DrawsOut(ma.Schema):
    """Draws, the newest first; `next_after` is "" on the last page."""

    draws = ma.fields.List(ma.fields.Nested(DrawOut))
    next_after = ma.fields.String()


class DrawCheckOut(ma.Schema):
    """What a check found: `fits` where nothing is wrong."""

    fits = ma.fields.Boolean()
    problems = ma.fields.List(ma.fields.String())


class InspectionsQuery(StrictSchema):
    """Which inspections: those without a result unless `all`, of one draw with `draw`."""

    all = ma.fields.Boolean(load_default=False)
    draw = ma.fields.UUID(load_default=None)
    after = text(TOKEN_CHARS_MAX, load_default="")


class InspectionOut(ma.Schema):
    """An inspection, with the entries that ordered it and that hold its result."""

    id = ma.fields.UUID()
    number = ma.fields.String()
    origin = ma.fields.String(metadata={"description": "draw or warning."})
    draw_id = ma.fields.UUID(data_key="draw", allow_none=True)
    warning_id = ma.fields.UUID(data_key="warning", allow_none=True)
    code = ma.fields.String(data_key="uscc")
    name = ma.fields.String()
    risk_class = ma.fields.String(data_key="class")
    inspectors = ma.fields.List(ma.fields.String())
    due_on = ma.fields.Date()
    overdue = ma.fields.Boolean()
    ordered_seq = ma.fields.Integer()
    ordered_at = ma.fields.AwareDateTime(format="iso")
    result = ma.fields.String()
    result_seq = ma.fields.Integer(allow_none=True)
    inspected_on = ma.fields.Date(allow_none=True)
    note = ma.fields.String()


class InspectionsOut(ma.Schema):
    """Inspections, those without a result first; `next_after` is "" on the last page."""

    inspections = ma.fields.List(ma.fields.Nested(InspectionOut))
    next_after = ma.fields.String()


class InspectionResultIn(StrictSchema):
    """What an inspection found: passed, failed with what failed, or not_done."""

    result = text(_WORD_CHARS_MAX, required=True)
    inspected_on = LegalDay(required=True)
    failed_item = text(_TEXT_CHARS_MAX, load_default="")
    note = text(_TEXT_CHARS_MAX, load_default="")
    authority = text(_TEXT_CHARS_MAX, load_default="")


@BLUEPRINT.route("/credit/draws", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.arguments(DrawsQuery, location="query")
@BLUEPRINT.response(200, DrawsOut)
def get_draws(query: dict[str, Any]) -> dict[str, Any]:
    """List draws, the newest first."""
    return draws_told(draws_for(services(), after=query["after"]))


@BLUEPRINT.route("/credit/draws", methods=["POST"])
@requires(Action.ACT_ON_WARNINGS)
@BLUEPRINT.arguments(DrawIn)
@BLUEPRINT.response(201, DrawOut)
def postdraw_told(body: dict[str, Any]) -> dict[str, Any]:
    """Fix pool and seed of a draw: their hashes are in the ledger from then on."""
    parts, actor, key = services(), current_actor(), idempotency_key()
    asked = DrawAsked(
        draw_id=new_id(parts.clock.now()) if key is None else id_of_request(actor.id, key),
        title=body["title"],
        plan=body["plan"],
        pool=PoolAsked(region=body["region"], industry=body["industry"]),
        inspectors=body["inspectors"],
        beacon=body["beacon"],
        due_on=body["due_on"],
    )
    return draw_told(commit_for(parts, actor, asked, idempotency=_once(body)))


@BLUEPRINT.route("/credit/draws/<uuid:draw_id>", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.response(200, DrawOut)
def getdraw_told(draw_id: UUID) -> dict[str, Any]:
    """Give a draw with its hashes, and with seed and value once it was made."""
    return draw_told(draw_for(services(), draw_id))


@BLUEPRINT.route("/credit/draws/<uuid:draw_id>/draw", methods=["POST"])
@requires(Action.ACT_ON_WARNINGS)
@BLUEPRINT.arguments(DrawValueIn)
@BLUEPRINT.response(200, DrawOut)
def post_value(body: dict[str, Any], draw_id: UUID) -> dict[str, Any]:
    """Draw with the public value; the same value again is the same draw."""
    return draw_told(make_for(services(), current_actor(), draw_id, body["value"]))


@BLUEPRINT.route("/credit/draws/<uuid:draw_id>/pool", methods=["GET"])
@requires(Action.READ_WARNINGS)
def get_pool(draw_id: UUID) -> Response:
    """Give the file of the pool, whose hash the draw was committed with."""
    return Response(pool_for(services(), draw_id), mimetype="text/plain")


@BLUEPRINT.route("/credit/draws/<uuid:draw_id>/check", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.response(200, DrawCheckOut)
def get_check(draw_id: UUID) -> dict[str, Any]:
    """Draw again from the entries and the pool, and compare."""
    problems = check_for(services(), draw_id)
    return {"fits": not problems, "problems": problems}


@BLUEPRINT.route("/credit/inspections", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.arguments(InspectionsQuery, location="query")
@BLUEPRINT.response(200, InspectionsOut)
def get_inspections(query: dict[str, Any]) -> dict[str, Any]:
    """List inspections, those without a result first."""
    parts = services()
    asked = InspectionQuery(
        only_open=not query["all"],
        draw_id=query["draw"],
        after=query["after"],
        rows_max=parts.settings.page_size_max,
    )
    page = inspections_for(parts, asked)
    return {
        "inspections": [_inspection(one) for one in page.rows],
        "next_after": page.next_after,
    }


@BLUEPRINT.route("/credit/inspections/<uuid:inspection_id>", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.response(200, InspectionOut)
def get_inspection(inspection_id: UUID) -> dict[str, Any]:
    """Give an inspection."""
    return _inspection(inspection_for(services(), inspection_id))


@BLUEPRINT.route("/credit/inspections/<uuid:inspection_id>/result", methods=["POST"])
@requires(Action.ACT_ON_WARNINGS)
@BLUEPRINT.arguments(InspectionResultIn)
@BLUEPRINT.response(200, InspectionOut)
def post_result(body: dict[str, Any], inspection_id: UUID) -> dict[str, Any]:
    """Record what an inspection found: it is a fact of credit from then on."""
    asked = ResultAsked(inspection_id=inspection_id, **body)
    return _inspection(record_for(services(), current_actor(), asked, idempotency=_once(body)))


def _once(values: object) -> Idempotency | None:
    key = idempotency_key()
    return None if key is None else Idempotency(key=key, request_hash=request_hash(values))


def draws_told(page: DrawPage) -> dict[str, Any]:
    """Return a page of draws as an answer tells it."""
    return {"draws": [draw_told(one) for one in page.rows], "next_after": page.next_after}


def draw_told(row: DrawRow) -> dict[str, Any]:
    """Return a draw as an answer tells it."""
    told = {name: getattr(row, name) for name in DrawRow.__slots__}
    return {
        **told,
        "seed_hash": row.seed_hash.hex(),
        "pool_hash": row.pool_hash.hex(),
        "seed": "" if row.seed is None else row.seed.hex(),
    }


def _inspection(row: InspectionRow) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in InspectionRow.__slots__}
    return {**told, "overdue": row.is_overdue(today(services()))}
