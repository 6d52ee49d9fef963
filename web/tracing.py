"""What is asked of a trace, by whom, and the answer: one door for the API and the pages.

One rule: a producer traces from its own party, its own sites and goods it knows by its own or its
partners' events; everything else is not there for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from trace.identifiers import find_ids
from trace.lineage import Direction, Reach
from trace.sieves import Window
from trace.starts import Start
from trace.tracing import CodeState, Trace, View, state_of_code, trace_events, trace_goods
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from codes.typed import uri_typed
from parties.access import Action, has_role_for
from parties.actors import Actor
from parties.directory import PartyCard, SiteCard, parties_by_id, register_uris, sites_by_uri
from parties.tables import PARTY
from web.services import Services

_DAYS_DEFAULT: Final = 30
_YEAR_MIN, _YEAR_MAX = 1900, 9000


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceAsked:
    """What a trace begins with, exactly one of `code`, `party` and `site`, and how far it goes.

    The days are those of events on China's clock, both included.
    """

    code: str = ""
    party: str = ""
    site: str = ""
    depth: int | None = None
    since_on: date | None = None
    until_on: date | None = None
    classes: frozenset[str] = frozenset()
    with_shares: bool = False
    with_whereabouts: bool = False


def classes_of(text: str) -> frozenset[str]:
    """Return the product classes of a text that separates them by commas."""
    return frozenset(name for one in text.split(",") if (name := one.strip()))


def scope_of(actor: Actor) -> UUID | None:
    """Return the party to whose own a reader is kept, None where it may trace anybody's goods."""
    return None if has_role_for(actor, Action.READ_LINEAGE) else actor.party_id


def trace_for(parts: Services, actor: Actor, asked: TraceAsked, direction: Direction) -> Trace:
    """Return one direction of a trace as `actor` may see it.

    Raises `InvalidInput` for what cannot be asked, `NotFound` for what is not there or not shown.
    """
    if sum(bool(text) for text in (asked.code, asked.party, asked.site)) != 1:
        raise _wrong("code", "required", "Name one code, one party or one site.")
    settings = parts.settings
    depth_max = min(asked.depth or settings.lineage_depth_max, settings.lineage_depth_max)
    reach = Reach(items_max=settings.lineage_items_max, depth_max=depth_max)
    view = View(
        actor=actor,
        window=_window(parts, asked),
        classes=asked.classes,
        with_shares=asked.with_shares,
        whereabouts_max=settings.whereabouts_items_max if asked.with_whereabouts else 0,
        backlog_max=settings.trace_backlog_max,
    )
    if asked.code:
        subject = uri_typed(asked.code)
        return trace_goods(parts.engine, parts.log, [subject], direction, reach, view)
    with reading(parts.engine) as connection:
        start = _start(connection, parts, actor, asked)
    return trace_events(parts.engine, parts.log, start, direction, reach, view)


def share_text(trace: Trace, uri: str) -> str | None:
    """Return which share of a code came from the subjects, as `1/3`; None where it is unknown."""
    share = trace.shares.get(uri)
    return None if share is None else str(share)


def state_for(parts: Services, actor: Actor, code: str) -> CodeState:
    """Return what is known of a code, told from the events that `actor` may see."""
    most = parts.settings.trace_backlog_max
    return state_of_code(parts.engine, parts.log, uri_typed(code), actor, backlog_max=most)


def party_asked(connection: Connection, actor: Actor, text: str) -> PartyCard:
    """Return the party of an id or a credit code; raises `NotFound` for another's or for none."""
    found = _party_id(connection, text)
    card = None if found is None else parties_by_id(connection, [found]).get(found)
    own = scope_of(actor)
    if card is None or (own is not None and card.id != own):
        raise NotFound("There is no such party, or it is not yours.")
    return card


def site_asked(connection: Connection, actor: Actor, text: str) -> SiteCard:
    """Return the registered site of a code; raises `NotFound` for another's or for none."""
    names = register_uris(uri_typed(text))
    cards = sites_by_uri(connection, names)
    card = next((cards[name] for name in names if name in cards), None)
    own = scope_of(actor)
    if card is None or (own is not None and card.party_id != own):
        raise NotFound("There is no such site, or it is not yours.")
    return card


def _start(connection: Connection, parts: Services, actor: Actor, asked: TraceAsked) -> Start:
    if asked.party:
        return Start(party_id=party_asked(connection, actor, asked.party).id)
    site = site_asked(connection, actor, asked.site)
    ids: Mapping[str, int] = find_ids(connection, parts.log, [site.uri])
    return Start(places=frozenset(ids.values()))


def _party_id(connection: Connection, text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        statement = select(PARTY.c.id).where(PARTY.c.uscc == text.strip().upper())
        found: UUID | None = connection.execute(statement).scalar()
        return found


def _window(parts: Services, asked: TraceAsked) -> Window:
    since_on, until_on = asked.since_on, asked.until_on
    for name, day in (("since", since_on), ("until", until_on)):
        if day is not None and not _YEAR_MIN <= day.year <= _YEAR_MAX:
            raise _wrong(name, "range", "No event can have happened on this day.")
    if not asked.code:
        # A party's goods of all time are nobody's question and would be everything it ever had.
        until_on = until_on or parts.clock.now().astimezone(CIVIL_ZONE).date()
        since_on = since_on or until_on - timedelta(days=_DAYS_DEFAULT - 1)
        days_max = parts.settings.trace_days_max
        if (until_on - since_on).days >= days_max:
            raise _wrong("since", "too_long", f"At most {days_max} days are traced from.")
    if since_on is not None and until_on is not None and until_on < since_on:
        raise _wrong("until", "order", "The last day is not before the first.")
    return Window(
        since=None if since_on is None else _start_of(since_on),
        until=None if until_on is None else _start_of(until_on + timedelta(days=1)),
    )


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CIVIL_ZONE)


def _wrong(path: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code=code, message=message),))
