"""Activating and voiding issued codes ends in events that history knows, once each."""

from dataclasses import replace
from datetime import date, timedelta, timezone
from trace.history import History, history
from trace.issuing.commission import (
    Commissioner,
    plan_activation,
    plan_void,
    run_commission,
    run_now,
)
from trace.issuing.events import EVENT_CODES_MAX, Making
from trace.walk import WalkLimits
from typing import Any
from uuid import UUID

import pytest

from base.db import reading, transaction
from base.errors import Busy, Conflict, Forbidden, InvalidInput, NotFound
from ledger.journal import Journal, JournalLimits
from ledger.opening import NoIndex
from parties.actors import ANONYMOUS
from parties.drafts import SiteDraft
from parties.ids import new_id
from parties.issuing.blocks import Block, BlockRequest, issue_block, texts_of
from parties.issuing.ranges import RangeRequest
from parties.issuing.tables import RangeAction
from parties.register import register_site
from parties.tasks import Task, TaskState, read_task, unattended_tasks
from tests.instances import NOW, Installation
from tests.parties.issuing.desk import PREFIX, confirmed, issuer_of, new_product
from tests.parties.samples import gln_uri, gs1, gtin_uri

LIMITS = WalkLimits(events_max=100, depth_max=10)


def commissioner_of(place: Installation) -> Commissioner:
    return Commissioner(desk=place.desk, issuer=issuer_of(place), tasks_waiting_max=5)


def new_block(place: Installation, *, count: int = 10, kind: str = "gs1_serial") -> Block:
    request = BlockRequest(kind=kind, count=count, product_id=new_product(place, "甲"))
    return issue_block(issuer_of(place), place.party("甲"), request)


def uris_of(place: Installation, block: Block) -> list[str]:
    return [
        block.kind.uri_of_text(block.series.scope, text) for text in texts_of(block, place.secret)
    ]


def activation(
    place: Installation,
    block: Block,
    first: int,
    last: int,
    *,
    commissioner: Commissioner | None = None,
    task_id: UUID | None = None,
    **changed: Any,
) -> Task:
    lot = changed.pop("lot", "L1")
    request = RangeRequest(
        block_id=block.id, action=RangeAction.ACTIVATED, first=first, last=last, lot=lot
    )
    making = Making(
        **{
            "site": place.site_of("甲"),
            "happened_at": NOW,
            "lot": lot,
            "produced_on": date(2026, 11, 22),
            "expires_on": date(2026, 12, 22),
        }
        | changed
    )
    desk = commissioner or commissioner_of(place)
    return plan_activation(desk, place.party("甲"), request, making, task_id=task_id)


def void(
    place: Installation, block: Block, first: int, last: int, *, task_id: UUID | None = None
) -> Task:
    request = RangeRequest(
        block_id=block.id, action=RangeAction.VOIDED, first=first, last=last, reason="印错"
    )
    return plan_void(commissioner_of(place), place.party("甲"), request, task_id=task_id)


def run(place: Installation, task: Task) -> Task:
    return run_now(commissioner_of(place), place.party("甲"), task)


def told(place: Installation, uri: str) -> History | None:
    with reading(place.engine) as connection:
        try:
            return history(connection, place.log, uri, ANONYMOUS, LIMITS)
        except NotFound:
            return None


def steps_of(place: Installation, uri: str) -> list[str]:
    found = told(place, uri)
    return [] if found is None else [str(step.event["bizStep"]) for step in found.steps]


@pytest.mark.parametrize("kind", ["gs1_serial", "suxin_serial", "seed_unit"])
def test_an_activated_code_has_a_history_with_lot_and_dates(place: Installation, kind: str) -> None:
    block = new_block(place, kind=kind)
    uris = uris_of(place, block)

    task = run(place, activation(place, block, 2, 4, lot="M7"))

    assert (task.state, task.done, task.total) == (TaskState.DONE, 3, 3)
    assert [bool(steps_of(place, uri)) for uri in uris[:5]] == [False, True, True, True, False]
    found = told(place, uris[1])
    assert found is not None
    assert found.steps[0].event["ilmd"] == {
        "cbvmda:lotNumber": "M7",
        "sx:productionDate": "2026-11-22",
        "cbvmda:itemExpirationDate": "2026-12-22",
    }
    place.check()


