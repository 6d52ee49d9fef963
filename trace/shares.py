"""Which share of each thing came from what is traced, where the makings say how much went in.

Pure. The rule that must stay true: a share is exact or it is unknown, never guessed. Amounts are
weighed against each other only where all of them are known and in one unit.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Source:
    """One of the things that something is made of; `amount` is None where nobody said how much.

    `unit` is whatever amounts are compared by: a unit of measure, or pieces of one product.
    """

    node: Hashable
    amount: Fraction | None = None
    unit: Hashable = None


def shares_of(
    roots: Collection[Node], made_of: Mapping[Node, tuple[Source, ...]]
) -> dict[Node, Fraction | None]:
    """Return the share that each node of `made_of` has of the roots, None where it is unknown.

    What is made of nothing that is known, and is no root, has nothing of them. What goes round in a
    circle is unknown.
    """
    found: dict[Hashable, Fraction | None] = dict.fromkeys(roots, Fraction(1))
    sources: dict[Hashable, tuple[Source, ...]] = dict(made_of.items())
    for start in made_of:
        _work_out(start, sources, found)
    return {node: found[node] for node in (*roots, *made_of)}


def _work_out(
    start: Hashable,
    made_of: Mapping[Hashable, tuple[Source, ...]],
    found: dict[Hashable, Fraction | None],
) -> None:
    """Work out one node after everything that it is made of, however deep that goes."""
    way: list[Hashable] = [start]
    entered: set[Hashable] = set()
    while way:
        node = way[-1]
        if node in found:
            way.pop()
            continue
        sources = made_of.get(node, ())
        open_ones = [one.node for one in sources if one.node not in found]
        if node in entered:
            # Whatever is still open comes back to this node.
            found[node] = None if open_ones else _mixed(sources, found)
            way.pop()
        elif open_ones:
            entered.add(node)
            way.extend(open_ones)
        else:
            found[node] = _mixed(sources, found)
            way.pop()


def _mixed(
    sources: tuple[Source, ...], found: Mapping[Hashable, Fraction | None]
) -> Fraction | None:
    shares = {found[one.node] for one in sources}
    if not sources:
        return Fraction(0)
    if len(shares) == 1:
        # Whatever is mixed of equal parts has their share, however much of each there is.
        return shares.pop()
    amounts = [one.amount for one in sources]
    if None in shares or None in amounts or len({one.unit for one in sources}) > 1:
        return None
    total = sum((one for one in amounts if one is not None), Fraction(0))
    if total <= 0:
        return None
    parts = ((one.amount or Fraction(0)) * (found[one.node] or Fraction(0)) for one in sources)
    return sum(parts, Fraction(0)) / total
