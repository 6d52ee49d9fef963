"""The page with one field that finds codes, lots, parties and sites."""

from collections.abc import Sequence
from typing import Final

from flask import render_template, request

from base.db import reading
from parties.access import Action, has_role_for
from web.pages.tracing.finding import FoundAll, find_all
from web.pages.tracing.picture import trace_path
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.recall_marks import Badge, badges_for
from web.services import services
from web.session import page_actor, page_requires

_TEXT_CHARS_MAX: Final = 2048
_RIGHTS: Final = (Action.READ_LINEAGE, Action.TRACE_OWN)


@blueprint.context_processor
def _what_is_seen() -> dict[str, bool]:
    """Tell every page of the workbench whether its reader may trace."""
    actor = page_actor()
    return {"may_trace": any(has_role_for(actor, one) for one in _RIGHTS)}


@blueprint.get("/search")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def search() -> str:
    """Show what a text finds; without one, the field alone."""
    parts, actor = services(), page_actor()
    text = Form(name="search", values=request.args.to_dict()).code("q")[:_TEXT_CHARS_MAX]
    found, badges = FoundAll(), dict[str, Sequence[Badge]]()
    if text and text.isprintable():
        with reading(parts.engine) as connection:
            products_max = parts.settings.search_products_max
            found = find_all(connection, parts.log, actor, text, products_max)
            uris = [one.uri for one in found.things]
            badges = badges_for(connection, parts.log, actor, uris)
    return render_template(
        "trace/search.html",
        text=text,
        found=found,
        badges=badges,
        trace_path=trace_path,
        is_asked=bool(text),
    )
