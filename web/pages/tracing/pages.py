"""The page of a code, a party or a site: what it is, what happened, where from and where to.

One rule: the page shows what the API would give the same reader; what it leaves out for length it
counts, and the files beside it hold everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from trace.lineage import Direction
from trace.tracing import Trace
from typing import Final
from urllib.parse import urlencode

from flask import render_template, request
from sqlalchemy import Connection

from base.db import reading
from base.errors import AppError, NotFound
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import CodeError
from parties.access import Action
from parties.actors import Actor
from parties.directory import products_by_uri, register_uris
from web.pages.code_words import refusal_words
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.tracing.findings import findings_of
from web.pages.tracing.graph import build_graph
from web.pages.tracing.lots import lots_page
from web.pages.tracing.map import draw_map
from web.pages.tracing.picture import Picture, draw_parts, link_words, trace_path
from web.pages.tracing.rows import Side, first_seqs, share_words, side_of
from web.pages.tracing.spots import places_of
from web.pages.tracing.things import Known, Thing, known_of, nearest, thing_of
from web.pages.tracing.told import tell_state
from web.pages.tracing.where import left_out_words, tell_where
from web.pages.work_blueprint import blueprint, name_of
from web.pages.work_forms import Form
from web.pages.work_refusals import whole_refusal
from web.recall_marks import Badge, badges_for
from web.services import Services, services
from web.session import page_actor, page_requires
from web.tracing import TraceAsked, classes_of, party_asked, site_asked, state_for, trace_for

_GRAPH_ITEMS_MAX: Final = 3000
_SPOTS_MAX: Final = 40
DIRECTIONS: Final = (Direction.BACKWARD, Direction.FORWARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is traced, in words: `page` is where everybody may read of it."""

    title: str
    about: str
    code: str
    page: str
    is_single: bool = False


@blueprint.get("/trace")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def trace_page() -> str | tuple[str, int]:
    """Show a code, or the goods of a party or site, with everything that leads to or from them."""
    parts, actor = services(), page_actor()
    form = Form(name="trace", values=request.args.to_dict())
    asked = read_asked(form)
    if not form.is_good:
        return render_template("trace/refused.html", form=form, text=asked.code), 400
    try:
        traces = [trace_for(parts, actor, asked, one) for one in DIRECTIONS]
    except NotFound:
        if asked.code and (page := lots_page(parts, actor, asked.code)):
            return page
        return render_template("trace/refused.html", form=form, text=_asked_text(asked)), 404
    except AppError as refusal:
        form.wrong("", _refusal_said(refusal))
        return render_template("trace/refused.html", form=form, text=_asked_text(asked)), 400
    lang, rows_max = chosen_lang(), parts.settings.trace_rows_max
    state = state_for(parts, actor, asked.code) if asked.code else None
    near = [nearest(one, _GRAPH_ITEMS_MAX) for one in traces]
    with reading(parts.engine) as connection:
        known = known_of(connection, parts.log, near, actor, lang)
        told = None if state is None else tell_state(connection, parts.log, state, lang, rows_max)
        subject = _subject(connection, actor, asked, traces[0])
        shown = {one.uri for one in near[1].reached[: rows_max + len(near[1].subjects)]}
        where = tell_where(connection, traces[1], lang, shown)
        badges = _badges_of(connection, parts, actor, near, rows_max)
        places = places_of(connection, parts.log, near, actor, lang, _SPOTS_MAX)
    sides = [
        _side(trace, known, rows_max, whole) for trace, whole in zip(near, traces, strict=True)
    ]
    return render_template(
        "trace/trace.html",
        form=form,
        subject=subject,
        told=told,
        sides=sides,
        pictures=_pictures(parts, known, near),
        map=draw_map(places.spots, places.ways),
        places=places.spots,
        place_count=places.total,
        is_near=any(len(one.reached) > _GRAPH_ITEMS_MAX for one in traces),
        drawn=sum(len(one.reached) for one in near),
        reached=sum(len(one.reached) for one in traces),
        found=findings_of(parts, actor, traces[0].subjects[0]) if asked.code else [],
        is_partial=traces[0].is_partial,
        size=traces[0].size,
        behind=traces[0].behind,
        where=where,
        badges=badges,
        subject_uri=traces[0].subjects[0] if asked.code else "",
        reached_forward=len(traces[1].reached),
        left_out_words=left_out_words,
        query=query_of(form),
        recall_query=_recall_query(asked, subject),
        link_words=link_words,
        share_words=share_words,
        first_seqs=first_seqs,
        trace_path=trace_path,
    )


