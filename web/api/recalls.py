"""Recalls: opened, reckoned, told, answered, closed.

One rule: what is somebody else's is not there at all, and a holder sees its own lines alone.
"""

from decimal import Decimal
from trace.recall.answering import Said
from trace.recall.diff import diff_of
from trace.recall.handling import Act
from trace.recall.model import Amount, AnswerKind, Outcome
from trace.recall.opening import OpenRequest
from trace.recall.reading import RecallQuery
from typing import Any, Final
from uuid import UUID

from flask import Response

from ledger.batch import Idempotency
from parties.access import Action
from web.api import recall_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.api.issuing import next_link
from web.api.recall_json import delivery_json, line_json, notice_json, recall_json, whole_json
from web.auth import current_actor, requires
from web.idempotency import idempotency_key, request_hash
from web.recall_criteria import criteria_of
from web.recall_events import ready_document
from web.recall_files import recall_file
from web.recalls import (
    answer_for,
    close_for,
    containers_for,
    explain_for,
    facts_for,
    late_for,
    lines_for,
    open_for,
    recall_for,
    recalls_for,
    rescope_for,
)
from web.services import services

BLUEPRINT = ApiBlueprint(
    "recalls", __name__, url_prefix="/api/v1", description="Recalls, from opening to report."
)

_PATH: Final = "/api/v1/recalls"
_Answer = tuple[dict[str, Any], int, dict[str, str]]


@BLUEPRINT.route("/recalls", methods=["POST"])
@requires(Action.OPEN_RECALLS)
@BLUEPRINT.arguments(shapes.RecallIn)
@BLUEPRINT.response(201, shapes.RecallOut)
def post_recall(values: dict[str, Any]) -> _Answer:
    """Open a recall: its scope is reckoned and every holder told before this answers."""
    request = OpenRequest(
        domain=values["domain"],
        level=values["level"],
        reason=values["reason"],
        is_mock=values["is_mock"],
        criteria=criteria_of(shapes.criteria_values(values)),
    )
    recall = open_for(services(), current_actor(), request, idempotency=_once(values))
    return recall_json(recall), 201, {"Location": f"{_PATH}/{recall.id}"}


