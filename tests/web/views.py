"""Views of the story of the yoghurt, for tests of the consumer pages."""

from dataclasses import replace
from datetime import UTC, date, datetime
from trace.history import History
from typing import Any

from tests.web import yoghurt
from web.pages.model import Fact, NoticeKind, ScanView
from web.pages.scan_view import build_scan_view

WITHDRAWN_AT = datetime(2026, 11, 5, 3, tzinfo=UTC)

SOLD: dict[str, Any] = {"bizStep": "retail_selling", "disposition": "retail_sold"}


def view_of(history: History, *, today: date = yoghurt.TODAY, lang: Any = "zh") -> ScanView:
    return build_scan_view(history, yoghurt.directory(), lang, today)


def later(history: History, *, of: int = 4315, **event: Any) -> History:
    """Return the history with a step added: that of entry `of`, a day later, with these members."""
    step = next(step for step in history.steps if step.seq == of)
    moved = {**step.event, "eventTime": "2026-11-06T09:00:00+08:00", **event}
    return replace(history, steps=(*history.steps, replace(step, seq=4320, event=moved)))


def kinds(view: ScanView) -> list[NoticeKind]:
    return [notice.kind for notice in view.notices]


def facts(view: ScanView, seq: int) -> tuple[Fact, ...]:
    return next(step.facts for group in view.stages for step in group.steps if step.seq == seq)


def with_relation(history: History, seq: int, relation: str) -> History:
    return yoghurt.with_step(history, seq, relation=relation)
