"""Several index writers as one, for a journal whose entries mean different things."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from base.errors import Problem
from ledger.append import Index
from ledger.batch import Appended, Batch


class JoinedIndexes:
    """Asks every writer and lets each write its own rows; a draft is refused if any refuses it."""

    def __init__(self, *indexes: Index) -> None:
        self._indexes = indexes

    def admit(
        self, connection: Connection, batches: Sequence[Batch]
    ) -> Sequence[Mapping[int, Problem]]:
        """Return what the writers refuse; the first of them says why."""
        joined: list[dict[int, Problem]] = [{} for _ in batches]
        for index in self._indexes:
            for refused, more in zip(joined, index.admit(connection, batches), strict=True):
                refused.update({at: one for at, one in more.items() if at not in refused})
        return joined

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Let every writer add its rows."""
        for index in self._indexes:
            index.write(connection, appended)
