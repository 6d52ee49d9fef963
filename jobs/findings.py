"""The worker's side of findings: works out what new entries change, and what the register changes.

One rule: running twice does no harm, and a run ends: what is left over is marked and comes next.
"""

from trace.findings.evaluator import Sources, bring_up_findings, mark_registered
from trace.findings.evidence import Listings, no_listings
from trace.findings.suspects import suspected_items
from typing import Final

from base.db import reading
from base.log import get_logger
from jobs.instance import instance

_LOG: Final = get_logger(__name__)

LISTINGS: Final[Listings] = no_listings
"""Who knows which party is on a list. The room that keeps lists is named here, and here alone."""


def follow_findings() -> None:
    """Work out the findings of what was recorded since."""
    parts = instance()
    sources = Sources(clock=parts.clock, listings=LISTINGS)
    items_max = parts.settings.finding_items_max
    count = bring_up_findings(parts.engine, parts.desk.journal.log, sources, items_max=items_max)
    if count:
        _LOG.info("findings_worked_out", items=count)


def review_findings() -> None:
    """Look again at what asks the register, lists and scans, though nothing was recorded."""
    parts = instance()
    log = parts.desk.journal.log
    with reading(parts.engine) as connection:
        items = suspected_items(connection, log)
    mark_registered(parts.engine, log, parts.clock.now(), items)
