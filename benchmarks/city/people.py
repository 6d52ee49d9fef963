"""The parties of the city with their places, products, prefixes and papers.

The rule that must stay true: a party is a function of its number and of how many there are of each
kind; its codes are ones that their norms accept.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import cycle, islice
from random import Random
from typing import Final

from benchmarks.city.lines import FARM_CLASSES, PLANT_CLASSES
from codes.gs1.check_digit import mod10_check_digit
from codes.gs1.digital_link import CANONICAL_STEM
from codes.schemes.cn_uscc import org_code_check, uscc_check
from parties.tables import PartyKind

GOODS: Final = ("raw", "bulk", "pack", "part")
"""What a party has a product for: what it takes from nature, works on, packs, and cuts off."""

_CENTRE: Final = (38.04, 114.51)
_RADIUS_KM: Final = 28.0
_KM_OF_DEGREE: Final = 111.2
# As far as one gets from the city inside the country.
_FAR: Final = (Decimal("43.825600"), Decimal("87.616800"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many parties of each kind live in the city."""

    farms: int = 200
    plants: int = 60
    carriers: int = 40
    shops: int = 300


FULL: Final = Counts()


@dataclass(frozen=True, kw_only=True)
class Person:
    """A party: `at` is its number in the city, `goods` the class that it makes, "" for none.

    `role` says what is wrong with its papers: "" for nothing.
    """

    at: int
    kind: PartyKind
    goods: str
    latitude: Decimal
    longitude: Decimal
    role: str = ""

    @cached_property
    def prefix(self) -> str:
        """Return its GS1 company prefix (eight digits, GS1 China)."""
        return f"6925{self.at:04}"

    @cached_property
    def gln(self) -> str:
        """Return the number that names both the party and its place."""
        return _with_check(f"{self.prefix}0001")

    @cached_property
    def place(self) -> str:
        """Return the place as a Digital Link."""
        return f"{CANONICAL_STEM}/414/{self.gln}"

    @cached_property
    def far_place(self) -> str:
        """Return its other place, which is at the other end of the country."""
        return f"{CANONICAL_STEM}/414/{_with_check(f'{self.prefix}0002')}"

    @cached_property
    def party(self) -> str:
        """Return the party as a Digital Link (AI 417)."""
        return f"{CANONICAL_STEM}/417/{self.gln}"

    @cached_property
    def uscc(self) -> str:
        """Return its unified social credit code (GB 32100-2015)."""
        org = f"MA{self.at:06}"
        body = f"91130102{org}{org_code_check(org)}"
        return body + uscc_check(body)

    @cached_property
    def products(self) -> Mapping[str, str]:
        """Return its products by what they are, as Digital Links (AI 01)."""
        return {
            name: f"{CANONICAL_STEM}/01/0{_with_check(f'{self.prefix}1{number:03}')}"
            for number, name in enumerate(GOODS)
        }

    def sscc(self, number: int) -> str:
        """Return a logistic unit of it (AI 00)."""
        return f"{CANONICAL_STEM}/00/{_with_check(f'1{self.prefix}{number:08}')}"


@dataclass(frozen=True, kw_only=True)
class City:
    """Everybody who lives there; `by_goods` are farms and plants by the class they make."""

    people: Sequence[Person]
    farms: Mapping[str, Sequence[Person]]
    plants: Mapping[str, Sequence[Person]]
    carriers: Sequence[Person]
    shops: Sequence[Person]
    wrong: Mapping[str, Person]


def build_city(seed: int, counts: Counts = FULL) -> City:
    """Return the city of a seed."""
    random = Random(seed)
    kinds = [
        *_kinds(PartyKind.FARM, counts.farms, FARM_CLASSES),
        *_kinds(PartyKind.PLANT, counts.plants, PLANT_CLASSES),
        *_kinds(PartyKind.CARRIER, counts.carriers, ("",)),
        *_kinds(PartyKind.SHOP, counts.shops, ("",)),
    ]
    roles = {len(kinds) - 1 - at: role for at, role in enumerate(WRONG)}
    people = []
    for at, (kind, goods) in enumerate(kinds):
        latitude, longitude = _somewhere(random)
        people.append(
            Person(
                at=at,
                kind=kind,
                goods=goods,
                latitude=latitude,
                longitude=longitude,
                role=roles.get(at, ""),
            )
        )
    honest = [one for one in people if not one.role]
    return City(
        people=people,
        farms=_by_goods(honest, PartyKind.FARM),
        plants=_by_goods(honest, PartyKind.PLANT),
        carriers=[one for one in honest if one.kind is PartyKind.CARRIER],
        shops=[one for one in honest if one.kind is PartyKind.SHOP],
        wrong={one.role: one for one in people if one.role},
    )


WRONG: Final = ("expired_licence", "listed_party", "not_holder")
"""The last shops of the city, each with what is wrong with whatever it does."""

FAR: Final = _FAR


def _kinds(kind: PartyKind, count: int, goods: Sequence[str]) -> list[tuple[PartyKind, str]]:
    return [(kind, one) for one in islice(cycle(goods), count)]


def _by_goods(people: Sequence[Person], kind: PartyKind) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = {}
    for one in people:
        if one.kind is kind:
            found.setdefault(one.goods, []).append(one)
    return found


def _somewhere(random: Random) -> tuple[Decimal, Decimal]:
    """Return a place in the city, evenly over its disc."""
    far, turn = _RADIUS_KM * math.sqrt(random.random()), 2 * math.pi * random.random()
    latitude = _CENTRE[0] + far * math.sin(turn) / _KM_OF_DEGREE
    width = _KM_OF_DEGREE * math.cos(math.radians(_CENTRE[0]))
    longitude = _CENTRE[1] + far * math.cos(turn) / width
    return Decimal(f"{latitude:.6f}"), Decimal(f"{longitude:.6f}")


def _with_check(digits: str) -> str:
    return digits + mod10_check_digit(digits)
