"""Nothing is decided, listed or removed on a day that had not come when its row came in."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import select

from base.db import reading
from credit.feeds.interpreting import interpret
from credit.feeds.model import FieldKind
from credit.feeds.registry import EVERY_FEED, FEEDS
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import enterprise
from credit.feeds.sampling.rows import SAMPLERS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_FACT, CREDIT_QUARANTINE
from tests.credit.samples import AUTHORITY, csv_of, penalty
from tests.instances import Installation

# The days of feeds that may lie ahead: ends, which are known beforehand and count on their day, and
# the first day of a permit.
MAY_LIE_AHEAD: Final = {
    "abnormal_listing": {"removed_on"},
    "honour": {"until", "withdrawn_on"},
    "inspection": set[str](),
    "judgment_default": set(),
    "penalty": {"cf_yxq", "cf_gsjzq"},
    "permit": {"xk_yxqz", "xk_yxqzi"},
    "registration": {"ended_on"},
    "serious_listing": {"restricted_until", "removed_on"},
    "tax_case": {"tzrq"},
    "tax_grade": set(),
    "trace_evidence": {"ended_on"},
}
ON: Final = date(2026, 3, 2)
# The last instant of 23 November 2026 in China.
LATE: Final = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("feed", sorted(EVERY_FEED))
def test_every_day_of_a_feed_has_come_but_those_that_may_lie_ahead(feed: str) -> None:
    days = [one for one in EVERY_FEED[feed].fields if one.kind is FieldKind.DAY]

    assert {one.name for one in days if not one.is_past} == MAY_LIE_AHEAD[feed]


@pytest.mark.parametrize("feed", sorted(FEEDS))
def test_no_record_is_decided_after_the_day_on_which_it_came_in(feed: str) -> None:
    cells = SAMPLERS[feed][0](enterprise(5), Draw(3), ON)

    for days in range(500):
        received_on = ON - timedelta(days=days)
        record = interpret(FEEDS[feed], cells, received_on=received_on).record
        assert record is None or record.decided_on is None or record.decided_on <= received_on


@pytest.mark.parametrize(
    ("came_at", "decided_on", "accepted"),
    [
        (LATE, "2026-11-23", 1),
        (LATE, "2026-11-24", 0),
        (LATE + timedelta(seconds=1), "2026-11-24", 1),
        (LATE + timedelta(seconds=1), "2099-11-24", 0),
    ],
)
def test_the_day_is_the_one_that_it_is_in_china(
    sqlite_world_parts: tuple[Installation, IntakeDesk],
    came_at: datetime,
    decided_on: str,
    accepted: int,
) -> None:
    installation, intake = sqlite_world_parts
    installation.clock.instant = came_at
    body = csv_of([penalty(1, cf_jdrq="2026-11-20"), penalty(2, cf_jdrq=decided_on)])

    batch = take_batch(intake, AUTHORITY, FEEDS["penalty"], body, door=Door.FILE)
    bring_up_credit(intake.journal.engine, intake.journal.log)

    assert (batch.accepted, batch.quarantined) == (1 + accepted, 1 - accepted)
    with reading(installation.engine) as connection:
        codes = list(connection.execute(select(CREDIT_QUARANTINE.c.code)).scalars())
        facts = len(connection.execute(select(CREDIT_FACT.c.id)).all())
    assert codes == ["future_day"] * (1 - accepted)
    assert facts == 1 + accepted
