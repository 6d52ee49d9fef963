"""What the worker does for recalls: says who is late.

One rule: running twice does no harm; the ledger takes one escalation of a notice and no more.
"""

from trace.recall.answering import escalate_late
from trace.recall.opening import RecallDesk
from trace.recall.selection import Bounds
from typing import Final

from base.log import get_logger
from jobs.instance import Instance, instance

_LOG: Final = get_logger(__name__)
_ACTOR: Final = "timetable"


def escalate_recalls() -> None:
    """Record every holder that let a time of its notice pass: to read it, or to count."""
    parts = instance()
    count = escalate_late(
        recall_desk(parts), actor=_ACTOR, rows_max=parts.settings.recalls_open_max
    )
    if count:
        _LOG.warning("recall_notices_late", count=count)


def recall_desk(parts: Instance) -> RecallDesk:
    """Return what recalls need in this process."""
    settings = parts.settings
    return RecallDesk(
        journal=parts.desk.journal,
        clock=parts.clock,
        owners_of=parts.desk.owners.owners_of,
        bounds=Bounds(
            events_max=settings.recall_events_max,
            items_max=settings.lineage_items_max,
            depth_max=settings.lineage_depth_max,
        ),
        open_max=settings.recalls_of_party_max,
    )