def _refusal_said(refusal: AppError) -> str:
    """Return why a question was refused, in the language of the page."""
    if isinstance(refusal, CodeError):
        return refusal_words(refusal, chosen_lang())
    problem = refusal.problems[0] if refusal.problems else None
    sentences = {
        ("code", "required"): _("Name one code, one party or one site."),
        ("until", "order"): _("The last day is not before the first."),
        ("since", "range"): _("No event can have happened on this day."),
        ("until", "range"): _("No event can have happened on this day."),
        ("since", "too_long"): _("These are too many days for one trace: choose fewer."),
    }
    known = "" if problem is None else sentences.get((problem.path, problem.code), "")
    return known or whole_refusal(refusal)


def read_asked(form: Form) -> TraceAsked:
    """Return what the address asks for; problems are noted in the form."""
    depth = form.whole("depth") if form.code("depth") else None
    since_on: date | None = form.day("since")
    until_on: date | None = form.day("until")
    return TraceAsked(
        code=form.text("code")[:2048],
        party=form.code("party")[:64],
        site=form.text("site")[:2048],
        depth=depth,
        since_on=since_on,
        until_on=until_on,
        classes=classes_of(form.text("class")),
        with_shares=True,
        with_whereabouts=True,
    )


def query_of(form: Form) -> str:
    """Return the question as the end of an address, for the files and for other languages."""
    names = ("code", "party", "site", "depth", "since", "until", "class")
    return urlencode({name: form.text(name) for name in names if form.text(name)})


def _recall_query(asked: TraceAsked, subject: Subject) -> str:
    """Return how the form that opens a recall begins from here; days become times.

    A code is recalled whenever it was handled: the days of a trace narrow a party or place alone.
    """
    if asked.code:
        return urlencode({"code": subject.code})
    begun = {"party" if asked.party else "place": subject.code}
    if asked.since_on is not None:
        begun["since"] = f"{asked.since_on}T00:00"
    if asked.until_on is not None:
        begun["until"] = f"{asked.until_on + timedelta(days=1)}T00:00"
    return urlencode(begun) if subject.code else ""


def _asked_text(asked: TraceAsked) -> str:
    return asked.code or asked.party or asked.site


def _side(near: Trace, known: Known, rows_max: int, whole: Trace) -> Side:
    shown = nearest(near, rows_max + len(near.subjects))
    total = sum(1 for one in whole.reached if one.depth)
    return side_of(shown, known, total)


def _badges_of(
    connection: Connection, parts: Services, actor: Actor, near: list[Trace], rows_max: int
) -> dict[str, Sequence[Badge]]:
    """Return the recalls of what the page shows."""
    uris = [one.uri for trace in near for one in trace.reached[: rows_max + len(trace.subjects)]]
    return badges_for(connection, parts.log, actor, uris)


def _pictures(parts: Services, known: Known, near: list[Trace]) -> tuple[Picture, ...]:
    if not any(trace.steps for trace in near):
        return ()
    back, forward = near
    return draw_parts(build_graph(known, back, forward, parts.settings.graph_nodes_max), known)


def _subject(connection: Connection, actor: Actor, asked: TraceAsked, trace: Trace) -> Subject:
    if asked.party:
        party = party_asked(connection, actor, asked.party)
        return Subject(
            title=name_of(party),
            about=_("Goods of its events"),
            code=party.uscc or "",
            page="",
        )
    if asked.site:
        site = site_asked(connection, actor, asked.site)
        name = (site.name_en if chosen_lang() == "en" else "") or site.name_zh
        about = _("Goods of the events at this place")
        return Subject(title=name, about=about, code=site.uri, page="")
    uri = trace.subjects[0]
    card = products_by_uri(connection, [register_uris(uri)[-1]]).get(register_uris(uri)[-1])
    thing: Thing = thing_of(uri, card, None)
    about = _("Lot %(lot)s", lot=thing.lot) if thing.lot and not thing.serial else thing.serial
    page = uri.removeprefix(CANONICAL_STEM) if uri.startswith(CANONICAL_STEM) else f"/t/{uri}"
    return Subject(
        title=thing.product or _("Goods"),
        about=about,
        code=thing.code,
        page=page,
        is_single=thing.is_single,
    )
