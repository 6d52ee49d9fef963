"""The worker's side of what follows from events: it keeps the projections near the head.

One rule: nothing depends on it. Whoever must answer for everything that was acknowledged brings
them up first; the worker only makes that short.
"""

from trace.projections.lineage import bring_up

from base.log import get_logger
from jobs.instance import instance

_LOG = get_logger(__name__)


def follow_events() -> None:
    """Read what was appended since."""
    parts = instance()
    size = bring_up(parts.engine, parts.desk.journal.log)
    _LOG.info("projections_follow", size=size)
