"""Random draws for everybody: what was fixed before, what decided, and how to draw again.

The rule that must stay true: a draw names nobody; nothing is drawn again here, since whoever doubts
it does so with the pool, seed and value, and believes no page.
"""

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, request

from base.errors import InvalidInput, NotFound
from credit.inspecting.plans import plans
from web.credit_inspections import draw_for, draws_for, marks_for
from web.pages.credit import words
from web.pages.work_blueprint import when
from web.services import services

blueprint = Blueprint("credit_public_draws", __name__)

_MARK_CHARS_MAX: Final = 32
_SHOWN_MAX: Final = 200
"""So many marks are shown; all of them are in the interface's answer."""


@blueprint.context_processor
def _shared() -> dict[str, object]:
    return {"credit_words": words, "credit_log": services().log, "when": when}


@blueprint.get("/credit/draws")
def public_draws() -> str:
    """List draws, the newest first."""
    try:
        page = draws_for(services(), after=request.args.get("after", ""))
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal
    return render_template("credit/public_draws.html", page=page)


@blueprint.get("/credit/draws/<uuid:draw_id>")
def public_draw(draw_id: UUID) -> str:
    """Show a draw: its hashes, its seed and value once it was made, and the marks drawn."""
    parts = services()
    row = draw_for(parts, draw_id)
    marks = [] if row.seed is None else marks_for(parts, draw_id)
    asked = request.args.get("mark", "").strip().lower()[:_MARK_CHARS_MAX]
    return render_template(
        "credit/public_draw.html",
        row=row,
        is_public=True,
        plan=plans().get(row.plan),
        marks=marks[:_SHOWN_MAX],
        asked=asked,
        place=marks.index(asked) + 1 if asked in marks else 0,
    )
