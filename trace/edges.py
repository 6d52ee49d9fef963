"""Links as the walks read them: what leads where, by which entry, and for how long.

One rule: a link is read as the projector wrote it; who is heard is for the walk to say.
"""

from collections.abc import Collection
from datetime import datetime
from trace.projections.tables import LINK, LinkKind
from typing import Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection

from base.bulk import find_rows
from base.db import from_micros

STAYS: Final = frozenset({LinkKind.PACKED_IN, LinkKind.JOINED_TO})
"""The kinds of link that last."""

Moment: TypeAlias = tuple[int, int]
"""When something happened: microseconds since 1970 and, among equal times, the entry number."""


class Edge(NamedTuple):
    """One link; `kind` is the number of a `LinkKind`, times are microseconds since 1970.

    `until_us` is None where a stay is open or there is none. A walk makes many thousand of them, so
    it is a bare tuple.
    """

    src: int
    dst: int
    seq: int
    kind: int
    from_us: int
    until_us: int | None
    until_seq: int | None

    @property
    def from_at(self) -> datetime:
        """Return when it happened, or a stay began."""
        return from_micros(self.from_us)

    @property
    def until_at(self) -> datetime | None:
        """Return when a stay ended."""
        return None if self.until_us is None else from_micros(self.until_us)

    @property
    def since(self) -> Moment:
        """Return from when on it counts."""
        return self.from_us, self.seq

    @property
    def until(self) -> Moment | None:
        """Return until when a stay counts."""
        if self.until_us is None or self.until_seq is None:
            return None
        return self.until_us, self.until_seq

    def without_end(self) -> "Edge":
        """Return the stay as if nobody had ended it."""
        return self._replace(until_us=None, until_seq=None)


_FROM: Final = Edge._fields
# The first column is the one that is looked for; this one is left away again.
_TO: Final = ("dst", *Edge._fields)


def edges_of(
    connection: Connection, log: int, items: Collection[int], *, near: Literal["src", "dst"]
) -> list[Edge]:
    """Return every link that leads from (`src`) or to (`dst`) these items."""
    if near == "src":
        return list(map(Edge._make, find_rows(connection, LINK, _FROM, log, list(items))))
    return [Edge._make(row[1:]) for row in find_rows(connection, LINK, _TO, log, list(items))]
