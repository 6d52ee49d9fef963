"""Who is who over HTTP: what waits, what is said of it, and parties found by names.

One rule: a name is answered with candidates and their reasons; only a judgement joins anything, and
it can be undone.
"""

from typing import Any
from uuid import UUID

from ledger.batch import Idempotency
from parties.access import Action
from parties.ids import new_id
from web.api.blueprint import ApiBlueprint
from web.api.credit_name_shapes import (
    CandidatesOut,
    CandidatesQuery,
    FoundNamesOut,
    JudgementsQuery,
    NameJudgementIn,
    NameJudgementOut,
    NameJudgementsOut,
    NamesIn,
    NameUndoIn,
    WaitingOut,
)
from web.auth import current_actor, requires
from web.credit_names import (
    Said,
    found_by_names,
    judge_for,
    judgements_for,
    mention_for,
    queue_for,
    undo_for,
)
from web.idempotency import id_of_request, idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-names", __name__, url_prefix="/api/v1", description="Who a record of credit is about."
)


@BLUEPRINT.route("/credit/candidates", methods=["GET"])
@requires(Action.READ_CREDIT_NAMES)
@BLUEPRINT.arguments(CandidatesQuery, location="query")
@BLUEPRINT.response(200, CandidatesOut)
def get_candidates(query: dict[str, Any]) -> Any:
    """List whom records name and a person has to say who it is, each with candidates."""
    return queue_for(services(), state=query["state"], after=query["after"])


@BLUEPRINT.route("/credit/candidates/<uuid:mention_id>", methods=["GET"])
@requires(Action.READ_CREDIT_NAMES)
@BLUEPRINT.response(200, WaitingOut)
def get_candidate(mention_id: UUID) -> Any:
    """Give one of them, in whatever state."""
    return mention_for(services(), mention_id)


@BLUEPRINT.route("/credit/names", methods=["POST"])
@requires(Action.READ_CREDIT_NAMES)
@BLUEPRINT.arguments(NamesIn)
@BLUEPRINT.response(200, FoundNamesOut)
def post_names(body: dict[str, Any]) -> dict[str, Any]:
    """Find who may be meant by names, each with what agrees and what contradicts."""
    found = found_by_names(services(), body["names"], region=body["region"])
    pairs = zip(body["names"], found, strict=True)
    return {"found": [{"name": name, "candidates": some} for name, some in pairs]}


@BLUEPRINT.route("/credit/judgements", methods=["GET"])
@requires(Action.READ_CREDIT_NAMES)
@BLUEPRINT.arguments(JudgementsQuery, location="query")
@BLUEPRINT.response(200, NameJudgementsOut)
def get_judgements(query: dict[str, Any]) -> dict[str, Any]:
    """List what was said of who is who, the newest first, undone or not."""
    judgements, next_after = judgements_for(services(), after=query["after"])
    return {"judgements": judgements, "next_after": next_after}


@BLUEPRINT.route("/credit/judgements", methods=["POST"])
@requires(Action.JUDGE_CREDIT_NAMES)
@BLUEPRINT.arguments(NameJudgementIn)
@BLUEPRINT.response(201, NameJudgementOut)
def post_judgement(body: dict[str, Any]) -> Any:
    """Say that a mention, or a party under another code, is a party, is not, or may be."""
    key, actor = idempotency_key(), current_actor()
    now = services().clock.now()
    said = Said(
        id=new_id(now) if key is None else id_of_request(actor.id, key),
        node_id=body["mention"] or body["party"],
        is_join=body["mention"] is None,
        subject_id=body["subject"],
        verdict=body["verdict"],
        reason=body["reason"],
    )
    return judge_for(services(), actor, said, idempotency=_once(body))


@BLUEPRINT.route("/credit/judgements/<uuid:judgement_id>/undo", methods=["POST"])
@requires(Action.JUDGE_CREDIT_NAMES)
@BLUEPRINT.arguments(NameUndoIn)
@BLUEPRINT.response(200, NameJudgementOut)
def post_undo(body: dict[str, Any], judgement_id: UUID) -> Any:
    """Take a judgement back: what it moved goes back to where it was."""
    return undo_for(
        services(), current_actor(), judgement_id, body["reason"], idempotency=_once(body)
    )


def _once(values: object) -> Idempotency | None:
    key = idempotency_key()
    return None if key is None else Idempotency(key=key, request_hash=request_hash(values))
