"""Draws that are the same for a seed on every machine and in every version of Python.

One rule: a draw depends on the seed and on how many were drawn before it, and on nothing else.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import Final, TypeVar

_BYTES: Final = 8
_PERCENT: Final = 100

Item = TypeVar("Item")


class Draw:
    """A sequence of draws; no secret is ever made of them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed.to_bytes(_BYTES, "big")
        self._count = 0

    def below(self, end: int) -> int:
        """Return a whole number from 0 on, below `end`."""
        self._count += 1
        counter = self._count.to_bytes(_BYTES, "big")
        return int.from_bytes(blake2b(counter, key=self._seed, digest_size=_BYTES).digest()) % end

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of some items."""
        return items[self.below(len(items))]

    def day(self, first: date, last: date) -> date:
        """Return a day from `first` to `last`."""
        return first + timedelta(days=self.below((last - first).days + 1))

    def happens(self, percent: int) -> bool:
        """Return whether something happens that does in so many of a hundred cases."""
        return self.below(_PERCENT) < percent
