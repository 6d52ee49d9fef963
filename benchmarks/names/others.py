"""Parties that look like a given one and are another: what a list must never name in its place.

The rule that must stay true: the other party exists beside the first. It is registered under a name
of its own, and differs in a part that tells parties apart, or in nothing that a name tells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from benchmarks.names.lexicon import Lexicon
from benchmarks.names.parties import (
    COMPANY,
    COOPERATIVE,
    GROUP,
    JOINT_STOCK,
    LIMITED,
    SOLE,
    WORKS,
    Party,
    make_party,
    prefix_of,
    sole_brand,
)
from benchmarks.names.writings import number_in_two_ways, numbered, sounds_alike

_TWO_REGISTERS: Final = 12

Other = Callable[[Random, Lexicon, Party], Party]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How another party is like the first: how often among a thousand, of which shapes."""

    share: int
    shapes: tuple[str, ...]
    other: Other


def _sounds_alike(chance: Random, words: Lexicon, party: Party) -> Party:
    return replace(party, brand=sounds_alike(chance, words, party.brand))


def with_look(chance: Random, words: Lexicon, party: Party) -> Party:
    """Return a party whose shop name has a character that looks like another one."""
    pair = chance.choice(words.looks)
    return replace(party, brand=party.brand[:1] + pair[0])


def _looks_alike(_: Random, words: Lexicon, party: Party) -> Party:
    last = party.brand[-1]
    (pair,) = (pair for pair in words.looks if pair[0] == last)
    return replace(party, brand=party.brand[:-1] + pair[1])


def _one_more(chance: Random, words: Lexicon, party: Party) -> Party:
    more = chance.choice([one for one in words.others if one not in party.brand])
    at = chance.randrange(len(party.brand) + 1)
    return replace(party, brand=party.brand[:at] + more + party.brand[at:])


def _turned_round(_: Random, __: Lexicon, party: Party) -> Party:
    return replace(party, brand=party.brand[::-1])


def _other_trade(chance: Random, words: Lexicon, party: Party) -> Party:
    return replace(party, trade=_another(chance, words.trades, party.trade))


def _longer_trade(chance: Random, words: Lexicon, party: Party) -> Party:
    trade = words.longer.get(party.trade) or party.trade + chance.choice(("销售", "贸易"))
    return replace(party, trade=trade)


def with_twin(chance: Random, words: Lexicon, party: Party) -> Party:
    """Return a party whose trade differs from another one in a character."""
    return replace(party, trade=chance.choice(sorted(words.twins)))


def _twin_trade(_: Random, words: Lexicon, party: Party) -> Party:
    return replace(party, trade=words.twins[party.trade])


def _other_place(chance: Random, words: Lexicon, party: Party) -> Party:
    place = chance.choice([one for one in words.places if one.code != party.place.code])
    county = chance.choice(("", *place.counties)) if party.shape != SOLE else ""
    if party.shape == SOLE:
        county = chance.choice(sorted(place.counties))
    prefix = county if party.shape == SOLE else prefix_of(chance, place, county)
    return replace(party, place=place, county=county, prefix=prefix)


def in_city(chance: Random, _: Lexicon, party: Party) -> Party:
    """Return a party that bears the name of its city, wherever in it it sits."""
    county = chance.choice(("", *party.place.counties))
    return replace(party, county=county, prefix=party.place.short)


def _in_county(chance: Random, _: Lexicon, party: Party) -> Party:
    """Return one with a county's name: one in so many sits where the first one does.

    A register lets no second shop name of a trade into its district (企业名称登记管理规定 art. 17);
    two registers, the city's and the county's, may.
    """
    counties = sorted(party.place.counties)
    if chance.randrange(_TWO_REGISTERS) or not party.county:
        counties = [one for one in counties if one != party.county]
    else:
        counties = [party.county]
    county = chance.choice(counties)
    prefix = county if chance.random() < 1 / 2 else f"{party.place.short}{county}"
    return replace(party, county=county, prefix=prefix)


def _branch(chance: Random, _: Lexicon, party: Party) -> Party:
    county = chance.choice(sorted(party.place.counties))
    words = (f"{county}分公司", "第一分公司", f"{county[:-1]}分公司", "分公司", f"{county}营业部")
    return replace(party, branch=chance.choice(words))


def with_branch(chance: Random, _: Lexicon, party: Party) -> Party:
    """Return a party that is the branch of another one."""
    number, _digit = number_in_two_ways(chance)
    return replace(party, branch=numbered(party, number).removeprefix(party.name))


def _other_branch(_: Random, __: Lexicon, party: Party) -> Party:
    return replace(party, branch="第九分公司")


