"""Three parties that hand goods on, records of one of them, and a night run to ask for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from base.clock import CIVIL_ZONE
from base.db import reading
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.warning.acting import Asked, WarningDesk, act_on
from credit.warning.night import NightCounts, run_warnings
from credit.warning.reading import WarningQuery, WarningRow, list_warnings
from credit.warning.tables import CREDIT_WARNING
from parties.actors import CONSOLE
from tests.credit.samples import AUTHORITY, csv_of
from tests.instances import Installation, observation, serial

TODAY = date(2026, 11, 23)


def set_day(installation: Installation, day: date) -> None:
    installation.clock.instant = datetime(day.year, day.month, day.day, 9, tzinfo=CIVIL_ZONE)


def take(intake: IntakeDesk, feed: str, *rows: dict[str, str]) -> None:
    batch = take_batch(
        intake, AUTHORITY, FEEDS[feed], csv_of(rows), door=Door.FILE, is_released=True
    )
    assert batch.state is BatchState.ACCEPTED, batch.message


def hand_over(installation: Installation, giver: str, taker: str, *numbers: int, day: date) -> None:
    """Let a party record that it shipped things to another one, which receives them."""
    at = datetime(day.year, day.month, day.day, 8, tzinfo=CIVIL_ZONE).isoformat()
    event = observation(
        "",
        epcList=[serial(number) for number in numbers],
        eventTime=at,
        action="OBSERVE",
        bizStep="shipping",
        sourceList=[{"type": "owning_party", "source": _party(installation, giver)}],
        destinationList=[{"type": "owning_party", "destination": _party(installation, taker)}],
    )
    installation.capture(giver, event)
    place = {"id": installation.site_of(taker)}
    later = at.replace("T08", "T10")
    received = {"eventTime": later, "bizStep": "receiving", "bizLocation": place}
    installation.capture(taker, {**event, **received})


def make(installation: Installation, party: str, *numbers: int, day: date) -> None:
    at = datetime(day.year, day.month, day.day, 7, tzinfo=CIVIL_ZONE).isoformat()
    told = {"eventTime": at, "action": "ADD", "bizStep": "commissioning"}
    installation.capture(party, observation("", epcList=[serial(one) for one in numbers], **told))


def _party(installation: Installation, name: str) -> str:
    return installation.site_of(name).replace("/414/", "/417/")


def night(installation: Installation, intake: IntakeDesk, day: date = TODAY) -> NightCounts:
    if day > installation.clock.now().astimezone(CIVIL_ZONE).date():
        set_day(installation, day)
    return run_warnings(
        intake.journal,
        CONSOLE,
        day,
        bring_up=lambda: bring_up_credit(installation.engine, installation.log),
    )


def desk_of(installation: Installation, intake: IntakeDesk) -> WarningDesk:
    return WarningDesk(
        journal=intake.journal,
        clock=installation.clock,
        bring_up=lambda: bring_up_credit(installation.engine, installation.log),
    )


def act(
    installation: Installation, intake: IntakeDesk, warning_id: UUID, name: str, **more: Any
) -> WarningRow:
    asked = Asked(warning_id=warning_id, act=name, **more)
    return act_on(desk_of(installation, intake), AUTHORITY, asked)


def warnings(installation: Installation, code: str = "") -> list[WarningRow]:
    with reading(installation.engine) as connection:
        query = WarningQuery(code=code, rows_max=100)
        return list(list_warnings(connection, installation.log, query).rows)


def told(installation: Installation) -> list[tuple[str, str, str]]:
    """Return rule, party and state of every warning."""
    return sorted((one.code, one.name, one.state.value) for one in warnings(installation))


def stored(installation: Installation) -> list[tuple[Any, ...]]:
    with reading(installation.engine) as connection:
        return sorted(map(tuple, connection.execute(select(CREDIT_WARNING))), key=str)
