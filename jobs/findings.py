"""The worker's side of findings: works out what new entries change, and what the register changes.

One rule: running twice does no harm, and a run ends: what is left over is marked and comes next.
"""

from datetime import timedelta
from trace.findings.evaluator import Sources, bring_up_findings, mark_registered
from trace.findings.evidence import Listings
from trace.findings.suspects import suspected_items
from typing import Final

from base.db import reading
from base.log import get_logger
from credit.folding.projector import bring_up_credit
from credit.listings import items_of_fresh_listings, listings_of
from jobs.instance import instance

_LOG: Final = get_logger(__name__)

LISTINGS: Final[Listings] = listings_of
"""Who knows which party is on a list. The room that keeps lists is named here, and here alone."""

_LOOK_BACK: Final = timedelta(days=2)
"""A review looks at the listings since the one before, and at what it may just have missed."""


def follow_findings() -> None:
    """Work out the findings of what was recorded since."""
    parts = instance()
    bring_up_credit(parts.engine, parts.desk.journal.log)
    sources = Sources(clock=parts.clock, listings=LISTINGS)
    items_max = parts.settings.finding_items_max
    count = bring_up_findings(parts.engine, parts.desk.journal.log, sources, items_max=items_max)
    if count:
        _LOG.info("findings_worked_out", items=count)


def review_findings() -> None:
    """Look again at what asks the register, lists and scans, though nothing was recorded."""
    parts = instance()
    log, now = parts.desk.journal.log, parts.clock.now()
    bring_up_credit(parts.engine, log)
    with reading(parts.engine) as connection:
        listed = items_of_fresh_listings(connection, log, now - _LOOK_BACK)
        items = listed.union(suspected_items(connection, log))
    mark_registered(parts.engine, log, now, items)
