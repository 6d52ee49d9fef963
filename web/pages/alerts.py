"""Copied codes for whoever is signed in: what is suspicious, where codes are scanned, who guesses.

One rule: each page shows what the API would give the same actor, and judges through the same door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from trace.scans.heat import HeatMap
from trace.scans.judging import AlertQuery, AlertState
from trace.scans.rule_table import CODE_RULES
from trace.scans.tables import NOTE_CHARS_MAX
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound
from codes.canonical import parts_of
from codes.gs1.digital_link import CANONICAL_STEM
from parties.access import Action, has_role_for
from parties.directory import ProductCard, products_by_uri, register_uris
from web.alerts import (
    Alert,
    HeatAsked,
    WholeAlert,
    alert_for,
    alerts_for,
    bursts_for,
    heat_for,
    judge_for,
    sites_near,
    start_of,
    today_of,
)
from web.pages.alert_timeline import draw_timeline
from web.pages.heat_map import box_of, degrees, draw_heat
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.regions import region_name
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, typed
from web.services import services
from web.session import page_actor, page_requires

_PAGE_ROWS: Final = 30
_HEAT_DAYS: Final = 30
_TABLE_ROWS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert as a list shows it."""

    alert: Alert
    title: str
    sentence: str
    code: str
    product: ProductCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One line of a table of places: where, and how many scans."""

    where: str
    scans: int


@blueprint.context_processor
def _what_is_seen() -> dict[str, bool]:
    """Tell every page of the workbench which of these pages its reader may see."""
    actor = page_actor()
    return {
        "sees_alerts": has_role_for(actor, Action.READ_ALERTS),
        "sees_bursts": has_role_for(actor, Action.READ_BURSTS),
    }


@blueprint.get("/alerts")
@page_requires(Action.READ_ALERTS)
def alerts() -> str:
    """List alerts, newest first, by rule, state and day."""
    parts, actor = services(), page_actor()
    form = Form(name="filter", values=request.args.to_dict())
    since = form.day("since")
    states = {state.value: state for state in AlertState}
    query = AlertQuery(
        rows_max=_PAGE_ROWS + 1,
        rule=form.text("rule") or None,
        state=states.get(form.text("state")),
        since=None if since is None else start_of(since),
        after=form.id("after"),
    )
    found = alerts_for(parts, actor, query)
    with reading(parts.engine) as connection:
        rows = _rows(connection, found[:_PAGE_ROWS])
    return render_template(
        "alerts/list.html",
        rows=rows,
        form=form,
        rules=[(rule.code, rule.title(chosen_lang())) for rule in CODE_RULES],
        after=rows[-1].alert.row.id if len(found) > _PAGE_ROWS else None,
    )


@blueprint.get("/alerts/<uuid:alert_id>")
@page_requires(Action.READ_ALERTS)
def alert(alert_id: UUID) -> str:
    """Show one alert: what was counted, when and where, and what was said of it."""
    return _alert_page(alert_for(services(), page_actor(), alert_id), blank("judge"))


@blueprint.post("/alerts/<uuid:alert_id>/judgement")
@page_requires(Action.JUDGE_ALERTS, keeps_typed=True)
def judge(alert_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Record what an alert turned out to be."""
    parts, actor, form = services(), page_actor(), typed("judge")
    # A note is one line: whoever pressed Enter meant a blank.
    note = " ".join(form.text("note").split())
    if not 1 <= len(note) <= NOTE_CHARS_MAX or not note.isprintable():
        form.wrong(
            "note", _("Say in 1 to %(most)s characters what it was.", most=str(NOTE_CHARS_MAX))
        )
    state = form.choice("state", {one.value: one for one in AlertState})
    try:
        if form.is_good:
            judge_for(parts, actor, alert_id, AlertState(state), note)
            return redirect(f"/work/alerts/{alert_id}?done=judged", 303)
    except Conflict:
        form.wrong("", _("The authority has judged this already; ask it to open it again."))
    except InvalidInput:
        form.wrong("state", _("An owner explains; confirming is the authority's."))
    return _alert_page(alert_for(parts, actor, alert_id), form), 400


@blueprint.get("/heat")
@page_requires(Action.READ_ALERTS)
def heat() -> str:
    """Show where codes were scanned, as a picture and as a table."""
    parts, actor = services(), page_actor()
    form = Form(name="heat", values=request.args.to_dict())
    until_on = form.day("to") or today_of(parts)
    since_on = form.day("from") or until_on - timedelta(days=_HEAT_DAYS - 1)
    found = _heat_of(form, since_on, until_on)
    sites = []
    if found is not None and found.cells:
        with reading(parts.engine) as connection:
            sites = sites_near(connection, actor, box_of(found), chosen_lang())
    return render_template(
        "alerts/heat.html",
        form=form,
        since_on=since_on,
        until_on=until_on,
        heat=found,
        picture=None if found is None else draw_heat(found, sites),
        table=[] if found is None else _table(found),
        devices_min=parts.settings.heat_devices_min,
    )


