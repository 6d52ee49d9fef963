"""Batches of feeds taken by a house, as a worker takes them."""

from trace.sheets.grid import GridLimits

from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.taking import IntakeDesk, take_batch
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of
from tests.web.house import House


def hand_in(house: House, feed: str, *rows: dict[str, str]) -> CreditBatch:
    """Take rows as a batch of a feed, whatever doubts there are."""
    parts = house.services
    desk = IntakeDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        secret=parts.secret,
        limits=GridLimits(rows_max=1000, bytes_max=1 << 20, unzipped_bytes_max=1 << 22),
    )
    held = take_batch(desk, AUTHORITY, FEEDS[feed], csv_of(rows), door=Door.FILE)
    if held.state is not BatchState.HELD:
        return held
    body = csv_of(rows)
    return take_batch(desk, COLLEAGUE, FEEDS[feed], body, door=Door.FILE, is_released=True)
