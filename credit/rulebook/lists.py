"""The lists as data: one row of `lists.yaml` each.

The rule that must stay true: a list says by which norm it is kept and which rows fix its period;
without them there is no list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credit.rulebook.model import Regime
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("lists.yaml")


class ListKind(StrEnum):
    """What being on a list means."""

    PUNISHMENT = "punishment"
    ATTENTION = "attention"
    REWARD = "reward"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditList:
    """One list. `facts` are the kinds of facts that are an entry as they stand.

    `period` and `clock` are matters of the rulebook, `grounds` further ones that say why one is on
    it; a list without a `clock` is made by no decision of an authority here that has one.
    """

    id: str
    zh: str
    en: str
    kind: ListKind
    regime: Regime
    norm: str
    facts: frozenset[str]
    period: str
    clock: str
    grounds: tuple[str, ...]
    is_public: bool


@cache
def credit_lists() -> Mapping[str, CreditList]:
    """Return the lists by id; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found: dict[str, CreditList] = {}
    facts: set[str] = set()
    for rows in file.each("lists"):
        one = _list(rows)
        if one.id in found or facts & one.facts:
            rows.fault("id", "duplicate", "is there already, or holds another list's facts")
        found[one.id] = one
        facts |= one.facts
    file.done()
    faults.refuse()
    return MappingProxyType(found)


@cache
def list_of_facts() -> Mapping[str, CreditList]:
    """Return the list that each kind of fact is an entry of."""
    return MappingProxyType({kind: one for one in credit_lists().values() for kind in one.facts})


def _list(rows: Rows) -> CreditList:
    kind, regime = rows.text("kind"), rows.text("regime", default="any")
    if kind not in set(ListKind):
        rows.fault("kind", "word", f"is one of {', '.join(ListKind)}")
        kind = ListKind.ATTENTION
    if regime not in set(Regime):
        rows.fault("regime", "word", f"is one of {', '.join(Regime)}")
        regime = Regime.ANY
    one = CreditList(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        kind=ListKind(kind),
        regime=Regime(regime),
        norm=rows.text("norm"),
        facts=frozenset(rows.texts("facts")),
        period=rows.text("period"),
        clock=rows.text("clock", default=""),
        grounds=rows.texts("grounds"),
        is_public=rows.flag("public"),
    )
    rows.done()
    return one
