"""What cannot be is refused at the door by its path; what is odd is recorded and told."""

import re
from datetime import UTC, datetime
from trace.bounds import bounds, judged
from trace.capture_problems import is_advice
from trace.profiling import ADVICE
from typing import Any

import pytest

from base.errors import InvalidInput
from base.strict_json import JsonObject
from tests.instances import Installation, observation
from tests.trace_room.test_profiling import record

NOW = datetime(2026, 8, 1, tzinfo=UTC)
MAKER = "maker"
LOT = "https://id.gs1.org/01/06979990971017/10/B1"


def event(**members: Any) -> JsonObject:
    return {"type": "ObjectEvent", "eventTime": "2026-07-22T06:45:00+08:00", **members}


def measured(
    value: object, uom: str = "CEL", kind: str = "Temperature", name: str = "value"
) -> Any:
    return [{"sensorReport": [{"type": kind, name: value, "uom": uom}]}]


def amount(quantity: object, uom: str | None = None) -> Any:
    unit = {} if uom is None else {"uom": uom}
    return [{"epcClass": LOT, "quantity": quantity, **unit}]


REPORT = "sensorElementList[0].sensorReport[0]"
IMPOSSIBLE: list[tuple[str, JsonObject]] = [
    ("eventTime", event(eventTime="1900-01-01T00:00:00+08:00")),
    ("eventTime", event(eventTime="0001-01-02T00:00:00Z")),
    ("ilmd.cbvmda:productionDate", event(ilmd={"cbvmda:productionDate": "1905-07-22"})),
    ("ilmd.sx:firstCutDate", event(ilmd={"sx:firstCutDate": "1900-01-01T00:00:00Z"})),
    (f"{REPORT}.value", event(sensorElementList=measured(999))),
    (f"{REPORT}.value", event(sensorElementList=measured(999, kind="gs1:Temperature"))),
    (f"{REPORT}.minValue", event(sensorElementList=measured(-273.16, name="minValue"))),
    (f"{REPORT}.value", event(sensorElementList=measured(-1, "KEL"))),
    (f"{REPORT}.value", event(sensorElementList=measured(1830, "FAH"))),
    (
        f"{REPORT}.maxValue",
        event(sensorElementList=measured(111, "P1", "RelativeHumidity", "maxValue")),
    ),
    (f"{REPORT}.value", event(sensorElementList=measured(-0.5, "P1", "RelativeHumidity"))),
    (f"{REPORT}.value", event(sensorElementList=measured(14.1, "Q30", "https://a.example/acid"))),
    (f"{REPORT}.value", event(sensorElementList=measured(-1, "", "https://a.example/pH"))),
    ("quantityList[0].quantity", event(quantityList=amount(100_000_001, "KGM"))),
    ("quantityList[0].quantity", event(quantityList=amount(10_000_000_001))),
    ("outputQuantityList[0].quantity", event(outputQuantityList=amount(1e12, "LTR"))),
    ("quantityList[0].uom", event(quantityList=amount(4, "CEL"))),
]
ODD: list[tuple[str, JsonObject]] = [
    ("eventTime", event(eventTime="1999-12-31T00:00:00Z")),
    ("ilmd.cbvmda:itemExpirationDate", event(ilmd={"cbvmda:itemExpirationDate": "9999-12-31"})),
    (f"{REPORT}.value", event(sensorElementList=measured(-196))),
    (f"{REPORT}.value", event(sensorElementList=measured(650))),
    (f"{REPORT}.value", event(sensorElementList=measured(102, "P1", "RelativeHumidity"))),
    (f"{REPORT}.value", event(sensorElementList=measured(0, "P1", "RelativeHumidity"))),
    ("childQuantityList[0].quantity", event(childQuantityList=amount(1_000_001, "KGM"))),
]
PLAIN = [
    event(),
    event(ilmd={"cbvmda:itemExpirationDate": "2031-07-22", "cbvmda:lotNumber": "1900-01-01-B"}),
    event(ilmd={"sx:mark": "1900-01-01"}),
    event(sensorElementList=measured(-80)),
    event(sensorElementList=measured(300)),
    event(sensorElementList=measured(121)),
    event(sensorElementList=measured(100, "P1", "RelativeHumidity")),
    event(sensorElementList=measured(12.5, "A93", "AbsoluteHumidity")),
    event(sensorElementList=measured(7, "Q30", "Dimensionless")),
    event(quantityList=amount(1_000_000, "KGM")),
    event(quantityList=amount(5, "ZZ")),
    event(quantityList=[{"epcClass": LOT}]),
]


