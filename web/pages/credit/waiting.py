"""What waits for an authority at the desks of credit, on its start page.

One rule: a number is told to whoever may open the page that it leads to, and to nobody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from base.db import reading
from credit.applying.again import count_again
from credit.casework.waiting import (
    batches_held,
    cases_waiting,
    inspections_due,
    measures_to_lift,
    warnings_open,
)
from parties.access import Action, has_role_for
from parties.actors import Actor, Role
from web.credit import today
from web.credit_applying import seen_by
from web.credit_reading import brought_up
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.services import Services, services
from web.session import page_actor

_NEWS: Final = timedelta(days=30)
"""As long a party is told what was decided about it, and whoever lifted a measure that it binds."""

MOST: Final = 999
"""A start page tells no larger number: it says that there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Some things that wait, `late` of them beyond their day; `href` is where they are."""

    title: str
    href: str
    count: int
    late: int


@blueprint.context_processor
def _waiting_words() -> dict[str, object]:
    """Let the start page ask what waits at the desks of credit."""
    return {"credit_waiting": _waiting, "up_to": up_to}


def up_to(count: int) -> str:
    """Return a number as a start page tells it."""
    return _("more than %(most)s", most=str(MOST)) if count > MOST else str(count)


def _waiting() -> list[Waiting]:
    parts, actor = services(), page_actor()
    if actor.role is Role.PRODUCER or not has_role_for(actor, Action.READ_CREDIT):
        return []
    brought_up(parts)
    with reading(parts.engine) as connection:
        return [one for one in _told(connection, parts, actor) if one.count or one.late]


def _told(connection: Connection, parts: Services, actor: Actor) -> Iterator[Waiting]:
    log, on = parts.log, today(parts)
    if has_role_for(actor, Action.APPLY_MEASURES):
        own = seen_by(connection, actor)
        count = measures_to_lift(connection, log, on, own, most=MOST)
        yield Waiting(
            title=_("Measures to be lifted"), href="/work/credit/measures", count=0, late=count
        )
        since = parts.clock.now() - _NEWS
        again = count_again(connection, log, on, own, since=since, most=MOST)
        yield Waiting(
            title=_("Measures whose record counts again"),
            href="/work/credit/measures#lifted",
            count=again,
            late=0,
        )
    cases = cases_waiting(connection, log, on, most=MOST)
    yield Waiting(
        title=_("Cases of credit"),
        href="/work/credit/cases",
        count=cases.others,
        late=cases.overdue,
    )
    if has_role_for(actor, Action.READ_WARNINGS):
        warnings = warnings_open(connection, log, most=MOST)
        yield Waiting(
            title=_("Early warnings"), href="/work/credit/warnings", count=warnings, late=0
        )
        due = inspections_due(connection, log, on, most=MOST)
        yield Waiting(
            title=_("Inspections"),
            href="/work/credit/inspections",
            count=due.others,
            late=due.overdue,
        )
    if has_role_for(actor, Action.READ_CREDIT_FEEDS):
        held = batches_held(connection, log, most=MOST)
        yield Waiting(title=_("Batches held"), href="/work/credit/feeds", count=held, late=0)
