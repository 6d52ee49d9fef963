"""The people of the city: ID numbers whose checks fit, none of them given to anybody on purpose.

The rule that must stay true: a number follows from the seed and the person's place in the order,
no two are alike, and places 1 to 6 are a county of the city (GB 11643-1999).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Final

from benchmarks.credit_city.naming import PLACES
from codes.cn.checks import mod_11_2

_OLDEST: Final = date(1937, 1, 1)
YOUNGEST: Final = date(2026, 6, 30)
"""The last day on which somebody of the city was born: its files are of later."""
_DAYS: Final = (YOUNGEST - _OLDEST).days + 1
_SEQUENCES: Final = 1000
PEOPLE_MAX: Final = len(PLACES) * _DAYS * _SEQUENCES
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_STRIDE: Final = 7_368_787
"""Prime, and so coprime to the number of (county, day) pairs: a walk that meets each pair once."""


def person_number(seed: int, at: int) -> str:
    """Return the ID number of the person at a place in the order."""
    pairs = len(PLACES) * _DAYS
    sequence, pair = divmod(at, pairs)
    day, place = divmod((pair * _STRIDE + seed) % pairs, len(PLACES))
    born = _OLDEST + timedelta(days=day)
    body = f"{PLACES[place][0]}{born:%Y%m%d}{(sequence + day) % _SEQUENCES:03}"
    return body + mod_11_2(body)


def person_numbers(seed: int, count: int) -> Iterator[str]:
    """Yield the first `count` numbers; a second makes about a million of them."""
    pairs = len(PLACES) * _DAYS
    days = [f"{_OLDEST + timedelta(days=day):%Y%m%d}" for day in range(_DAYS)]
    day_sums = [_sum(text, 6) for text in days]
    place_sums = [_sum(code, 0) for code, _ in PLACES]
    tails = [(f"{one:03}", _sum(f"{one:03}", 14)) for one in range(_SEQUENCES)]
    places = [code for code, _ in PLACES]
    for sequence in range(-(-count // pairs)):
        at = seed % pairs
        for _ in range(min(pairs, count - sequence * pairs)):
            day, place = divmod(at, len(PLACES))
            tail, tail_sum = tails[(sequence + day) % _SEQUENCES]
            check = _CHECKS[(place_sums[place] + day_sums[day] + tail_sum) % 11]
            yield f"{places[place]}{days[day]}{tail}{check}"
            at = (at + _STRIDE) % pairs


def some_person(seed: int, random: Random, people: int) -> str:
    """Return the number of somebody among the first `people` of the order."""
    return person_number(seed, random.randrange(people))


def first_numbers(seed: int, count: int) -> list[str]:
    """Return the first `count` numbers as a list."""
    return list(islice(person_numbers(seed, count), count))


def _sum(digits: str, start: int) -> int:
    weights = _WEIGHTS[start : start + len(digits)]
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
