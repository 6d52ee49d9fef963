"""Sample rows of every feed: clean ones are understood, and each kind of dirt has its answer."""

from datetime import date
from io import StringIO

import pytest

from credit.feeds.interpreting import interpret
from credit.feeds.registry import FEEDS
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import enterprise, person, sole_trader
from credit.feeds.sampling.rows import SAMPLERS, dirt_of, sample_rows, write_csv

ON = date(2026, 3, 2)
OF_PERSONS = ("judgment_default", "penalty", "permit")


def _faults(feed: str, cells: dict[str, str]) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in interpret(FEEDS[feed], cells, received_on=ON).faults]


def test_there_is_a_sampler_for_every_feed() -> None:
    assert set(SAMPLERS) == set(FEEDS)


@pytest.mark.parametrize("feed", sorted(FEEDS))
def test_clean_samples_are_understood(feed: str) -> None:
    parties = [*map(enterprise, range(30)), *map(sole_trader, range(30, 40))]
    parties += map(person, range(40, 60)) if feed in OF_PERSONS else ()

    for row in sample_rows(feed, [(party, ON) for party in parties], Draw(1)):
        assert _faults(feed, row.cells) == []


@pytest.mark.parametrize(
    ("feed", "at"),
    [(feed, at) for feed in sorted(FEEDS) for at in range(len(dirt_of(feed)))],
    ids=[
        f"{feed}-{dirt.name.replace(' ', '-')}" for feed in sorted(FEEDS) for dirt in dirt_of(feed)
    ],
)
def test_each_kind_of_dirt_has_its_answer(feed: str, at: int) -> None:
    dirt = dirt_of(feed)[at]
    clean = SAMPLERS[feed][0](enterprise(5), Draw(3), ON)

    faults = _faults(feed, dirt.soil(clean))

    assert (dirt.path, dirt.code) in faults if dirt.code else faults == []


def test_the_same_seed_gives_the_same_file_and_another_seed_another() -> None:
    def file(seed: int) -> str:
        out = StringIO()
        told = [(enterprise(number), ON) for number in range(50)]
        write_csv(out, "penalty", sample_rows("penalty", told, Draw(seed), dirt_percent=20))
        return out.getvalue()

    assert file(7) == file(7)
    assert file(7) != file(8)


def test_invented_people_are_different_people() -> None:
    numbers = {person(number).person_number for number in range(0, 18_000_000, 36_001)}

    assert len(numbers) == 500
