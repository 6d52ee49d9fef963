"""Labelled pairs: a name as a row tells it, a party of the register, and whether it is that party.

The rule that must stay true: a seed makes the same pairs wherever it runs, and no pair stands in
them with both answers.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

from benchmarks.names.lexicon import Lexicon, lexicon
from benchmarks.names.others import LIKENESSES, PREPARED, UNRELATED
from benchmarks.names.parties import COMPANY, SOLE, Party, make_party
from benchmarks.names.writings import (
    BRANCH_KIND,
    BRANCH_SHARE,
    KINDS,
    branch_in_two_ways,
    region_of_row,
)

_THOUSAND: Final = 1000
# One in so many rows is written in a second way beside: wide, traditional, with another place.
_TWICE: Final = 5
_ALSO: Final = ("full width, blanks, brackets", "traditional characters")
_UNRELATED_KIND: Final = "nothing in common"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A name that was told with its region, a name of the register with its seat, the answer."""

    kind: str
    told: str
    told_region: str
    known: str
    known_region: str
    is_same: bool


def make_pairs(seed: int, count: int, part: str) -> list[Pair]:
    """Return so many pairs made of a part of the words, as many that are one as that are two."""
    chance, words = Random(f"{seed} {part}"), lexicon(part)
    found: dict[tuple[str, str, str, str], Pair] = {}
    makers = (_one_party, _two_parties)
    while len(found) < count:
        pair = makers[len(found) % len(makers)](chance, words)
        key = (pair.told, pair.told_region, pair.known, pair.known_region)
        # What two people write alike of two parties nobody can tell apart: the first one stays.
        if key not in found:
            found[key] = pair
    return list(found.values())


def _one_party(chance: Random, words: Lexicon) -> Pair:
    kind = _drawn(
        chance, {**{name: kind.share for name, kind in KINDS.items()}, BRANCH_KIND: BRANCH_SHARE}
    )
    if kind == BRANCH_KIND:
        party = make_party(chance, words, shape=COMPANY)
        told, known = branch_in_two_ways(chance, party)
        return _pair(chance, kind, party, told, known, is_same=True)
    party = make_party(chance, words, shape=chance.choice(KINDS[kind].shapes))
    told = KINDS[kind].write(chance, words, party)
    if told == party.name:
        # A name with no character that has a traditional one.
        return _one_party(chance, words)
    told = _also(chance, words, party, told)
    return _pair(chance, kind, party, told, party.name, is_same=True)


def _two_parties(chance: Random, words: Lexicon) -> Pair:
    shares = {name: likeness.share for name, likeness in LIKENESSES.items()}
    shares[_UNRELATED_KIND] = _THOUSAND - sum(shares.values())
    kind = _drawn(chance, shares)
    likeness = LIKENESSES.get(kind, UNRELATED)
    party = make_party(chance, words, shape=chance.choice(likeness.shapes))
    if kind in PREPARED:
        party = PREPARED[kind](chance, words, party)
    other = likeness.other(chance, words, party)
    if other == party:
        # A shop name of one character turned round: somebody else of the same kind.
        return _two_parties(chance, words)
    told = other.name
    if chance.randrange(_TWICE) == 0:
        told = _written_otherwise(chance, words, other)
    return _pair(chance, kind, other, told, party.name, is_same=False, seat=party.seat)


def _pair(
    chance: Random,
    kind: str,
    party: Party,
    told: str,
    known: str,
    *,
    is_same: bool,
    seat: str = "",
) -> Pair:
    return Pair(
        kind=kind,
        told=told,
        told_region=region_of_row(chance, party),
        known=known,
        known_region=seat or party.seat,
        is_same=is_same,
    )


def _written_otherwise(chance: Random, words: Lexicon, party: Party) -> str:
    """Return a party's name as it is met: another one's, too, is written without its place."""
    kinds = [name for name, kind in KINDS.items() if party.shape in kind.shapes]
    kinds = [one for one in kinds if "alone" not in one and "slip" not in one]
    if party.branch or party.shape not in (COMPANY, SOLE):
        kinds = list(_ALSO)
    kind = chance.choice(kinds)
    return KINDS[kind].write(chance, words, party)


def _also(chance: Random, words: Lexicon, party: Party, told: str) -> str:
    if chance.randrange(_TWICE):
        return told
    written = replace(party, prefix="", brand=told, trade="", form="", branch="")
    return KINDS[chance.choice(_ALSO)].write(chance, words, written)


def _drawn(chance: Random, shares: dict[str, int]) -> str:
    (kind,) = chance.choices(list(shares), weights=list(shares.values()))
    return kind