@BLUEPRINT.route("/recalls", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.arguments(shapes.RecallQueryIn, location="query")
@BLUEPRINT.response(200, shapes.RecallPage)
def get_recalls(query: dict[str, Any]) -> _Answer:
    """List recalls, newest first: those that concern a producer, or all for whoever may."""
    parts = services()
    rows_max = min(query["limit"], parts.settings.page_size_max)
    is_open = None if query["state"] is None else query["state"] == "open"
    asked = RecallQuery(rows_max=rows_max + 1, is_open=is_open, before=query["after"])
    found = recalls_for(parts, current_actor(), asked)
    items = [recall_json(recall) for recall in found[:rows_max]]
    if len(found) <= rows_max:
        return {"items": items, "next": None}, 200, {}
    after = found[rows_max - 1].seq
    given = {"limit": rows_max, "after": after}
    given |= {"state": query["state"]} if query["state"] else {}
    return {"items": items, "next": after}, 200, next_link(_PATH, given)


@BLUEPRINT.route("/recalls/late", methods=["GET"])
@requires(Action.READ_LINEAGE)
@BLUEPRINT.response(200, shapes.NoticeList)
def get_late() -> dict[str, Any]:
    """List the holders of open recalls that let their time pass without a word."""
    found = late_for(services(), current_actor())
    return {
        "items": [
            {"recall_id": str(recall.id), "number": recall.number, **notice_json(notice)}
            for recall, notice in found
        ]
    }


@BLUEPRINT.route("/recalls/facts", methods=["GET"])
@requires(Action.READ_LINEAGE)
@BLUEPRINT.arguments(shapes.RecallQueryIn, location="query")
@BLUEPRINT.response(200, shapes.NoticeList)
def get_facts(query: dict[str, Any]) -> dict[str, Any]:
    """Return what recalls say of parties, each fact with the entries that prove it."""
    parts = services()
    rows_max = min(query["limit"], parts.settings.page_size_max)
    found = facts_for(parts, current_actor(), before=query["after"], rows_max=rows_max)
    return {
        "items": [
            {
                "kind": fact.kind.value,
                "party_id": str(fact.party_id),
                "recall_id": str(fact.recall_id),
                "number": fact.number,
                "level": fact.level,
                "is_mock": fact.is_mock,
                "at": fact.at.isoformat(),
                "log": fact.log,
                "entries": list(fact.entries),
            }
            for fact in found
        ]
    }


@BLUEPRINT.route("/recalls/<uuid:recall_id>", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.response(200, shapes.WholeRecallOut)
def get_recall(recall_id: UUID) -> dict[str, Any]:
    """Return a recall with its scopes, times and progress."""
    return whole_json(recall_for(services(), current_actor(), recall_id))


@BLUEPRINT.route("/recalls/<uuid:recall_id>/scopes", methods=["POST"])
@requires(Action.OPEN_RECALLS)
@BLUEPRINT.arguments(shapes.ScopeIn)
@BLUEPRINT.response(201, shapes.RecallOut)
def post_scope(values: dict[str, Any], recall_id: UUID) -> dict[str, Any]:
    """Widen or narrow a recall; pages and notices follow at once."""
    return recall_json(
        rescope_for(
            services(),
            current_actor(),
            recall_id,
            criteria_of(shapes.criteria_values(values)),
            values["reason"],
            idempotency=_once(values),
        )
    )


@BLUEPRINT.route("/recalls/<uuid:recall_id>/scopes/<int:version>/diff", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.response(200, shapes.DiffOut)
def get_diff(recall_id: UUID, version: int) -> dict[str, Any]:
    """Return what a scope added and removed; of the first one everything is added."""
    parts, actor = services(), current_actor()
    after = lines_for(parts, actor, recall_id, version=version)
    before = lines_for(parts, actor, recall_id, version=version - 1) if version > 1 else []
    diff = diff_of(before, after)
    return {"added": list(diff.added), "removed": list(diff.removed)}


@BLUEPRINT.route("/recalls/<uuid:recall_id>/lines", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.arguments(shapes.LineQuery, location="query")
@BLUEPRINT.response(200, shapes.LinePage)
def get_lines(query: dict[str, Any], recall_id: UUID) -> _Answer:
    """Return lines of a scope: everybody's for the authority, else one's own."""
    parts = services()
    rows_max = min(query["limit"], parts.settings.page_size_max)
    start = query["start"]
    found = lines_for(
        parts,
        current_actor(),
        recall_id,
        version=query["version"],
        start=start,
        rows_max=rows_max + 1,
    )
    shown = found[:rows_max]
    boxes = containers_for(parts, current_actor(), recall_id, shown, version=query["version"])
    items = [line_json(line, boxes[line.uri]) for line in shown]
    if len(found) <= rows_max:
        return {"items": items, "next": None}, 200, {}
    asked = {"limit": rows_max, "start": start + rows_max}
    asked |= {"version": query["version"]} if query["version"] else {}
    link = next_link(f"{_PATH}/{recall_id}/lines", asked)
    return {"items": items, "next": start + rows_max}, 200, link


@BLUEPRINT.route("/recalls/<uuid:recall_id>/notices", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.response(200, shapes.NoticeList)
def get_notices(recall_id: UUID) -> dict[str, Any]:
    """Return the newest notice to each holder with what was said to it."""
    whole = recall_for(services(), current_actor(), recall_id)
    told = whole.deliveries
    return {
        "items": [
            {**notice_json(one), "delivery": delivery_json(told.get(one.id))}
            for one in whole.notices
        ]
    }


@BLUEPRINT.route("/recalls/<uuid:recall_id>/answers", methods=["POST"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.arguments(shapes.AnswerIn)
@BLUEPRINT.response(201, shapes.RecallOut)
def post_answer(values: dict[str, Any], recall_id: UUID) -> dict[str, Any]:
    """Answer the notice to one's own party: read, or counted with what was found."""
    said = Said(
        kind=AnswerKind(values["kind"]),
        amounts=tuple(_amount(one) for one in values["amounts"]),
        note=values["note"],
    )
    once = _once(values)
    return recall_json(answer_for(services(), current_actor(), recall_id, said, idempotency=once))


@BLUEPRINT.route("/recalls/<uuid:recall_id>/events", methods=["GET"])
@requires(Action.ANSWER_RECALLS)
@BLUEPRINT.arguments(shapes.ReadyQuery, location="query")
@BLUEPRINT.response(200, shapes.ReadyEvents)
def get_ready_events(query: dict[str, Any], recall_id: UUID) -> dict[str, Any]:
    """Return the events by which a holder records what it did; to be checked, then captured."""
    ready = ready_document(services(), current_actor(), recall_id, Act(query["act"]))
    return {
        "context": ready["@context"],
        "type": ready["type"],
        "schema_version": ready["schemaVersion"],
        "creation_date": ready["creationDate"],
        "epcis_body": ready["epcisBody"],
    }


@BLUEPRINT.route("/recalls/<uuid:recall_id>/explanations", methods=["POST"])
@requires(Action.OPEN_RECALLS)
@BLUEPRINT.arguments(shapes.ExplanationIn)
@BLUEPRINT.response(201, shapes.RecallOut)
def post_explanation(values: dict[str, Any], recall_id: UUID) -> dict[str, Any]:
    """Say why a holder's answer is not waited for; the authority's to do."""
    once = _once(values)
    return recall_json(
        explain_for(
            services(),
            current_actor(),
            recall_id,
            values["party_id"],
            values["note"],
            idempotency=once,
        )
    )


@BLUEPRINT.route("/recalls/<uuid:recall_id>/close", methods=["POST"])
@requires(Action.OPEN_RECALLS)
@BLUEPRINT.arguments(shapes.CloseIn)
@BLUEPRINT.response(201, shapes.RecallOut)
def post_close(values: dict[str, Any], recall_id: UUID) -> dict[str, Any]:
    """End a recall: refused as long as a holder neither answered nor is explained."""
    outcome, once = Outcome(values["outcome"]), _once(values)
    return recall_json(
        close_for(services(), current_actor(), recall_id, outcome, values["note"], idempotency=once)
    )


@BLUEPRINT.route("/recalls/<uuid:recall_id>/report.json", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.response(200)
def get_report(recall_id: UUID) -> Response:
    """Return the report with its proofs, to be checked offline."""
    return recall_file(services(), current_actor(), recall_id, "report.json")


@BLUEPRINT.route("/recalls/<uuid:recall_id>/report.pdf", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.response(200)
def get_report_pdf(recall_id: UUID) -> Response:
    """Return the report on paper."""
    return recall_file(services(), current_actor(), recall_id, "report.pdf")


@BLUEPRINT.route("/recalls/<uuid:recall_id>/letters.pdf", methods=["GET"])
@requires(Action.READ_RECALLS)
@BLUEPRINT.response(200)
def get_letters(recall_id: UUID) -> Response:
    """Return the letters to all holders, or the one to one's own party."""
    return recall_file(services(), current_actor(), recall_id, "letters.pdf")


def _amount(values: dict[str, Any]) -> Amount:
    numbers = {name: Decimal(values[name]) for name in ("found", "destroyed", "returned", "sold")}
    return Amount(uom=values["uom"], **numbers)


def _once(values: dict[str, Any]) -> Idempotency | None:
    key = idempotency_key()
    if key is None:
        return None
    return Idempotency(key=key, request_hash=request_hash(sorted(values.items())))
