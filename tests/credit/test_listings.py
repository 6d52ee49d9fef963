"""What findings of the trace learn from lists: who dealt in goods while it was on one."""

from datetime import UTC, datetime, timedelta
from trace.findings.evaluator import bring_up_findings, mark_registered

import pytest

from base.db import reading
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.listings import items_of_fresh_listings, listings_of
from tests.credit.samples import AUTHORITY, csv_of, defaulter, serious
from tests.instances import Installation, serial
from tests.parties.samples import uscc_of
from tests.trace_room.findings.desk import codes_of, sources
from tests.trace_room.story import seen


@pytest.fixture(autouse=True)
def _sold_in_may(installation: Installation) -> None:
    """The party made goods on 1 May 2024."""
    installation.clock.instant = datetime(2026, 11, 23, 1, tzinfo=UTC)
    installation.capture("farm", seen(1, serial(1), action="ADD", bizStep="commissioning"))


def list_farm(installation: Installation, intake: IntakeDesk, *, listed_on: str) -> None:
    row = serious(1, uscc=uscc_of(1), listed_on=listed_on)
    take_batch(intake, AUTHORITY, FEEDS["serious_listing"], csv_of([row]), door=Door.FILE)
    bring_up_credit(installation.engine, installation.log)


def found(installation: Installation) -> list[str]:
    told = sources(installation, listings=listings_of)
    bring_up_findings(installation.engine, installation.log, told)
    return [code for code in codes_of(installation) if code == "listed_party"]


@pytest.mark.parametrize(
    ("listed_on", "codes"),
    [("2024-04-01", ["listed_party"]), ("2024-05-01", ["listed_party"]), ("2024-05-02", [])],
)
def test_who_deals_in_goods_while_listed_is_found(
    installation: Installation,
    intake: IntakeDesk,
    listed_on: str,
    codes: list[str],
) -> None:
    list_farm(installation, intake, listed_on=listed_on)

    assert found(installation) == codes


@pytest.mark.parametrize(
    ("published_on", "codes"), [("2022-04-30", []), ("2022-05-01", ["listed_party"])]
)
def test_an_entry_counts_up_to_its_last_day(
    installation: Installation, intake: IntakeDesk, published_on: str, codes: list[str]
) -> None:
    row = defaulter(1, cardnum=uscc_of(1), regdate="2022-01-10", publishdate=published_on)
    take_batch(intake, AUTHORITY, FEEDS["judgment_default"], csv_of([row]), door=Door.FILE)
    bring_up_credit(installation.engine, installation.log)

    assert found(installation) == codes


def test_a_list_that_comes_later_is_told_to_the_findings(
    installation: Installation, intake: IntakeDesk
) -> None:
    assert found(installation) == []
    list_farm(installation, intake, listed_on="2024-04-01")
    now = installation.clock.now()

    with reading(installation.engine) as connection:
        items = items_of_fresh_listings(connection, installation.log, now - timedelta(days=1))
        later = items_of_fresh_listings(connection, installation.log, now + timedelta(days=1))
    mark_registered(installation.engine, installation.log, now, items)

    assert (len(items), later) == (1, set())
    assert found(installation) == ["listed_party"]
