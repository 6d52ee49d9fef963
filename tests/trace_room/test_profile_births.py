"""What an event leaves to the register and to its lot's birth is asked there."""

from trace.capture_problems import is_advice
from typing import Any

import pytest

from base.db import transaction
from base.strict_json import JsonObject
from parties.drafts import ProductDraft
from parties.register import register_product
from schemas.profiles.registry import births_since, catalogue
from tests.instances import NOW, Installation, observation
from tests.schemas.profiles.mutating import remove
from tests.schemas.profiles.samples import ITEM, LATER, LOT, full_event, sheets
from tests.trace_room.test_profiling import GTIN, MAKER, at_home, goods_of, record, refusals

LACKED = "sx:approvalNumber"
BEFORE = "2027-06-30"


@pytest.fixture(autouse=True)
def later(installation: Installation) -> None:
    """Let everything that has a date be in force."""
    installation.clock.instant = NOW.replace(year=2028)


def receipt(installation: Installation, day: str = LATER) -> JsonObject:
    """Return the receipt of a drug that leaves its approval number to the lot's birth."""
    sheet = next(one for one in sheets(catalogue().profile("drug")) if one.cte.id == "receive")
    event = full_event(sheet, day=day)
    remove(event, {}, f"lot.{LACKED}")
    return at_home(installation, {**event, "sx:cte": "drug/receive"})


def birth(**ilmd: Any) -> JsonObject:
    """Return the birth of the lot, as no step of its class."""
    return observation(
        ITEM,
        action="ADD",
        bizStep="creating_class_instance",
        disposition="active",
        quantityList=[{"epcClass": LOT, "quantity": 9, "uom": "KGM"}],
        ilmd={name.replace("_", ":"): value for name, value in ilmd.items()},
    )


def told(installation: Installation, *events: JsonObject) -> list[str]:
    """Record events; return the paths of the advice, without the document's."""
    capture = record(installation, *events)
    assert capture.is_success
    return [one.path.partition("].")[2] for one in capture.problems if is_advice(one)]


def test_what_neither_the_event_nor_its_lots_birth_says_is_refused(
    installation: Installation,
) -> None:
    goods_of(installation, "drug")
    installation.capture(MAKER, birth(sx_productionDate="2027-01-01"))

    (problem,) = refusals(installation, receipt(installation))

    assert problem.path == f"epcisBody.eventList[0].lot.{LACKED}"
    assert problem.code == "kde_missing"
    assert f"in this event as {LACKED}" in problem.message
    assert f"也可在本事件中写作 {LACKED}" in problem.message
    said = {**receipt(installation), LACKED: "国药准字H20240001"}
    assert told(installation, said) == []


def test_what_the_lots_birth_says_need_not_be_said_again(installation: Installation) -> None:
    goods_of(installation, "drug")
    installation.capture(MAKER, birth(sx_approvalNumber="国药准字H20240001"))

    assert told(installation, receipt(installation)) == []


def test_a_birth_in_the_same_document_is_heard(installation: Installation) -> None:
    goods_of(installation, "drug")
    born = birth(sx_approvalNumber="国药准字H20240001")

    assert told(installation, born, receipt(installation)) == []


def test_a_birth_under_other_prefixes_is_heard(installation: Installation) -> None:
    goods_of(installation, "drug")
    born = birth()
    born["ilmd"] = {"urn:suxin:epcis:approvalNumber": "国药准字H20240001"}
    installation.capture(MAKER, born)

    assert told(installation, receipt(installation)) == []


def test_of_a_lot_without_a_birth_on_record_it_is_only_told(installation: Installation) -> None:
    goods_of(installation, "drug")

    assert told(installation, receipt(installation)) == [f"lot.{LACKED}"]


def test_a_birth_that_was_taken_back_is_none(installation: Installation) -> None:
    goods_of(installation, "drug")
    born = birth(sx_approvalNumber="国药准字H20240001")
    installation.capture(MAKER, born)
    error = {"declarationTime": f"{LATER}T00:00:00.000Z", "reason": "did_not_occur"}
    installation.capture(MAKER, {**born, "errorDeclaration": error})

    assert told(installation, receipt(installation)) == [f"lot.{LACKED}"]


def test_before_the_day_that_births_are_asked_it_is_only_told(installation: Installation) -> None:
    goods_of(installation, "drug")
    installation.capture(MAKER, birth())

    assert births_since() > BEFORE
    assert told(installation, receipt(installation, day=BEFORE)) == [f"lot.{LACKED}"]


def test_what_the_register_lacks_never_stands_in_a_producers_way(
    installation: Installation,
) -> None:
    party_id = installation.party(MAKER).party_id
    assert party_id is not None
    draft = ProductDraft(party_id=party_id, uri=GTIN, name_zh="样品", class_code="dairy")
    with transaction(installation.engine) as connection:
        register_product(connection, draft, now=NOW)
    (sheet, *_) = (
        one
        for one in sheets(catalogue().profile("dairy"))
        if any(kde.path == "product.spec_zh" for kde in one.way.kdes)
    )

    capture = record(installation, at_home(installation, full_event(sheet, day=LATER)))

    assert capture.is_success
    spec = [one for one in capture.problems if one.path.endswith(".product.spec_zh")]
    assert [one.code for one in spec] == ["advice_kde_missing"]
    assert "the operator keeps" in spec[0].message
