"""Records and cases over HTTP: what is known of a party, and repair, objection and listing.

One rule: a step is in the ledger before it is acknowledged, and the same request is one step.
"""

from typing import Any
from uuid import UUID

from credit.cases.model import GROUND, CaseNote, Document
from credit.cases.reading import CaseRow, StepRow
from credit.explaining import because_json
from credit.model import Because
from ledger.batch import Idempotency
from parties.access import Action
from parties.ids import new_id
from web.api import credit_case_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.auth import current_actor, requires
from web.credit import book_of, today
from web.credit_cases import (
    cases_for,
    open_case_for,
    record_for,
    take_step_for,
)
from web.credit_desk import whole_case
from web.idempotency import id_of_request, idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-cases", __name__, url_prefix="/api/v1", description="Records, repair and listing."
)


@BLUEPRINT.route("/credit/record", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(shapes.RecordQuery, location="query")
@BLUEPRINT.response(200, shapes.RecordOut)
def get_record(query: dict[str, Any]) -> dict[str, Any]:
    """Give everything that is known of a party: one's own, or anybody's to an authority."""
    subject_id, facts = record_for(services(), current_actor(), query["uscc"].strip().upper())
    return {"known": subject_id is not None, "facts": facts}


@BLUEPRINT.route("/credit/cases", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(shapes.CaseListQuery, location="query")
@BLUEPRINT.response(200, shapes.CasesOut)
def get_cases(query: dict[str, Any]) -> dict[str, Any]:
    """List cases, the most pressing first: one's own, or everybody's to an authority."""
    found = cases_for(
        services(),
        current_actor(),
        only_open=not query["all"],
        only_overdue=query["overdue"],
        after=query["after"],
    )
    return {"cases": [_case(one) for one in found.cases], "next_after": found.next_after}


@BLUEPRINT.route("/credit/cases", methods=["POST"])
@requires(Action.MOVE_CREDIT_CASES)
@BLUEPRINT.arguments(shapes.CaseIn)
@BLUEPRINT.response(201, shapes.CaseOut)
def post_case(body: dict[str, Any]) -> dict[str, Any]:
    """Open a case: repair, objection, an annulled basis, shielding, or notice of a listing."""
    key = idempotency_key()
    now = services().clock.now()
    case_id = new_id(now) if key is None else id_of_request(current_actor().id, key)
    note = _note(case_id, body, kind=body["kind"], step="")
    opened = open_case_for(
        services(),
        current_actor(),
        note,
        uscc=body["uscc"].strip().upper(),
        idempotency=_once(body),
    )
    return _case(opened)


@BLUEPRINT.route("/credit/cases/<uuid:case_id>", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.response(200, shapes.WholeCaseOut)
def get_case(case_id: UUID) -> dict[str, Any]:
    """Give a case with every step, each with its entry of the ledger."""
    whole = whole_case(services(), current_actor(), case_id)
    return {
        **_case(whole.row),
        "steps": [_step(one) for one in whole.steps],
        "advice": because_json(Because(rules=tuple(whole.advice))),
    }


@BLUEPRINT.route("/credit/cases/<uuid:case_id>/steps", methods=["POST"])
@requires(Action.MOVE_CREDIT_CASES)
@BLUEPRINT.arguments(shapes.NextStepIn)
@BLUEPRINT.response(200, shapes.CaseOut)
def post_step(body: dict[str, Any], case_id: UUID) -> dict[str, Any]:
    """Take a step of a case."""
    note = _note(case_id, body, kind="", step=body["step"])
    return _case(take_step_for(services(), current_actor(), note, idempotency=_once(body)))


def _once(values: object) -> Idempotency | None:
    key = idempotency_key()
    return None if key is None else Idempotency(key=key, request_hash=request_hash(values))


def _note(case_id: UUID, body: dict[str, Any], *, kind: str, step: str) -> CaseNote:
    return CaseNote(
        case_id=case_id,
        kind=kind,
        step=step,
        # Whom it is about is found by the code, or told by the case.
        subject_id=case_id,
        fact_ids=tuple(body.get("facts", ())),
        party_id=None,
        reason=body["reason"],
        article=body["article"],
        decision=body["decision"],
        decided_on=body["decided_on"],
        served_on=body["served_on"],
        is_committed=body["committed"],
        documents=tuple(
            Document(name=one["name"], sha256=one["sha256"]) for one in body["documents"]
        ),
        terms=body.get("terms", {}),
    )


def _case(row: CaseRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind.id,
        "kind_zh": row.kind.zh,
        "state": row.state,
        "open": row.is_open,
        "uscc": row.code,
        "name": row.name,
        "facts": row.fact_ids,
        "opened_at": row.opened_at,
        "last_at": row.last_at,
        "due_on": row.due_on,
        "due_rule": row.due_rule,
        "due_verified": _verified(row.due_rule),
        "provisional": row.is_provisional,
        "overdue": row.is_overdue(today(services())),
        "next": [
            {"step": step.id, "zh": step.zh, "en": step.en, "by": step.by.value}
            for step in row.kind.steps_from(row.state)
        ],
    }


def _verified(rule_id: str) -> str:
    rule = book_of(services()).rules.get(rule_id)
    return "" if rule is None else rule.verified.value


def _step(step: StepRow) -> dict[str, Any]:
    note = step.note
    return {
        "step": note.step,
        "seq": step.seq,
        "at": step.at,
        "actor": step.actor,
        "reason": note.reason,
        "ground": note.terms.get(GROUND, ""),
        "article": note.article,
        "decision": note.decision,
        "decided_on": note.decided_on,
        "due_on": note.due_on,
        "due_rule": note.due_rule,
        "due_verified": _verified(note.due_rule),
        "provisional": note.is_provisional,
        "recounts": step.recounts,
        "documents": [{"name": one.name, "sha256": one.sha256} for one in note.documents],
    }
