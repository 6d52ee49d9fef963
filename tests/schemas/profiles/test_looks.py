"""The quick look never passes what the long one would blame."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.strict_json import JsonObject, JsonValue
from schemas.profiles.check import compile_profile
from schemas.profiles.columns import Sheet
from schemas.profiles.model import Kind
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.probes import Case
from schemas.profiles.registry import catalogue
from schemas.profiles.steps import compile_step
from tests.schemas.profiles.mutating import remove
from tests.schemas.profiles.samples import full_event, names, sheets

JUNK: list[JsonValue] = [
    "", "x", "PASS", 0, 1, -1, 2.5, True, False, None, [], ["x"], {}, "2026-02-30", "true",
]  # fmt: skip


def _case(event: JsonObject, step: str) -> Case:
    return Case(event=event, step=step, class_code="", known={})


def _changed(event: JsonObject, sheet: Sheet, choices: list[tuple[int, int]]) -> JsonObject:
    """Take some data out of an event, and write junk over others."""
    for number, junk in choices:
        kde = sheet.way.kdes[number % len(sheet.way.kdes)]
        path = parse_path(kde.path)
        if junk >= len(JUNK) or path.place not in (Place.TERM, Place.ILMD, Place.LOT):
            if kde.path not in ("eventTime", "readPoint.id"):
                remove(event, {}, kde.path)
            continue
        place = event
        if path.place is Place.ILMD:
            ilmd = event["ilmd"]
            assert isinstance(ilmd, dict)
            place = ilmd
        place[path.name] = JUNK[junk]
    return event


@pytest.mark.parametrize("name", names())
def test_what_the_quick_look_passes_the_long_look_passes_too(name: str) -> None:
    units = catalogue().shared.library.units
    made = [
        (sheet, compile_step(sheet.cte, sheet.way, 0, units), full_event(sheet))
        for sheet in sheets(catalogue().profile(name))
    ]

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(
        st.sampled_from(range(len(made))),
        st.lists(st.tuples(st.integers(0, 99), st.integers(0, len(JUNK) + 5)), max_size=3),
    )
    def agree(number: int, choices: list[tuple[int, int]]) -> None:
        sheet, step, right = made[number]
        case = _case(_changed(deepcopy(right), sheet, choices), sheet.way.steps[0])

        assert not step.is_fine(case) or list(step.problems(case)) == []

    agree()


@pytest.mark.parametrize("name", names())
def test_the_quick_look_passes_an_event_that_says_everything(name: str) -> None:
    profile = catalogue().profile(name)
    checker = compile_profile(profile, catalogue().shared.library.units)

    for sheet in sheets(profile):
        step = compile_step(sheet.cte, sheet.way, 0, catalogue().shared.library.units)

        assert step.is_fine(_case(full_event(sheet), sheet.way.steps[0])), sheet.cte.id

    assert checker.profile is profile


def test_every_kind_of_value_is_asked_for_somewhere() -> None:
    kinds = {
        kde.field.kind
        for profile in catalogue().newest()
        for cte in profile.ctes
        for way in cte.ways
        for kde in way.kdes
    }

    assert kinds == set(Kind)
