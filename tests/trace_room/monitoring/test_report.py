"""What is recorded against what is registered: by stage, region, class and party."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from trace.monitoring.counting import Span
from trace.monitoring.report import Bounds, Report, monitor
from trace.monitoring.stages import Stage, stage_of
from trace.types import Action, EventType
from uuid import UUID

import pytest

from base.clock import CIVIL_ZONE
from base.db import reading, transaction
from base.errors import InvalidInput
from parties.drafts import PartyDraft, ProductDraft
from parties.register import register_party, register_product
from parties.tables import PartyKind
from tests.instances import Installation, observation, serial
from tests.parties.samples import uscc_of

DAY = date(2026, 11, 20)
SPAN = Span(first=date(2026, 11, 11), last=DAY)
BOUNDS = Bounds(days_max=92, events_max=1000)


def on(day: date, hour: int = 9) -> str:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CIVIL_ZONE).isoformat()


def seen(item: str, day: date = DAY, hour: int = 9, **words: object) -> dict[str, object]:
    return observation(item, eventTime=on(day, hour), **words)


def party(installation: Installation, number: int, kind: PartyKind, region: str) -> UUID:
    draft = PartyDraft(uscc=uscc_of(number), name_zh=f"单位{number}", kind=kind, region=region)
    with transaction(installation.engine) as connection:
        return register_party(connection, draft, now=installation.clock.now()).id


def product(installation: Installation, name: str, gtin: str, class_code: str) -> None:
    party_id = installation.party(name).party_id
    assert party_id is not None
    uri = f"https://id.gs1.org/01/{gtin}"
    draft = ProductDraft(party_id=party_id, uri=uri, name_zh=name, class_code=class_code)
    with transaction(installation.engine) as connection:
        register_product(connection, draft, now=installation.clock.now())
    installation.desk.owners.forget(uri)


def report(installation: Installation, span: Span = SPAN, bounds: Bounds = BOUNDS) -> Report:
    with reading(installation.engine) as connection:
        return monitor(connection, installation.log, span, bounds)


@pytest.mark.parametrize(
    ("event_type", "action", "step", "stage"),
    [
        (EventType.TRANSFORMATION, None, None, Stage.PRODUCTION),
        (EventType.OBJECT, Action.ADD, "commissioning", Stage.PRODUCTION),
        (EventType.OBJECT, Action.ADD, None, Stage.PRODUCTION),
        (EventType.OBJECT, Action.OBSERVE, "shipping", Stage.TRANSPORT),
        (EventType.OBJECT, Action.OBSERVE, "retail_selling", Stage.SALE),
        (EventType.OBJECT, Action.OBSERVE, "inspecting", Stage.OTHER),
        (EventType.AGGREGATION, Action.ADD, None, Stage.OTHER),
        (EventType.OBJECT, Action.OBSERVE, None, Stage.OTHER),
    ],
)
def test_each_event_is_in_one_stage(
    event_type: EventType, action: Action | None, step: str | None, stage: Stage
) -> None:
    assert stage_of(event_type, action, step) is stage


def test_events_are_counted_by_stage_within_the_days_in_china(
    installation: Installation,
) -> None:
    first = SPAN.first
    told = [
        seen(serial(1), action="ADD", bizStep="commissioning"),
        seen(serial(1), bizStep="shipping"),
        seen(serial(1), first, 0, bizStep="retail_selling"),
        seen(serial(1), first - timedelta(days=1), 23, bizStep="retail_selling"),
        seen(serial(1), DAY, 23, bizStep="inspecting"),
        seen(serial(1), DAY + timedelta(days=1), 0, bizStep="retail_selling"),
    ]

    installation.capture("farm", *told)

    found = report(installation)
    assert found.whole.stages == {
        Stage.PRODUCTION: 1,
        Stage.TRANSPORT: 1,
        Stage.SALE: 1,
        Stage.OTHER: 1,
    }
    assert (found.whole.registered, found.whole.active) == (1, 1)


def test_what_was_taken_back_is_counted_nowhere(installation: Installation) -> None:
    event_id = "urn:uuid:11111111-1111-4111-8111-111111111111"
    wrong = seen(serial(1), bizStep="retail_selling", eventID=event_id)
    declared = {"declarationTime": on(DAY, 10), "reason": "did_not_occur"}
    product(installation, "farm", "06901234567892", "toys")

    installation.capture("farm", wrong, seen(serial(2), bizStep="shipping"))
    for hour in (10, 11):
        again = {**declared, "declarationTime": on(DAY, hour)}
        installation.capture("farm", {**wrong, "errorDeclaration": again})

    found = report(installation)
    assert found.whole.total == 1
    assert found.classes[0].stages[Stage.SALE] == 0
    assert found.classes[0].stages[Stage.TRANSPORT] == 1


def test_a_region_has_its_coverage_and_the_stages_that_it_lacks(
    installation: Installation,
) -> None:
    for number in (50, 51, 52):
        party(installation, number, PartyKind.SHOP, "130102")
    installation.capture("farm", seen(serial(1), bizStep="shipping"))

    found = {one.key: one for one in report(installation).regions}

    assert (found["130102"].registered, found["130102"].active) == (3, 0)
    assert found["130102"].coverage == Decimal("0.0")
    assert found["130102"].lacks == (Stage.TRANSPORT, Stage.SALE)
    assert found[""].coverage == Decimal("100.0")
    assert found[""].lacks == (Stage.PRODUCTION,)


def test_a_class_counts_its_products_and_goods_without_one_stand_apart(
    installation: Installation,
) -> None:
    product(installation, "farm", "06901234567892", "toys")
    product(installation, "farm", "06901234567885", "toys")
    case = "https://id.gs1.org/00/069012345000000011"
    installation.capture("farm", seen(serial(1), bizStep="shipping"), seen(case))

    found = {one.key: one for one in report(installation).classes}

    assert (found["toys"].registered, found["toys"].active) == (2, 1)
    assert found["toys"].coverage == Decimal("50.0")
    assert found["toys"].lacks == (Stage.PRODUCTION, Stage.SALE)
    assert (found[""].total, found[""].coverage, found[""].lacks) == (1, None, ())


def test_who_reported_before_and_does_not_any_more_is_named(
    installation: Installation,
) -> None:
    before = SPAN.first - timedelta(days=2)
    installation.capture("lively", seen(serial(1), before), seen(serial(1)))
    installation.capture("silent", seen(serial(2), before))
    party(installation, 60, PartyKind.FARM, "130102")

    found = report(installation)

    silent = installation.party("silent").party_id
    assert [(one.party_id, one.count_before) for one in found.silent] == [(silent, 1)]
    assert (found.never, found.whole.coverage) == (1, Decimal("33.3"))


@pytest.mark.parametrize(
    ("span", "bounds"),
    [
        (Span(first=DAY, last=DAY - timedelta(days=1)), BOUNDS),
        (Span(first=DAY - timedelta(days=92), last=DAY), BOUNDS),
        (SPAN, Bounds(days_max=92, events_max=1)),
    ],
)
def test_what_would_be_too_much_to_count_is_refused(
    installation: Installation, span: Span, bounds: Bounds
) -> None:
    installation.capture("farm", seen(serial(1)), seen(serial(2)))

    with pytest.raises(InvalidInput):
        report(installation, span, bounds)
