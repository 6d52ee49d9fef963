"""Other ways in which the name of the same party is written: each a pattern of real rows.

The rule that must stay true: whoever wrote it meant that party, by its register's own words or by
what an authority of its place would understand.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from benchmarks.names.lexicon import Lexicon, slips
from benchmarks.names.parties import (
    COMPANY,
    COOPERATIVE,
    GROUP,
    JOINT_STOCK,
    LIMITED,
    PARTNERSHIP,
    SOLE,
    WORKS,
    Party,
)

_WIDE: Final = {ord(one): chr(ord(one) + 0xFEE0) for one in "0123456789ABCDEFKMNQVX"}
_NARROW: Final = str.maketrans("（）", "()")
_REMARKS: Final = ("（已注销）", "（注销）", "（盖章）", "(吊销)", "（公章）")
_NUMBERS: Final = (("一", "1"), ("二", "2"), ("三", "3"), ("五", "5"), ("十二", "12"))
_KNOWN_IN_TEN: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A name as a row tells it, and the place that the row is known to be about ("" for none)."""

    name: str
    region: str


Write = Callable[[Random, Lexicon, Party], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A way of writing: how often among a hundred, of which shapes, and what it makes of a name."""

    share: int
    shapes: tuple[str, ...]
    write: Write


def region_of_row(chance: Random, party: Party) -> str:
    """Return what a row says of the place: its authority's prefecture or county in most cases."""
    if chance.randrange(10) >= _KNOWN_IN_TEN:
        return ""
    # An individual business is its district's affair.
    in_its_county = 5 / 6 if party.shape == SOLE else 1 / 3
    return party.seat if chance.random() < in_its_county else party.place.code


def _width(chance: Random, _: Lexicon, party: Party) -> str:
    name = party.name.translate(_WIDE if chance.random() < 1 / 2 else _NARROW)
    at = chance.randrange(1, len(name))
    blank = chance.choice((" ", "\u3000", "·", "  "))
    return f"{name[:at]}{blank}{name[at:]} "


def _traditional(_: Random, __: Lexicon, party: Party) -> str:
    return party.name.translate(slips().traditional)


def _kind_of_place(chance: Random, _: Lexicon, party: Party) -> str:
    place = party.place
    longer = [f"{place.province}{place.city}", f"{place.province[:-1]}{place.short}", place.city]
    if party.county:
        longer += [f"{place.city}{party.county}", f"{place.province}{place.city}{party.county}"]
    told = [one for one in longer if one != party.prefix]
    if party.prefix.endswith(party.county) and party.county:
        told = [one for one in told if one.endswith(party.county)]
    return chance.choice(told) + party.name.removeprefix(party.prefix)


def _without_place(_: Random, __: Lexicon, party: Party) -> str:
    return party.name.removeprefix(party.prefix)


def _moved_place(_: Random, __: Lexicon, party: Party) -> str:
    place = party.place.short if party.prefix == party.place.city else party.prefix
    return f"{party.brand}{party.trade}（{place}）{party.form}"


def _other_form(chance: Random, _: Lexicon, party: Party) -> str:
    stem = party.name.removesuffix(party.form)
    if party.shape == COOPERATIVE:
        return stem + chance.choice(("专业合作社", "合作社"))
    if party.form == JOINT_STOCK:
        return stem + "股份公司"
    other = "有限责任公司" if party.form == LIMITED else LIMITED
    return stem + chance.choice((other, other, "公司"))


def _without_form(_: Random, __: Lexicon, party: Party) -> str:
    return party.name.removesuffix(party.form)


def _brand_and_trade(_: Random, __: Lexicon, party: Party) -> str:
    return f"{party.brand}{party.trade}"


def _place_and_brand(_: Random, __: Lexicon, party: Party) -> str:
    return f"{party.place.short}{party.brand}"


def _remark(chance: Random, _: Lexicon, party: Party) -> str:
    return party.name + chance.choice(_REMARKS)


def _sole_trader(chance: Random, _: Lexicon, party: Party) -> str:
    place, rest = party.place, party.name.removeprefix(party.prefix)
    prefixes = (party.county, f"{place.city}{party.county}", f"{place.province}{place.city}")
    prefix = chance.choice([one for one in (*prefixes, "") if one != party.prefix])
    if prefix.endswith(place.city):
        prefix += party.county
    return prefix + rest + chance.choice(("", "（个体工商户）"))


def _group(_: Random, __: Lexicon, party: Party) -> str:
    if "集团" in party.trade:
        return f"{party.prefix}{party.brand}（集团）{party.form}"
    return f"{party.prefix}{party.brand}集团有限公司"


def _partnership(chance: Random, _: Lexicon, party: Party) -> str:
    stem = party.name.removesuffix(party.form)
    return stem + chance.choice(("(有限合伙)", "有限合伙企业", ""))


def _zone(chance: Random, words: Lexicon, party: Party) -> str:
    return f"{party.prefix}{chance.choice(words.zones)}{party.name.removeprefix(party.prefix)}"


def _slip_in_form(chance: Random, _: Lexicon, party: Party) -> str:
    joint_stock = "股份" if party.form == JOINT_STOCK else ""
    return party.name.removesuffix(party.form) + joint_stock + chance.choice(slips().forms)


def _slip_in_trade(chance: Random, _: Lexicon, party: Party) -> str:
    known = slips().characters
    at = [number for number, one in enumerate(party.trade) if one in known]
    if not at:
        return f"{party.prefix}{party.brand}{party.trade[1:]}{party.form}"
    wrong = chance.choice(at)
    trade = party.trade[:wrong] + known[party.trade[wrong]] + party.trade[wrong + 1 :]
    return f"{party.prefix}{party.brand}{trade}{party.form}"


def _slip_in_brand(chance: Random, words: Lexicon, party: Party) -> str:
    brand = sounds_alike(chance, words, party.brand)
    return f"{party.prefix}{brand}{party.trade}{party.form}"


def sounds_alike(chance: Random, words: Lexicon, brand: str) -> str:
    """Return a shop name with one character that sounds like the right one, or is left out."""
    found = [
        (at, other)
        for at, one in enumerate(brand)
        for group in words.sounds
        if one in group
        for other in group
        if other != one
    ]
    if not found:
        return brand[::-1] if brand[::-1] != brand else brand + brand[-1]
    at, other = chance.choice(found)
    return brand[:at] + other + brand[at + 1 :]


def numbered(party: Party, number: str) -> str:
    """Return the name of a party's branch with a number."""
    return f"{party.name}第{number}分公司"


def number_in_two_ways(chance: Random) -> tuple[str, str]:
    """Return a number as a Chinese and as a digit."""
    return chance.choice(_NUMBERS)


def branch_in_two_ways(chance: Random, party: Party) -> tuple[str, str]:
    """Return the name of one branch as two people write it."""
    if chance.random() < 1 / 2:
        one, other = number_in_two_ways(chance)
        return numbered(party, one), numbered(party, other)
    county = chance.choice(sorted(party.place.counties))
    word = chance.choice(("分公司", "分店", "营业部"))
    return f"{party.name}{county}{word}", f"{party.name}{re.sub('[区县市]$', '', county)}{word}"


_COMPANIES: Final = (COMPANY,)
_NAMED: Final = (COMPANY, COOPERATIVE, WORKS)
_ANY: Final = (COMPANY, COMPANY, COMPANY, GROUP, COOPERATIVE, SOLE, WORKS, PARTNERSHIP)

KINDS: Final[Mapping[str, Kind]] = {
    "full width, blanks, brackets": Kind(share=9, shapes=_ANY, write=_width),
    "traditional characters": Kind(share=9, shapes=_ANY, write=_traditional),
    "place written longer": Kind(share=11, shapes=_NAMED, write=_kind_of_place),
    "place left out": Kind(share=11, shapes=_NAMED, write=_without_place),
    "place moved into brackets": Kind(share=6, shapes=_COMPANIES, write=_moved_place),
    "another word for the form": Kind(
        share=12, shapes=(COMPANY, COMPANY, COOPERATIVE), write=_other_form
    ),
    "form left out": Kind(share=7, shapes=_COMPANIES, write=_without_form),
    "shop name and trade alone": Kind(share=6, shapes=_COMPANIES, write=_brand_and_trade),
    "a remark behind it": Kind(share=5, shapes=_ANY, write=_remark),
    "individual business": Kind(share=7, shapes=(SOLE,), write=_sole_trader),
    "group in brackets or not": Kind(share=3, shapes=(GROUP,), write=_group),
    "partnership": Kind(share=2, shapes=(PARTNERSHIP,), write=_partnership),
    "slip in the form": Kind(share=2, shapes=_COMPANIES, write=_slip_in_form),
    "slip in the trade": Kind(share=1, shapes=_COMPANIES, write=_slip_in_trade),
    "slip in the shop name": Kind(share=2, shapes=_COMPANIES, write=_slip_in_brand),
    "place and shop name alone": Kind(share=2, shapes=_COMPANIES, write=_place_and_brand),
    "zone of a city": Kind(share=1, shapes=_COMPANIES, write=_zone),
}
"""How the same party is written; the same branch in two ways is made apart, as it has a number."""
BRANCH_KIND: Final = "one branch in two ways"
BRANCH_SHARE: Final = 4
