"""Who has the goods of a trace now, in the words of the page.

The rule that must stay true: what a reader may not know is said to be that, and never left empty,
so that nobody takes silence for goods that are nowhere.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from trace.tracing import Trace
from trace.whereabouts import Fate, Hand, HolderSum, Whereabouts, sum_holders
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from parties.directory import PartyCard, parties_by_id
from web.pages.languages import say as _
from web.pages.model import Lang
from web.pages.tracing.told import amount, unit_words
from web.pages.work_blueprint import name_of

_BADGES: Final[Mapping[Fate, str]] = {
    Fate.HELD: "badge-good",
    Fate.UNDER_WAY: "badge-warn",
    Fate.LAST_SEEN: "badge-warn",
    Fate.UNKNOWN: "badge-warn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandTold:
    """With whom some of a thing is, in words, and the entry that says so."""

    party: str
    state: str
    badge: str
    amount: str
    seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SumTold:
    """What a party has of everything, in words."""

    party: str
    state: str
    badge: str
    pieces: int
    lots: int
    containers: int
    amounts: str
    is_untold: bool

    @property
    def how_much(self) -> str:
        """Return the amounts, and that some lots have none."""
        untold = _("amount not told") if self.is_untold else ""
        return ", ".join(one for one in (self.amounts, untold) if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereTold:
    """Who has what of a trace; `codes` is of how many of them it is told."""

    rows: Mapping[str, tuple[HandTold, ...]]
    sums: tuple[SumTold, ...]
    codes: int


def tell_where(
    connection: Connection, trace: Trace, lang: Lang, uris: Collection[str] | None = None
) -> WhereTold:
    """Return who has the goods of a trace now; rows of `uris` alone where they are given."""
    sums = sum_holders(trace.whereabouts.values())
    parties = parties_by_id(connection, {one.party_id for one in sums if one.party_id})
    rows = {
        uri: _hands(found, parties, lang)
        for uri, found in trace.whereabouts.items()
        if uris is None or uri in uris
    }
    return WhereTold(
        rows=rows,
        sums=tuple(_sum(one, parties, lang) for one in sums),
        codes=len(trace.whereabouts),
    )


def left_out_words(told: int, total: int) -> str:
    """Return that there are more codes than it is told of."""
    return _(
        "Told of the nearest %(told)s of %(total)s codes.",
        told=f"{told:,}",
        total=f"{total:,}",
    )


def fate_words(fate: Fate) -> str:
    """Return what became of goods, in a few words."""
    return {
        Fate.HELD: _("has it"),
        Fate.UNDER_WAY: _("on its way"),
        Fate.SOLD: _("sold on to consumers"),
        Fate.USED: _("used up"),
        Fate.GONE: _("destroyed or taken out of use"),
        Fate.LAST_SEEN: _("handed on; who has it now is not shown to you"),
        Fate.UNKNOWN: _("who has it is not shown to you or not recorded"),
    }[fate]


def _hands(
    found: Whereabouts, parties: Mapping[UUID, PartyCard], lang: Lang
) -> tuple[HandTold, ...]:
    return tuple(_hand(one, found, parties, lang) for one in found.hands)


def _hand(
    hand: Hand, found: Whereabouts, parties: Mapping[UUID, PartyCard], lang: Lang
) -> HandTold:
    how_much = ""
    if found.is_lot:
        how_much = _amount(hand, lang)
    return HandTold(
        party=_party(parties, hand.party_id),
        state=fate_words(hand.fate),
        badge=_BADGES.get(hand.fate, ""),
        amount=how_much,
        seq=hand.seq,
    )


def _amount(hand: Hand, lang: Lang) -> str:
    if hand.amount is None:
        return _("amount not told")
    return f"{amount(hand.amount)} {unit_words(hand.unit, lang)}"


def _sum(one: HolderSum, parties: Mapping[UUID, PartyCard], lang: Lang) -> SumTold:
    return SumTold(
        party=_party(parties, one.party_id),
        state=fate_words(one.fate),
        badge=_BADGES.get(one.fate, ""),
        pieces=one.pieces,
        lots=one.lots,
        containers=one.containers,
        amounts=", ".join(
            f"{amount(value)} {unit_words(unit, lang)}" for unit, value in one.amounts.items()
        ),
        is_untold=one.untold > 0,
    )


def _party(parties: Mapping[UUID, PartyCard], party_id: UUID | None) -> str:
    card = parties.get(party_id) if party_id is not None else None
    return "" if card is None else name_of(card)
