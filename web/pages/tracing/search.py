"""The page with one field that finds codes, lots, parties and sites."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from codes.telling import holds_person, tell
from parties.access import Action, has_role_for
from web.pages.languages import chosen_lang
from web.pages.regions import region_name
from web.pages.tracing.finding import Bounds, FoundAll, find_all
from web.pages.tracing.picture import trace_path
from web.pages.words import CERTIFICATE_KINDS
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, typed
from web.recall_marks import Badge, badges_for
from web.services import services
from web.session import page_actor, page_requires
from web.tracing import scope_of

_TEXT_CHARS_MAX: Final = 2048
_PATH: Final = "/work/search"
_PERSON: Final = "person"
_RIGHTS: Final = (Action.READ_LINEAGE, Action.TRACE_OWN)


@blueprint.context_processor
def _what_is_seen() -> dict[str, bool]:
    """Tell every page of the workbench whether its reader may trace."""
    actor = page_actor()
    return {"may_trace": any(has_role_for(actor, one) for one in _RIGHTS)}


@blueprint.post("/search")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def post_search() -> WerkzeugResponse:
    """Lead to the address of a search; the number of a person gets none."""
    text = typed("search").code("q")[:_TEXT_CHARS_MAX]
    if holds_person(tell(text)):
        return _private()
    return redirect(f"{_PATH}?{urlencode({'q': text})}", 303)


@blueprint.get("/search")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def search() -> WerkzeugResponse | str:
    """Show what a text finds; without one, the field alone."""
    parts, actor = services(), page_actor()
    form = Form(name="search", values=request.args.to_dict())
    text = form.code("q")[:_TEXT_CHARS_MAX]
    if holds_person(tell(text)):
        return _private()
    if form.is_ticked(_PERSON):
        return _page("", FoundAll(is_person=True), {})
    found, badges = FoundAll(), dict[str, Sequence[Badge]]()
    if text and text.isprintable():
        with reading(parts.engine) as connection:
            bounds = Bounds(
                products_max=parts.settings.search_products_max,
                codes_max=parts.settings.search_codes_max,
                names_max=parts.settings.search_names_max,
            )
            found = find_all(connection, parts.log, actor, text, bounds)
            uris = [one.uri for one in found.things.cards]
            badges = badges_for(connection, parts.log, actor, uris)
    return _page(text, found, badges)


def _private() -> WerkzeugResponse:
    # Neither the address nor the history of the browser keeps the number.
    return redirect(f"{_PATH}?{_PERSON}=1", 303)


def _page(text: str, found: FoundAll, badges: Mapping[str, Sequence[Badge]]) -> str:
    parts, actor = services(), page_actor()
    return render_template(
        "trace/search.html",
        text=text,
        found=found,
        badges=badges,
        trace_path=trace_path,
        is_asked=bool(text) or found.is_person,
        is_own=scope_of(actor) is not None,
        names_max=parts.settings.search_names_max,
        region_name=region_name,
        certificate_kind=_certificate_kind,
        lang=chosen_lang(),
    )


def _certificate_kind(kind: str) -> str:
    words = CERTIFICATE_KINDS.get(kind)
    return kind if words is None else words.of(chosen_lang())
