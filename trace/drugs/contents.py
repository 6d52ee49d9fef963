"""What is in a case or on a pallet now.

The rule that must stay true: only what somebody with a standing in the pack put in is in there; so
nobody packs another one's goods into his own case.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from trace.drugs.reading import Pack
from trace.edges import STAYS, edges_of
from trace.events.model import Role
from trace.heard import with_heard_ends
from trace.identifiers import find_ids, read_uris
from typing import Final

from sqlalchemy import Connection

from base.db import to_micros

_NESTING_MAX: Final = 8


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
    moment = to_micros(at)
    found: dict[int, list[int]] = {}
    layer = set(items)
    for _ in range(_NESTING_MAX):
        stays = [one for one in edges_of(connection, log, layer, near="dst") if one.kind in STAYS]
        children: set[int] = set()
        for stay in with_heard_ends(connection, log, stays):
            is_over = stay.until_us is not None and stay.until_us <= moment
            if stay.from_us <= moment and not is_over:
                found.setdefault(stay.dst, []).append(stay.src)
                children.add(stay.src)
        layer = children - found.keys()
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
