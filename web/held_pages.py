"""Scan pages kept for the next person who scans the same code.

The rule that must stay true: a page is given out again only while its log has not one entry more
than when the page was made. So a recall, an error declaration or a new event shows at once, from
whatever process it came. What the register says beside it may be `HELD_S` seconds old.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from base.clock import Clock
from parties.cache import TimedCache

HELD_S: Final = 2.0
"""How long a process may go on showing what the register said."""

RENEW_S: Final = 1.0
"""When one caller makes a page anew while the others still get the kept one."""

PAGE_BYTES_MAX: Final = 256 << 10
_PAGES_MAX: Final = 128  # Together at most 32 MiB in a process.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    size: int
    body: bytes
    renew_at: datetime


@dataclass(slots=True, kw_only=True)
class HeldPages:
    """The kept pages of one process, safe for its threads; `log_size` reads the log's head."""

    log_size: Callable[[], int | None]
    clock: Clock
    _pages: TimedCache[tuple[str, ...], _Page] = field(
        default_factory=lambda: TimedCache(entries_max=_PAGES_MAX)
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _in_renewal: dict[tuple[str, ...], _Page] = field(default_factory=dict)

    def get(self, key: tuple[str, ...]) -> bytes | None:
        """Return the page kept under `key` if nothing was recorded since it was made.

        Nothing, too, for one caller of a page that grows old: that one makes it anew, so that all
        of a crowd do not make it at once when its time is up.
        """
        now = self.clock.now()
        _, page = self._pages.get(key, now)
        if page is None or page.size != self.log_size():
            return None
        return None if now >= page.renew_at and self._may_renew(key, page) else page.body

    def put(self, key: tuple[str, ...], body: bytes, *, size: int) -> None:
        """Keep a page that was made from the log's first `size` entries."""
        if len(body) <= PAGE_BYTES_MAX:
            now = self.clock.now()
            page = _Page(size=size, body=body, renew_at=now + timedelta(seconds=RENEW_S))
            until = now + timedelta(seconds=HELD_S)
            self._pages.put({key: page}, ticket=self._pages.ticket(), until=until)

    def _may_renew(self, key: tuple[str, ...], page: _Page) -> bool:
        """Tell the first who asks about this very page that it is to make it anew."""
        with self._lock:
            if self._in_renewal.get(key) is page:
                return False
            if len(self._in_renewal) >= _PAGES_MAX:
                self._in_renewal = {}
            self._in_renewal[key] = page
            return True
