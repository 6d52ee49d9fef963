"""Works off the queue, and puts into it what is due by the timetable.

The rule that must stay true: a worker outlives Redis. While Redis is away it waits and tries
again; nobody has to restart it.

A job runs in the worker's own process (rq's `SimpleWorker`), not in a forked one: a fork would
share the parent's database connections, costs a start for every job, and would be one more process
to outlive us. A job that kills the process kills the worker: the supervisor starts another.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import FrameType, MappingProxyType
from typing import Final

import redis
from rq import Queue
from rq.exceptions import StopRequested
from rq.worker import SimpleWorker

from base.clock import Clock, SystemClock
from base.config import Settings
from base.errors import Busy
from base.log import get_logger
from base.processes import StopSignal
from base.queue import (
    CHANGE_QUEUE_NAME,
    LONG_QUEUE_NAME,
    NOTICE_QUEUE_NAME,
    QUEUE_NAME,
    SERIALIZER,
    enqueue,
    open_queue,
)

_LOG = get_logger(__name__)
_PAUSE_S: Final = 1.0
_PAUSE_S_MAX: Final = 30.0
_TIMETABLE_STEP_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One row of the timetable: `function` ("module.name") is run once in every `every_s`.

    Slots are counted from 1970, so that all hosts agree on them; whoever comes first enqueues.
    """

    name: str
    every_s: int
    function: str
    seconds_max: int = 600
    queue: str = QUEUE_NAME

    def slot(self, now: datetime) -> int:
        """Return the number of the slot an instant lies in."""
        return int(now.timestamp()) // self.every_s


def timetable(*rows: Timed) -> tuple[Timed, ...]:
    """Return the rows as a timetable; raises `ValueError` for a name given twice."""
    names = [row.name for row in rows]
    if len(set(names)) != len(names):
        raise ValueError(f"a name is given twice in the timetable: {sorted(names)}")
    return rows


TIMETABLE: Final = timetable(
    Timed(name="sweep-captures", every_s=30, function="jobs.capture.sweep_captures"),
    Timed(
        name="sweep-tasks",
        every_s=30,
        function="jobs.tasks.sweep_tasks",
        seconds_max=86_400,
        queue=LONG_QUEUE_NAME,
    ),
    Timed(name="follow-events", every_s=10, function="jobs.projections.follow_events"),
    Timed(name="follow-findings", every_s=60, function="jobs.findings.follow_findings"),
    Timed(name="review-findings", every_s=86_400, function="jobs.findings.review_findings"),
    Timed(
        # The first call of a day runs its night, warnings included; the others find it done.
        name="evaluate-everybody",
        every_s=3_600,
        function="jobs.credit_night.evaluate_everybody",
        seconds_max=7200,
        queue=LONG_QUEUE_NAME,
    ),
    Timed(
        # Likewise: the first call of a day takes what changed, the others find it taken.
        name="take-snapshots",
        every_s=3_600,
        function="jobs.credit_snapshots.take_snapshots",
        seconds_max=7200,
        queue=LONG_QUEUE_NAME,
    ),
    Timed(
        name="take-dropped",
        every_s=60,
        function="jobs.credit_doors.take_dropped",
        seconds_max=7200,
        queue=LONG_QUEUE_NAME,
    ),
    Timed(
        name="ask-sources",
        every_s=60,
        function="jobs.credit_doors.ask_sources",
        seconds_max=7200,
        queue=LONG_QUEUE_NAME,
    ),
    Timed(name="work-out-alerts", every_s=60, function="jobs.scans.work_out_alerts"),
    Timed(
        name="deliver-recalls",
        every_s=30,
        function="jobs.hooks.deliver_recalls",
        queue=NOTICE_QUEUE_NAME,
    ),
    Timed(
        name="deliver-changes",
        every_s=30,
        function="jobs.watch_hooks.deliver_changes",
        queue=CHANGE_QUEUE_NAME,
    ),
    Timed(name="escalate-recalls", every_s=300, function="jobs.recalls.escalate_recalls"),
    Timed(name="sweep-scans", every_s=3600, function="jobs.scans.sweep_scans"),
    Timed(name="forget-tasks", every_s=86_400, function="jobs.tasks.forget_tasks"),
    Timed(name="sweep-batches", every_s=86_400, function="jobs.credit_files.sweep_batch_files"),
    Timed(name="sweep-files", every_s=86_400, function="jobs.label_files.sweep_files"),
)


