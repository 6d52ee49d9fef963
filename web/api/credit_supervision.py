"""The supervision grade of a food business over HTTP: its risk, its class, its visits a year.

One rule: every point has its reason, and the rows of law that the class and the visits follow.
"""

from typing import Any, Final

import marshmallow as ma

from credit.rulebook.model import Rule
from credit.supervising.grading import Supervision
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.credit_grades import ShareOut, share_told
from web.api.fields import LegalDay, StrictSchema, text
from web.auth import current_actor, requires
from web.credit_grades import GradeAsked
from web.credit_supervision import supervision_for
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-supervision", __name__, url_prefix="/api/v1", description="Supervision grades."
)

_CODE_CHARS_MAX: Final = 40


class SupervisionQuery(StrictSchema):
    """Whose supervision grade, on which day; a producer's own where nobody is named."""

    uscc = text(_CODE_CHARS_MAX, load_default="")
    day = LegalDay(load_default=None)


class SupervisionRuleOut(ma.Schema):
    """A row of law that the grade or its visits follow, and how far its text was read."""

    id = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    norm = ma.fields.String()
    article = ma.fields.String()
    verified = ma.fields.String()


class SupervisionOut(ma.Schema):
    """A supervision grade; `known` is false for whoever is unknown or no food business."""

    known = ma.fields.Boolean()
    model = ma.fields.String()
    day = ma.fields.Date()
    grade = ma.fields.String()
    legal_grade = ma.fields.String(metadata={"description": "Without evidence of the trace."})
    risk = ma.fields.Integer(metadata={"description": "Of 100; more is worse."})
    static = ma.fields.Integer(metadata={"description": "By the industry, at most 40."})
    static_zh = ma.fields.String()
    static_en = ma.fields.String()
    dynamic = ma.fields.Integer(metadata={"description": "By its own facts, at most 60."})
    why = ma.fields.String(metadata={"description": "points, veto or trace."})
    veto_facts = ma.fields.List(ma.fields.UUID())
    shares = ma.fields.List(ma.fields.Nested(ShareOut))
    trace = ma.fields.List(ma.fields.Nested(ShareOut))
    visits_least = ma.fields.Integer()
    visits_most = ma.fields.Integer()
    visited = ma.fields.Integer(metadata={"description": "Inspections in the year of the day."})
    left = ma.fields.Integer(metadata={"description": "Visits that are still owed in the year."})
    rules = ma.fields.List(ma.fields.Nested(SupervisionRuleOut))


@BLUEPRINT.route("/credit/supervision", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(SupervisionQuery, location="query")
@BLUEPRINT.response(200, SupervisionOut)
def get_supervision(query: dict[str, Any]) -> dict[str, Any]:
    """Give the supervision grade of a food business with every reason and its visits a year."""
    asked = GradeAsked(uscc=query["uscc"].strip().upper(), day=query["day"])
    found = supervision_for(services(), current_actor(), asked)
    return {"known": False} if found is None else _told(found)


def _told(found: Supervision) -> dict[str, Any]:
    grade = found.grade
    return {
        "known": True,
        "model": grade.model,
        "day": grade.day,
        "grade": grade.grade,
        "legal_grade": grade.legal_class,
        "risk": found.risk,
        "static": found.static.points,
        "static_zh": found.static.zh,
        "static_en": found.static.en,
        "dynamic": found.dynamic,
        "why": grade.why.value,
        "veto_facts": grade.veto_facts,
        "shares": [share_told(one) for one in grade.shares],
        "trace": [share_told(one) for one in grade.trace_shares],
        "visits_least": found.visits[0],
        "visits_most": found.visits[1],
        "visited": found.visited,
        "left": found.left,
        "rules": [_rule(one) for one in found.rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "zh": rule.zh,
        "en": rule.en,
        "norm": rule.norm.zh,
        "article": rule.article,
        "verified": rule.verified.value,
    }
