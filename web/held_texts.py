"""Texts that cost much to make and that anybody may ask for, kept for whoever asks next.

The rule that must stay true: a text is given out only under its own name, and as the newest only
for the version that it was made for and `HELD_S` at most. While one caller makes the newest, the
others are given the one before: nobody waits for a text of another name, and few for any.
"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from base.errors import Busy

HELD_S: Final = 60
"""How long, whatever the version says: what is made anew from the ledger has the same one."""

OLD_S: Final = 600
"""So old at most is what others are given while the newest is being made."""

WAITING_MAX: Final = 2
"""So many wait for a text of which there is none yet; more would take a process's threads."""

_NAMES_MAX: Final = 8
_RETRY_AFTER_S: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A text, the version that it was made for, and when."""

    text: str
    version: Hashable
    at: datetime

    def is_within(self, seconds: int, now: datetime) -> bool:
        """Return whether it is no older; what was made before the clock was set back is."""
        return abs(now - self.at) < timedelta(seconds=seconds)


@dataclass(slots=True)
class _Slot:
    """What is kept under a name. Whoever holds `making` makes the next text."""

    making: threading.Lock = field(default_factory=threading.Lock)
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(WAITING_MAX))
    made: _Made | None = None


@dataclass(slots=True)
class HeldTexts:
    """The kept texts of one process, safe for its threads: one at a time makes one of a name."""

    _slots: dict[Hashable, _Slot] = field(default_factory=dict)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def get(
        self, name: Hashable, version: Hashable, make: Callable[[], str], *, now: datetime
    ) -> str:
        """Return the text of a name; `make` is asked where this version is not kept.

        Raises `Busy` where another caller makes the first one and enough wait for it already.
        """
        slot = self._slot(name)
        found = slot.made
        if found is not None and found.version == version and found.is_within(HELD_S, now):
            return found.text
        if not slot.making.acquire(blocking=False):
            if found is None or not found.is_within(OLD_S, now):
                return _first(slot, version, make, now)
            return found.text
        try:
            if slot.made is not None and slot.made is not found:
                # Another one was done with it between the look and the lock.
                return slot.made.text
            return _make(slot, version, make, now)
        finally:
            slot.making.release()

    def _slot(self, name: Hashable) -> _Slot:
        with self._mutex:
            slot = self._slots.get(name)
            if slot is None:
                if len(self._slots) >= _NAMES_MAX:
                    # Names hold a day: the oldest one is nobody's any more.
                    del self._slots[next(iter(self._slots))]
                slot = self._slots[name] = _Slot()
            return slot


def _first(slot: _Slot, version: Hashable, make: Callable[[], str], now: datetime) -> str:
    """Wait for whoever makes a text, and return that one."""
    if not slot.waiting.acquire(blocking=False):
        message = "This is being counted just now; try again in a moment."
        raise Busy(message, retry_after_s=_RETRY_AFTER_S)
    try:
        with slot.making:
            # What was made meanwhile is new enough, of whichever version.
            if slot.made is not None and slot.made.is_within(OLD_S, now):
                return slot.made.text
            return _make(slot, version, make, now)
    finally:
        slot.waiting.release()


def _make(slot: _Slot, version: Hashable, make: Callable[[], str], now: datetime) -> str:
    text = make()
    slot.made = _Made(text=text, version=version, at=now)
    return text
