"""The page with one field that finds codes, lots, parties and sites."""

from collections.abc import Sequence
from typing import Final

from flask import render_template, request

from base.db import reading
from parties.access import Action, has_role_for
from web.pages.languages import chosen_lang
from web.pages.regions import region_name
from web.pages.tracing.finding import Bounds, FoundAll, find_all
from web.pages.tracing.picture import trace_path
from web.pages.words import CERTIFICATE_KINDS
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.recall_marks import Badge, badges_for
from web.services import services
from web.session import page_actor, page_requires
from web.tracing import scope_of

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
            bounds = Bounds(
                products_max=parts.settings.search_products_max,
                names_max=parts.settings.search_names_max,
            )
            found = find_all(connection, parts.log, actor, text, bounds)
            uris = [one.uri for one in found.things.cards]
            badges = badges_for(connection, parts.log, actor, uris)
    return render_template(
        "trace/search.html",
        text=text,
        found=found,
        badges=badges,
        trace_path=trace_path,
        is_asked=bool(text),
        is_own=scope_of(actor) is not None,
        names_max=parts.settings.search_names_max,
        region_name=region_name,
        certificate_kind=_certificate_kind,
        lang=chosen_lang(),
    )


def _certificate_kind(kind: str) -> str:
    words = CERTIFICATE_KINDS.get(kind)
    return kind if words is None else words.of(chosen_lang())
