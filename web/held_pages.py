"""Scan pages kept for the next person who scans the same code.

The rule that must stay true: a page is given out again only while its log has not one entry more
than when the page was made. So a recall, an error declaration or a new event shows at once, from
whatever process it came. What the register says beside it may be `HELD_S` seconds old.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from base.clock import Clock
from parties.cache import TimedCache

HELD_S: Final = 2.0
"""How long a process may go on showing what the register said."""

PAGE_BYTES_MAX: Final = 256 << 10
_PAGES_MAX: Final = 128  # Together at most 32 MiB in a process.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    size: int
    body: bytes


@dataclass(slots=True, kw_only=True)
class HeldPages:
    """The kept pages of one process, safe for its threads; `log_size` reads the log's head."""

    log_size: Callable[[], int | None]
    clock: Clock
    _pages: TimedCache[tuple[str, ...], _Page] = field(
        default_factory=lambda: TimedCache(entries_max=_PAGES_MAX)
    )

    def get(self, key: tuple[str, ...]) -> bytes | None:
        """Return the page kept under `key` if nothing was recorded since it was made."""
        _, page = self._pages.get(key, self.clock.now())
        if page is None or page.size != self.log_size():
            return None
        return page.body

    def put(self, key: tuple[str, ...], body: bytes, *, size: int) -> None:
        """Keep a page that was made from the log's first `size` entries."""
        if len(body) <= PAGE_BYTES_MAX:
            until = self.clock.now() + timedelta(seconds=HELD_S)
            page = _Page(size=size, body=body)
            self._pages.put({key: page}, ticket=self._pages.ticket(), until=until)
