"""A list as it was known on a day stays what it was, whatever was repaired or withdrawn since."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from credit.cases.model import Document
from credit.facts import FactState
from credit.rulebook.lists import ListKind, credit_lists
from tests.credit.law_world import TODAY, LawWorld, code_of, law_cases, open_law_world
from tests.credit.samples import AUTHORITY

# By then the least period of every entry is over.
LATER = date(2027, 12, 6)
PAPER = Document(name="缴款凭证.pdf", sha256="00" * 32)
DECIDED: dict[str, Any] = {"decision": "修〔2027〕1号", "decided_on": LATER}


@pytest.fixture
def world(tmp_path: Path, migrated_file: Path) -> Iterator[LawWorld]:
    opened = open_law_world(f"sqlite:///{shutil.copy(migrated_file, tmp_path)}")
    yield opened
    opened.installation.engine.dispose()


def _lists(world: LawWorld, known_at: datetime | None = None) -> dict[str, Any]:
    return {one: world.listed(one, TODAY, known_at) for one in credit_lists()}


def _repair(world: LawWorld, name: str, fact: UUID) -> None:
    case, party = uuid4(), world.party(name)
    papers: dict[str, Any] = {"documents": (PAPER,), "is_committed": True}
    world.take(name, party, "repair", "apply", case, fact_ids=(fact,), **papers)
    world.take(name, AUTHORITY, "repair", "accept", case)
    world.take(name, AUTHORITY, "repair", "approve", case, **DECIDED)


def _withdraw(world: LawWorld, name: str, fact: UUID) -> None:
    world.take(name, AUTHORITY, "withdrawal", "annul", uuid4(), fact_ids=(fact,), **DECIDED)


def test_every_list_is_the_same_as_known_before_and_empty_as_known_after(world: LawWorld) -> None:
    known_at, before = world.installation.clock.now(), _lists(world)
    assert [name for name, listed in before.items() if not listed] == []
    names = {code_of(name): name for name in law_cases()}
    world.at(LATER)

    for list_id, listed in before.items():
        is_reward = credit_lists()[list_id].kind is ListKind.REWARD
        for code, fact, _ in listed:
            (_withdraw if is_reward else _repair)(world, names[code], fact)

    now = world.installation.clock.now()
    assert _lists(world) == {name: [] for name in before}
    assert _lists(world, now) == {name: [] for name in before}
    assert _lists(world, known_at) == before
    # A page tells no less of a party than such a list: what was withdrawn since included.
    for list_id, listed in before.items():
        for code, fact, _ in listed:
            known = {one.id: one for one in world.facts(names[code], known_at)}
            assert (known[fact].list_id, known[fact].state) == (list_id, FactState.ACTIVE)
            assert known[fact].counts_on(TODAY)
    assert _lists(world, now - timedelta(microseconds=1)) == before


def test_what_was_not_told_yet_was_not_known(world: LawWorld) -> None:
    first = datetime(2026, 11, 22, tzinfo=UTC)

    assert _lists(world, first) == {name: [] for name in credit_lists()}
