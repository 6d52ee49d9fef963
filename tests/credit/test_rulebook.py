"""The rulebook is whole: every row reads, points at what exists, and leaves no day in doubt."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from base.errors import InvalidInput
from credit.rulebook.matters import PublicityTerms
from credit.rulebook.model import Regime, Rule, Severity
from credit.rulebook.reading import RULEBOOK_DIR, read_book, rulebook


def test_every_row_says_what_it_says_in_both_languages() -> None:
    for rule in rulebook().rules.values():
        assert rule.zh != rule.en, rule.id
        assert rule.zh.endswith("。"), rule.id
        assert rule.en.endswith("."), rule.id


def test_every_gathered_measure_is_in_the_table() -> None:
    kinds = [one.is_reward for one in rulebook().measures.values()]

    assert (kinds.count(False), kinds.count(True)) == (84, 14)


def _periods(regime: Regime) -> list[Rule]:
    return [
        rule
        for rule in rulebook().matter("publicity.period", regime)
        if isinstance(rule.terms, PublicityTerms)
    ]


@pytest.mark.parametrize("regime", [Regime.CREDIT_CHINA, Regime.MARKET])
def test_no_day_has_two_rows_for_the_same_conditions(regime: Regime) -> None:
    day = date(2019, 1, 1)
    while day < date(2027, 1, 1):
        conditions = [
            (rule.terms.severities, rule.terms.fields, rule.terms.penalties)
            for rule in _periods(regime)
            if rule.is_in_force(day)
        ]
        assert len(conditions) == len(set(conditions)), day
        day += timedelta(days=1)


@pytest.mark.parametrize("regime", [Regime.CREDIT_CHINA, Regime.MARKET])
def test_once_there_is_a_rule_no_day_is_without_one(regime: Regime) -> None:
    rules = _periods(regime)
    day = min(rule.from_on for rule in rules if rule.from_on)

    while day < date(2027, 1, 1):
        assert any(rule.is_in_force(day) for rule in rules), day
        day += timedelta(days=1)


@pytest.mark.parametrize("day", [date(2025, 12, 25), date(2026, 4, 1), date(2026, 11, 25)])
def test_since_the_classes_exist_each_of_them_has_a_period(day: date) -> None:
    for severity in (Severity.MINOR, Severity.GENERAL, Severity.SERIOUS):
        found = [
            rule.id
            for rule in _periods(Regime.MARKET)
            if rule.is_in_force(day) and severity in rule.terms.severities
        ]
        assert len(found) == 1, (severity, found)


def test_local_rows_hold_in_their_own_place_alone() -> None:
    book = rulebook()

    assert "RLOC-SD" in book.for_region("370200").rules
    assert "RLOC-SD" not in book.for_region("310000").rules
    assert "R36-per-general" in book.for_region("310000").rules
    assert "MSD-01" not in book.for_region("310000").measures


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("rules/publicity.yaml", "norm: ndrc36", "norm: ndrc63", "ndrc63 is no norm"),
        ("rules/publicity.yaml", "  verified: text\n", "  verified: sure\n", "is one of text"),
        ("rules/publicity.yaml", "id: R58-per\n", "id: R36-class\n", "stands for two rows"),
        ("rules/publicity.yaml", "max_months: 12,", "max_month: 12,", "is no key"),
        ("rules/publicity.yaml", "severities: [minor]", "severities: [tiny]", "is no severity"),
        ("rules/publicity.yaml", "from: 2025-06-22", "from: 2025-06-31", "is a day"),
        ("rules/publicity.yaml", "to: 2026-03-31", "to: 2006-03-31", "is not before"),
        ("rules/publicity.yaml", "beside: [R45-13]", "beside: [R45-31]", "R45-31 is no row"),
        ("measures.yaml", "matters: [exit]", "matters: [exits]", "exits is no matter"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    folder = tmp_path / "book"
    copytree(RULEBOOK_DIR, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(InvalidInput) as refusal:
        read_book(folder)

    assert told in " ".join(problem.message for problem in refusal.value.problems)
