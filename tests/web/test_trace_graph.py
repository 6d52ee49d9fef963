"""The graph of a trace in few boxes, and its places on paper."""

from datetime import UTC, datetime
from itertools import pairwise
from trace.lineage import Direction
from trace.projections.tables import LinkKind
from trace.tracing import Reached, Step, Trace

import pytest

from tests.instances import lot, serial
from web.pages.tracing.graph import Graph, build_graph
from web.pages.tracing.layout import Line, Node, lay_out
from web.pages.tracing.picture import broken, draw_parts
from web.pages.tracing.things import Known, Thing

AT = datetime(2026, 3, 1, tzinfo=UTC)
MILK = lot("M1")


def thing(uri: str) -> Thing:
    number = uri.rpartition("/")[2]
    is_lot = "/10/" in uri
    return Thing(
        uri=uri,
        code=uri,
        product="Milk" if is_lot else "Cup",
        product_uri=uri.rpartition("/1" if is_lot else "/2")[0],
        lot=number if is_lot else "",
        serial="" if is_lot else number,
        entry=None,
    )


def step(source: str, target: str, kind: LinkKind, seq: int) -> Step:
    return Step(source=source, target=target, kind=kind, seq=seq, from_at=AT, until_at=None)


def drawn(steps: list[Step], subject: str = MILK, most: int = 60) -> Graph:
    known, trace = told(steps, subject)
    return build_graph(known, None, trace, most)


def told(steps: list[Step], subject: str = MILK) -> tuple[Known, Trace]:
    makings = {one.target: one.seq for one in steps if one.kind is LinkKind.USED_IN}
    names = [name for one in steps for name in (one.source, one.target)]
    uris = [name for name in dict.fromkeys([subject, *names]) if name not in makings]
    trace = Trace(
        subjects=(subject,),
        direction=Direction.FORWARD,
        reached=tuple(Reached(uri=uri, depth=int(uri != subject)) for uri in uris),
        steps=tuple(steps),
        size=1,
        is_cut=False,
    )
    known = Known(things={uri: thing(uri) for uri in uris}, entries={}, makings=makings)
    return known, trace


def gave(making: str, *outputs: str) -> list[Step]:
    return [step(making, one, LinkKind.MADE_BY, 2) for one in outputs]


def test_few_things_are_each_a_box() -> None:
    steps = [step(MILK, "making:2", LinkKind.USED_IN, 2), *gave("making:2", serial(1), serial(2))]

    graph = drawn(steps)

    assert [len(box.members) for box in graph.boxes] == [1, 1, 1, 1]
    assert [box.layer for box in graph.boxes] == [0, 1, 2, 2]


def test_many_items_of_one_making_are_one_box_and_one_arrow() -> None:
    cups = [serial(number) for number in range(300)]

    graph = drawn([step(MILK, "making:2", LinkKind.USED_IN, 2), *gave("making:2", *cups)])

    assert sorted(len(box.members) for box in graph.boxes) == [1, 1, 300]
    assert len(graph.arrows) == 2
    assert graph.things == 301


def test_items_that_go_different_ways_are_different_boxes() -> None:
    cups = [serial(number) for number in range(30)]
    steps = [step(MILK, "making:2", LinkKind.USED_IN, 2), *gave("making:2", *cups)]
    steps += [step(one, "urn:x:case", LinkKind.PACKED_IN, 3) for one in cups[:10]]

    counts = sorted(len(box.members) for box in drawn(steps).boxes)

    assert counts == [1, 1, 1, 10, 20]


def test_every_entry_is_cited_and_every_code_is_in_a_box() -> None:
    steps = []
    for number in range(500):
        name = f"making:{number}"
        steps += [
            step(MILK, name, LinkKind.USED_IN, number),
            step(name, lot(f"L{number}"), LinkKind.MADE_BY, number),
        ]

    graph = drawn(steps, most=20)

    assert len(graph.boxes) <= 20
    assert sum(len(box.members) for box in graph.boxes) == 1 + 500 + 500
    assert {seq for arrow in graph.arrows for seq in arrow.seqs} == set(range(500))


def test_a_circle_is_drawn_and_ends() -> None:
    pair = lot("A"), lot("B")
    steps = [
        step(MILK, pair[0], LinkKind.PACKED_IN, 1),
        step(pair[0], pair[1], LinkKind.PACKED_IN, 2),
        step(pair[1], pair[0], LinkKind.PACKED_IN, 3),
    ]

    assert len(drawn(steps).boxes) == 3


def test_no_two_boxes_of_a_column_lie_on_each_other() -> None:
    nodes = [Node(key=n, column=n % 4, width=100, height=60) for n in range(40)]
    lines = [Line(source=n, target=m) for n in range(40) for m in range(40) if n % 4 < m % 4]

    drawing = lay_out(nodes, lines)

    for column in range(4):
        heights = sorted(y for key, (_, y) in drawing.at.items() if key % 4 == column)
        assert all(below - above >= 60 for above, below in pairwise(heights))
    assert all(0 <= y <= drawing.height - 60 for _, y in drawing.at.values())
    assert all(0 <= x <= drawing.width - 100 for x, _ in drawing.at.values())


def chain(length: int) -> list[Step]:
    """Return goods that become others again and again, and a way past all of them."""
    lots = [MILK, *(lot(f"L{number:02d}") for number in range(length))]
    steps = [
        step(near, far, LinkKind.PACKED_IN, number)
        for number, (near, far) in enumerate(pairwise(lots))
    ]
    return [*steps, step(MILK, lots[-1], LinkKind.PACKED_IN, 99)]


def test_a_long_picture_is_drawn_in_parts_that_fit_a_page_and_cite_every_entry() -> None:
    known, trace = told(chain(9))

    parts = draw_parts(build_graph(known, None, trace, 60), known)

    assert len(parts) == 3
    assert all(part.width <= 910 for part in parts)
    hrefs = [arrow.href for part in parts for arrow in part.arrows]
    assert sorted(hrefs) == sorted(f"/work/entries/{seq}" for seq in (*range(9), 99))


def test_the_parts_of_a_picture_show_every_code() -> None:
    known, trace = told(chain(9))

    parts = draw_parts(build_graph(known, None, trace, 60), known)

    shown = {box.href for part in parts for box in part.boxes}
    assert len(shown) == len(trace.reached)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Milk", ["Milk"]),
        ("Jizhong pasteurised whole milk", ["Jizhong pasteurised", "whole milk"]),
        ("HB20260221-LINE00-NORTH-HALL-77", ["HB20260221-LINE00-NO", "RTH-HALL-77"]),
    ],
)
def test_a_long_text_is_broken_and_nothing_of_it_is_lost(text: str, rows: list[str]) -> None:
    assert broken(text, 156, 3) == rows
