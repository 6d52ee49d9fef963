"""Every gathered row of law is a row of the rulebook, with its days and its mark."""

from typing import Any

from credit.rulebook.model import Rule, Verified
from credit.rulebook.reading import rulebook
from tests.credit.facts_file import gathered_rules

_MARKS = {"V": Verified.TEXT, "S": Verified.SECOND_HAND, "R": Verified.MEMORY}

# Gathered from a county's rule that names no norm: nothing can stand on it.
_NO_NORM = {"RCREC-l"}

# Rows that say less than what was gathered, and why.
_NARROWER = {
    # The draft alone names one of its penalties; the others are from memory.
    "R36-class.more",
    # Order 107 collides with article 14 since 25 December 2025: to hold it on is a reading.
    "R45-14",
    "R45-14.now",
    # Its days are those of the year that it will be about.
    "RCAL-7",
}


def _rows_of(name: str) -> list[Rule]:
    return [
        rule
        for rule in rulebook().rules.values()
        if rule.id == name or rule.id.startswith(f"{name}.")
    ]


def _day(value: Any) -> str | None:
    return None if value is None else str(value)


def test_no_gathered_row_is_left_out() -> None:
    missing = {name for name in gathered_rules() if not _rows_of(name)}

    assert missing == _NO_NORM


def test_a_row_is_marked_as_it_was_gathered_and_holds_on_the_same_days() -> None:
    told = {
        rule.id: (rule.verified, _day(rule.from_on), _day(rule.to_on))
        for name in gathered_rules()
        for rule in _rows_of(name)
    }

    expected = {
        rule.id: (_MARKS[row["mark"]], row["in_force_from"], row["in_force_to"])
        for name, row in gathered_rules().items()
        for rule in _rows_of(name)
    }

    assert {name for name in told if told[name] != expected[name]} == _NARROWER


def test_a_row_with_a_doubt_says_it_in_both_languages() -> None:
    for rule in rulebook().rules.values():
        assert bool(rule.doubt_zh) is bool(rule.doubt_en), rule.id


def test_a_row_that_computes_says_by_which_norm() -> None:
    for rule in rulebook().rules.values():
        assert rule.norm.zh, rule.id
        assert rule.norm.id != "own" or rule.verified in {Verified.OWN, Verified.MEMORY}, rule.id
