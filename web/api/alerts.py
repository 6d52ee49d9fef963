"""Copied codes: what scans give rise to, where they are made, and who guesses.

One rule: an answer holds counts, coarse places and letters for devices, and nothing that could be
led back to whoever scanned.
"""

from dataclasses import asdict
from datetime import timedelta
from trace.scans.judging import AlertQuery, AlertState
from trace.scans.model import Place
from trace.scans.rules import Severity
from trace.scans.subjects import subject_of
from typing import Any, Final
from uuid import UUID

from codes.canonical import uri_of_text
from parties.access import Action
from web.alerts import (
    Alert,
    HeatAsked,
    alert_for,
    alerts_for,
    bursts_for,
    heat_for,
    judge_for,
    start_of,
    today_of,
)
from web.api import alert_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.api.issuing import next_link
from web.api.shapes import PageQuery
from web.auth import current_actor, requires
from web.scan_log import scan_log
from web.services import services

BLUEPRINT = ApiBlueprint(
    "alerts", __name__, url_prefix="/api/v1", description="Copied codes: scans and what they tell."
)

_HEAT_DAYS: Final = 30
_Answer = tuple[dict[str, Any], int, dict[str, str]]


@BLUEPRINT.route("/alerts", methods=["GET"])
@requires(Action.READ_ALERTS)
@BLUEPRINT.arguments(shapes.AlertListQuery, location="query")
@BLUEPRINT.response(200, shapes.AlertPage)
def get_alerts(query: dict[str, Any]) -> _Answer:
    """List alerts, newest first: a producer's own, or everybody's for whoever may."""
    parts = services()
    rows_max = min(query["limit"], parts.settings.page_size_max)
    since = None if query["since"] is None else start_of(query["since"])
    asked = AlertQuery(
        rows_max=rows_max + 1,
        party_id=query["party_id"],
        rule=query["rule"],
        state=query["state"],
        since=since,
        after=query["after"],
    )
    found = alerts_for(parts, current_actor(), asked)
    filters = {
        "party_id": query["party_id"],
        "rule": query["rule"],
        "state": query["state"].value if query["state"] else None,
        "since": query["since"],
    }
    rows = [_alert_json(alert) for alert in found]
    return _page("/api/v1/alerts", rows, rows_max, filters)


@BLUEPRINT.route("/alerts/<uuid:alert_id>", methods=["GET"])
@requires(Action.READ_ALERTS)
@BLUEPRINT.response(200, shapes.WholeAlertOut)
def get_alert(alert_id: UUID) -> dict[str, Any]:
    """Return an alert with its time line and all that was said of it."""
    whole = alert_for(services(), current_actor(), alert_id)
    return {
        **_alert_json(whole.alert),
        "scan_count": whole.scan_count,
        "scanned_first_at": whole.scanned_first_at,
        "judgements": whole.alert.judgements,
        "timeline": [
            {
                "at": scan.at,
                "device": scan.device,
                "lat_tenths": scan.place.lat_tenths if scan.place else None,
                "lon_tenths": scan.place.lon_tenths if scan.place else None,
                "region": scan.region,
            }
            for scan in whole.timeline
        ],
    }


@BLUEPRINT.route("/alerts/<uuid:alert_id>/judgement", methods=["POST"])
@requires(Action.JUDGE_ALERTS)
@BLUEPRINT.arguments(shapes.JudgementIn)
@BLUEPRINT.response(200, shapes.AlertOut)
def post_judgement(values: dict[str, Any], alert_id: UUID) -> dict[str, Any]:
    """Say what an alert turned out to be; the same again changes nothing."""
    state: AlertState = values["state"]
    return _alert_json(judge_for(services(), current_actor(), alert_id, state, values["note"]))


@BLUEPRINT.route("/scans/heat", methods=["GET"])
@requires(Action.READ_ALERTS)
@BLUEPRINT.arguments(shapes.HeatDaysQuery, location="query")
@BLUEPRINT.response(200, shapes.HeatOut)
def get_heat(query: dict[str, Any]) -> dict[str, Any]:
    """Return where codes were scanned: the last thirty days unless others are named."""
    parts = services()
    until_on = query["until_on"] or today_of(parts)
    since_on = query["since_on"] or until_on - timedelta(days=_HEAT_DAYS - 1)
    asked = HeatAsked(since_on=since_on, until_on=until_on, product=query["product"])
    return asdict(heat_for(parts, current_actor(), asked))


@BLUEPRINT.route("/bursts", methods=["GET"])
@requires(Action.READ_BURSTS)
@BLUEPRINT.arguments(PageQuery, location="query")
@BLUEPRINT.response(200, shapes.BurstPage)
def get_bursts(query: dict[str, Any]) -> _Answer:
    """List addresses that asked for many codes that do not exist, newest first."""
    parts = services()
    rows_max = min(query["limit"], parts.settings.page_size_max)
    found = bursts_for(parts, current_actor(), after=query["after"], rows_max=rows_max + 1)
    rows = [
        {
            "id": row.id,
            "address": row.address.hex(),
            "first_at": row.first_at,
            "last_at": row.last_at,
            "missed_count": row.missed_count,
            "refused_count": row.refused_count,
            "example": row.example,
        }
        for row in found
    ]
    return _page("/api/v1/bursts", rows, rows_max, {})


@BLUEPRINT.route("/scans/place", methods=["POST"])
@requires(Action.TRACE)
@BLUEPRINT.arguments(shapes.PlaceIn)
@BLUEPRINT.response(204)
def post_place(values: dict[str, Any]) -> None:
    """Tell roughly where a code was scanned in the last ten minutes, from the same device.

    Kept with that scan and with nothing else; the answer is the same whether there was one.
    """
    log, subject = scan_log(), subject_of(uri_of_text(values["code"]))
    if log is not None and subject is not None:
        place = Place(lat_tenths=values["lat_tenths"], lon_tenths=values["lon_tenths"])
        log.tell_place(subject, place)


def _alert_json(alert: Alert) -> dict[str, Any]:
    row, rule = alert.row, alert.rule
    return {
        "id": row.id,
        "code": row.uri,
        "party_id": row.party_id,
        "rule": row.rule,
        "title_zh": rule.title("zh") if rule else row.rule,
        "title_en": rule.title("en") if rule else row.rule,
        "says_zh": rule.says("zh", alert.numbers) if rule else "",
        "says_en": rule.says("en", alert.numbers) if rule else "",
        "is_public": rule is not None and rule.severity is Severity.WARN,
        "first_at": row.first_at,
        "last_at": row.last_at,
        "details": alert.details,
        "state": AlertState(row.state),
        "note": row.note,
        "judged_by": row.judged_by,
        "judged_at": row.judged_at,
    }


def _page(path: str, rows: list[dict[str, Any]], rows_max: int, filters: dict[str, Any]) -> _Answer:
    """Return a page of at most `rows_max` rows; one more row says that there is another page."""
    if len(rows) <= rows_max:
        return {"items": rows, "next": None}, 200, {}
    after = rows[rows_max - 1]["id"]
    given = {name: value for name, value in filters.items() if value is not None}
    asked = {**given, "limit": rows_max, "after": after}
    return {"items": rows[:rows_max], "next": after}, 200, next_link(path, asked)