@blueprint.get("/bursts")
@page_requires(Action.READ_BURSTS)
def bursts() -> str:
    """List addresses that asked for many codes that do not exist, newest first."""
    form = Form(name="bursts", values=request.args.to_dict())
    after = form.id("after")
    rows = bursts_for(services(), page_actor(), after=after, rows_max=_PAGE_ROWS + 1)
    shown = rows[:_PAGE_ROWS]
    return render_template(
        "alerts/bursts.html",
        rows=shown,
        after=shown[-1].id if len(rows) > _PAGE_ROWS else None,
        days=services().settings.scan_days_max,
    )


def _alert_page(whole: WholeAlert, form: Form) -> str:
    actor, found = page_actor(), whole.alert
    with reading(services().engine) as connection:
        (row,) = _rows(connection, [found])
    names = {
        "activated_at": _("put into use"),
        "sold_at": _("sold"),
        "voided_at": _("made void"),
    }
    marks = {names[name]: at for name, at in found.instants.items() if name in names}
    may_judge = has_role_for(actor, Action.JUDGE_ALERTS)
    is_settled = found.row.state != AlertState.OPEN.value and found.row.judged_by != actor.id
    return render_template(
        "alerts/alert.html",
        row=row,
        whole=whole,
        form=form,
        timeline=draw_timeline(whole.timeline, marks, (found.row.first_at, found.row.last_at)),
        where=where_words,
        said=found.judgements,
        may_judge=may_judge and not (actor.party_id is not None and is_settled),
        is_owner=actor.party_id is not None,
        is_settled=is_settled,
        page=found.row.uri.removeprefix(CANONICAL_STEM)
        if found.row.uri.startswith(CANONICAL_STEM)
        else f"/t/{found.row.uri}",
        done=request.args.get("done") == "judged" and form.is_good,
    )


def where_words(lat_tenths: int | None, lon_tenths: int | None, region: str | None) -> str:
    """Return a coarse place in words: a cell, a region, or nothing."""
    if lat_tenths is not None and lon_tenths is not None:
        return f"{degrees(lat_tenths, 'N', 'S')} {degrees(lon_tenths, 'E', 'W')}"
    return region_name(region, chosen_lang()) if region else ""


def _rows(connection: Connection, found: Sequence[Alert]) -> list[AlertRow]:
    uris = {one.row.uri: register_uris(one.row.uri)[-1] for one in found}
    cards = products_by_uri(connection, set(uris.values()))
    lang = chosen_lang()
    return [
        AlertRow(
            alert=one,
            title=one.rule.title(lang) if one.rule else one.row.rule,
            sentence=one.rule.says(lang, one.numbers) if one.rule else "",
            code=printed_code(one.row.uri),
            product=cards.get(uris[one.row.uri]),
        )
        for one in found
    ]


def printed_code(uri: str) -> str:
    """Return a code as people compare it with a label."""
    parts = parts_of(uri)
    if parts:
        return "".join(f"({key}){value}" for key, value in parts.items())
    return uri.rpartition(":")[2]


def _heat_of(form: Form, since_on: date, until_on: date) -> HeatMap | None:
    """Return the map that was asked for, None where that was refused: the form says why."""
    days_max = services().settings.heat_days_max
    if not 1 <= (until_on - since_on).days + 1 <= days_max:
        form.wrong("to", _("At most %(days)s days, the first before the last.", days=str(days_max)))
    asked = HeatAsked(since_on=since_on, until_on=until_on, product=form.text("product"))
    try:
        return heat_for(services(), page_actor(), asked) if form.is_good else None
    except NotFound:
        form.wrong("product", _("There is no such product, or it is not yours."))
    except InvalidInput:
        form.wrong("product", _("This is not the code of a product."))
    return None


def _table(found: HeatMap) -> list[PlaceRow]:
    lang = chosen_lang()
    step = found.step_tenths
    rows = [
        PlaceRow(
            where=f"{degrees(cell.south_tenths, 'N', 'S')} – "
            f"{degrees(cell.south_tenths + step, 'N', 'S')}, "
            f"{degrees(cell.west_tenths, 'E', 'W')} – "
            f"{degrees(cell.west_tenths + step, 'E', 'W')}",
            scans=cell.scans,
        )
        for cell in found.cells[:_TABLE_ROWS]
    ]
    provinces = [
        PlaceRow(where=region_name(f"{one.province}0000", lang), scans=one.scans)
        for one in found.provinces
    ]
    return [*rows, *provinces]
