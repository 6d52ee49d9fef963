"""Every day on which the law changed, as a row of `dates_of_law.yaml`: before, of and after."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Measure, Regime, Rule
from credit.rulebook.reading import national_book, rulebook
from credit.rules.listing import step_of

_FILE = Path(__file__).with_name("dates_of_law.yaml")
_DAY = timedelta(days=1)


@cache
def _changes() -> list[dict[str, Any]]:
    read = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    found: list[dict[str, Any]] = read["changes"]
    return found


def _rows(change: dict[str, Any], day: date) -> list[Rule | Measure]:
    """Return the rows that hold on a day: of a matter, or the measures of a list."""
    book = rulebook().for_region(change.get("region", ""))
    if change["of"] in credit_lists():
        measures = book.measures_of(None)
        return [one for one in measures if change["of"] in one.lists and one.is_in_force(day)]
    regime = Regime(change["regime"]) if "regime" in change else None
    return list(book.of(change["of"], day, regime))


def _days_of(row: Rule | Measure) -> set[date]:
    ends = set() if row.to_on is None else {row.to_on + _DAY}
    return ends if row.from_on is None else ends | {row.from_on}


@pytest.mark.parametrize("change", _changes(), ids=lambda one: f"{one['day']}-{one['of']}")
def test_a_change_of_law_holds_from_its_day_on_and_not_before(change: dict[str, Any]) -> None:
    day = change["day"]
    told = {
        on: " ".join(sorted(row.id for row in _rows(change, on)))
        for on in (day - _DAY, day, day + _DAY)
    }

    before, since = (" ".join(sorted(change[key].split())) for key in ("before", "since"))
    assert told == {day - _DAY: before, day: since, day + _DAY: since}


@pytest.mark.parametrize("change", _changes(), ids=lambda one: f"{one['day']}-{one['of']}")
def test_a_change_of_law_names_the_norm_and_article_that_it_comes_from(
    change: dict[str, Any],
) -> None:
    day = change["day"]
    changed = [row for on in (day - _DAY, day) for row in _rows(change, on) if day in _days_of(row)]

    assert (change["norm"], change["article"]) in {(row.norm.zh, row.article) for row in changed}


def test_no_day_on_which_the_law_changes_is_left_out() -> None:
    book = rulebook()
    rows: list[Rule | Measure] = [*book.rules.values(), *book.measures.values()]
    days = {day for row in rows for day in _days_of(row)}

    assert days - {change["day"] for change in _changes()} == set()


@pytest.mark.parametrize(
    ("listed_on", "steps_on"),
    [
        (date(2021, 4, 29), date(2024, 4, 29)),
        (date(2021, 4, 30), date(2024, 4, 30)),
        # Its three years are full on the day on which the regulation of 2024 is in force.
        (date(2021, 5, 1), None),
        (date(2021, 5, 2), None),
    ],
)
def test_three_years_of_abnormal_operations_led_further_until_the_regulation_was_amended(
    listed_on: date, steps_on: date | None
) -> None:
    step = step_of(national_book(), "abnormal_list.step", Regime.MARKET, listed_on=listed_on)

    assert (step and step.on) == steps_on
    assert step is None or (step.onto, step.rule.article) == ("serious_violation", "第十七条")
