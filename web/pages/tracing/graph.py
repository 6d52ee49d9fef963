"""The graph of a trace as boxes and arrows: what is alike is drawn once, with how many there are.

Pure. The rule that must stay true: every box stands for things of the trace and every arrow for
entries of it, and together they stand for all of them that were given.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from trace.projections.tables import LinkKind
from trace.tracing import Step, Trace
from typing import Final, TypeAlias

from web.pages.tracing.things import Known

_ROUNDS_MAX: Final = 24
_COLUMN_MAX: Final = 12

Labels: TypeAlias = Mapping[str, Hashable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Things, or makings, that are drawn as one; `layer` is how far right of the subject."""

    key: int
    layer: int
    is_making: bool
    is_subject: bool
    is_rest: bool
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """Links between two boxes, of one kind, and the entries that say so."""

    source: int
    target: int
    kind: LinkKind
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Boxes and arrows; `things` is how many codes they stand for."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    things: int


@dataclass(slots=True)
class _Net:
    """The links of a trace in both directions, and the column of each node."""

    known: Known
    subjects: frozenset[str]
    layers: dict[str, int]
    steps: Sequence[Step]
    before: dict[str, list[tuple[str, LinkKind]]] = field(default_factory=dict)
    after: dict[str, list[tuple[str, LinkKind]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for step in self.steps:
            self.after.setdefault(step.source, []).append((step.target, step.kind))
            self.before.setdefault(step.target, []).append((step.source, step.kind))


def build_graph(known: Known, back: Trace | None, forward: Trace | None, boxes_max: int) -> Graph:
    """Return the picture of where goods come from (left) and go to (right) in few boxes."""
    net = _net(known, back, forward)
    labels: Labels = {}
    for label, is_refined, most in _WAYS:
        labels = {node: label(net, node) for node in net.layers}
        if is_refined:
            labels = _refined(net, labels)
        if _is_clear(net, labels, min(boxes_max, most or boxes_max)):
            break
    return _drawn(net, _without_small(net, labels, boxes_max))


def _net(known: Known, back: Trace | None, forward: Trace | None) -> _Net:
    traces = [trace for trace in (back, forward) if trace is not None]
    subjects = frozenset(uri for trace in traces for uri in trace.subjects)
    if len(subjects) > 1:
        # Many subjects stand in no column of their own: some lead to others.
        layers = _layers(_beginnings(traces), _pairs(traces, is_forward=True))
        layers |= {one: layers.get(one, 0) for one in sorted(subjects)}
    else:
        layers = dict.fromkeys(subjects, 0)
        for trace, sign in ((forward, 1), (back, -1)):
            if trace is not None:
                pairs = _pairs([trace], is_forward=sign > 0)
                for node, layer in _layers(trace.subjects, pairs).items():
                    layers.setdefault(node, sign * layer)
    steps = list(dict.fromkeys(step for trace in traces for step in trace.steps))
    return _Net(known=known, subjects=subjects, layers=layers, steps=steps)


def _pairs(traces: Sequence[Trace], *, is_forward: bool) -> list[tuple[str, str]]:
    steps = dict.fromkeys(step for trace in traces for step in trace.steps)
    return [
        (step.source, step.target) if is_forward else (step.target, step.source) for step in steps
    ]


def _beginnings(traces: Sequence[Trace]) -> list[str]:
    """Return the nodes to which nothing leads, and the subjects, in case all lie in circles."""
    steps = [step for trace in traces for step in trace.steps]
    targets = {step.target for step in steps}
    first = [step.source for step in steps if step.source not in targets]
    return list(dict.fromkeys([*first, *(uri for trace in traces for uri in trace.subjects)]))


def _layers(roots: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return how many steps lie before each node at most, from the roots on.

    Where the ways run in a circle, the node that was reached first opens it.
    """
    onward: dict[str, list[str]] = {}
    waiting: Counter[str] = Counter()
    for near, far in pairs:
        onward.setdefault(near, []).append(far)
        waiting[far] += 1
    layers = {node: 0 for node in roots if not waiting[node]} or dict.fromkeys(roots, 0)
    ready, done = list(layers), set[str]()
    left = iter(dict.fromkeys([*roots, *(far for _, far in pairs)]))
    while True:
        if not ready:
            opened = next((node for node in left if node not in done and node in layers), None)
            if opened is None:
                return layers
            ready.append(opened)
        node = ready.pop()
        if node in done:
            continue
        done.add(node)
        for far in onward.get(node, ()):
            waiting[far] -= 1
            if far not in done:
                layers[far] = max(layers.get(far, 0), layers[node] + 1)
                if waiting[far] == 0:
                    ready.append(far)


def _each(net: _Net, node: str) -> Hashable:  # noqa: ARG001 -- every way has one shape
    return node


def _alike_items(net: _Net, node: str) -> Hashable:
    """Items of one product are alike, lots are not."""
    thing = net.known.things.get(node)
    if node in net.known.makings:
        return _making(net, node)
    if node in net.subjects or thing is None or not thing.is_single:
        return node
    return net.layers[node], thing.product_uri if thing.serial else "", thing.lot


def _alike_lots(net: _Net, node: str) -> Hashable:
    """Lots of one product and of one party are alike as well."""
    thing = net.known.things.get(node)
    if thing is None or node in net.known.makings:
        return _making(net, node)
    party = thing.entry.party if thing.entry else ""
    return net.layers[node], _kind(net, node), party, _is_one(net, node)


def _alike_products(net: _Net, node: str) -> Hashable:
    """Everything of one product that lies equally far is alike."""
    if node in net.known.makings:
        entry = net.known.entries.get(net.known.makings[node])
        return net.layers[node], True, entry.title if entry else ""
    return net.layers[node], _kind(net, node), _is_one(net, node)


def _kind(net: _Net, node: str) -> Hashable:
    thing = net.known.things.get(node)
    # Pallets and cartons have numbers of their own and no product.
    return "" if thing is None else thing.product or (thing.product_uri if thing.lot else "")


def _is_one(net: _Net, node: str) -> bool:
    return len(net.subjects) == 1 and node in net.subjects


def _making(net: _Net, node: str) -> Hashable:
    entry = net.known.entries.get(net.known.makings.get(node, -1))
    return net.layers[node], True, (entry.title, entry.party) if entry else ""


_Way: TypeAlias = tuple[Callable[[_Net, str], Hashable], bool, int]
# From drawing everything to drawing as little as possible. A refined way draws nodes as one only
# where they come from the same and lead to the same. The number is how many boxes are still easy to
# look over, 0 where as many are drawn as are allowed.
_WAYS: Final[tuple[_Way, ...]] = (
    (_each, False, 12),
    (_alike_items, True, 30),
    (_alike_lots, True, 0),
    (_alike_products, True, 0),
    (_alike_products, False, 0),
)


def _refined(net: _Net, labels: Labels) -> Labels:
    """Part the classes of nodes until those of one class have neighbours of the same classes."""
    classes = _numbered(labels)
    count = len(set(classes.values()))
    for _ in range(_ROUNDS_MAX):
        classes = _numbered(
            {
                node: (
                    number,
                    frozenset((classes[other], kind) for other, kind in net.before.get(node, ())),
                    frozenset((classes[other], kind) for other, kind in net.after.get(node, ())),
                )
                for node, number in classes.items()
            }
        )
        found = len(set(classes.values()))
        if found == count:
            break
        count = found
    return classes


def _is_clear(net: _Net, labels: Labels, boxes_max: int) -> bool:
    """Return whether so many boxes can be looked over, and those of each column as well."""
    boxes = {label: net.layers[node] for node, label in labels.items()}
    tallest = max(Counter(boxes.values()).values(), default=0)
    return len(boxes) <= boxes_max and tallest <= _COLUMN_MAX


def _numbered(labels: Labels) -> dict[str, int]:
    numbers: dict[Hashable, int] = {}
    return {node: numbers.setdefault(label, len(numbers)) for node, label in labels.items()}


def _without_small(net: _Net, labels: Labels, boxes_max: int) -> Labels:
    """Draw the rest of a column as one box where there are still too many boxes."""
    if _is_clear(net, labels, boxes_max):
        return labels
    sizes = Counter(labels.values())
    columns = max(len(set(net.layers.values())), 1)
    share = max(min(boxes_max // columns, _COLUMN_MAX) - 1, 1)
    kept: set[Hashable] = (
        {labels[node] for node in net.subjects} if len(net.subjects) == 1 else set()
    )
    of_layer: dict[int, dict[Hashable, int]] = {}
    for node, label in labels.items():
        of_layer.setdefault(net.layers[node], {})[label] = sizes[label]
    for many in of_layer.values():
        largest = sorted(many, key=lambda label: -many[label])
        kept.update(largest[:share])
    return {
        node: label if label in kept else ("rest", net.layers[node])
        for node, label in labels.items()
    }


def _drawn(net: _Net, labels: Labels) -> Graph:
    members: dict[Hashable, list[str]] = {}
    for node in sorted(net.layers, key=lambda one: (net.layers[one], one)):
        members.setdefault(labels[node], []).append(node)
    keys = {label: number for number, label in enumerate(members)}
    boxes = tuple(_box(net, keys[label], label, nodes) for label, nodes in members.items())
    seqs: dict[tuple[int, int, LinkKind], set[int]] = {}
    for step in net.steps:
        ends = keys[labels[step.source]], keys[labels[step.target]], step.kind
        seqs.setdefault(ends, set()).add(step.seq)
    arrows = [
        Arrow(source=source, target=target, kind=kind, seqs=tuple(sorted(found)))
        for (source, target, kind), found in seqs.items()
        if source != target
    ]
    things = sum(1 for node in net.layers if node not in net.known.makings)
    return Graph(boxes=boxes, arrows=tuple(arrows), things=things)


def _box(net: _Net, key: int, label: Hashable, nodes: Iterable[str]) -> Box:
    members = tuple(nodes)
    return Box(
        key=key,
        layer=min((net.layers[node] for node in members), key=abs),
        is_making=members[0] in net.known.makings,
        is_subject=members[0] in net.subjects,
        is_rest=isinstance(label, tuple) and label[:1] == ("rest",),
        members=members,
    )
