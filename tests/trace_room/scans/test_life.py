"""When a thing was sold or retired: the rules and the pages must say the same."""

from datetime import UTC, datetime
from trace.scans.life import read_steps
from typing import Any

import pytest

from tests.web import yoghurt
from tests.web.views import WITHDRAWN_AT, kinds, later, view_of, with_relation

SOLD: dict[str, Any] = {"bizStep": "retail_selling", "disposition": "retail_sold"}
RETIRED: dict[str, Any] = {"bizStep": "decommissioning", "disposition": "inactive"}
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    SOLD,
    RETIRED,
    {"bizStep": "retail_selling", "disposition": None},
    {"bizStep": "dispensing", "disposition": None},
    {"bizStep": "dispensing", "disposition": "dispensed"},
    {"bizStep": "retail_selling", "disposition": "returned"},
    {"bizStep": "holding", "disposition": "sellable_accessible"},
    {"bizStep": "urn:epcglobal:cbv:bizstep:retail_selling", "disposition": None},
    {"bizStep": "https://ref.gs1.org/cbv/BizStep-decommissioning"},
    {"disposition": "https://ref.gs1.org/cbv/Disp-retail_sold"},
    {"persistentDisposition": {"set": ["retail_sold"]}},
    {"persistentDisposition": {"set": ["recalled"]}},
)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_rules_find_a_sale_and_a_retirement_where_the_page_does(change: dict[str, Any]) -> None:
    history = later(yoghurt.history(), **change)

    sold_at, retired_at = read_steps(history.steps)

    found = kinds(view_of(history))
    assert (sold_at is not None) is ("sold" in found)
    assert (retired_at is not None) is ("void" in found)


@pytest.mark.parametrize("change", [SOLD, RETIRED], ids=["sold", "retired"])
def test_a_step_that_does_not_stand_or_is_about_something_else_counts_for_neither(
    change: dict[str, Any],
) -> None:
    history = later(yoghurt.history(), **change)
    last = history.steps[-1].seq

    for other in (
        yoghurt.with_step(history, last, error_declared_at=WITHDRAWN_AT),
        yoghurt.with_step(history, last, is_damaged=True),
        with_relation(history, last, "container"),
    ):
        assert read_steps(other.steps) == (None, None)
        assert not {"sold", "void"} & set(kinds(view_of(other)))


def test_the_time_is_that_of_the_event() -> None:
    history = later(yoghurt.history(), **SOLD)
    said = history.steps[-1].event["eventTime"]

    sold_at, _ = read_steps(history.steps)

    assert sold_at == datetime.fromisoformat(str(said))
    assert sold_at.astimezone(UTC).year == 2026
