"""The scans of one process on their way to the database.

The rule that must stay true: a page never waits for a scan to be written. Views go into a bounded
buffer and one thread writes them in batches; a buffer that is full forgets its oldest views and
says how many. Nothing of this is evidence: a killed process loses the last second of scans.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from trace.scans.known import LookUp
from trace.scans.misses import Burst, MissBook, record_bursts
from trace.scans.model import Scan
from trace.scans.recording import ToldPlace, View, record_places, record_views
from trace.scans.rule_table import SAME_DEVICE_WITHIN
from typing import Final

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from base.clock import Clock
from base.db import describe_error, transaction
from base.log import get_logger

_LOG: Final = get_logger(__name__)
_DATABASE_AWAY: Final = (DBAPIError, PoolTimeout, psycopg.Error)
_STOP_S: Final = 5.0
# What a page needs to know of a second's scans; of a code in everybody's mouth there are more.
_TOLD_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderLimits:
    """Bounds of one process: views that may wait, views of one transaction, and every how long."""

    waiting_max: int
    batch_max: int
    addresses_max: int
    every_s: float = 1.0


class ScanRecorder:
    """Takes the views, places and misses of one process; safe for its threads.

    `on_written` is told which codes have new rows, before they cease to be among the waiting ones.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        clock: Clock,
        look_up: LookUp,
        limits: RecorderLimits,
        on_written: Callable[[Collection[int]], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._on_written = on_written
        self._clock = clock
        self._look_up = look_up
        self._limits = limits
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._views: deque[View] = deque()
        self._places: deque[ToldPlace] = deque(maxlen=limits.batch_max)
        self._misses = MissBook(addresses_max=limits.addresses_max)
        self._bursts: list[Burst] = []
        # What waits or is being written, by code and by device: a reload is not taken twice.
        self._by_item: dict[int, dict[bytes, Scan]] = {}
        self._dropped = 0
        self._wake = threading.Event()
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def note(self, view: View) -> None:
        """Take one view; it is written within a second or so."""
        with self._lock:
            of_item = self._by_item.setdefault(view.subject.item, {})
            waiting = of_item.get(view.scan.device)
            if waiting is not None and view.scan.at - waiting.at < SAME_DEVICE_WITHIN:
                return
            of_item[view.scan.device] = view.scan
            if len(self._views) >= self._limits.waiting_max:
                self._forget(self._views.popleft())
                self._dropped += 1
            self._views.append(view)
            is_many = len(self._views) >= self._limits.batch_max
        if is_many:
            self._wake.set()

    def tell(self, told: ToldPlace) -> None:
        """Take the place of a scan; it is put to the scan with the next batch."""
        with self._lock:
            self._places.append(told)

    def miss(self, address: bytes, at: datetime, asked: str, *, is_refused: bool) -> None:
        """Take one miss of an address, or a request that was refused because of them."""
        self._misses.note(address, at, asked, is_refused=is_refused)

    def waiting(self, item: int) -> tuple[Scan, ...]:
        """Return the newest scans of a code that may not be in the database yet."""
        with self._lock:
            of_item = self._by_item.get(item)
            return tuple(islice(reversed(of_item.values()), _TOLD_MAX)) if of_item else ()

    def flush(self) -> None:
        """Write all that waits now. What the database does not take waits for the next time."""
        with self._writing:
            while self._write_some():
                pass

    def start(self) -> None:
        """Begin to write by itself, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="scan-recorder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits and stop; a second call does nothing."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._is_closing = True
        self._wake.set()
        thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._is_closing:
            self._wake.wait(self._limits.every_s)
            self._wake.clear()
            self.flush()
        self.flush()  # What came while the last batch was written.

    def _write_some(self) -> bool:
        """Write one batch; return whether there may be more to write now."""
        views, places, bursts, dropped = self._take()
        if dropped:
            _LOG.warning("scans_dropped", count=dropped)
        if not (views or places or bursts):
            return False
        try:
            with transaction(self._engine) as connection:
                record_views(connection, views, self._look_up, now=self._clock.now())
                record_places(connection, places)
                record_bursts(connection, bursts)
        except _DATABASE_AWAY as error:
            _LOG.warning("scans_wait", error=describe_error(error), count=len(views))
            self._put_back(views, places, bursts)
            return False
        except Exception:  # A batch that breaks the writer must not end the writing of the others.
            _LOG.exception("scans_lost", count=len(views))
        self._done(views)
        return len(views) == self._limits.batch_max

    def _take(self) -> tuple[list[View], list[ToldPlace], list[Burst], int]:
        with self._lock:
            count = min(len(self._views), self._limits.batch_max)
            views = [self._views.popleft() for _ in range(count)]
            # A place is told of a scan: it waits for the batch that its scan is in.
            places = [] if self._views else list(self._places)
            if places:
                self._places.clear()
            dropped, self._dropped = self._dropped, 0
        bursts, self._bursts = [*self._bursts, *self._misses.take()], []
        return views, places, bursts, dropped

    def _put_back(self, views: list[View], places: list[ToldPlace], bursts: list[Burst]) -> None:
        """Let a batch wait again, before what came after it."""
        with self._lock:
            self._views.extendleft(reversed(views))
            while len(self._views) > self._limits.waiting_max:
                self._forget(self._views.popleft())
                self._dropped += 1
            self._places.extendleft(reversed(places))
        self._bursts = bursts[-self._limits.batch_max :]

    def _done(self, views: Iterable[View]) -> None:
        self._on_written({view.subject.item for view in views})
        with self._lock:
            for view in views:
                self._forget(view)

    def _forget(self, view: View) -> None:
        of_item = self._by_item.get(view.subject.item)
        if of_item is None:
            return
        if of_item.get(view.scan.device) is view.scan:
            del of_item[view.scan.device]
        if not of_item:
            del self._by_item[view.subject.item]
