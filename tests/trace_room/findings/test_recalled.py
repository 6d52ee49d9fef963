"""Recalled goods that went on, and everybody who must not be said to have done it."""

from datetime import timedelta
from trace.recall.answering import Said, answer_notice, close_recall
from trace.recall.model import AnswerKind, Criteria, Outcome
from trace.recall.opening import rescope_recall
from trace.recall.reading import Recall
from typing import Any

import pytest

from base.clock import format_instant
from tests.instances import Installation, serial
from tests.trace_room.findings.desk import assert_rebuild_is_live, found
from tests.trace_room.recall.world import AUTHORITY, desk_of, notices, opened
from tests.trace_room.story import CARTON, packing, seen, to

HOUR = timedelta(hours=1)
CODE = "recalled_goods"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked here is asked of pure rules: one database is enough."""
    return sqlite_url


def told_now(installation: Installation, name: str, event: dict[str, Any]) -> None:
    """Let a party record what happens at this moment, and an hour pass."""
    moment = format_instant(installation.clock.now())
    installation.capture(name, {**event, "eventTime": moment})
    installation.clock.instant += HOUR


def delivered(installation: Installation) -> None:
    """Let a farm make two things, and a shop receive them."""
    for name in ("farm", "shop", "buyer"):
        installation.party(name)
    for number in (1, 2):
        made = seen(1, serial(number), action="ADD", bizStep="commissioning")
        told_now(installation, "farm", made)
        sent = seen(1, serial(number), bizStep="shipping", **to(installation, "shop"))
        told_now(installation, "farm", sent)
        told_now(installation, "shop", seen(1, serial(number), bizStep="receiving"))


def heard(installation: Installation, recall: Recall, name: str = "shop") -> None:
    """Let a holder say that it has read its notice, and two hours pass."""
    notice = notices(installation, recall)[name]
    said = Said(kind=AnswerKind.ACKNOWLEDGED)
    answer_notice(desk_of(installation), installation.party(name), recall, notice, said)
    installation.clock.instant += 2 * HOUR


def sold(installation: Installation, number: int = 1, **more: Any) -> None:
    told_now(installation, "shop", seen(1, serial(number), bizStep="retail_selling", **more))


def told_of(installation: Installation) -> list[tuple[str, str]]:
    return [(one.uri, one.party) for one in found(installation, CODE)]


def test_goods_sold_by_a_holder_that_knew_of_their_recall_are_found(
    installation: Installation,
) -> None:
    delivered(installation)
    recall = opened(installation, serial(1))
    heard(installation, recall)
    sold(installation)

    (one,) = found(installation, CODE)

    assert (one.uri, one.party) == (serial(1), "shop")
    assert one.details["number"] == recall.number
    assert_rebuild_is_live(installation)


def test_a_holder_knows_of_a_recall_once_the_time_to_read_its_notice_is_up(
    installation: Installation,
) -> None:
    delivered(installation)
    recall = opened(installation, serial(1))
    due_at = notices(installation, recall)["shop"].due_at
    installation.clock.instant = due_at + 2 * HOUR
    sold(installation)

    assert told_of(installation) == [(serial(1), "shop")]


def test_what_was_sold_before_its_holder_heard_accuses_nobody(installation: Installation) -> None:
    delivered(installation)
    sold(installation, 2)
    recall = opened(installation, serial(1), serial(2))
    sold(installation)
    heard(installation, recall)

    assert told_of(installation) == []


def test_a_drill_accuses_nobody(installation: Installation) -> None:
    delivered(installation)
    heard(installation, opened(installation, serial(1), is_mock=True))
    sold(installation)

    assert told_of(installation) == []


def test_a_withdrawn_recall_accuses_nobody_any_more(installation: Installation) -> None:
    delivered(installation)
    recall = opened(installation, serial(1))
    heard(installation, recall)
    sold(installation)
    assert told_of(installation) == [(serial(1), "shop")]

    close_recall(desk_of(installation), AUTHORITY, recall, Outcome.WITHDRAWN, "误报")

    assert told_of(installation) == []
    assert_rebuild_is_live(installation)


def test_goods_that_a_narrower_scope_leaves_out_accuse_nobody_any_more(
    installation: Installation,
) -> None:
    delivered(installation)
    recall = opened(installation, serial(1), serial(2))
    heard(installation, recall)
    sold(installation, 1)
    sold(installation, 2)
    assert len(told_of(installation)) == 2

    criteria = Criteria(codes=(serial(2),))
    rescope_recall(desk_of(installation), AUTHORITY, recall, criteria, "排除一件")

    assert told_of(installation) == [(serial(2), "shop")]
    assert_rebuild_is_live(installation)


def test_goods_that_came_into_the_scope_later_count_from_their_own_notice_on(
    installation: Installation,
) -> None:
    delivered(installation)
    recall = opened(installation, serial(1))
    heard(installation, recall)
    sold(installation, 2)

    criteria = Criteria(codes=(serial(1), serial(2)))
    rescope_recall(desk_of(installation), AUTHORITY, recall, criteria, "扩大")

    assert told_of(installation) == []


@pytest.mark.parametrize(
    "served",
    [
        {"bizStep": "shipping", "disposition": "returned"},
        {"bizStep": "holding", "disposition": "recalled"},
        {"bizStep": "destroying", "action": "DELETE", "disposition": "destroyed"},
        {"bizStep": "retail_selling", "disposition": "recalled"},
        # Nobody knows to whom: it may have been whoever gathers them.
        {"bizStep": "shipping"},
    ],
)
def test_steps_that_serve_the_recall_accuse_nobody(
    installation: Installation, served: dict[str, str]
) -> None:
    delivered(installation)
    heard(installation, opened(installation, serial(1)))
    told_now(installation, "shop", seen(1, serial(1), **served))

    assert told_of(installation) == []


def test_goods_go_back_to_who_sent_them_and_not_on_to_a_buyer(installation: Installation) -> None:
    delivered(installation)
    heard(installation, opened(installation, serial(1), serial(2)))
    for number, name in ((1, "farm"), (2, "buyer")):
        sent = seen(1, serial(number), bizStep="shipping", **to(installation, name))
        told_now(installation, "shop", sent)

    assert told_of(installation) == [(serial(2), "shop")]


def test_a_buyer_that_no_notice_told_is_not_accused(installation: Installation) -> None:
    delivered(installation)
    heard(installation, opened(installation, serial(1)))
    sent = seen(1, serial(1), bizStep="shipping", **to(installation, "buyer"))
    told_now(installation, "shop", sent)
    told_now(installation, "buyer", seen(1, serial(1), bizStep="receiving"))
    told_now(installation, "buyer", seen(1, serial(1), bizStep="retail_selling"))

    assert told_of(installation) == [(serial(1), "shop")]


def test_what_was_sold_out_of_a_crate_does_not_go_on_with_it(installation: Installation) -> None:
    delivered(installation)
    told_now(installation, "shop", packing(1, CARTON, serial(1)))
    recall = opened(installation, serial(1))
    sold(installation)
    heard(installation, recall)
    sent = seen(1, CARTON, bizStep="shipping", **to(installation, "buyer"))
    told_now(installation, "shop", sent)

    assert told_of(installation) == []


def test_goods_in_a_crate_that_is_sent_on_went_on(installation: Installation) -> None:
    delivered(installation)
    told_now(installation, "shop", packing(1, CARTON, serial(1)))
    heard(installation, opened(installation, serial(1)))
    sent = seen(1, CARTON, bizStep="shipping", **to(installation, "buyer"))
    told_now(installation, "shop", sent)

    assert (serial(1), "shop") in told_of(installation)
