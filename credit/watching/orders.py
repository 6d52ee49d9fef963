"""In which order the changes of a span stand, kept while a subscriber reads on page by page.

The rule that must stay true: what is kept are moments and parties, and nothing that a record says;
a process that has forgotten it works it out anew, and answers the same.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from credit.rulebook.model import Book
from credit.watching.positions import Place, Position

_PLACES_MAX: Final = 200_000
"""So many changes are kept in all; an order that is longer than that is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What one subscriber is told of from a position to another."""

    log: int
    subscriber: str
    is_public: bool
    lower: Position
    upper: Position


@dataclass(slots=True)
class _Orders:
    """The orders of one database, the one that was asked for last at the end."""

    kept: dict[Span, tuple[Book, Sequence[Place]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_ORDERS: Final[WeakKeyDictionary[Engine, _Orders]] = WeakKeyDictionary()
_OPENING: Final = threading.Lock()


def keep_order(engine: Engine, span: Span, book: Book, order: Sequence[Place]) -> None:
    """Keep the places of all changes of a span; what was not asked for longest is forgotten."""
    if len(order) > _PLACES_MAX:
        return
    orders = _orders_of(engine)
    with orders.lock:
        orders.kept.pop(span, None)
        orders.kept[span] = (book, order)
        held = sum(len(one) for _, one in orders.kept.values())
        while held > _PLACES_MAX:
            _, oldest = orders.kept.pop(next(iter(orders.kept)))
            held -= len(oldest)


def kept_order(engine: Engine, span: Span, book: Book) -> Sequence[Place] | None:
    """Return the places of all changes of a span, by this very book; None where none are kept."""
    orders = _orders_of(engine)
    with orders.lock:
        found = orders.kept.pop(span, None)
        if found is None or found[0] is not book:
            return None
        orders.kept[span] = found
        return found[1]


def _orders_of(engine: Engine) -> _Orders:
    with _OPENING:
        return _ORDERS.setdefault(engine, _Orders())
