"""Grades over HTTP: points with reasons, each with the facts or entries that it comes from.

One rule: what the trace ledger shows stands apart from what the law calls dishonest.
"""

from typing import Any, Final
from uuid import UUID

import marshmallow as ma

from credit.rulebook.model import Severity
from credit.scoring.model import Grade, Model, ScoredFact, Share
from credit.scoring.what_if import Supposed
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import LegalDay, StrictSchema, text
from web.auth import current_actor, requires
from web.credit_grades import GradeAsked, grade_for, grades_for, supposed_for
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-grades", __name__, url_prefix="/api/v1", description="Grades with their reasons."
)

_CODE_CHARS_MAX: Final = 40
_NAME_CHARS_MAX: Final = 40
_NAMES_CHARS_MAX: Final = 400
_SUPPOSED_MAX: Final = 50


class GradeQuery(StrictSchema):
    """Whose grade, on which day, by which version; a producer's own where nobody is named."""

    uscc = text(_CODE_CHARS_MAX, load_default="")
    day = LegalDay(load_default=None)
    model = text(_NAME_CHARS_MAX, load_default="")


class GradesQuery(StrictSchema):
    """Whose grades, on which day, by which versions: names with commas between, or all."""

    uscc = text(_CODE_CHARS_MAX, load_default="")
    day = LegalDay(load_default=None)
    models = text(_NAMES_CHARS_MAX, load_default="")


class SupposedFact(StrictSchema):
    """A fact that is supposed: an entry of a list, or a fact of a kind that the model counts."""

    kind = text(_NAME_CHARS_MAX, load_default="")
    list = text(_NAME_CHARS_MAX, load_default="")
    severity = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.OneOf([one.value for one in Severity]),
    )
    grade = text(_NAME_CHARS_MAX, load_default="")
    decided_on = LegalDay(load_default=None)


class WhatIfIn(GradeQuery):
    """What is supposed: facts that count gone, others come, evidence of the trace left out."""

    without = ma.fields.List(
        ma.fields.UUID(), load_default=list, validate=ma.validate.Length(max=_SUPPOSED_MAX)
    )
    added = ma.fields.List(
        ma.fields.Nested(SupposedFact),
        load_default=list,
        validate=ma.validate.Length(max=_SUPPOSED_MAX),
    )
    without_trace = ma.fields.Boolean(load_default=False)


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


class GradesOut(ma.Schema):
    """The grades of one party by several versions of the model, from the same facts."""

    known = ma.fields.Boolean()
    grades = ma.fields.List(ma.fields.Nested(GradeOut))


class WhatIfOut(ma.Schema):
    """The grade as it is and as it would be."""

    known = ma.fields.Boolean()
    now = ma.fields.Nested(GradeOut)
    supposed = ma.fields.Nested(GradeOut)


@BLUEPRINT.route("/credit/grade", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(GradeQuery, location="query")
@BLUEPRINT.response(200, GradeOut)
def get_grade(query: dict[str, Any]) -> dict[str, Any]:
    """Give the grade of a party with every reason: one's own, or anybody's to an authority."""
    found = grade_for(services(), current_actor(), _asked(query))
    return {"known": False} if found is None else _grade(*found)


@BLUEPRINT.route("/credit/grades", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(GradesQuery, location="query")
@BLUEPRINT.response(200, GradesOut)
def get_grades(query: dict[str, Any]) -> dict[str, Any]:
    """Give the grade of a party by several versions of the model, side by side."""
    names = [name.strip() for name in query.pop("models").split(",") if name.strip()]
    found = grades_for(services(), current_actor(), _asked(query), names)
    if found is None:
        return {"known": False, "grades": []}
    return {"known": True, "grades": [_grade(*one) for one in found]}


@BLUEPRINT.route("/credit/grade/what-if", methods=["POST"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(WhatIfIn)
@BLUEPRINT.response(200, WhatIfOut)
def post_what_if(body: dict[str, Any]) -> dict[str, Any]:
    """Give the grade as it would be without some facts, or with others; nothing is recorded."""
    supposed = Supposed(
        without=frozenset(body["without"]),
        added=tuple(_supposed(at, one) for at, one in enumerate(body["added"])),
        without_trace=body["without_trace"],
    )
    found = supposed_for(services(), current_actor(), _asked(body), supposed)
    if found is None:
        return {"known": False}
    model, now, then = found
    return {"known": True, "now": _grade(model, now), "supposed": _grade(model, then)}


def _asked(values: dict[str, Any]) -> GradeAsked:
    return GradeAsked(
        uscc=values["uscc"].strip().upper(), day=values["day"], model=values.get("model", "")
    )


def _supposed(at: int, fact: dict[str, Any]) -> ScoredFact:
    # What is supposed has no id of its own: its place among the others stands for it.
    return ScoredFact(
        id=UUID(int=at),
        kind=fact["kind"],
        list_id=fact["list"],
        severity=fact["severity"],
        grade=fact["grade"],
        decided_on=fact["decided_on"],
    )


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
        "shares": [share_told(one) for one in grade.shares],
        "trace": [share_told(one) for one in grade.trace_shares],
    }


def share_told(share: Share) -> dict[str, Any]:
    """Return what an item gave or took, as an answer tells it."""
    return {
        "item": share.item.id,
        "zh": share.item.zh,
        "en": share.item.en,
        "points": share.points,
        "facts": share.fact_ids,
        "seqs": share.seqs,
    }
