"""The enterprises of the city, each from the seed and its number.

The rule that must stay true: codes are ones that their norms accept, and no two enterprises share
one. The first 600 bear the codes of the parties of the trace city (`benchmarks.city`), so that
both cities can live in one installation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from benchmarks.credit_city.naming import (
    PLACES,
    TRADES,
    company_name,
    cooperative_name,
    person_name,
    shop_name,
)
from codes.schemes.cn_uscc import org_code_check, uscc_check

_TRACED: Final = 600
_FIRST_DAY: Final = date(1996, 1, 1)
_DAYS: Final = 7_400
_SHARES: Final = (("91", 66), ("92", 30), ("93", 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """One of them; `kind` is the word for its kind of party in the two publicities."""

    at: int
    name: str
    uscc: str
    kind: str
    region: str
    place: str
    industry: str
    representative: str
    established_on: date
    capital_wan: int

    @property
    def org_code(self) -> str:
        """Return the organisation code inside the social credit code."""
        return self.uscc[8:17]

    @property
    def is_sole_trader(self) -> bool:
        """Return whether it is a sole trader's business."""
        return self.uscc.startswith("92")


def build_enterprises(seed: int, count: int) -> Sequence[Enterprise]:
    """Return the first `count` enterprises of a seed."""
    return [_enterprise(Random(f"{seed}:enterprise:{at}"), at) for at in range(count)]


def uscc_of(kind: str, region: str, organisation: str) -> str:
    """Return a social credit code with both checks (GB 32100, GB 11714)."""
    body = f"{kind}{region}{organisation}{org_code_check(organisation)}"
    return body + uscc_check(body)


def _enterprise(random: Random, at: int) -> Enterprise:
    (kind,) = random.choices([one for one, _ in _SHARES], [share for _, share in _SHARES])
    # Half of them sit in the districts of the city itself, which come first.
    region, place = random.choice(PLACES[:8] if random.random() < 0.5 else PLACES)
    if at < _TRACED:
        kind, (region, place) = "91", PLACES[0]
    trade = random.choice(TRADES)
    named = {"91": company_name, "92": shop_name, "93": cooperative_name}[kind]
    return Enterprise(
        at=at,
        name=named(random, place, trade),
        uscc=uscc_of(kind, region, f"MA{at:06}"),
        kind="个体工商户" if kind == "92" else "法人",
        region=region,
        place=place,
        industry=trade.code,
        representative=person_name(random),
        established_on=_FIRST_DAY + timedelta(days=random.randrange(_DAYS)),
        capital_wan=random.choice((10, 50, 100, 200, 500, 1000, 5000)),
    )
