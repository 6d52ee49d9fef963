"""From a lot to the scope of its recall, beside the bare recursive query over the same links.

The lots are those of `benchmarks.stays`: each travelled in a box, so that lines, holders, amounts
and who may have ended each stay are all looked up.
"""

from collections.abc import Iterator
from functools import partial
from trace.recall.model import Criteria
from trace.recall.scope import Reckoning, reckon_scope
from trace.recall.selection import Bounds

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
from benchmarks.lineage import LOG, bare, fill, timed_bare
from benchmarks.places import Place, new_place
from benchmarks.stays import lot_uri, record_tree


def recall(bench: Bench) -> Iterator[Result]:
    """Yield reached identifiers a second on each database."""
    for kind in DATABASES:
        place = new_place(bench, kind)
        fill(place, levels=bench.scale.lineage_levels, links=bench.scale.links)
        root = record_tree(place, bench.scale.lineage_levels)
        count = len(bare(place, root))
        contest = Contest(
            title=f"From a lot to the scope of its recall, {DATABASE_WORDS[kind]}",
            about=f"{count:,} descendants of one lot among {bench.scale.links:,} links. The scope"
            " tells each code's holders and amounts with the entries that show them; the floor is"
            " one recursive query that names numbers alone.",
            unit="descendants/s",
            sides=(
                Side(name="scope", run=partial(_timed_scope, place, count)),
                Side(name="floor: recursive query", run=partial(timed_bare, place, root, count)),
            ),
            target="a scope within 2 seconds",
        )
        yield compete(contest, pairs=bench.pairs)


def _timed_scope(place: Place, count: int) -> Reading:
    """Time the reckoning; `ValueError` where the scope is cut or empty."""
    services = place.services
    reckoning = Reckoning(
        engine=services.engine,
        log=LOG,
        bounds=Bounds(events_max=count + 1, items_max=count + 1, depth_max=1000),
        owners_of=services.owners.owners_of,
        party_id=None,
    )

    def work() -> None:
        scope = reckon_scope(reckoning, Criteria(codes=(lot_uri(0),)))
        if scope.is_cut or not scope.lines:
            raise ValueError(f"a scope of {len(scope.lines)} lines, cut: {scope.is_cut}")

    return timed(work, count=count)