def enqueue_due(
    queue: Queue,
    rows: Sequence[Timed],
    clock: Clock,
    *,
    others: Mapping[str, Queue] = MappingProxyType({}),
) -> list[str]:
    """Enqueue what is due and not yet enqueued by anybody; return the names.

    What has a queue of its own among `others` goes there. A slot that nobody was there for is
    skipped, not made up for: its job reads the present state.
    """
    now = clock.now()
    done: list[str] = []
    for row in rows:
        slot = row.slot(now)
        claim = f"suxin:timetable:{row.name}:{slot}"
        if not queue.connection.set(claim, "1", nx=True, ex=2 * row.every_s + 60):
            continue
        job_id = f"{row.name}-{slot}"
        enqueue(
            others.get(row.queue, queue),
            row.function,
            {},
            job_id=job_id,
            seconds_max=row.seconds_max,
        )
        done.append(row.name)
    return done


class _Worker(SimpleWorker):
    """Tells the outer loop of a signal, which rq handles for itself while it works."""

    stop: StopSignal

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Note the signal; then finish the present job and stop."""
        self.stop.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call] # rq's is not typed.

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call] # rq's is not typed.
        # A signal that came just before this one went to the outer loop alone.
        self._stop_requested = self._stop_requested or self.stop.is_set()


QUEUES: Final[Mapping[str, tuple[str, ...]]] = {
    # What is looked for first: a notice before a capture, changes after it, and a file last.
    "all": (NOTICE_QUEUE_NAME, QUEUE_NAME, CHANGE_QUEUE_NAME, LONG_QUEUE_NAME),
    "short": (QUEUE_NAME,),
    # Where nobody was given the notices alone, or the changes, they must not stay unsent.
    "long": (NOTICE_QUEUE_NAME, CHANGE_QUEUE_NAME, LONG_QUEUE_NAME),
    "notices": (NOTICE_QUEUE_NAME,),
    "changes": (CHANGE_QUEUE_NAME,),
}
"""Which queues a worker may be given, the first one first."""


def work(
    settings: Settings,
    rows: Sequence[Timed] = TIMETABLE,
    *,
    names: Sequence[str] = QUEUES["all"],
) -> None:
    """Work until told to stop (SIGTERM, SIGINT): the job in hand is finished first."""
    queues = [open_queue(settings, name=name) for name in names]
    closing = threading.Event()
    with StopSignal() as stop:
        clerk = threading.Thread(
            target=_keep_timetable, args=(settings, rows, closing), daemon=True
        )
        clerk.start()
        _LOG.info("worker_started", queues=list(names))
        try:
            _work_until(queues, stop)
        finally:
            closing.set()
            clerk.join(_TIMETABLE_STEP_S * 5)
    _LOG.info("worker_stopped")


def _work_until(queues: Sequence[Queue], stop: StopSignal) -> None:
    pause_s = _PAUSE_S
    queue = queues[0]
    while not stop.is_set():
        try:
            queue.connection.ping()
            pause_s = _PAUSE_S
            worker = _Worker(list(queues), connection=queue.connection, serializer=SERIALIZER)
            worker.stop = stop
            try:
                worker.work()
            finally:
                stop.install()  # rq took the signals for itself while it worked.
            stop.wait(_PAUSE_S)  # It also returns after trouble it has logged: never spin.
        except StopRequested:
            continue  # A signal outside of rq's own loop, as while Redis went away; `stop` has it.
        except redis.RedisError as error:
            _LOG.warning("queue_away", error=type(error).__name__, next_try_s=pause_s)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, _PAUSE_S_MAX)


def _keep_timetable(settings: Settings, rows: Sequence[Timed], closing: threading.Event) -> None:
    clock = SystemClock()
    queue = open_queue(settings)
    names = (LONG_QUEUE_NAME, NOTICE_QUEUE_NAME, CHANGE_QUEUE_NAME)
    others = {name: open_queue(settings, name=name) for name in names}
    while not closing.wait(_TIMETABLE_STEP_S):
        try:
            for name in enqueue_due(queue, rows, clock, others=others):
                _LOG.debug("timetable", job=name)
        except (redis.RedisError, Busy):
            continue  # The worker's own loop reports that Redis is away.
        except Exception:  # A broken row must not end the timetable of the others.
            _LOG.exception("timetable_failed")
