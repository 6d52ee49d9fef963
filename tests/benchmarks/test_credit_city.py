"""The credit city is the same for a seed, right for its norms, and reconciles to the row."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from random import Random

import pytest

from base.strict_json import loads
from benchmarks.city.people import build_city as build_trace_city
from benchmarks.credit_city.dirt import ACCEPTED, DIRT
from benchmarks.credit_city.feeding import FEEDS as TELLING
from benchmarks.credit_city.files import file_of
from benchmarks.credit_city.loading import load_feeds
from benchmarks.credit_city.people import first_numbers, person_number, person_numbers
from benchmarks.credit_city.place import open_place
from benchmarks.credit_city.population import load_people, people_files
from benchmarks.credit_city.stream import CreditCity, build_city, told_batches
from benchmarks.credit_city.telling import TELLERS
from codes.cn.persons import is_id_number
from codes.schemes.cn_uscc import is_uscc
from credit.feeds.registry import FEEDS

PEOPLE = 2_000


def _city(seed: int = 7, enterprises: int = 300) -> CreditCity:
    return build_city(seed, enterprises=enterprises, people=PEOPLE, step_months=24)


def test_a_seed_makes_the_same_files_every_time() -> None:
    def files(seed: int) -> list[bytes]:
        return [file_of(told) for told in told_batches(_city(seed, 40), TELLING)]

    assert files(1) == files(1)
    assert files(1) != files(2)


def test_every_feed_tells_something_in_the_order_of_days() -> None:
    told = list(told_batches(_city(), TELLING))

    assert {one.feed for one in told} == set(TELLING) == set(FEEDS)
    assert [one.day for one in told] == sorted(one.day for one in told)
    assert told[0].feed == "registration"


def test_meaningless_dirt_leaves_what_a_row_says_as_it_was() -> None:
    (nothing,) = [one for one in DIRT if one.id == "nothing"]
    one = build_city(1, enterprises=20, people=100).enterprises[0]
    random = Random(1)  # noqa: S311 -- invented rows

    for feed in sorted(nothing.feeds):
        for number in range(40):
            clean = TELLERS[feed](random, one, date(2026, 3, 2), number)
            dirty = dict(clean)
            nothing.smear(random, dirty)
            assert {
                name: text for name, text in clean.items() if text and dirty[name] != text
            } == {}
            assert dirty != clean


def test_codes_and_numbers_are_ones_that_their_norms_accept() -> None:
    city = _city()
    numbers = first_numbers(7, PEOPLE)

    assert all(is_uscc(one.uscc) for one in city.enterprises)
    assert len({one.uscc for one in city.enterprises}) == len(city.enterprises)
    assert all(is_id_number(number) for number in numbers)
    assert len(set(numbers)) == PEOPLE


def test_a_person_of_the_stream_is_the_person_at_that_place() -> None:
    assert list(person_numbers(3, 50)) == [person_number(3, at) for at in range(50)]


def test_the_parties_of_the_trace_city_are_among_the_enterprises() -> None:
    traced = build_trace_city(7).people[:300]

    assert [one.uscc for one in traced] == [one.uscc for one in _city().enterprises]


def test_the_whole_load_reconciles_to_the_row(database_url: str, tmp_path: Path) -> None:
    with ExitStack() as closing:
        place = open_place(
            folder=tmp_path, database_url=database_url, redis_url="redis://127.0.0.1:1/0",
            closing=closing,
        )  # fmt: skip
        *_, load = load_feeds(place.desk, place.clock, _city())
        *_, people = load_people(place, _city())

    assert load.differences == []
    assert load.received == load.accepted + load.quarantined + load.duplicates
    assert load.received > 2_000
    assert people.differences == []
    assert people.received == people.accepted + people.quarantined + people.duplicates > PEOPLE
    refused = sum(load.planted[one.id] for one in DIRT if one.code != ACCEPTED)
    refused += load.planted["conflicting"] + load.planted["more_cells"]
    assert load.quarantined == refused > 20


def test_the_files_of_people_tell_everybody_once_and_the_same_every_time() -> None:
    first, again = (list(people_files(_city(), each=700)) for _ in range(2))

    assert [file.body for file in first] == [file.body for file in again]
    assert [file.fates["(new)"] for file in first] == [700, 700, 600]


@pytest.mark.parametrize("form", [0, 1, 2])
def test_a_batch_comes_in_each_form(form: int) -> None:
    (told, *_) = (
        one for one in told_batches(_city(), TELLING)
        if one.feed == "permit" and one.number % 3 == form
    )  # fmt: skip

    body = file_of(told)

    if form == 2:
        first = loads(body.partition(b"\n")[0], bytes_max=1 << 16, depth_max=2)
        assert isinstance(first, dict)
        assert first["xk_xdr_mc"]
    else:
        assert "xk_xdr_mc" in body.decode(("utf-8-sig", "gb18030")[form])
