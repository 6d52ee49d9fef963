"""The profiles of classes of goods, and templates of their steps to fill in.

One rule: what is asked for at a step is no secret; everybody may read it.
"""

from trace.sheets.choosing import choose, profile_for
from trace.sheets.headers import LANGUAGES, headers_of
from trace.sheets.template import Template, csv_template, xlsx_template
from typing import Any

import marshmallow as ma
from flask import Response

from parties.access import Action
from schemas.profiles.columns import Sheet, templates_of
from schemas.profiles.model import Cte, Words
from schemas.profiles.registry import catalogue
from schemas.profiles.standing import Profile
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema, text
from web.auth import requires
from web.services import services
from web.sheets import CSV, XLSX

BLUEPRINT = ApiBlueprint(
    "profiles", __name__, url_prefix="/api/v1", description="What is recorded of which goods."
)


class BothWordsOut(ma.Schema):
    """One thing said in both languages."""

    zh = ma.fields.String()
    en = ma.fields.String()


class ColumnOut(ma.Schema):
    """A column of a template: its field, and how it is headed in both languages."""

    key = ma.fields.String()
    header = ma.fields.Nested(BothWordsOut)
    explanation = ma.fields.Nested(BothWordsOut)
    is_required = ma.fields.Boolean()


class WayOut(ma.Schema):
    """A way of recording a step."""

    name = ma.fields.String()
    event_type = ma.fields.String()
    columns = ma.fields.List(ma.fields.Nested(ColumnOut))


class CteOut(ma.Schema):
    """A critical tracking event: a step of the chain of a class of goods."""

    id = ma.fields.String()
    label = ma.fields.Nested(BothWordsOut)
    stage = ma.fields.String()
    ways = ma.fields.List(ma.fields.Nested(WayOut))


class ProfileRowOut(ma.Schema):
    """A profile: `covers` are the product classes that it is for."""

    name = ma.fields.String()
    version = ma.fields.Integer()
    label = ma.fields.Nested(BothWordsOut)
    covers = ma.fields.List(ma.fields.String())
    ctes = ma.fields.List(ma.fields.String())


class ProfileListOut(ma.Schema):
    """The profiles in their newest versions."""

    items = ma.fields.List(ma.fields.Nested(ProfileRowOut))


class ProfileOut(ma.Schema):
    """A profile with the columns of its templates."""

    name = ma.fields.String()
    version = ma.fields.Integer()
    label = ma.fields.Nested(BothWordsOut)
    covers = ma.fields.List(ma.fields.String())
    ctes = ma.fields.List(ma.fields.Nested(CteOut))


class TemplateQuery(StrictSchema):
    """The language of a template and which way of recording the step; the first if none."""

    lang = ma.fields.String(load_default="zh", validate=ma.validate.OneOf(LANGUAGES))
    way = text(chars_max=40, load_default="")


@BLUEPRINT.route("/profiles", methods=["GET"])
@requires(Action.READ_PROFILES)
@BLUEPRINT.response(200, ProfileListOut)
def get_profiles() -> dict[str, Any]:
    """List the classes of goods and the steps of their chains."""
    return {
        "items": [
            {**_head(profile), "ctes": [cte.id for cte in profile.ctes]}
            for profile in catalogue().newest()
        ]
    }


@BLUEPRINT.route("/profiles/<class_code>", methods=["GET"])
@requires(Action.READ_PROFILES)
@BLUEPRINT.response(200, ProfileOut)
def get_profile(class_code: str) -> dict[str, Any]:
    """Return what is recorded of a class of goods, step by step."""
    profile = profile_for(class_code)
    return {**_head(profile), "ctes": [_cte_json(profile, cte) for cte in profile.ctes]}


@BLUEPRINT.route("/profiles/<class_code>/<cte>/template.xlsx", methods=["GET"])
@requires(Action.READ_PROFILES)
@BLUEPRINT.arguments(TemplateQuery, location="query")
@BLUEPRINT.response(200)
def get_template_xlsx(query: dict[str, Any], class_code: str, cte: str) -> Response:
    """Return the workbook to fill in for a step, with drop-downs and explanations."""
    template = _template(query, class_code, cte)
    return _file(xlsx_template(template), template, "xlsx", XLSX)


@BLUEPRINT.route("/profiles/<class_code>/<cte>/template.csv", methods=["GET"])
@requires(Action.READ_PROFILES)
@BLUEPRINT.arguments(TemplateQuery, location="query")
@BLUEPRINT.response(200)
def get_template_csv(query: dict[str, Any], class_code: str, cte: str) -> Response:
    """Return the list to fill in for a step, as CSV."""
    template = _template(query, class_code, cte)
    return _file(csv_template(template), template, "csv", CSV)


def _template(query: dict[str, Any], class_code: str, cte: str) -> Template:
    chosen = choose(class_code, cte, query["way"])
    return Template(
        profile=chosen.profile,
        sheet=chosen.sheet,
        lang=query["lang"],
        rows_max=services().settings.sheet_rows_max,
    )


def _file(data: bytes, template: Template, suffix: str, media_type: str) -> Response:
    sheet = template.sheet
    name = f"suxin-{sheet.profile}-{sheet.cte.id}-{sheet.way.name}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type=media_type, headers=headers)


def _head(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "version": profile.version,
        "label": _words(profile.label),
        "covers": [code for code, _ in profile.covers],
    }


def _cte_json(profile: Profile, cte: Cte) -> dict[str, Any]:
    return {
        "id": cte.id,
        "label": _words(cte.label),
        "stage": cte.stage,
        "ways": [
            {
                "name": sheet.way.name,
                "event_type": sheet.way.event_type,
                "columns": _columns_json(sheet),
            }
            for sheet in templates_of(profile.name, cte)
        ],
    }


def _columns_json(sheet: Sheet) -> list[dict[str, Any]]:
    zh, en = (headers_of(sheet, lang) for lang in LANGUAGES)
    return [
        {
            "key": column.key,
            "header": {"zh": zh[column.key], "en": en[column.key]},
            "explanation": _words(column.explanation),
            "is_required": column.is_required,
        }
        for column in sheet.columns
    ]


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
