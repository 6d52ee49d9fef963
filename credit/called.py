"""What a party is called where no register of enterprises says it: the best of the names told.

The rule that must stay true: a name stands by who told it, how, and when. What a feed says that
itself names codes goes before what another row told beside one; a whole name before a short, masked
or misspelt one; of two that are as good the one that was told last; and none of them is hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias
from unicodedata import normalize

from sqlalchemy import Connection

from credit.facts import FactState
from credit.feeds.registry import FEEDS
from credit.looking_up import SubjectCard
from credit.names_told import names_at
from credit.naming.parsing import is_given_once, parse_name
from credit.naming.words import words
from credit.records import FactRow

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_Rank: TypeAlias = tuple[bool, bool, datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """The name of a party, and the others that it was told as, the better ones first."""

    name: str
    others: tuple[str, ...] = ()


def called(connection: Connection, log: int, card: SubjectCard, facts: Sequence[FactRow]) -> Called:
    """Return what a party is called by the rows of its facts, or by the register.

    A record that was withdrawn names nobody.
    """
    if card.is_registered:
        return Called(name=card.name)
    standing = [one for one in facts if one.state != FactState.WITHDRAWN]
    places = {
        one.id: (one.batch_id, one.position)
        for one in standing
        if one.batch_id is not None and one.position is not None
    }
    told = names_at(connection, log, places.values())
    ranks: dict[str, _Rank] = {}
    for one in standing:
        name = normalize("NFKC", told.get(places[one.id], "")).strip() if one.id in places else ""
        if name:
            ranks[name] = max(_rank(one, name), ranks.get(name, _rank(one, name)))
    best = sorted(ranks, key=lambda name: (ranks[name], name), reverse=True) or [card.name]
    first = normalize("NFKC", card.name).strip()
    others = dict.fromkeys((*best[1:], first) if first and first != best[0] else best[1:])
    return Called(name=best[0], others=tuple(others))


def _rank(fact: FactRow, name: str) -> _Rank:
    feed = FEEDS.get(fact.feed)
    return (
        feed is not None and feed.names_parties,
        is_given_once(parse_name(name), words()),
        fact.last_at or fact.first_at or _NEVER,
        fact.seq,
    )
