"""What is in a case or on a pallet now.

The rule that must stay true: only what somebody with a standing in the pack put in is in there; so
nobody packs another one's goods into his own case.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from trace.drugs.reading import Pack
from trace.events.model import Role
from trace.identifiers import find_ids, read_uris
from trace.projections.tables import LINK, LinkKind
from typing import Final

from sqlalchemy import Connection, select

_CHUNK: Final = 900
_NESTING_MAX: Final = 8
_STAYS: Final = (int(LinkKind.PACKED_IN), int(LinkKind.JOINED_TO))


def contents_of(
    connection: Connection, log: int, uris: Collection[str], at: datetime
) -> dict[str, tuple[str, ...]]:
    """Return the packs in each of these containers at a moment, those in inner ones included.

    What holds nothing is not in the answer.
    """
    ids = find_ids(connection, log, uris)
    inside = _inside(connection, log, ids.values(), at)
    leaves = {item: _leaves(inside, item) for item in ids.values() if item in inside}
    named = read_uris(connection, log, {leaf for of in leaves.values() for leaf in of})
    return {
        uri: tuple(sorted(named[leaf] for leaf in leaves[item]))
        for uri, item in ids.items()
        if item in leaves
    }


def is_packed(pack: Pack) -> bool:
    """Return whether a packing of this pack is heard at all."""
    return any(one.role is Role.CHILD for one in pack.movements)


def _inside(
    connection: Connection, log: int, items: Iterable[int], at: datetime
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    layer = sorted(set(items))
    for _ in range(_NESTING_MAX):
        children: set[int] = set()
        for start in range(0, len(layer), _CHUNK):
            statement = select(LINK.c.src, LINK.c.dst).where(
                LINK.c.log == log,
                LINK.c.dst.in_(layer[start : start + _CHUNK]),
                LINK.c.kind.in_(_STAYS),
                LINK.c.from_at <= at,
                LINK.c.until_at.is_(None) | (LINK.c.until_at > at),
            )
            for row in connection.execute(statement):
                found.setdefault(row.dst, []).append(row.src)
                children.add(row.src)
        layer = sorted(children - found.keys())
        if not layer:
            break
    return found


def _leaves(inside: dict[int, list[int]], root: int) -> set[int]:
    leaves: set[int] = set()
    seen = {root}
    waiting = [root]
    while waiting:
        for child in inside[waiting.pop()]:
            if child in seen:
                continue
            seen.add(child)
            if child in inside:
                waiting.append(child)
            else:
                leaves.add(child)
    return leaves
