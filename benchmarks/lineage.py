"""Everything that became of one lot, beside the bare recursive query over the same table.

The links are of the shape that makings give: each lot goes into some makings, each of which gives
some lots. The tree that is traced lies scattered among others like it.
"""

import random
from collections.abc import Iterator
from functools import partial
from trace.lineage import Direction, Reach, trace_lineage
from trace.projections.tables import LINK, LinkKind
from typing import Final

from sqlalchemy import text

from base.bulk import insert_rows
from base.db import reading, transaction
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Reading,
    Result,
    Side,
    compete,
    timed,
)
from benchmarks.places import Place, new_place

LOG: Final = 1
_USES: Final = 5
_LOTS: Final = 4
_AT_US: Final = 1_767_225_600_000_000
_COLUMNS: Final = tuple(column.name for column in LINK.columns)
_CHUNK: Final = 50_000
_REACH: Final = Reach(items_max=10_000_000, depth_max=1000)

_BARE: Final = text(
    "WITH RECURSIVE reached(item) AS (SELECT :root UNION SELECT link.dst FROM link"
    " JOIN reached ON link.src = reached.item WHERE link.log = :log) SELECT item FROM reached"
)


def lineage(bench: Bench) -> Iterator[Result]:
    """Yield descendants a second on each database."""
    levels = bench.scale.lineage_levels
    for kind in DATABASES:
        place = new_place(bench, kind)
        root = fill(place, levels=levels, links=bench.scale.links)
        count = len(bare(place, root))
        contest = Contest(
            title=f"Forward trace, {DATABASE_WORDS[kind]}",
            about=f"{count:,} descendants of one lot among {bench.scale.links:,} links. The walk"
            " minds the time of every stay and keeps each link it took; the floor is one recursive"
            " query that minds neither.",
            unit="descendants/s",
            sides=(
                Side(name="trace", run=partial(timed_trace, place, root, count)),
                Side(name="floor: recursive query", run=partial(timed_bare, place, root, count)),
            ),
            target="at least 0.5 of the floor",
        )
        yield compete(contest, pairs=bench.pairs)


def fill(place: Place, *, levels: int, links: int) -> int:
    """Write at least so many links as trees, in no order; return the root of one of them."""
    chance = random.Random(7)
    roots: list[int] = []
    rows: list[tuple[object, ...]] = []
    written = 0
    while written < links:
        root, tree = _tree(chance, levels, start=written)
        roots.append(root)
        rows += tree
        written += len(tree)
        if len(rows) >= _CHUNK or written >= links:
            chance.shuffle(rows)
            with transaction(place.services.engine) as connection:
                insert_rows(connection, LINK, _COLUMNS, rows)
            rows = []
    if place.services.engine.dialect.name == "postgresql":
        # What autovacuum would have done by the time that anybody asks.
        with place.services.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE link"))
    return roots[len(roots) // 2]


def _tree(
    chance: random.Random, levels: int, *, start: int
) -> tuple[int, list[tuple[object, ...]]]:
    root = chance.getrandbits(63)
    layer = [root]
    rows: list[tuple[object, ...]] = []
    for _ in range(levels):
        following: list[int] = []
        for lot in layer:
            for _ in range(_USES):
                seq = start + len(rows)
                making = -1 - seq
                rows.append(_row(lot, making, seq, LinkKind.USED_IN))
                made = [chance.getrandbits(63) for _ in range(_LOTS)]
                rows += [_row(making, one, seq, LinkKind.MADE_BY) for one in made]
                following += made
        layer = following
    return root, rows


def _row(src: int, dst: int, seq: int, kind: LinkKind) -> tuple[object, ...]:
    return (src, LOG, dst, seq, int(kind), _AT_US, None, None)


def timed_trace(place: Place, root: int, count: int) -> Reading:
    """Time the walk from `root`; `ValueError` where it finds anything but `count` identifiers."""

    def work() -> None:
        with reading(place.services.engine) as connection:
            found = trace_lineage(connection, LOG, [root], Direction.FORWARD, _REACH)
        if len(found.depths) != count or found.is_cut:
            raise ValueError(f"{len(found.depths)} descendants and not {count}")

    return timed(work, count=count)


def timed_bare(place: Place, root: int, count: int) -> Reading:
    """Time the bare query from `root`."""
    return timed(lambda: bare(place, root), count=count)


def bare(place: Place, root: int) -> list[int]:
    """Return what one recursive query reaches from `root`, itself included."""
    with reading(place.services.engine) as connection:
        return list(connection.execute(_BARE, {"root": root, "log": LOG}).scalars())
