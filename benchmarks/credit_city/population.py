"""Files of the city's people, with their dirt, taken at the door of the register.

The rule that must stay true: a file says beforehand how many of its rows are new, known, or wrong
and why, so that its counts are known before its door has seen it.
"""

import io
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from random import Random
from typing import Final

from base.clock import CIVIL_ZONE
from base.db import reading
from benchmarks.credit_city.people import YOUNGEST, person_numbers
from benchmarks.credit_city.place import CreditPlace
from benchmarks.credit_city.stream import KNOWN, NEW, CreditCity
from credit.persons.loading import PersonDesk, fault_counts, take_people
from parties.actors import CONSOLE

FILE_PEOPLE: Final = 500_000
_HEADER: Final = "公民身份号码,姓名\r\n"
_DIRT: Final = (
    ("bad_person_number", 0.002),
    ("masked_number", 0.001),
    ("old_number", 0.001),
    ("missing", 0.001),
    (KNOWN, 0.002),
    ("wide", 0.005),
)
_MOST: Final = tuple(accumulate(share for _, share in _DIRT))
_WIDE: Final = {ord(one): ord(one) - 0x20 + 0xFF00 for one in "0123456789X"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFile:
    """A file, and how many rows of each fate it has."""

    body: bytes
    fates: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class PeopleLoad:
    """The sums of a load; `differences` is empty where it reconciles to the row."""

    files: int = 0
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    seconds: float = 0.0
    slowest_per_s: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def people_files(city: CreditCity, *, each: int = FILE_PEOPLE) -> Iterator[PeopleFile]:
    """Yield files of `each` people until everybody was told of."""
    numbers = person_numbers(city.seed, city.people)
    random = Random(f"{city.seed}:people")
    while some := list(islice(numbers, each)):
        yield _file(random, some)


def person_desk(place: CreditPlace) -> PersonDesk:
    """Return the desk of the register of a place."""
    settings = place.services.settings
    return PersonDesk(
        journal=place.desk.journal,
        clock=place.clock,
        secret=place.desk.secret,
        bytes_max=settings.credit_bytes_max,
    )


def load_people(place: CreditPlace, city: CreditCity) -> Iterator[PeopleLoad]:
    """Take every file; yields the sums so far after each of them, always the same object."""
    desk, load = person_desk(place), PeopleLoad()
    day = YOUNGEST + timedelta(days=1)
    born = datetime(day.year, day.month, day.day, 9, tzinfo=CIVIL_ZONE).astimezone(UTC)
    place.clock.instant = max(place.clock.instant, born)
    for file in people_files(city):
        started = time.perf_counter()
        batch = take_people(desk, CONSOLE, io.BytesIO(file.body))
        seconds = time.perf_counter() - started
        with reading(desk.engine) as connection:
            codes = fault_counts(connection, batch.log, batch.number)
        load.files += 1
        load.received += batch.received
        load.accepted += batch.accepted
        load.quarantined += batch.quarantined
        load.duplicates += batch.duplicates
        load.seconds += seconds
        per_s = batch.received / seconds
        load.slowest_per_s = min(load.slowest_per_s or per_s, per_s)
        load.codes.update(codes)
        found = {NEW: batch.accepted, KNOWN: batch.duplicates, **codes}
        if found != dict(file.fates):
            load.differences.append(f"file {batch.number}: {found}, told {dict(file.fates)}")
        yield load


def _file(random: Random, numbers: list[str]) -> PeopleFile:
    lines, fates = [_HEADER], Counter[str]()
    fates[NEW] += len(numbers)
    for number in numbers:
        lines.append(f"{number},张伟\r\n")
        drawn = random.random()
        if drawn < _MOST[-1]:
            cell, fate = _spoiled(number, drawn)
            if fate == NEW:
                lines[-1] = f"{cell},张伟\r\n"
                continue
            lines.append(f"{cell},张伟\r\n")
            fates[fate] += 1
    # A fate that no row has is none that the door tells of.
    told = {fate: count for fate, count in fates.items() if count or fate in (NEW, KNOWN)}
    return PeopleFile(body="".join(lines).encode(), fates={KNOWN: 0, **told})


def _spoiled(number: str, drawn: float) -> tuple[str, str]:
    """Return what stands beside a number, or in its place, and its fate."""
    at = bisect_right(_MOST, drawn)
    kind = _DIRT[min(at, len(_DIRT) - 1)][0]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    cells = {
        "bad_person_number": wrong,
        "masked_number": f"{number[:6]}********{number[14:]}",
        "old_number": number[:6] + number[8:17],
        "missing": "无",
        KNOWN: number,
        "wide": number.translate(_WIDE),
    }
    return cells[kind], NEW if kind == "wide" else kind
