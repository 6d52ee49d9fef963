"""Rows about natural persons: penalties and judgment defaulters.

The rule that must stay true: whoever is named is an adult of the city's people, so that a row is
wrong only where `dirt` made it so.
"""

from random import Random
from typing import Final

from benchmarks.credit_city.naming import person_name
from benchmarks.credit_city.people import person_number
from benchmarks.credit_city.telling import Row

_ADULTS_BORN_UNTIL: Final = "1997"
_MASKED_SHARE: Final = 0.4
_ENTERPRISE_ONLY: Final = ("cf_xdr_shxym", "cf_xdr_zzjg", "cf_frdb")


def adult_number(random: Random, *, seed: int, people: int) -> str:
    """Return the number of an adult; raises `ValueError` where the city has hardly anybody."""
    for _ in range(1000):
        number = person_number(seed, random.randrange(people))
        if number[6:10] <= _ADULTS_BORN_UNTIL:
            return number
    raise ValueError("there is no adult among the people")


def punish(random: Random, row: Row, number: str) -> None:
    """Let a penalty be a natural person's."""
    row["cf_xdr_mc"], row["cf_xdr_lb"] = person_name(random), "自然人"
    row["cf_xdr_zjlx"], row["cf_xdr_zjhm"] = "身份证", _maybe_masked(random, number)
    for name in _ENTERPRISE_ONLY:
        row[name] = ""


def default(random: Random, row: Row, number: str) -> None:
    """Let a judgment defaulter be a natural person."""
    row["iname"], row["type"], row["businessentity"] = person_name(random), "0", ""
    row["cardnum"] = _maybe_masked(random, number)
    row["sexy"] = "男" if int(number[16]) % 2 else "女"
    row["age"] = str(random.randrange(20, 80))


def _maybe_masked(random: Random, number: str) -> str:
    """Return the number, often as the courts publish it."""
    if random.random() < _MASKED_SHARE:
        return f"{number[:10]}****{number[14:]}"
    return number