def test_many_codes_are_several_events_and_done_twice_they_are_recorded_once(
    place: Installation,
) -> None:
    block = new_block(place, count=EVENT_CODES_MAX * 2 + 1)
    task = activation(place, block, 1, block.count)
    told_done: list[int] = []

    run_commission(commissioner_of(place), place.party("甲"), task, told_done.append)
    size = place.entry_count()
    run_commission(commissioner_of(place), place.party("甲"), task, told_done.append)

    assert place.entry_count() == size
    assert told_done == [block.count] * 2
    assert steps_of(place, uris_of(place, block)[-1]) == ["commissioning"]
    place.check()


def test_work_that_was_planned_and_never_begun_is_found_and_done(place: Installation) -> None:
    block = new_block(place)
    planned = activation(place, block, 1, 3)

    with reading(place.engine) as connection:
        waiting = unattended_tasks(connection, now=place.clock.now())
        task = read_task(connection, waiting[0])
    run(place, task)

    assert list(waiting) == [planned.id]
    assert steps_of(place, uris_of(place, block)[0]) == ["commissioning"]


def test_a_refused_activation_leaves_nothing_to_do(
    place: Installation,
) -> None:
    block = new_block(place)
    run(place, activation(place, block, 1, 3))
    size = place.entry_count()

    with pytest.raises(InvalidInput, match="activated already"):
        activation(place, block, 3, 5)

    with reading(place.engine) as connection:
        assert list(unattended_tasks(connection, now=place.clock.now())) == []
    assert place.entry_count() == size


def test_a_ledger_that_does_not_answer_leaves_the_task_to_be_done(place: Installation) -> None:
    block = new_block(place)
    full = Journal(
        engine=place.engine,
        log=place.log,
        index=NoIndex(),
        clock=place.clock,
        limits=JournalLimits(queue_entries_max=0, batch_entries_max=1),
        skew_max_ms=0,
    )
    whole = commissioner_of(place)
    busy = replace(whole, issuer=replace(whole.issuer, journal=full))
    task_id = new_id(place.clock.now())

    with pytest.raises(Busy):
        activation(place, block, 1, 2, commissioner=busy, task_id=task_id)
    again = activation(place, block, 1, 2, task_id=task_id)
    run(place, again)

    assert again.id == task_id
    assert steps_of(place, uris_of(place, block)[0]) == ["commissioning"]


def test_a_refused_request_is_corrected_under_the_same_id(place: Installation) -> None:
    block = new_block(place)
    run(place, activation(place, block, 1, 3))
    task_id = new_id(place.clock.now())

    with pytest.raises(InvalidInput, match="activated already"):
        activation(place, block, 3, 5, task_id=task_id)
    done = run(place, activation(place, block, 4, 5, task_id=task_id))

    assert (done.state, done.total) == (TaskState.DONE, 2)


def test_another_activation_under_the_same_id_is_refused(place: Installation) -> None:
    block = new_block(place)
    task_id = new_id(place.clock.now())
    activation(place, block, 1, 2, task_id=task_id)
    size = place.entry_count()

    with pytest.raises(Conflict):
        activation(place, block, 6, 7, task_id=task_id)

    assert place.entry_count() == size


def test_a_void_that_is_asked_for_twice_is_one(place: Installation) -> None:
    block = new_block(place)
    task_id = new_id(place.clock.now())

    first = void(place, block, 1, 2, task_id=task_id)
    place.clock.instant += timedelta(minutes=1)

    assert void(place, block, 1, 2, task_id=task_id).id == first.id


