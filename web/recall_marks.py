"""Recalls beside goods in lists, for one reader.

The rule that must stay true: that goods are recalled everybody may know, so each row says it; the
recall itself is linked for those alone who may open its page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from trace.recall.marks import RecallMark, marks_among
from trace.recall.tables import RECALL, RECALL_NOTICE
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from parties.access import Action, has_role_for
from parties.actors import Actor
from web.recalls import sees_all

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A recall that reaches goods; `href` is its page, "" for whoever may not see that."""

    number: str
    level: int
    binds: bool
    href: str


def badges_for(
    connection: Connection, log: int, actor: Actor, uris: Collection[str]
) -> dict[str, Sequence[Badge]]:
    """Return the recalls of each code, the gravest first; a code without any has no row."""
    marks = marks_among(connection, log, uris)
    ids = {one.recall_id for many in marks.values() for one in many}
    open_to = _readable_of(connection, log, actor, ids)
    return {uri: [_badge(one, open_to) for one in many] for uri, many in marks.items()}


def _badge(mark: RecallMark, open_to: Collection[UUID]) -> Badge:
    return Badge(
        number=mark.number,
        level=mark.level,
        binds=mark.binds,
        href=f"/work/recalls/{mark.recall_id}" if mark.recall_id in open_to else "",
    )


def _readable_of(
    connection: Connection, log: int, actor: Actor, ids: Collection[UUID]
) -> frozenset[UUID]:
    """Return those recalls that a reader may open, as `web.recalls.recall_for` decides for one."""
    if not ids or not has_role_for(actor, Action.READ_RECALLS):
        return frozenset()
    if sees_all(actor):
        return frozenset(ids)
    found: set[UUID] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        some = ordered[start : start + _CHUNK]
        run = select(RECALL.c.id).where(
            RECALL.c.log == log, RECALL.c.id.in_(some), RECALL.c.party_id == actor.party_id
        )
        told = select(RECALL_NOTICE.c.recall_id).where(
            RECALL_NOTICE.c.log == log,
            RECALL_NOTICE.c.recall_id.in_(some),
            RECALL_NOTICE.c.party_id == actor.party_id,
        )
        found.update(connection.execute(run.union(told)).scalars())
    return frozenset(found)
