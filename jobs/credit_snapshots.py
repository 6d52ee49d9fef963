"""The worker's side of snapshots of public lists: each night, of what changed.

One rule: running twice does no harm, on one day or at one moment.
"""

from typing import Final

from base.log import get_logger
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.reporting.snapshot_desk import snapshot_desk
from credit.reporting.snapshots import SnapshotDesk
from credit.reporting.timed_snapshots import take_due
from jobs.instance import Instance, instance

_LOG: Final = get_logger(__name__)


def take_snapshots() -> None:
    """Take a snapshot of every public list that has changed since its last one."""
    for looked in take_due(timed_desk(instance())):
        if looked.is_too_long:
            _LOG.warning("credit_list_too_long", list=looked.list_id)
        else:
            _LOG.info("credit_snapshot_taken", list=looked.list_id, number=looked.number)


def timed_desk(parts: Instance) -> SnapshotDesk:
    """Return what the timetable takes snapshots with."""
    return snapshot_desk(
        parts.settings,
        open_credit_journal(parts.settings, parts.engine, parts.clock),
        parts.clock,
        parts.secret,
        bring_up=lambda: bring_up_credit(parts.engine, parts.desk.journal.log),
    )
