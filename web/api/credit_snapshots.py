"""Signed snapshots of lists over HTTP: taken, handed out, verified.

One rule: whoever verifies one needs its number and its code and is told no line of it.
"""

from typing import Any, Final

import marshmallow as ma
from flask import Response, request

from credit.reporting.snapshot_reading import ListStanding, Snapshot
from ledger.batch import Idempotency
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.credit_reports import ComparedFileOut, ReportCodeQuery
from web.api.fields import LegalDay, StrictSchema
from web.api.pages_before import NEXT_TOLD, page_before
from web.auth import current_actor, requires
from web.credit_lists import any_list, as_known
from web.credit_snapshots import (
    compare_snapshot,
    snapshot_download,
    snapshot_link,
    snapshots_for,
    take_for,
    verify_snapshot,
)
from web.idempotency import idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-snapshots", __name__, url_prefix="/api/v1", description="Signed snapshots of lists."
)

_SEQ_MAX: Final = 2**53


class SnapshotIn(StrictSchema):
    """Of which day, as known at the end of which day; today and now unless they are given."""

    day = LegalDay(load_default=None)
    known = LegalDay(load_default=None)


class SnapshotsQuery(StrictSchema):
    """The number of the entry before which the page begins."""

    before = ma.fields.Integer(load_default=None, validate=ma.validate.Range(min=0, max=_SEQ_MAX))


class SnapshotOut(ma.Schema):
    """A snapshot; `root` stands for all of its lines, `link` is what the code on its paper is."""

    number = ma.fields.String()
    list = ma.fields.String()
    seq = ma.fields.Integer(metadata={"description": "Its entry of the ledger."})
    day = ma.fields.Date()
    known_at = ma.fields.AwareDateTime(format="iso")
    taken_at = ma.fields.AwareDateTime(format="iso")
    rows = ma.fields.Integer()
    root = ma.fields.String()
    pdf_sha256 = ma.fields.String()
    link = ma.fields.String()


class SnapshotsOut(ma.Schema):
    """Snapshots, the newest first."""

    snapshots = ma.fields.List(ma.fields.Nested(SnapshotOut))
    next_before = ma.fields.Integer(allow_none=True, metadata={"description": NEXT_TOLD})


class VerifiedSnapshotOut(SnapshotOut):
    """What a snapshot is worth today: `changed` means that the list says something else now."""

    standing = ma.fields.Enum(ListStanding, by_value=ma.fields.String)


@BLUEPRINT.route("/credit/lists/<list_id>/snapshots", methods=["POST"])
@requires(Action.SNAPSHOT_CREDIT)
@BLUEPRINT.arguments(SnapshotIn)
@BLUEPRINT.response(201, SnapshotOut)
def post_snapshot(body: dict[str, Any], list_id: str) -> dict[str, Any]:
    """Take a snapshot of a list on a day as known on a day; it is an entry of the ledger."""
    parts, key = services(), idempotency_key()
    asked = as_known(parts, any_list(list_id).id, day=body["day"], known_on=body["known"])
    values = {**body, "list": list_id}
    once = None if key is None else Idempotency(key=key, request_hash=request_hash(values))
    return _told(take_for(parts, current_actor(), asked, idempotency=once))


@BLUEPRINT.route("/credit/lists/<list_id>/snapshots", methods=["GET"])
@requires(Action.CHECK_CREDIT)
@BLUEPRINT.arguments(SnapshotsQuery, location="query")
@BLUEPRINT.response(200, SnapshotsOut)
def get_snapshots(query: dict[str, Any], list_id: str) -> dict[str, Any]:
    """List the snapshots of a list."""
    parts = services()
    most = parts.settings.page_size_max
    found = snapshots_for(
        parts,
        any_list(list_id).id,
        before=query["before"],
        rows_max=most + 1,
    )
    shown, following = page_before(found, most, lambda one: one.seq)
    return {"snapshots": [_told(one) for one in shown], "next_before": following}


@BLUEPRINT.route("/credit/snapshots/<number>/<name>", methods=["GET"])
@requires(Action.CHECK_CREDIT)
@BLUEPRINT.response(200)
def get_snapshot_file(number: str, name: str) -> Response:
    """Give a snapshot as `list.json`, which proves itself, `list.csv` or `list.pdf`."""
    return snapshot_download(services(), number, name)


@BLUEPRINT.route("/credit/snapshots/<number>/verification", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(ReportCodeQuery, location="query")
@BLUEPRINT.response(200, VerifiedSnapshotOut)
def get_snapshot_verification(query: dict[str, Any], number: str) -> dict[str, Any]:
    """Tell what a snapshot is worth today to whoever has its number and code."""
    found = verify_snapshot(services(), number, query["code"])
    return {**_told(found.snapshot), "standing": found.standing}


@BLUEPRINT.route("/credit/snapshots/<number>/comparison", methods=["POST"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(ReportCodeQuery, location="query")
@BLUEPRINT.response(200, ComparedFileOut)
def post_snapshot_comparison(query: dict[str, Any], number: str) -> Any:
    """Tell whether the bytes of the body are a file of the snapshot, or say what its lines say."""
    parts = services()
    found = verify_snapshot(parts, number, query["code"]).snapshot
    return compare_snapshot(parts, found, request.get_data(cache=False))


def _told(found: Snapshot) -> dict[str, Any]:
    return {
        "number": found.number,
        "list": found.list,
        "seq": found.seq,
        "day": found.day,
        "known_at": found.known_at,
        "taken_at": found.taken_at,
        "rows": found.row_count,
        "root": found.root.hex(),
        "pdf_sha256": found.paper_hash.hex(),
        "link": snapshot_link(services(), found.number),
    }
