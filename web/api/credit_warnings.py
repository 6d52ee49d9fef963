"""Early warnings over HTTP: the gravest first, what they stand on, and what is done about them.

One rule: an act is in the ledger before it is acknowledged, and the same request is one act.
"""

from typing import Any, Final
from uuid import UUID

import marshmallow as ma

from credit.warning.acting import REASON_CHARS_MAX, Asked
from credit.warning.gone import WhyGone
from credit.warning.handing import WarningRun
from credit.warning.life import acts_from
from credit.warning.reading import Said, WarningRow
from credit.warning.rules import SEVERITIES, WarningRule, warning_rules
from credit.warning.since import Since
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import LegalDay, StrictSchema, text
from web.auth import current_actor, requires
from web.credit_warnings import (
    WarningsAsked,
    WholeWarning,
    act_for,
    counts_for,
    run_for,
    run_of,
    states_asked,
    warning_for,
    warnings_for,
)
from web.idempotency import id_of_request, idempotency_key
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-warnings", __name__, url_prefix="/api/v1", description="Early warnings and acts."
)

_WORD_CHARS_MAX: Final = 64
_TOKEN_CHARS_MAX: Final = 128


class WarningsQuery(StrictSchema):
    """Which warnings; several states stand with `|` between them."""

    state = text(_WORD_CHARS_MAX, load_default="")
    rule = text(_WORD_CHARS_MAX, load_default="")
    severity = ma.fields.String(load_default="", validate=ma.validate.OneOf(("", *SEVERITIES)))
    uscc = text(_WORD_CHARS_MAX, load_default="")
    after = text(_TOKEN_CHARS_MAX, load_default="")


class WarningActIn(StrictSchema):
    """An act; `after` is the entry that its sender saw last, so that nobody acts on old news."""

    act = text(_WORD_CHARS_MAX, required=True)
    reason = text(REASON_CHARS_MAX, load_default="")
    due_on = LegalDay(load_default=None)
    after = ma.fields.Integer(load_default=None, strict=True, validate=ma.validate.Range(min=0))


class WarningGoneOut(ma.Schema):
    """A fact that the rule does not count any more: from which day on, and why."""

    fact = ma.fields.UUID()
    since = ma.fields.Date(allow_none=True)
    why = ma.fields.String(metadata={"description": f"One of: {', '.join(WhyGone)}."})


class EarlyWarningOut(ma.Schema):
    """A warning with what it stands on: facts of credit and entries of the ledger."""

    id = ma.fields.UUID()
    rule = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    says_zh = ma.fields.String()
    says_en = ma.fields.String()
    severity = ma.fields.String()
    state = ma.fields.String()
    uscc = ma.fields.String()
    name = ma.fields.String()
    other_uscc = ma.fields.String(metadata={"description": "The other party, where there is one."})
    other_name = ma.fields.String()
    facts = ma.fields.List(ma.fields.UUID())
    seqs = ma.fields.List(ma.fields.Integer())
    facts_gone = ma.fields.List(
        ma.fields.UUID(),
        metadata={"description": "Those of `facts` that the rule does not count any more."},
    )
    gone = ma.fields.List(ma.fields.Nested(WarningGoneOut))
    worked_out_seq = ma.fields.Integer(
        metadata={"description": "The entry of the run that found it, or its ground gone, last."}
    )
    worked_out_at = ma.fields.AwareDateTime(format="iso")
    ground_gone = ma.fields.Boolean()
    inspection = ma.fields.UUID(allow_none=True)
    opened_at = ma.fields.AwareDateTime(format="iso")
    last_at = ma.fields.AwareDateTime(format="iso")
    last_seq = ma.fields.Integer()
    may = ma.fields.List(ma.fields.String())


class EarlyWarningsOut(ma.Schema):
    """Warnings, the gravest first, and how many there are in each state."""

    warnings = ma.fields.List(ma.fields.Nested(EarlyWarningOut))
    counts = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())
    next_after = ma.fields.String()
    last_run_at = ma.fields.AwareDateTime(
        format="iso",
        allow_none=True,
        metadata={"description": "When the rules were run over everybody last."},
    )


class WarningSaidOut(ma.Schema):
    """An entry about a warning: `night` is the run that found it, or found its ground gone."""

    seq = ma.fields.Integer()
    at = ma.fields.AwareDateTime(format="iso")
    actor = ma.fields.String()
    act = ma.fields.String()
    reason = ma.fields.String()


class WholeEarlyWarningOut(EarlyWarningOut):
    """A warning with every entry about it, oldest first."""

    said = ma.fields.List(ma.fields.Nested(WarningSaidOut))


class WarningRuleOut(ma.Schema):
    """A rule of early warning; without a norm it is this service's own."""

    id = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    watch = ma.fields.String()
    severity = ma.fields.String()
    subject = ma.fields.String()
    norm = ma.fields.String()
    article = ma.fields.String()
    window_days = ma.fields.Integer()
    before_days = ma.fields.Integer()
    factor = ma.fields.Integer()
    count_min = ma.fields.Integer()
    share_percent = ma.fields.Integer()
    from_on = ma.fields.Date()
    to_on = ma.fields.Date(allow_none=True)


class WarningRulesOut(ma.Schema):
    """The rules, as they are kept."""

    rules = ma.fields.List(ma.fields.Nested(WarningRuleOut))


