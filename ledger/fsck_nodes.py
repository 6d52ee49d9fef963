"""Compares the stored inner nodes of a tree with those that its leaves give, piece by piece.

One rule: no more than one piece of the tree is in memory, however large the log.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select

from ledger.merkle import CompletedNode
from ledger.tables import LEDGER_NODE

Report: TypeAlias = Callable[[int | None, str, str], None]
"""Takes a finding: the entry it is about or None, its code, what is wrong."""

_CHUNK = 1000


@dataclass(slots=True, kw_only=True)
class NodeCheck:
    """Takes the nodes as the growing tree completes them; `counts` is how many of each level."""

    connection: Connection
    log: int
    report: Report
    counts: dict[int, int] = field(default_factory=dict)

    def compare(self, completed: Sequence[CompletedNode]) -> None:
        """Compare the nodes that were completed just now, by level and index, with the stored."""
        for level, group in groupby(completed, key=lambda node: node.level):
            nodes = list(group)
            stored = self._stored(level, nodes[0].index, nodes[-1].index)
            for node in nodes:
                name = f"tree node {node.index} of level {level}"
                if node.index not in stored:
                    self.report(None, "node_missing", f"{name} is gone")
                elif stored[node.index] != node.hash:
                    self.report(None, "node_mismatch", f"{name} is wrong")
            self.counts[level] = nodes[-1].index + 1

    def end(self) -> None:
        """Report the stored nodes that the whole tree does not have."""
        for level, index in self._beyond():
            self.report(None, "node_extra", f"tree node {index} of level {level} is of no tree")

    def _stored(self, level: int, first: int, last: int) -> dict[int, bytes]:
        columns = LEDGER_NODE.c
        statement = select(columns.node_index, columns.hash).where(
            columns.log == self.log,
            columns.level == level,
            columns.node_index >= first,
            columns.node_index <= last,
        )
        return {row.node_index: row.hash for row in self.connection.execute(statement)}

    def _beyond(self) -> Iterator[Any]:
        columns = LEDGER_NODE.c
        known: list[ColumnElement[bool]] = [
            and_(columns.level == level, columns.node_index >= 0, columns.node_index < count)
            for level, count in self.counts.items()
        ]
        statement = (
            select(columns.level, columns.node_index)
            .where(columns.log == self.log)
            .order_by(columns.level, columns.node_index)
        )
        if known:
            statement = statement.where(not_(or_(*known)))
        yield from self.connection.execute(statement.execution_options(yield_per=_CHUNK))
