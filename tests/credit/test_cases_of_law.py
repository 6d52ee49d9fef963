"""Cases of law, told through the doors: dates, class, measures and articles, day by day.

They are rows of `cases_of_law.yaml`: one for each list and each change of law, rewards included.
"""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from base.db import reading
from credit.rulebook.lists import credit_lists
from credit.standing import current_facts
from credit.subjects import subject_of_code
from tests.credit.law_world import LawWorld, code_of, law_cases, open_law_world

NAMES = list(law_cases())
LISTED = [name for name in NAMES if "list" in law_cases()[name]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[LawWorld]:
    folder = tmp_path_factory.mktemp("law")
    opened = open_law_world(f"sqlite:///{shutil.copy(migrated_file, folder)}")
    yield opened
    opened.installation.engine.dispose()


def test_every_list_has_a_case_and_there_are_more_than_twelve() -> None:
    assert {law_cases()[name]["list"] for name in LISTED} == credit_lists().keys()
    assert len(NAMES) > 12


@pytest.mark.parametrize("name", NAMES)
def test_a_record_has_its_class_and_days_to_the_day(world: LawWorld, name: str) -> None:
    case, fact = law_cases()[name], world.fact(name)

    assert fact.list_id == case.get("list", "")
    assert fact.severity == case.get("class")
    assert fact.is_published is case["public"]
    assert fact.repairable_on == case.get("repairable")
    assert fact.stops_on == case.get("stops")


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_explained_by_its_rows_with_norm_and_article(
    world: LawWorld, name: str
) -> None:
    case = law_cases()[name]

    rules = world.because(name)

    assert " ".join(rule.id for rule in rules) == case["because"]
    assert (case["norm"], case["article"]) in {(rule.norm.number, rule.article) for rule in rules}


@pytest.mark.parametrize("name", NAMES)
def test_a_counter_is_answered_to_the_day(world: LawWorld, name: str) -> None:
    days = law_cases()[name]["days"]

    told = {day: [_is_told(world, name, day), _measures(world, name, day)] for day in days}

    assert told == days


@pytest.mark.parametrize("name", LISTED)
def test_a_list_holds_its_party_on_the_days_of_its_entry(world: LawWorld, name: str) -> None:
    case = law_cases()[name]
    is_shown = case["public"] or not credit_lists()[case["list"]].is_public

    for day, (is_told, _) in case["days"].items():
        on_list = [code for code, _, _ in world.listed(case["list"], day)]
        assert (code_of(name) in on_list) is (is_told and is_shown), day


def _is_told(world: LawWorld, name: str, day: date) -> bool:
    """Return whether the party's records are told that day; a listed one stands in the check."""
    with reading(world.installation.engine) as connection:
        log = world.installation.log
        subject = subject_of_code(connection, log, code_of(name))
        assert subject is not None
        rows = current_facts(connection, log, subject, day)
    told = [row.id for row in rows if row.kind != "registration"]
    entries = [one.fact_id for one in world.answer(name, day).entries]
    assert entries == [row.id for row in rows if row.list]
    return bool(told)


def _measures(world: LawWorld, name: str, day: date) -> str:
    return " ".join(sorted(one.id for one in world.answer(name, day).measures))
