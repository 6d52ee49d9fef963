"""Links as the walks read them: what leads where, by which entry, and for how long.

One rule: a link is read as the projector wrote it; who is heard is for the walk to say.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from trace.projections.tables import LINK, LinkKind
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, select

_CHUNK: Final = 900
_COLUMNS: Final = ("src", "dst", "seq", "kind", "from_at", "until_at", "until_seq")

STAYS: Final = frozenset({LinkKind.PACKED_IN, LinkKind.JOINED_TO})
"""The kinds of link that last."""

Moment: TypeAlias = tuple[datetime, int]
"""When something happened: the event's time and, among equal times, its entry number."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One link that a walk followed; `kind` is the number of a `LinkKind`.

    `until_at` is None where a stay is open or there is none.
    """

    src: int
    dst: int
    seq: int
    kind: int
    from_at: datetime
    until_at: datetime | None
    until_seq: int | None

    @property
    def since(self) -> Moment:
        """Return when it happened, or a stay began."""
        return self.from_at, self.seq

    @property
    def until(self) -> Moment | None:
        """Return when a stay ended."""
        if self.until_at is None or self.until_seq is None:
            return None
        return self.until_at, self.until_seq

    def without_end(self) -> "Edge":
        """Return the stay as if nobody had ended it."""
        return replace(self, until_at=None, until_seq=None)


def edges_of(
    connection: Connection, log: int, items: Collection[int], *, near: Literal["src", "dst"]
) -> list[Edge]:
    """Return every link that leads from (`src`) or to (`dst`) these items."""
    wanted = sorted(items)
    column = LINK.c[near]
    found: list[Edge] = []
    for start in range(0, len(wanted), _CHUNK):
        statement = select(*(LINK.c[name] for name in _COLUMNS)).where(
            LINK.c.log == log, column.in_(wanted[start : start + _CHUNK])
        )
        found += [Edge(*row) for row in connection.execute(statement)]
    return found
