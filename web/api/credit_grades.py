"""Grades over HTTP: points with reasons, each with the facts or entries that it comes from.

One rule: what the trace ledger shows stands apart from what the law calls dishonest.
"""

from typing import Any, Final

import marshmallow as ma

from credit.scoring.model import Grade, Model, Share
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import LegalDay, StrictSchema, text
from web.auth import current_actor, requires
from web.credit_cases import grade_for
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-grades", __name__, url_prefix="/api/v1", description="Grades with their reasons."
)

_CODE_CHARS_MAX: Final = 40


class GradeQuery(StrictSchema):
    """Whose grade, on which day; a producer's own where nobody is named."""

    uscc = text(_CODE_CHARS_MAX, load_default="")
    day = LegalDay(load_default=None)


class ShareOut(ma.Schema):
    """What one item gave or took, and because of what."""

    item = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    points = ma.fields.Integer()
    facts = ma.fields.List(ma.fields.UUID())
    seqs = ma.fields.List(ma.fields.Integer())


class GradeOut(ma.Schema):
    """A grade; `legal_grade` is the one without evidence of the trace."""

    known = ma.fields.Boolean()
    model = ma.fields.String()
    day = ma.fields.Date()
    grade = ma.fields.String()
    legal_grade = ma.fields.String()
    base = ma.fields.Integer()
    points = ma.fields.Integer()
    trace_points = ma.fields.Integer()
    why = ma.fields.String(metadata={"description": "points, veto or trace."})
    veto = ma.fields.String(allow_none=True)
    veto_facts = ma.fields.List(ma.fields.UUID())
    shares = ma.fields.List(ma.fields.Nested(ShareOut))
    trace = ma.fields.List(ma.fields.Nested(ShareOut))


@BLUEPRINT.route("/credit/grade", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(GradeQuery, location="query")
@BLUEPRINT.response(200, GradeOut)
def get_grade(query: dict[str, Any]) -> dict[str, Any]:
    """Give the grade of a party with every reason: one's own, or anybody's to an authority."""
    uscc = query["uscc"].strip().upper()
    found = grade_for(services(), current_actor(), uscc, day=query["day"])
    return {"known": False} if found is None else _grade(*found)


def _grade(model: Model, grade: Grade) -> dict[str, Any]:
    return {
        "known": True,
        "model": grade.model,
        "day": grade.day,
        "grade": grade.grade,
        "legal_grade": grade.legal_class,
        "base": model.base,
        "points": grade.points,
        "trace_points": grade.trace_points,
        "why": grade.why.value,
        "veto": None if grade.veto is None else grade.veto.id,
        "veto_facts": grade.veto_facts,
        "shares": [_share(one) for one in grade.shares],
        "trace": [_share(one) for one in grade.trace_shares],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "item": share.item.id,
        "zh": share.item.zh,
        "en": share.item.en,
        "points": share.points,
        "facts": share.fact_ids,
        "seqs": share.seqs,
    }
