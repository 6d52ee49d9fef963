"""Has subscribers' programs told soon, by a worker, beside the timetable that tells them anyway.

One rule: nothing depends on it. While the queue is away the timetable's next turn does the same.
"""

from typing import Final

from base.config import Settings
from base.errors import Busy
from base.log import get_logger
from base.queue import CHANGE_QUEUE_NAME, enqueue, open_queue

DELIVER_JOB: Final = "jobs.watch_hooks.deliver_changes"
_LOG: Final = get_logger(__name__)


def tell_soon(settings: Settings) -> None:
    """Enqueue a run of deliveries, behind which another one that waits already is replaced."""
    queue = open_queue(settings, name=CHANGE_QUEUE_NAME)
    try:
        enqueue(queue, DELIVER_JOB, {}, job_id="deliver-changes-soon")
    except Busy:
        _LOG.info("changes_told_by_timetable")
    finally:
        queue.connection.close()
