from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from trace.events.check import check_events

import pytest

from base.strict_json import JsonObject
from schemas.epcis import Document, DocumentKind
from schemas.profiles.registry import check_event
from tests.schemas.profiles.samples import NAMESPACES
from tests.schemas.profiles.stories import cucumbers, medicine, pesticide, pork, yoghurt

STORIES = (
    ("vegetable", cucumbers, ["plant", "input_use", "harvest", "pre_test", "grade_pack",
                              "transport", "wholesale_in", "trade_out", "retail"]),
    ("dairy", yoghurt, ["milking", "station", "tanker", "factory_in", "process", "fill_pack",
                        "release", "dist", "retail"]),
    ("pork", pork, ["farm_in", "rear", "farm_out", "slaughter_in", "slaughter", "certify", "chill",
                    "cut_pack", "dist", "retail"]),
    ("drug", medicine, ["commission", "pack", "release", "ship", "transport", "receive", "store",
                        "dispense"]),
    ("pesticide", pesticide, ["raw", "make", "pack", "factory_sale", "dealer_buy", "retail", "use",
                              "waste"]),
)  # fmt: skip


@pytest.mark.parametrize(("code", "tell", "steps"), STORIES)
def test_a_story_written_by_hand_passes_at_every_step(
    code: str, tell: Callable[[], list[JsonObject]], steps: list[str]
) -> None:
    told = tell()

    checked = [check_event(event, NAMESPACES, class_code=code) for event in told]

    assert [one and one.cte for one in checked] == steps
    assert [one and one.findings for one in checked] == [()] * len(steps)


@pytest.mark.parametrize(("code", "tell", "steps"), STORIES)
def test_a_story_written_by_hand_would_be_let_in_at_the_door(
    code: str, tell: Callable[[], list[JsonObject]], steps: list[str]
) -> None:
    document = Document(
        kind=DocumentKind.CAPTURE, context=[], namespaces=NAMESPACES, events=tuple(tell()), path=()
    )

    now = datetime(2026, 11, 25, tzinfo=UTC)

    assert check_events(document, now=now, future_max=timedelta(minutes=5)) == []
