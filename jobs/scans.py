"""What the worker does with scans: works out alerts, and deletes what is old.

One rule: running twice does no harm. A code's alerts are due until they were worked out, so a
worker that was away for a day comes back to a longer list and to nothing lost.
"""

from datetime import timedelta
from trace.scans.alerts import AlertSources, judge_due, keep_judged
from trace.scans.sweep import sweep
from trace.walk import WalkLimits
from typing import Final

from base.db import reading, transaction
from base.log import get_logger
from jobs.instance import Instance, instance
from parties.issuing.state import states_of

_LOG: Final = get_logger(__name__)
_BATCH: Final = 200


def work_out_alerts() -> None:
    """Work out the alerts of codes that were scanned since they last were."""
    parts = instance()
    sources = alert_sources(parts)
    left = parts.settings.scan_alert_items_max
    while left > 0:
        now = parts.clock.now()
        with reading(parts.engine) as connection:
            judged = judge_due(connection, sources, now=now, items_max=min(left, _BATCH))
        if not judged:
            return
        with transaction(parts.engine) as connection:
            changed = keep_judged(connection, judged)
        left -= len(judged)
        _LOG.info("alerts_worked_out", codes=len(judged), changed=changed)


def sweep_scans() -> None:
    """Delete scans and bursts that are older than the settings keep them."""
    parts = instance()
    before = parts.clock.now() - timedelta(days=parts.settings.scan_days_max)
    _LOG.info("scans_swept", rows=sweep(parts.engine, before))


def alert_sources(parts: Instance) -> AlertSources:
    """Return what alerts are worked out from in this process."""
    log = parts.desk.journal.log

    return AlertSources(
        log=log,
        issued_codes=lambda connection, uris: states_of(connection, parts.secret, log, uris),
        owners_of=parts.desk.owners.owners_of,
        walk_limits=WalkLimits(
            events_max=parts.settings.history_events_max,
            depth_max=parts.settings.history_depth_max,
        ),
        rows_max=parts.settings.scan_rows_max,
    )