@pytest.mark.parametrize(("path", "sent"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_by_its_path_and_in_both_languages(
    path: str, sent: JsonObject
) -> None:
    found = judged(sent, path="", now=NOW, advice_prefix=ADVICE)

    assert [one.path for one in found.refusals] == [path]
    assert found.advice == ()
    assert re.search("[\u4e00-\u9fff]", found.refusals[0].message) is None
    assert not found.refusals[0].message_zh.isascii()


@pytest.mark.parametrize(("path", "sent"), ODD)
def test_what_is_odd_is_advice_alone(path: str, sent: JsonObject) -> None:
    found = judged(sent, path="epcisBody.eventList[2]", now=NOW, advice_prefix=ADVICE)

    assert found.refusals == ()
    assert [one.path for one in found.advice] == [f"epcisBody.eventList[2].{path}"]
    assert is_advice(found.advice[0])


@pytest.mark.parametrize("sent", PLAIN)
def test_what_happens_every_day_is_passed_over(sent: JsonObject) -> None:
    found = judged(sent, path="", now=NOW, advice_prefix=ADVICE)

    assert (found.refusals, found.advice) == ((), ())


def test_nothing_is_asked_before_the_day_of_the_bounds_and_of_what_takes_an_event_back() -> None:
    absurd = IMPOSSIBLE[0][1]
    taken_back: JsonObject = {
        **absurd,
        "errorDeclaration": {"declarationTime": "2026-07-22T06:45:00+08:00"},
    }
    before = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)

    assert judged(absurd, path="", now=before, advice_prefix=ADVICE).refusals == ()
    assert judged(taken_back, path="", now=NOW, advice_prefix=ADVICE).refusals == ()


def test_every_bound_leaves_room_between_what_is_odd_and_what_cannot_be() -> None:
    rules = bounds()

    for one in (rules.times, *rules.by_kind.values(), *rules.by_unit.values()):
        if one.least is not None and one.odd_least is not None:
            assert one.least < one.odd_least
        if one.most is not None and one.odd_most is not None:
            assert one.odd_most < one.most
    assert all((one.odd_most or 0) < (one.most or 0) for one in rules.amounts.values())


def test_the_door_refuses_999_degrees_and_records_nothing(installation: Installation) -> None:
    hot = observation(
        "https://id.gs1.org/01/06979990971017/21/h1",
        sensorElementList=measured(999),
        readPoint={"id": installation.site_of(MAKER)},
    )

    with pytest.raises(InvalidInput) as refusal:
        installation.capture(MAKER, hot)

    (problem,) = refusal.value.problems
    assert problem.code == "implausible"
    assert problem.path.endswith(f"eventList[0].{REPORT}.value")


def test_what_happened_at_a_foreign_place_is_only_told(installation: Installation) -> None:
    hot = observation(
        "https://id.gs1.org/01/06979990971017/21/h2",
        sensorElementList=measured(999),
        readPoint={"id": "https://id.gs1.org/414/4012345000009"},
    )

    capture = record(installation, hot)

    told = [one for one in capture.problems if one.code == f"{ADVICE}implausible"]
    assert [one.path.partition("].")[2] for one in told] == [f"{REPORT}.value"]