def test_void_ends_the_codes_in_use_and_no_other(place: Installation) -> None:
    block = new_block(place)
    run(place, activation(place, block, 1, 4))
    run(place, activation(place, block, 6, 8))

    task = run(place, void(place, block, 3, 7))

    assert task.state is TaskState.DONE
    assert [steps_of(place, uri) for uri in uris_of(place, block)[:9]] == [
        ["commissioning"],
        ["commissioning"],
        ["commissioning", "decommissioning"],
        ["commissioning", "decommissioning"],
        [],
        ["commissioning", "decommissioning"],
        ["commissioning", "decommissioning"],
        ["commissioning"],
        [],
    ]
    place.check()


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"site": "urn:example:elsewhere"}, "site"),
        ({"site": "nonsense"}, "site"),
        ({"happened_at": NOW + timedelta(days=2)}, "happened_at"),
        ({"happened_at": NOW.astimezone(timezone(timedelta(hours=14, minutes=59)))}, "happened_at"),
        ({"happened_at": NOW.replace(year=1)}, "happened_at"),
        ({"expires_on": date(2026, 11, 21)}, "expires_on"),
        ({"produced_on": date(2026, 11, 28), "expires_on": None}, "produced_on"),
        ({"produced_on": date(2099, 1, 1), "expires_on": None}, "produced_on"),
        ({"lot": "批"}, "lot"),
    ],
)
def test_a_bad_activation_names_its_field_and_records_nothing(
    place: Installation, changed: dict[str, Any], path: str
) -> None:
    block = new_block(place)
    size = place.entry_count()

    with pytest.raises(InvalidInput) as refused:
        activation(place, block, 1, 2, **changed)

    assert refused.value.problems[0].path == path
    assert place.entry_count() == size


def test_goods_may_bear_the_day_of_tomorrow_in_china(place: Installation) -> None:
    place.clock.instant = NOW.replace(hour=16, minute=30)
    tomorrow = NOW.date() + timedelta(days=2)

    task = activation(place, new_block(place), 1, 2, produced_on=tomorrow)

    assert run(place, task).state is TaskState.DONE


def test_the_site_of_an_activation_may_be_written_in_any_form(place: Installation) -> None:
    block = new_block(place)
    party_id = place.party("甲").party_id
    assert party_id is not None
    draft = SiteDraft(party_id=party_id, uri=gln_uri(7), name_zh="车间")
    with transaction(place.engine) as connection:
        register_site(connection, draft, now=place.clock.now())

    task = activation(place, block, 1, 2, site=gln_uri(7)[-13:])

    assert task.arguments["site"] == gln_uri(7)


def test_a_site_of_another_party_is_refused(place: Installation) -> None:
    block = new_block(place)

    with pytest.raises(InvalidInput, match="registered site"):
        activation(place, block, 1, 2, site=place.site_of("乙"))


def commissioned(uri: str) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-11-22T08:00:00Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "epcList": [uri],
    }


@pytest.mark.parametrize("kind", ["gs1_serial", "suxin_serial", "seed_unit"])
def test_nobody_else_brings_an_issued_code_into_being(place: Installation, kind: str) -> None:
    block = new_block(place, kind=kind)

    with pytest.raises(Forbidden):
        place.capture("乙", commissioned(uris_of(place, block)[0]))

    place.capture("甲", commissioned(uris_of(place, block)[0]))


def test_nobody_else_begins_a_pallet_under_a_confirmed_prefix(place: Installation) -> None:
    confirmed(place, "甲")
    pallet = f"https://id.gs1.org/00/{gs1(f'3{PREFIX}'.ljust(17, '1'))}"

    with pytest.raises(Forbidden):
        place.capture("乙", commissioned(pallet))

    place.capture("甲", commissioned(pallet))


def test_a_serial_of_an_enterprises_own_system_needs_no_block(place: Installation) -> None:
    new_product(place, "甲")

    place.capture("甲", commissioned(f"{gtin_uri(1)}/21/OWN-0001"))

    assert steps_of(place, f"{gtin_uri(1)}/21/OWN-0001") == ["commissioning"]
