"""Profiles at the door: what a class of goods asks for is refused or told, never lost."""

from copy import deepcopy
from trace.capture_problems import PROBLEMS_MAX
from trace.captures import Capture, ErrorBehaviour, read_capture
from trace.profiling import ADVICE
from typing import Any
from uuid import UUID

import pytest

from base.db import reading, transaction
from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject
from ledger.parts import Part
from ledger.store import parse_part, read_entries
from parties.drafts import ProductDraft
from parties.register import register_product
from schemas.profiles.columns import Sheet
from schemas.profiles.findings import Severity, severity_of
from schemas.profiles.model import Kde, Need
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.registry import catalogue
from tests.instances import NOW, Installation, at, observation, serial
from tests.schemas.profiles.mutating import remove
from tests.schemas.profiles.samples import LATER, full_event, names, route, sheets
from tests.trace_room.story import to

GTIN = "https://id.gs1.org/01/06979990971017"
MAKER = "maker"


def goods_of(installation: Installation, class_code: str) -> None:
    """Register the product of the samples as the maker's, of a class."""
    party_id = installation.party(MAKER).party_id
    assert party_id is not None
    draft = ProductDraft(
        party_id=party_id, uri=GTIN, name_zh="样品", spec_zh="1 kg", class_code=class_code
    )
    with transaction(installation.engine) as connection:
        register_product(connection, draft, now=NOW)


def at_home(installation: Installation, event: JsonObject) -> JsonObject:
    """Return an event as if it had happened at the maker's own site."""
    site: JsonObject = {"id": installation.site_of(MAKER)}
    moved: JsonObject = {name: site for name in ("readPoint", "bizLocation") if name in event}
    return {**event, **moved}


def record(installation: Installation, *events: JsonObject, **options: Any) -> Capture:
    receipt = installation.capture(MAKER, *events, **options)
    with reading(installation.engine) as connection:
        row = read_entries(connection, 1, [receipt.first_seq])[receipt.first_seq]
        chain = parse_part(row.parts[Part.CHAIN])
        return read_capture(connection, 1, UUID(str(chain["/capture"])))


def refusals(installation: Installation, event: JsonObject) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as refusal:
        installation.capture(MAKER, event)
    return refusal.value.problems


def lacking(sheet: Sheet, severity: Severity) -> tuple[Kde, JsonObject] | None:
    """Return a datum that weighs so much when it is missing, and the event without it."""
    for kde in sheet.way.kdes:
        is_own = parse_path(kde.path).place is Place.TERM
        if not is_own or kde.need is not Need.MANDATORY or kde.instead or kde.when is not None:
            continue
        if severity_of(kde, "missing", LATER) is severity:
            event = full_event(sheet, day=LATER)
            remove(event, {}, kde.path)
            # Without it the event might pass for another step.
            return kde, {**event, "sx:cte": f"{sheet.profile}/{sheet.cte.id}"}
    return None


@pytest.fixture(autouse=True)
def later(installation: Installation) -> None:
    """Let everything that has a date be in force."""
    installation.clock.instant = NOW.replace(year=2028)


@pytest.mark.parametrize("name", names())
def test_a_chain_of_each_class_is_captured_and_names_its_profile(
    installation: Installation, name: str
) -> None:
    profile = catalogue().profile(name)
    goods_of(installation, profile.covers[0][0])
    by_cte = {sheet.cte.id: sheet for sheet in reversed(list(sheets(profile)))}
    steps = route(profile)
    told = [
        at_home(installation, full_event(by_cte[cte.id], hour=hour))
        for hour, cte in enumerate(steps)
    ]

    receipt = installation.capture(MAKER, *told)

    assert receipt.count == len(steps)
    with reading(installation.engine) as connection:
        seqs = range(receipt.first_seq, receipt.first_seq + receipt.count)
        entries = read_entries(connection, 1, list(seqs))
    publics = [parse_part(entry.parts[Part.PUBLIC]) for entry in entries.values()]
    assert {str(public.get("/profiles#0")) for public in publics} == {profile.id}
    installation.check()


@pytest.mark.parametrize("named", ["x/y", "dairy/no_such_step", "veg_fruit/harvest", "", 7])
def test_naming_a_step_that_asks_for_nothing_is_no_way_past_the_door(
    installation: Installation, named: str | int
) -> None:
    goods_of(installation, catalogue().profile("dairy").covers[0][0])
    sheet = next(iter(sheets(catalogue().profile("dairy"))))
    event = at_home(installation, full_event(sheet, day=LATER))

    found = refusals(installation, {**event, "sx:cte": named})

    assert [(one.path.rpartition(".")[2], one.code) for one in found] == [
        ("sx:cte", "kde_unknown_step")
    ]
    installation.check()


def test_goods_without_a_class_are_let_in_and_told_of_once(installation: Installation) -> None:
    capture = record(installation, observation(serial(1)), observation(serial(2)))

    (problem,) = capture.problems
    assert problem.code == f"{ADVICE}no_profile"
    assert problem.message.startswith("2 events")
    assert capture.is_success


def test_what_is_not_listed_of_the_advice_is_counted(installation: Installation) -> None:
    goods_of(installation, "dairy")
    found = (lacking(one, Severity.WARNING) for one in sheets(catalogue().profile("dairy")))
    _, half = next(one for one in found if one is not None)
    events = [
        {**at_home(installation, half), "eventTime": f"{LATER}T08:{n // 60:02}:{n % 60:02}.000Z"}
        for n in range(PROBLEMS_MAX + 1)
    ]

    capture = record(installation, *events)

    assert len(capture.problems) == PROBLEMS_MAX
    assert capture.counts.advice > PROBLEMS_MAX
    assert (capture.counts.refused, capture.counts.already_recorded) == (0, 0)


def test_what_happened_at_a_foreign_place_is_told_and_not_refused(
    installation: Installation,
) -> None:
    goods_of(installation, "dairy")
    event = seen_abroad("https://id.gs1.org/414/4012345000009")

    capture = record(installation, event)

    assert capture.is_success
    assert {problem.code for problem in capture.problems} == {f"{ADVICE}kde_missing"}
    assert refusals(installation, at_home(installation, event))


def seen_abroad(place: str) -> JsonObject:
    return observation(
        f"{GTIN}/21/1",
        eventTime=at(1),
        bizStep="shipping",
        disposition="in_transit",
        readPoint={"id": place},
    )


def test_whoever_proceeds_keeps_the_events_that_say_everything(
    installation: Installation,
) -> None:
    goods_of(installation, "dairy")
    (sheet, *_) = sheets(catalogue().profile("dairy"))
    whole = at_home(installation, full_event(sheet))
    found = (lacking(one, Severity.ERROR) for one in sheets(catalogue().profile("dairy")))
    _, half = next(one for one in found if one is not None)

    capture = record(
        installation,
        at_home(installation, half),
        whole,
        behaviour=ErrorBehaviour.PROCEED,
    )

    assert (capture.event_count, capture.kept_count, capture.is_success) == (2, 1, False)
    assert {problem.path.split(".")[1] for problem in capture.problems} == {"eventList[0]"}


def test_a_declaration_need_not_say_more_than_what_it_takes_back(
    installation: Installation,
) -> None:
    event = observation(f"{GTIN}/21/1", **to(installation, "shop"), bizStep="shipping")
    installation.capture(MAKER, event)
    goods_of(installation, "dairy")
    error = {"declarationTime": at(30), "reason": "did_not_occur"}

    declared = {**deepcopy(event), "errorDeclaration": error}

    assert installation.capture(MAKER, declared).count == 1
