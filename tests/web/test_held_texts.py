"""Texts that anybody may ask for: who waits for whom, and what is given meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from base.errors import Busy
from web.held_texts import HELD_S, OLD_S, WAITING_MAX, HeldTexts

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PATIENCE_S = 30


class _Slow:
    """Makes a text, and is not done with it before it is let go."""

    def __init__(self, text: str) -> None:
        self.begun, self.may_end, self._text = Event(), Event(), text

    def __call__(self) -> str:
        self.begun.set()
        assert self.may_end.wait(PATIENCE_S)
        return self._text


def _never() -> str:
    raise AssertionError("nobody makes it a second time")


def _get(
    texts: HeldTexts, version: int, make: Callable[[], str] = _never, *, name: str = "a", s: int = 0
) -> str:
    return texts.get(name, version, make, now=NOW + timedelta(seconds=s))


def test_a_text_is_made_once_for_a_version_and_anew_after_a_while() -> None:
    texts = HeldTexts()

    assert _get(texts, 1, lambda: "first") == "first"
    assert _get(texts, 1, s=HELD_S - 1) == "first"
    assert _get(texts, 1, lambda: "anew", s=HELD_S) == "anew"
    assert _get(texts, 2, lambda: "second", s=HELD_S) == "second"
    assert _get(texts, 2, lambda: "set back", s=-1) == "set back"


def test_nobody_waits_for_a_text_of_another_name_nor_where_one_is_kept() -> None:
    texts, slow = HeldTexts(), _Slow("b")
    assert _get(texts, 1, lambda: "a") == "a"

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(_get, texts, 1, slow, name="b")
        assert slow.begun.wait(PATIENCE_S)
        assert _get(texts, 1) == "a"
        assert _get(texts, 1, lambda: "c", name="c") == "c"
        slow.may_end.set()

    assert making.result() == "b"


def test_while_one_makes_a_text_the_others_are_given_the_one_before() -> None:
    texts, slow = HeldTexts(), _Slow("new")
    assert _get(texts, 1, lambda: "old") == "old"

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(_get, texts, 2, slow, s=OLD_S - 1)
        assert slow.begun.wait(PATIENCE_S)
        assert _get(texts, 2, s=OLD_S - 1) == "old"
        slow.may_end.set()

    assert making.result() == _get(texts, 2, s=OLD_S) == "new"


@pytest.mark.parametrize("is_old", [False, True])
def test_few_wait_for_a_first_text_and_the_others_are_told_to_come_again(is_old: bool) -> None:
    texts, slow = HeldTexts(), _Slow("first")
    if is_old:
        _get(texts, 1, lambda: "too old", s=-OLD_S)

    with ThreadPoolExecutor(WAITING_MAX + 2) as pool:
        making = pool.submit(_get, texts, 1, slow)
        assert slow.begun.wait(PATIENCE_S)
        others = [pool.submit(_get, texts, 1) for _ in range(WAITING_MAX + 1)]
        # One of them is told at once, while the others still wait.
        refused = next(as_completed(others, PATIENCE_S)).exception()
        slow.may_end.set()

    assert isinstance(refused, Busy)
    assert making.result() == "first"
    answers = [one.result() for one in others if one.exception() is None]
    assert answers == ["first"] * WAITING_MAX


def test_a_text_that_could_not_be_made_is_made_by_the_next_one() -> None:
    texts = HeldTexts()

    with pytest.raises(AssertionError):
        _get(texts, 1)

    assert _get(texts, 1, lambda: "made") == "made"


def test_of_many_names_the_oldest_is_forgotten() -> None:
    texts = HeldTexts()
    for number in range(9):
        _get(texts, 1, str(number).strip, name=str(number))

    assert _get(texts, 1, name="8") == "8"
    assert _get(texts, 1, lambda: "again", name="0") == "again"
