"""How two scopes of a recall differ.

Pure. One rule: a code counts as added or removed by itself; a holder is told where any of its lines
is another than before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from trace.recall.model import Line
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Codes that a scope has and the one before had not, and the other way round.

    `holders` are the parties with other lines than before.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    holders: frozenset[UUID]

    @property
    def changes(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.removed or self.holders)


def diff_of(before: Iterable[Line], after: Iterable[Line]) -> Diff:
    """Return what changed from one scope to the next."""
    old, new = _by_uri(before), _by_uri(after)
    moved = [
        line
        for uri in old.keys() | new.keys()
        for line in old.get(uri, frozenset()) ^ new.get(uri, frozenset())
    ]
    return Diff(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        holders=frozenset(holder for _, holder, *_ in moved if holder is not None),
    )


def _by_uri(
    lines: Iterable[Line],
) -> dict[str, frozenset[tuple[str, UUID | None, object, object, object]]]:
    found: dict[str, set[tuple[str, UUID | None, object, object, object]]] = {}
    for line in lines:
        row = (line.uri, line.holder, line.quantity, line.sold, line.uom)
        found.setdefault(line.uri, set()).add(row)
    return {uri: frozenset(rows) for uri, rows in found.items()}
