"""Who supplies a party and whom it supplies, with their shares: what a warning's picture shows.

The rule that must stay true: it counts as the rules of warning count, from the same question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from trace.identifiers import find_ids
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from credit.warning.of_supply import Blemished, blemished_on, span_of
from credit.warning.people import Who, who_of_parties
from credit.warning.supply import supplies_in
from credit.warning.terms import terms_on
from parties.names import party_uris
from parties.tables import PARTY

_HUNDRED: Final = 100
_ENDS_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A party at one remove: how many lots and things, how large a share, the newest entry."""

    code: str
    name: str
    count: int
    percent: int
    seq: int
    is_listed: bool
    recalls: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The suppliers and the buyers of a party, those of the largest shares first."""

    suppliers: tuple[Neighbour, ...]
    buyers: tuple[Neighbour, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether nobody is known at either side."""
        return not (self.suppliers or self.buyers)


def around(connection: Connection, log: int, code: str, day: date) -> Around:
    """Return who stands next to the party of a social credit code."""
    party_id = connection.execute(select(PARTY.c.id).where(PARTY.c.uscc == code)).scalar()
    ends = () if party_id is None else _ends(connection, log, party_id)
    if party_id is None or not ends:
        return Around(suppliers=(), buyers=())
    since, until = span_of(terms_on(day).picture_days, day)
    supplies = supplies_in(connection, log, since, until, only=ends)
    who = who_of_parties(
        connection, log, {end for one in supplies for end in (one.supplier, one.buyer)}
    )
    blemished = blemished_on(connection, log, day)
    sources = [(one.supplier, one.count, one.seq) for one in supplies if one.buyer == party_id]
    takers = [(one.buyer, one.count, one.seq) for one in supplies if one.supplier == party_id]
    return Around(
        suppliers=tuple(_side(sources, who, blemished)), buyers=tuple(_side(takers, who, blemished))
    )


def _ends(connection: Connection, log: int, party_id: UUID) -> tuple[int, ...]:
    found = find_ids(connection, log, party_uris(connection, party_id))
    return tuple(found.values())[:_ENDS_MAX]


def _side(
    rows: Sequence[tuple[UUID, int, int]],
    who: Mapping[UUID, Who],
    blemished: Mapping[UUID, Blemished],
) -> list[Neighbour]:
    total = sum(count for _, count, _ in rows)
    found = []
    for party_id, count, seq in rows:
        if party_id in who:
            why = blemished.get(party_id)
            found.append(
                Neighbour(
                    code=who[party_id].code,
                    name=who[party_id].name,
                    count=count,
                    percent=count * _HUNDRED // total,
                    seq=seq,
                    is_listed=why is not None and why.is_listed,
                    recalls=why is not None and bool(why.seqs),
                )
            )
    return sorted(found, key=lambda one: (-one.count, one.code))
