"""What the consumer's view warns of, and what it does not count as good."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.web import yoghurt
from tests.web.views import SOLD, WITHDRAWN_AT, facts, kinds, later, view_of, with_relation
from web.pages.model import Notice
from web.pages.scan_view import build_scan_view


def test_a_recall_comes_first_and_is_loud() -> None:
    view = view_of(later(yoghurt.history(), bizStep="holding", disposition="recalled"))

    assert view.notices[0] == Notice(kind="recalled", tone="stop", seqs=(4320,), on="2026-11-06")


def test_a_sale_after_a_recall_does_not_end_it() -> None:
    recalled = later(yoghurt.history(), disposition="recalled")
    sold = replace(recalled.steps[-1], seq=4321, event={"disposition": "retail_sold"})

    view = view_of(replace(recalled, steps=(*recalled.steps, sold)))

    assert kinds(view) == ["recalled", "sold"]


def test_a_recall_ends_when_a_later_step_lifts_it_by_name() -> None:
    recalled = later(yoghurt.history(), persistentDisposition={"set": ["recalled"]})
    lifted = replace(
        recalled.steps[-1], seq=4321, event={"persistentDisposition": {"unset": ["recalled"]}}
    )

    view = view_of(replace(recalled, steps=(*recalled.steps, lifted)))

    assert kinds(view) == []


def test_a_recall_declared_wrong_is_no_recall_and_is_told_as_withdrawn() -> None:
    history = later(yoghurt.history(), disposition="recalled")

    view = view_of(yoghurt.with_step(history, 4320, error_declared_at=WITHDRAWN_AT))

    assert kinds(view) == ["withdrawn"]


def test_a_recalled_ingredient_is_told_apart_from_a_recalled_product() -> None:
    history = later(yoghurt.history(), of=4103, disposition="recalled")

    assert kinds(view_of(history)) == ["input_recalled"]


def test_a_retired_code_is_void_and_a_retired_case_is_not() -> None:
    item = later(yoghurt.history(), bizStep="decommissioning", disposition="inactive")
    case = later(yoghurt.history(), of=4251, bizStep="decommissioning", disposition="inactive")

    assert view_of(item).is_void
    assert kinds(view_of(item)) == ["void"]
    assert not view_of(case).is_void


def test_the_day_on_which_it_expires_is_still_good() -> None:
    on_day = view_of(yoghurt.history(), today=date(2026, 11, 23))
    day_after = view_of(yoghurt.history(), today=date(2026, 11, 24))

    assert not on_day.identity.is_expired
    assert kinds(day_after) == ["expired"]


def test_the_expiry_of_the_milk_is_not_that_of_the_yoghurt() -> None:
    history = later(yoghurt.history(), of=4103, ilmd={"cbvmda:itemExpirationDate": "2026-11-03"})

    assert view_of(history).identity.expires_on == "2026-11-23"


def test_a_failed_test_and_an_alarm_are_noticed() -> None:
    reading = {
        "type": "gs1:Temperature",
        "value": 11.4,
        "uom": "CEL",
        "exception": "ALARM_CONDITION",
    }
    positive: dict[str, Any] = {"suxin:testItem": "melamine", "suxin:testResult": "POS"}
    failed = later(yoghurt.history(), **positive)
    alarmed = later(yoghurt.history(), sensorElementList=[{"sensorReport": [reading]}])

    assert kinds(view_of(failed)) == ["failed"]
    assert facts(view_of(failed), 4320)[0].tone == "bad"
    assert kinds(view_of(alarmed)) == ["alarm"]
    assert facts(view_of(alarmed), 4320)[0].tone == "bad"


def test_a_damaged_record_is_marked_and_its_contents_are_not_repeated_as_fact() -> None:
    view = view_of(yoghurt.with_step(yoghurt.history(), 4122, is_damaged=True))

    step = next(step for group in view.stages for step in group.steps if step.seq == 4122)
    assert (step.state, step.facts) == ("damaged", ())
    assert view.notices == (Notice(kind="damaged", tone="warn", seqs=(4122,), on="2026-11-01"),)
    assert view.summary.damaged == 1
    assert [node.state for node in view.chain.nodes if node.label.startswith("行唐")] == ["damaged"]


def test_a_withdrawn_step_stays_visible_and_is_not_counted() -> None:
    view = view_of(yoghurt.with_step(yoghurt.history(), 4315, error_declared_at=WITHDRAWN_AT))

    step = view.stages[-1].steps[-1]
    assert (step.state, step.withdrawn_on) == ("withdrawn", "2026-11-05")
    assert (view.summary.steps, view.summary.withdrawn) == (17, 1)


def test_a_certificate_of_a_product_covers_its_making_and_not_its_sale() -> None:
    cards = yoghurt.directory()
    card = replace(cards.certificates[0], lot=None, until_on=date(2026, 11, 2))

    view = build_scan_view(
        yoghurt.history(), replace(cards, certificates=(card,)), "zh", yoghurt.TODAY
    )

    assert view.certificates[0].validity == "ended"


def test_a_sold_item_says_so_before_its_name() -> None:
    view = view_of(later(yoghurt.history(), **SOLD))

    sold = next(notice for notice in view.notices if notice.kind == "sold")
    assert (sold.tone, sold.on, sold.seqs) == ("info", "2026-11-06", (4320,))


def test_a_sale_of_the_lot_or_before_a_return_is_no_sale_of_the_item() -> None:
    sold = later(yoghurt.history(), **SOLD)
    back = replace(
        sold.steps[-1],
        seq=4321,
        event={**sold.steps[-1].event, "bizStep": "receiving", "disposition": "returned"},
    )
    of_lot = with_relation(sold, 4320, "lot")

    assert "sold" not in kinds(view_of(replace(sold, steps=(*sold.steps, back))))
    assert "sold" not in kinds(view_of(of_lot))
    assert "sold" not in kinds(view_of(replace(sold, subject=yoghurt.LOT)))


def test_a_recall_stands_before_a_sale() -> None:
    sold = later(yoghurt.history(), **SOLD)
    recall = replace(
        sold.steps[-1], seq=4321, event={**sold.steps[-1].event, "disposition": "recalled"}
    )

    assert kinds(view_of(replace(sold, steps=(*sold.steps, recall))))[0] == "recalled"


def test_the_time_of_a_damaged_step_is_on_the_clock_of_the_country() -> None:
    outline = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-04T00:20:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "bizStep": "stocking",
    }
    damaged = yoghurt.with_step(yoghurt.history(), 4315, event=outline, is_damaged=True)

    when = next(
        step.when for group in view_of(damaged).stages for step in group.steps if step.seq == 4315
    )

    assert when is not None
    assert (when.date, when.time, when.offset) == ("2026-11-04", "08:20", "+08:00")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_enterprises_own_step_is_quoted(lang: Any) -> None:
    own = later(yoghurt.history(), bizStep="https://dairy.example/steps/degassing")

    title = next(
        step.title
        for group in view_of(own, lang=lang).stages
        for step in group.steps
        if step.seq == 4320
    )

    words = {"zh": "“degassing”（企业自定义步骤）", "en": "“degassing” (the enterprise's own step)"}
    assert title == words[lang]
