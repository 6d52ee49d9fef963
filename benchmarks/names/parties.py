"""Parties made up for the benchmark: what each is, and the name it is registered under.

The rule that must stay true: two parties with the same parts are one party, and any other two are
two; a label follows from that and from nothing else.
"""

from dataclasses import dataclass, replace
from random import Random

from benchmarks.names.lexicon import Lexicon, Place

COMPANY, GROUP, COOPERATIVE, SOLE, WORKS, PARTNERSHIP = (
    "company",
    "group",
    "cooperative",
    "sole trader",
    "works",
    "partnership",
)
LIMITED, JOINT_STOCK = "有限公司", "股份有限公司"
_FORMS = (LIMITED,) * 7 + ("有限责任公司",) * 2 + (JOINT_STOCK,)
_BRACKETS = "（{}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One party. `county` is "" where it sits in the city itself; `prefix` begins its name.

    `serial` stands for what no name tells: two that differ in it alone are two all the same.
    """

    shape: str
    place: Place
    county: str
    prefix: str
    brand: str
    trade: str
    form: str
    branch: str = ""
    serial: int = 0

    @property
    def seat(self) -> str:
        """Return the code of the place where it is registered."""
        return self.place.counties[self.county] if self.county else self.place.code

    @property
    def name(self) -> str:
        """Return the name in the register."""
        return f"{self.prefix}{self.brand}{self.trade}{self.form}{self.branch}"


def make_party(chance: Random, words: Lexicon, *, shape: str = "") -> Party:
    """Return a party of a shape, or of any as often as it is met."""
    shapes = (COMPANY,) * 12 + (GROUP, COOPERATIVE, SOLE, SOLE, WORKS, PARTNERSHIP)
    shape = shape or chance.choice(shapes)
    place = chance.choice(words.places)
    county = chance.choice(("", *place.counties)) if shape != SOLE else _county(chance, place)
    party = Party(
        shape=shape,
        place=place,
        county=county,
        prefix=prefix_of(chance, place, county),
        brand=_brand(chance, words),
        trade=chance.choice(words.trades),
        form=chance.choice(_FORMS),
    )
    if shape == GROUP:
        is_in_brackets = chance.random() < 1 / 2
        return replace(party, trade="" if is_in_brackets else "集团", form=_group(is_in_brackets))
    if shape == COOPERATIVE:
        return replace(party, trade=chance.choice(words.coop_trades), form="农民专业合作社")
    if shape == SOLE:
        brand, trade = sole_brand(chance, words), chance.choice(words.sole_trades)
        prefix = f"{place.city}{county}" if chance.random() < 1 / 4 else county
        return replace(party, prefix=prefix, brand=brand, trade=trade, form="")
    if shape == WORKS:
        return replace(party, trade=chance.choice(words.works), form="")
    if shape == PARTNERSHIP:
        return replace(party, trade=chance.choice(words.partnerships), form="（有限合伙）")
    return party


def prefix_of(chance: Random, place: Place, county: str) -> str:
    """Return how a name begins that tells its place: the city's name in most cases."""
    if county and chance.random() < 1 / 3:
        return f"{place.city}{county}" if chance.random() < 1 / 2 else county
    return place.short if chance.random() < 3 / 4 else place.city


def sole_brand(chance: Random, words: Lexicon) -> str:
    """Return the shop name of an individual business: 老王家, 小李, 张记."""
    surname = chance.choice(words.surnames)
    return chance.choice(("老{}", "小{}", "老{}家", "{}记", "{}氏", "{}大姐", "{}家")).format(
        surname
    )


def _county(chance: Random, place: Place) -> str:
    return chance.choice(sorted(place.counties))


def _brand(chance: Random, words: Lexicon) -> str:
    if chance.random() < 1 / 25:
        return chance.choice(words.latin)
    first, second = chance.sample(words.brand_characters, 2)
    third = chance.choice(words.brand_characters) if chance.random() < 1 / 5 else ""
    return first + second + third


def _group(is_in_brackets: bool) -> str:
    return "（集团）有限公司" if is_in_brackets else LIMITED
