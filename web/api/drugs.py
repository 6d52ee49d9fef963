"""Packs of drugs: verify, take out of use, undo, and the chain of one pack.

One rule: an answer says of each pack what it is; with whom it is, only to those who may know.
"""

from dataclasses import asdict, replace
from trace.drugs.acts import Done, Operation
from trace.drugs.answers import Answer, answers
from trace.drugs.custody import custody_of
from trace.drugs.model import State
from trace.drugs.table import state_table
from typing import Any

from base.errors import InvalidInput
from parties.access import Action
from web.api import drug_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.auth import current_actor, requires
from web.drugs import Finding, operate_for, pharmacy_of, read_codes, read_each, verify_for
from web.idempotency import idempotency_key
from web.services import services

BLUEPRINT = ApiBlueprint(
    "drugs", __name__, url_prefix="/api/v1", description="Packs of drugs, one by one."
)


@BLUEPRINT.route("/drugs/verify", methods=["POST"])
@requires(Action.VERIFY_PACKS)
@BLUEPRINT.arguments(shapes.VerifyIn)
@BLUEPRINT.response(200, shapes.PacksOut)
def post_verify(values: dict[str, Any]) -> dict[str, Any]:
    """Say whether packs are genuine, active, of which lot and expiry, recalled or expired.

    A code that cannot be read is named in `unread`, and the others are answered all the same.
    """
    parts = services()
    texts = [pack["code"] for pack in values["packs"]]
    read, unread = read_each(parts, texts, path="packs[{}].code")
    if not read:
        raise InvalidInput(f"{unread[0].path}: {unread[0].message}", problems=unread)
    asked = {pack["code"]: pack for pack in values["packs"]}
    codes = [
        replace(
            code,
            lot=asked[code.text]["lot"] or code.lot,
            expires_on=asked[code.text]["expires_on"] or code.expires_on,
        )
        for code in read
    ]
    return {
        "packs": [_pack(one) for one in verify_for(parts, current_actor(), codes)],
        "unread": [asdict(problem) for problem in unread],
    }


@BLUEPRINT.route("/drugs/decommission", methods=["POST"])
@requires(Action.OPERATE_PACKS)
@BLUEPRINT.arguments(shapes.DecommissionIn)
@BLUEPRINT.response(200, shapes.OperationOut)
def post_decommission(values: dict[str, Any]) -> dict[str, Any]:
    """Take packs out of the trade; of each that may not be, the answer says why."""
    return _operate(
        values,
        state=values["reason"],
        happened_at=values["happened_at"],
        details=values["details"],
    )


@BLUEPRINT.route("/drugs/reverse", methods=["POST"])
@requires(Action.OPERATE_PACKS)
@BLUEPRINT.arguments(shapes.ReverseIn)
@BLUEPRINT.response(200, shapes.OperationOut)
def post_reverse(values: dict[str, Any]) -> dict[str, Any]:
    """Put packs back that were taken out of the trade by mistake."""
    return _operate(
        values,
        state=State.ACTIVE,
        undoes=values["reason"],
        is_still_here=values["still_here"],
    )


@BLUEPRINT.route("/drugs/<path:code>/custody", methods=["GET"])
@requires(Action.READ_CUSTODY)
@BLUEPRINT.response(200, shapes.CustodyOut)
def get_custody(code: str) -> dict[str, Any]:
    """Return who made a pack, who handed it to whom, and which link is missing."""
    parts = services()
    (asked,) = read_codes(parts, [code])
    found = custody_of(pharmacy_of(parts), current_actor(), asked)
    return {
        "uri": found.checked.pack.uri,
        "is_whole": found.is_whole,
        "gaps": found.gaps,
        "maker": found.maker,
        "made_at": found.made_at,
        "made_seq": found.made_seq,
        "links": [asdict(link) for link in found.links],
        "strangers": [asdict(one) for one in found.strangers],
        "hidden": found.hidden,
        "holder": found.holder,
        "is_on_the_way": found.is_on_the_way,
    }


def _operate(values: dict[str, Any], **what: Any) -> dict[str, Any]:
    parts = services()
    operation = Operation(
        codes=read_codes(parts, values["codes"]), site=values["site"], key=idempotency_key(), **what
    )
    done = operate_for(parts, current_actor(), operation)
    refused = sum(one.refusal is not None for one in done)
    return {
        "packs": [_done(one, operation) for one in done],
        "done_count": len(done) - refused,
        "refused_count": refused,
    }


def _pack(one: Finding) -> dict[str, Any]:
    checked, told = one.checked, one.told
    answer, state = answers()[checked.code], checked.pack.state
    facts = checked.pack.facts
    return {
        "asked": checked.asked.text,
        "uri": checked.pack.uri,
        "through": checked.through or None,
        "code": checked.code,
        "codes": list(checked.codes),
        "title_zh": answer.title_zh,
        "title_en": answer.title_en,
        "todo_zh": answer.todo_zh,
        "todo_en": answer.todo_en,
        "may_be_supplied": checked.code == State.ACTIVE.value,
        "is_genuine": checked.is_genuine,
        "compared": list(checked.compared),
        "state": state.state.value if state.is_made else None,
        "since": state.by.at if state.by is not None else None,
        "lot": facts.lot or None,
        "expires_on": facts.expires_on,
        "eu": _eu(answer),
        "dscsa": _dscsa(checked.codes),
        "may_know_hands": told.may_know,
        "holder": told.holder,
        "on_the_way_to": list(told.receivers),
        "by_party": told.by_party,
        "is_alert": one.is_alert,
        "alerts": [asdict(alert) for alert in one.alerts],
    }


def _done(one: Done, operation: Operation) -> dict[str, Any]:
    state = one.checked.pack.state
    # Of a pack that was just handed out "supplied before" would be said to its next reader.
    said = state_table().rows[operation.state] if one.refusal is None else answers()[one.refusal]
    eu = answers()[State.ACTIVE.value if one.refusal is None else one.refusal.value]
    return {
        "uri": one.checked.pack.uri,
        "through": one.checked.through or None,
        "is_done": one.refusal is None,
        "refusal": None if one.refusal is None else one.refusal.value,
        "title_zh": said.title_zh,
        "title_en": said.title_en,
        "state": state.state.value if state.is_made else None,
        "seq": one.seq,
        "eu": _eu(eu),
    }


def _eu(answer: Answer) -> dict[str, Any]:
    return {"return_code": answer.eu, "is_sourced": answer.is_eu_sourced}


def _dscsa(codes: tuple[str, ...]) -> dict[str, Any]:
    """Return the DSCSA answer over all findings: one reason, and what is known beside it."""
    rows = [answers()[code] for code in codes]
    reasons = [row.reason for row in rows if row.reason]
    both = {"No_match_GTIN_Serial_Lot", "No_match_GTIN_Serial_Expiry"}
    reason = "No_match_GTIN_Serial_Lot_Expiry" if both <= set(reasons) else None
    return {
        "verified": all(row.is_verified for row in rows),
        "verification_failure_reason": reason or next(iter(reasons), None),
        "additional_info": next((row.info for row in rows if row.info), None),
    }