class WarningRunOut(ma.Schema):
    """A run: how far it is, and what it did once it is done."""

    id = ma.fields.UUID()
    state = ma.fields.String(metadata={"description": "`waiting`, `running`, `done`, `failed`"})
    total = ma.fields.Integer(metadata={"description": "Stages of a run."})
    done = ma.fields.Integer()
    message = ma.fields.String(metadata={"description": "Why it failed."})
    found = ma.fields.Integer(allow_none=True)
    opened = ma.fields.Integer(allow_none=True)
    ended = ma.fields.Integer(allow_none=True)
    by_rule = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), allow_none=True)
    created_at = ma.fields.AwareDateTime(format="iso")
    finished_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


@BLUEPRINT.route("/credit/warnings", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.arguments(WarningsQuery, location="query")
@BLUEPRINT.response(200, EarlyWarningsOut)
def get_warnings(query: dict[str, Any]) -> dict[str, Any]:
    """List early warnings, the gravest first."""
    parts = services()
    asked = WarningsAsked(
        states=states_asked([word for word in query["state"].split("|") if word]),
        code=query["rule"],
        severity=query["severity"],
        uscc=query["uscc"].strip().upper(),
        after=query["after"],
    )
    told = warnings_for(parts, asked, rows_max=parts.settings.page_size_max)
    return {
        "warnings": [_warning(one, told.since[one.id]) for one in told.page.rows],
        "counts": counts_for(parts),
        "next_after": told.page.next_after,
        "last_run_at": told.last_run_at,
    }


@BLUEPRINT.route("/credit/warnings/<uuid:warning_id>", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.response(200, WholeEarlyWarningOut)
def get_warning(warning_id: UUID) -> dict[str, Any]:
    """Give a warning with every entry about it."""
    return _whole(warning_for(services(), warning_id))


@BLUEPRINT.route("/credit/warnings/<uuid:warning_id>/acts", methods=["POST"])
@requires(Action.ACT_ON_WARNINGS)
@BLUEPRINT.arguments(WarningActIn)
@BLUEPRINT.response(200, WholeEarlyWarningOut)
def post_act(body: dict[str, Any], warning_id: UUID) -> dict[str, Any]:
    """Acknowledge, dismiss, send to an inspection, or close a warning."""
    asked = Asked(
        warning_id=warning_id,
        act=body["act"],
        reason=body["reason"],
        due_on=body["due_on"],
        after=body["after"],
    )
    return _whole(act_for(services(), current_actor(), asked, key=idempotency_key()))


@BLUEPRINT.route("/credit/warnings/runs", methods=["POST"])
@requires(Action.ACT_ON_WARNINGS)
@BLUEPRINT.response(202, WarningRunOut)
def post_run() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Let a worker run the rules of today over all parties, as the night does.

    While one is on its way it is that one; a second one over the same record changes nothing.
    """
    actor, key = current_actor(), idempotency_key()
    run_id = None if key is None else id_of_request(actor.id, key)
    run = run_for(services(), actor, run_id=run_id)
    return _run(run), 202, {"Location": f"/api/v1/credit/warnings/runs/{run.task.id}"}


@BLUEPRINT.route("/credit/warnings/runs/<uuid:run_id>", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.response(200, WarningRunOut)
def get_run(run_id: UUID) -> dict[str, Any]:
    """Tell how far a run is, and what it did once it is done."""
    return _run(run_of(services(), run_id))


@BLUEPRINT.route("/credit/warning-rules", methods=["GET"])
@requires(Action.READ_WARNINGS)
@BLUEPRINT.response(200, WarningRulesOut)
def get_rules() -> dict[str, Any]:
    """List the rules of early warning, the gravest first."""
    rules = sorted(warning_rules().values(), key=lambda one: SEVERITIES.index(one.severity))
    return {"rules": [_rule(one) for one in rules]}


def _run(run: WarningRun) -> dict[str, Any]:
    counts = run.counts
    return {
        "id": run.task.id,
        "state": run.task.state.value,
        "total": run.task.total,
        "done": run.task.done,
        "message": run.message,
        "found": None if counts is None else counts.found,
        "opened": None if counts is None else counts.opened,
        "ended": None if counts is None else counts.ended,
        "by_rule": None if counts is None else counts.by_rule,
        "created_at": run.task.created_at,
        "finished_at": run.task.finished_at,
    }


def _rule(rule: WarningRule) -> dict[str, Any]:
    names = [*WarningRuleOut().fields]
    return {name: getattr(rule, name) for name in names} | {"watch": rule.watch.value}


def _warning(row: WarningRow, since: Since) -> dict[str, Any]:
    rule = row.rule
    return {
        "id": row.id,
        "rule": row.code,
        "zh": rule.zh if rule else row.code,
        "en": rule.en if rule else row.code,
        "says_zh": rule.says("zh", row.details) if rule else "",
        "says_en": rule.says("en", row.details) if rule else "",
        "severity": row.severity,
        "state": row.state.value,
        "uscc": row.subject_code,
        "name": row.name,
        "other_uscc": str(row.details.get("other_code", "")),
        "other_name": str(row.details.get("other", "")),
        "facts": row.fact_ids,
        "seqs": row.seqs,
        "facts_gone": [one for one in row.fact_ids if one in since.gone],
        "gone": [
            {"fact": one, "since": gone.since_on, "why": gone.why.value}
            for one, gone in since.gone.items()
        ],
        "worked_out_seq": since.seq,
        "worked_out_at": since.at,
        "ground_gone": row.is_ground_gone,
        "inspection": row.inspection_id,
        "opened_at": row.opened_at,
        "last_at": row.last_at,
        "last_seq": row.last_seq,
        "may": [act.id for act in acts_from(row.state)],
    }


def _whole(whole: WholeWarning) -> dict[str, Any]:
    return {**_warning(whole.row, whole.since), "said": [_said(one) for one in whole.said]}


def _said(one: Said) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": one.at,
        "actor": one.actor,
        "act": one.act,
        "reason": one.reason,
    }