def _subsidiary(chance: Random, words: Lexicon, party: Party) -> Party:
    other = chance.choice([one for one in words.places if one.code != party.place.code])
    at_home = chance.choice(("新", "北", "国际"))
    if chance.random() < 1 / 2:
        return replace(party, trade=f"{party.trade}（{other.short}）", place=other, county="")
    return replace(party, brand=f"{party.brand}{at_home}")


def _group(_: Random, __: Lexicon, party: Party) -> Party:
    return replace(party, shape=GROUP, trade=f"{party.trade}集团", form=LIMITED)


def _other_form(chance: Random, _: Lexicon, party: Party) -> Party:
    if party.shape == COOPERATIVE:
        return replace(party, shape=COMPANY, form=LIMITED)
    if chance.random() < 1 / 3:
        form = LIMITED if party.form == JOINT_STOCK else JOINT_STOCK
        return replace(party, form=form, serial=1)
    return replace(party, shape=WORKS, form=chance.choice(("经营部", "商行", "批发部", "加工厂")))


def _other_sole_trader(chance: Random, words: Lexicon, party: Party) -> Party:
    brand = sole_brand(chance, words)
    while brand == party.brand:
        brand = sole_brand(chance, words)
    return replace(party, brand=brand)


def _next_county(chance: Random, _: Lexicon, party: Party) -> Party:
    others = [one for one in sorted(party.place.counties) if one != party.county]
    county = chance.choice(others)
    return replace(party, county=county, prefix=county)


def with_number(chance: Random, _: Lexicon, party: Party) -> Party:
    """Return a party whose shop name is a number."""
    number, _digit = number_in_two_ways(chance)
    return replace(party, brand=f"第{number}")


def _other_number(chance: Random, _: Lexicon, party: Party) -> Party:
    return replace(party, brand=chance.choice(("第四", "第6", "第十", "第十一")))


def _nationwide(_: Random, __: Lexicon, party: Party) -> Party:
    return replace(party, prefix="", serial=1)


def _unrelated(chance: Random, words: Lexicon, party: Party) -> Party:
    other = make_party(chance, words)
    return replace(other, serial=party.serial + 1)


def _another(chance: Random, some: tuple[str, ...], than: str) -> str:
    return chance.choice([one for one in some if one != than])


_COMPANIES: Final = (COMPANY,)
_NAMED: Final = (COMPANY, COMPANY, COMPANY, COOPERATIVE, WORKS)

LIKENESSES: Final[Mapping[str, Likeness]] = {
    "shop name that sounds alike": Likeness(share=140, shapes=_NAMED, other=_sounds_alike),
    "shop name that looks alike": Likeness(share=90, shapes=_NAMED, other=_looks_alike),
    "shop name with one character more": Likeness(share=70, shapes=_NAMED, other=_one_more),
    "shop name turned round": Likeness(share=30, shapes=_COMPANIES, other=_turned_round),
    "another trade": Likeness(share=90, shapes=_COMPANIES, other=_other_trade),
    "a longer trade": Likeness(share=80, shapes=_COMPANIES, other=_longer_trade),
    "a trade but for one character": Likeness(share=40, shapes=_COMPANIES, other=_twin_trade),
    "another city": Likeness(share=100, shapes=(*_NAMED, SOLE), other=_other_place),
    "a county of the same city": Likeness(share=40, shapes=_COMPANIES, other=_in_county),
    "head office and branch": Likeness(share=70, shapes=_COMPANIES, other=_branch),
    "two branches": Likeness(share=40, shapes=_COMPANIES, other=_other_branch),
    "subsidiary": Likeness(share=60, shapes=_COMPANIES, other=_subsidiary),
    "group and company": Likeness(share=30, shapes=_COMPANIES, other=_group),
    "another legal form": Likeness(share=40, shapes=(COMPANY, COOPERATIVE), other=_other_form),
    "individual businesses alike": Likeness(share=30, shapes=(SOLE,), other=_other_sole_trader),
    "individual business next door": Likeness(share=20, shapes=(SOLE,), other=_next_county),
    "numbers": Likeness(share=20, shapes=_NAMED, other=_other_number),
    "the same name without a place": Likeness(share=3, shapes=_COMPANIES, other=_nationwide),
}
"""How another party is like the first. What is left of the thousand has nothing in common."""

PREPARED: Final[Mapping[str, Other]] = {
    "shop name that looks alike": with_look,
    "a trade but for one character": with_twin,
    "a county of the same city": in_city,
    "two branches": with_branch,
    "numbers": with_number,
}
"""What the first party has to be like for some of them."""
UNRELATED: Final = Likeness(share=0, shapes=_NAMED, other=_unrelated)
