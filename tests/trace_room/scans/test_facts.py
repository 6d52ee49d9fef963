"""What one visitor is told: the first and nobody else that he is the first."""

from datetime import timedelta
from trace.scans.facts import Facts, answer_to
from trace.scans.misses import MissBook, shape_of
from trace.scans.model import Scan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trace_room.scans.samples import START, at, scan

ME, OTHER = (1).to_bytes(12), (2).to_bytes(12)


def facts(*scans: Scan, more: int = 0) -> Facts:
    first = min((one.at for one in scans), default=START - timedelta(days=100))
    return Facts(count=len(scans) + more, first_at=first if scans or more else None, scans=scans)


def test_nobody_was_there_before_the_first() -> None:
    answer = answer_to(facts(), (), ME, at(0))

    assert (answer.count, answer.first_at, answer.is_first) == (1, at(0), True)


def test_the_first_who_comes_back_is_still_the_only_one() -> None:
    soon = answer_to(facts(scan(0, 1)), (), ME, at(0.1))
    late = answer_to(facts(scan(0, 1)), (), ME, at(5))

    assert (soon.count, soon.first_at, soon.is_first) == (1, at(0), True)
    assert (late.count, late.first_at, late.is_first) == (2, at(0), True)


def test_whoever_comes_second_is_told_of_the_first_written_or_not() -> None:
    written = answer_to(facts(scan(0, 2)), (), ME, at(1))
    waiting = answer_to(facts(), (scan(0, 2),), ME, at(1))
    both = answer_to(facts(scan(0, 2)), (scan(0, 2),), ME, at(1))

    assert written == waiting == both
    assert (written.count, written.first_at, written.is_first) == (2, at(0), False)


def test_scans_that_were_deleted_are_remembered_as_a_number() -> None:
    answer = answer_to(facts(scan(0, 1), more=3), (), ME, at(1))

    assert (answer.count, answer.is_first) == (5, False)


@given(
    stored=st.lists(st.builds(scan, st.integers(0, 50), st.integers(1, 3)), max_size=6),
    waiting=st.lists(st.builds(scan, st.integers(50, 51), st.integers(1, 3)), max_size=3),
)
def test_nobody_is_the_first_where_anybody_else_was_seen(
    stored: list[Scan], waiting: list[Scan]
) -> None:
    others = {one.device for one in [*stored, *waiting]} - {ME}

    answer = answer_to(facts(*stored), waiting, ME, at(52))

    assert answer.is_first is (not others)
    assert answer.count >= len(stored) + 1
    assert answer.first_at <= at(52)


@pytest.mark.parametrize(
    ("asked", "shape"),
    [
        ("13800138000", "00000000000"),
        ("张三 Ab-9", "?? Aa-0".replace(" ", "?")),
        ("/01/06901234567892/21/X9y", "/01/06901234567892/00/A0a"),
        ("https://id.gs1.org/01/06901234567892/10/L-1", "/01/06901234567892/00/A-0"),
        ("/01/06901234567890/21/X", "/00/00000000000000/00/A"),
        ("9" * 500, "0" * 64),
    ],
)
def test_what_was_asked_is_kept_as_a_shape(asked: str, shape: str) -> None:
    assert shape_of(asked) == shape


def test_a_book_of_misses_is_bounded() -> None:
    book = MissBook(addresses_max=10)

    for number in range(1000):
        book.note(number.to_bytes(12), at(0), "x", is_refused=False)

    assert len(book._tallies) <= 10
    assert book.take() == []


def test_a_burst_is_told_once_and_then_what_is_new() -> None:
    book = MissBook(addresses_max=10)
    for _ in range(21):
        book.note(ME, at(0), "x", is_refused=False)
    (first,) = book.take()
    assert (first.missed, book.take()) == (21, [])

    book.note(ME, at(0.01), "x", is_refused=True)
    (second,) = book.take()

    assert (second.missed, second.refused) == (0, 1)
    assert OTHER != ME
