"""Texts that cost much to make and that anybody may ask for, kept for whoever asks next.

The rule that must stay true: a text is given out again only under the very key that it was made
for, which names everything that it depends on; and not for longer than `HELD_S`.
"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from parties.cache import TimedCache

HELD_S: Final = 60
"""How long, whatever the key says: what is made anew from the ledger has the same key."""

_TEXTS_MAX: Final = 8


@dataclass(slots=True, kw_only=True)
class HeldTexts:
    """The kept texts of one process, safe for its threads: one makes a text, the others wait."""

    _held: TimedCache[Hashable, str] = field(
        default_factory=lambda: TimedCache(entries_max=_TEXTS_MAX)
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, make: Callable[[], str], *, now: datetime) -> str:
        """Return the text of a key; `make` is asked where it is not kept."""
        with self._lock:
            is_held, text = self._held.get(key, now)
            if not is_held or text is None:
                ticket = self._held.ticket()
                text = make()
                until = now + timedelta(seconds=HELD_S)
                self._held.put({key: text}, ticket=ticket, until=until)
            return text
