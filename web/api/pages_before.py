"""Pages of what is told the newest first, each asked for by what lies before the one before it.

One rule: an answer that is not the last page says what to ask for next.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

NEXT_TOLD: Final = "What to ask for with `before` for the next page; none on the last one."

One = TypeVar("One")
Mark = TypeVar("Mark")


def page_before(
    found: Sequence[One], rows_max: int, mark_of: Callable[[One], Mark]
) -> tuple[Sequence[One], Mark | None]:
    """Return the rows of a page of which one more was asked for, and `before` of the next page."""
    shown = found[:rows_max]
    return shown, mark_of(shown[-1]) if len(found) > rows_max else None
