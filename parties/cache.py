"""A bounded memory of rows that may be a little old.

The rule that must stay true: what was read before a `forget` is never remembered after it, so that
a change made in this process is seen by its next reader.
"""

import threading
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# An entry that claims to live longer than this was put in before the clock was set back.
_LIFE_MAX = timedelta(minutes=10)


class TimedCache(Generic[K, V]):
    """Remembers values until an instant; when full it forgets everything and starts again.

    Forgetting all is cheap, needs no order of use, and costs one more read of each row.
    """

    def __init__(self, *, entries_max: int) -> None:
        self._entries_max = entries_max
        self._lock = threading.Lock()
        self._generation = 0
        self._held: dict[K, tuple[datetime, V]] = {}

    def get(self, key: K, now: datetime) -> tuple[bool, V | None]:
        """Return whether the value is known at `now`, and the value."""
        held = self._held.get(key)
        if held is None or not now < held[0] <= now + _LIFE_MAX:
            return False, None
        return True, held[1]

    def ticket(self) -> int:
        """Return what `put` needs; taken before the database is read."""
        return self._generation

    def put(self, values: Mapping[K, V], *, ticket: int, until: datetime) -> None:
        """Remember `values` until an instant, unless something was forgotten since `ticket`."""
        with self._lock:
            if ticket != self._generation:
                return
            if len(self._held) + len(values) > self._entries_max:
                self._held = {}
            for key, value in values.items():
                self._held[key] = (until, value)

    def forget(self, keys: Iterable[K]) -> None:
        """Forget these keys, and let no reader that began earlier bring them back."""
        with self._lock:
            self._generation += 1
            for key in keys:
                self._held.pop(key, None)
