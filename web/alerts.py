"""Alerts, heat maps and bursts as one actor may see them: what the API and the pages share.

One rule: a producer sees and judges what concerns its own goods alone; an alert of somebody else's
is not there at all. Whoever may look at everything still sees no device and no fine place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from trace.identifiers import key_of
from trace.scans.alert_details import instants_of, numbers_of, read_details, read_judgements
from trace.scans.heat import HeatMap, HeatQuery, read_heat
from trace.scans.judging import (
    AlertQuery,
    AlertRow,
    AlertState,
    Judgement,
    TimelineScan,
    judge_alert,
    list_alerts,
    list_bursts,
    read_alert,
    read_summary,
    read_timeline,
)
from trace.scans.rule_table import find_rule
from trace.scans.rules import ScanRule
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import CIVIL_ZONE
from base.db import reading, transaction
from base.errors import InvalidInput, NotFound, Problem
from base.log import get_logger
from base.strict_json import JsonObject, JsonValue
from codes.canonical import uri_of_text
from parties.access import Action, Subject, require
from parties.actors import Actor
from parties.directory import products_by_uri, register_uris, sites_by_uri
from parties.tables import PRODUCT, SITE
from web.pages.heat_map import NamedPlace
from web.pages.model import Lang
from web.services import Services

_LOG: Final = get_logger(__name__)
_PRODUCTS_MAX: Final = 5000
_TIMELINE_MAX: Final = 500
_SITES_MAX: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert with its rule and its details read."""

    row: AlertRow
    rule: ScanRule | None
    details: JsonObject
    numbers: Mapping[str, int]
    instants: Mapping[str, datetime]
    judgements: Sequence[JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeAlert:
    """An alert with the scans that are left and the sum of all that were."""

    alert: Alert
    timeline: tuple[TimelineScan, ...]
    scan_count: int
    scanned_first_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatAsked:
    """What a heat map is asked for: days of China, both of them included, and a product."""

    since_on: date
    until_on: date
    product: str = ""


def alerts_for(parts: Services, actor: Actor, query: AlertQuery) -> list[Alert]:
    """Return a page of alerts that an actor may see, newest first."""
    with reading(parts.engine) as connection:
        rows = list_alerts(connection, replace(query, party_id=_scope(actor, query.party_id)))
    return [_alert(row) for row in rows]


def alert_for(parts: Services, actor: Actor, alert_id: UUID) -> WholeAlert:
    """Return an alert with its time line; raises `NotFound` also for somebody else's."""
    with reading(parts.engine) as connection:
        row = read_alert(connection, alert_id)
        _require_own(actor, Action.READ_ALERTS, row)
        summary = read_summary(connection, row.item)
        return WholeAlert(
            alert=_alert(row),
            timeline=read_timeline(connection, row.item, rows_max=_TIMELINE_MAX),
            scan_count=0 if summary is None else summary.scan_count,
            scanned_first_at=None if summary is None else summary.first_at,
        )


def judge_for(parts: Services, actor: Actor, alert_id: UUID, state: AlertState, note: str) -> Alert:
    """Record what an actor says of an alert; raises as `judge_alert`, and `NotFound`."""
    judgement = Judgement(state=state, note=note, by=actor.id, is_owner=actor.party_id is not None)
    with transaction(parts.engine) as connection:
        _require_own(actor, Action.JUDGE_ALERTS, read_alert(connection, alert_id))
        row = judge_alert(connection, alert_id, judgement, now=parts.clock.now())
    # The note is somebody's words and stays in its row.
    _LOG.info("alert_judged", alert=str(alert_id), state=state.value, actor=actor.id)
    return _alert(row)


def bursts_for(
    parts: Services, actor: Actor, *, after: UUID | None, rows_max: int
) -> Sequence[AlertRow]:
    """Return a page of bursts of misses, newest first."""
    require(actor, Action.READ_BURSTS)
    with reading(parts.engine) as connection:
        return list_bursts(connection, after=after, rows_max=rows_max)


def heat_for(parts: Services, actor: Actor, asked: HeatAsked) -> HeatMap:
    """Return where the goods of an actor, or one product, were scanned.

    Raises `InvalidInput` for too many days, `NotFound` for a product that is not the actor's.
    """
    settings = parts.settings
    days = (asked.until_on - asked.since_on).days + 1
    if not 1 <= days <= settings.heat_days_max:
        message = f"a map has 1 to {settings.heat_days_max} days"
        problem = Problem(path="to", code="range", message=message)
        raise InvalidInput(f"to: {message}", problems=(problem,))
    with reading(parts.engine) as connection:
        query = HeatQuery(
            since=start_of(asked.since_on),
            until=start_of(asked.until_on + timedelta(days=1)),
            products=_products(connection, actor, asked.product),
            devices_min=settings.heat_devices_min,
            cells_max=settings.heat_cells_max,
        )
        return read_heat(connection, query)


def sites_near(
    connection: Connection,
    actor: Actor,
    box: tuple[Decimal, Decimal, Decimal, Decimal],
    lang: Lang,
) -> list[NamedPlace]:
    """Return registered sites within south, west, north and east: a producer's own, or anybody's.

    They are there to find one's way on a map, and so there are only some of them.
    """
    south, west, north, east = box
    statement = select(SITE.c.uri).where(
        SITE.c.latitude.between(south, north), SITE.c.longitude.between(west, east)
    )
    if actor.party_id is not None:
        statement = statement.where(SITE.c.party_id == actor.party_id)
    uris = connection.execute(statement.order_by(SITE.c.id).limit(_SITES_MAX)).scalars().all()
    return [
        NamedPlace(
            name=(card.name_en if lang == "en" else "") or card.name_zh,
            latitude=card.latitude,
            longitude=card.longitude,
        )
        for card in sites_by_uri(connection, uris).values()
        if card.latitude is not None and card.longitude is not None
    ]


def start_of(day: date) -> datetime:
    """Return the first instant of a day in China."""
    return datetime.combine(day, time(), CIVIL_ZONE)


def today_of(parts: Services) -> date:
    """Return the day it is in China."""
    return parts.clock.now().astimezone(CIVIL_ZONE).date()


def _alert(row: AlertRow) -> Alert:
    details = read_details(row.details)
    return Alert(
        row=row,
        rule=find_rule(row.rule, row.last_at.date()),
        details=details,
        numbers=numbers_of(details),
        instants=instants_of(details),
        judgements=read_judgements(row.judgements),
    )


def _scope(actor: Actor, party_id: UUID | None) -> UUID | None:
    """Return whose alerts are listed: a producer's own, whatever it asks for."""
    own = actor.party_id or party_id
    subject = Subject() if own is None else Subject(party_ids=frozenset({own}))
    require(actor, Action.READ_ALERTS, subject)
    return own


def _require_own(actor: Actor, action: Action, row: AlertRow) -> None:
    if actor.party_id is not None and row.party_id != actor.party_id:
        raise NotFound("There is no alert with that id.")
    party_ids = frozenset() if row.party_id is None else frozenset({row.party_id})
    require(actor, action, Subject(party_ids=party_ids))


def _products(connection: Connection, actor: Actor, product: str) -> frozenset[int] | None:
    """Return the numbers of the products whose scans are counted, None for all there are."""
    _scope(actor, None)
    if product:
        uri = register_uris(uri_of_text(product))[-1]
        card = products_by_uri(connection, [uri]).get(uri)
        is_strange = actor.party_id is not None and (
            card is None or card.party_id != actor.party_id
        )
        if is_strange:
            raise NotFound("There is no such product, or it is not yours.")
        return frozenset({key_of(uri)})
    if actor.party_id is None:
        return None
    statement = select(PRODUCT.c.uri).where(PRODUCT.c.party_id == actor.party_id)
    uris: Sequence[Any] = connection.execute(statement.limit(_PRODUCTS_MAX)).scalars().all()
    return frozenset(map(key_of, uris))
