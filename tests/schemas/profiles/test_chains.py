from datetime import UTC, datetime, timedelta
from trace.events.check import check_events

import pytest

from base.errors import Problem
from base.strict_json import JsonObject
from schemas.epcis import Document, DocumentKind
from schemas.profiles.findings import Severity
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.registry import catalogue
from tests.schemas.profiles.samples import NAMESPACES, full_event, names, route, sheets


def _problems(event: JsonObject) -> list[tuple[int, Problem]]:
    document = Document(
        kind=DocumentKind.CAPTURE, context=[], namespaces=NAMESPACES, events=(event,), path=()
    )
    now = datetime(2028, 1, 1, tzinfo=UTC)
    return check_events(document, now=now, future_max=timedelta(minutes=5))


@pytest.mark.parametrize("name", names())
def test_a_chain_from_the_origin_to_the_last_hand_passes(name: str) -> None:
    profile, checker = catalogue().profile(name), catalogue().checker(name)
    by_cte = {sheet.cte.id: sheet for sheet in reversed(list(sheets(profile)))}

    steps = route(profile)
    told = [full_event(by_cte[cte.id], hour=hour) for hour, cte in enumerate(steps)]
    checked = [checker.check(event, NAMESPACES) for event in told]

    assert steps[0].after == ()
    assert [one.cte for one in checked] == [cte.id for cte in steps]
    assert [one.findings for one in checked] == [()] * len(steps)
    assert {one.profile for one in checked} == {profile.id}


@pytest.mark.parametrize("name", names())
def test_an_event_that_says_everything_is_right_for_the_door_and_for_the_profile(name: str) -> None:
    checker = catalogue().checker(name)

    for sheet in sheets(catalogue().profile(name)):
        event = full_event(sheet)
        checked = checker.check(event, NAMESPACES)

        assert _problems(event) == [], (sheet.cte.id, sheet.way.name)
        assert checked.findings == (), (sheet.cte.id, sheet.way.name)
        assert (checked.cte, checked.way) == (sheet.cte.id, sheet.way.name)


@pytest.mark.parametrize("name", names())
def test_an_event_that_names_no_step_is_never_refused_for_another_one(name: str) -> None:
    checker = catalogue().checker(name)

    for sheet in sheets(catalogue().profile(name)):
        event = full_event(sheet)
        del event[CTE_TERM]
        checked = checker.check(event, NAMESPACES)

        assert checked.cte is not None
        errors = [one for one in checked.findings if one.severity is Severity.ERROR]
        assert errors == [], (sheet.cte.id, sheet.way.name, checked.cte)


@pytest.mark.parametrize("name", names())
def test_what_an_event_says_shows_its_step(name: str) -> None:
    profile, checker = catalogue().profile(name), catalogue().checker(name)
    seen = 0

    for sheet in sheets(profile):
        event = full_event(sheet)
        del event[CTE_TERM]
        seen += checker.check(event, NAMESPACES).cte == sheet.cte.id

    # Two steps that ask for the same data are told apart by nothing but their name.
    assert seen >= len(list(sheets(profile))) - 2
