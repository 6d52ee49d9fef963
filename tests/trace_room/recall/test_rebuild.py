"""The rows of recalls made anew from the ledger are the rows that were there."""

from datetime import timedelta
from decimal import Decimal
from trace.rebuild import check_index, rebuild_index
from trace.recall.answering import Said, answer_notice, close_recall, escalate_late
from trace.recall.model import Amount, AnswerKind, Criteria, Outcome
from trace.recall.opening import rescope_recall
from trace.recall.tables import TABLES
from typing import Any

import pytest
from sqlalchemy import select, text

from base.db import reading, transaction
from tests.instances import Installation, lot
from tests.trace_room.recall.world import AUTHORITY, desk_of, lines, notices, opened
from tests.trace_room.story import CUP, milk


def live_a_whole_life(told: Installation) -> None:
    """Open, widen, answer, let one be late, explain, close."""
    desk = desk_of(told)
    recall = opened(told, milk("F0"))
    wider = Criteria(codes=(milk("F0"), milk("F1")), without=(lot("Y1", CUP),))
    rescope_recall(desk, AUTHORITY, recall, wider, "另一家牧场同样不合格")
    amount = Amount(
        uom=None,
        found=Decimal(2),
        destroyed=Decimal("1.00"),
        returned=Decimal(0),
        sold=Decimal(1),
    )
    shop = notices(told, recall)["shop"]
    counted = Said(kind=AnswerKind.COUNTED, amounts=(amount,), note="已封存")
    answer_notice(desk, told.party("shop"), recall, shop, counted)
    told.clock.instant += timedelta(days=2)
    assert escalate_late(desk, actor="timetable", rows_max=100) >= 1
    assert escalate_late(desk, actor="timetable", rows_max=100) == 0
    for name, notice in notices(told, recall).items():
        if name != "shop" and not notice.is_settled:
            said = Said(kind=AnswerKind.EXPLAINED, note="停业")
            answer_notice(desk, AUTHORITY, recall, notice, said)
    close_recall(desk, AUTHORITY, recall, Outcome.COMPLETED, "完成")
    opened(told, milk("F2"), is_mock=True)


def rows(told: Installation) -> list[Any]:
    with reading(told.engine) as connection:
        return [sorted(map(tuple, connection.execute(select(table))), key=str) for table in TABLES]


def findings(told: Installation) -> list[str]:
    with reading(told.engine) as connection:
        return [one.code for one in check_index(connection, 1)]


def test_recalls_are_a_fold_over_the_ledger(told: Installation) -> None:
    live_a_whole_life(told)
    before = rows(told)
    assert all(before)
    assert findings(told) == []

    with transaction(told.engine) as connection:
        rebuild_index(connection, 1)

    assert rows(told) == before
    assert findings(told) == []
    told.check()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE recall SET level = 3",
        "DELETE FROM recall_line WHERE position = 0",
        "UPDATE recall_answer SET note = 'another'",
        "DELETE FROM recall_close",
    ],
)
def test_a_changed_row_is_found(told: Installation, damage: str) -> None:
    live_a_whole_life(told)

    with transaction(told.engine) as connection:
        connection.execute(text(damage))

    assert set(findings(told)) == {"recall_differs"}


def test_a_lot_that_is_left_out_takes_its_own_with_it_and_nothing_else(told: Installation) -> None:
    recall = opened(told, milk("F0"))
    cups = [line.uri for line in lines(told, recall) if "/21/" in line.uri]

    less = Criteria(codes=(milk("F0"),), without=(cups[0],))
    rescope_recall(desk_of(told), AUTHORITY, recall, less, "复检合格")

    assert [line.uri for line in lines(told, recall) if "/21/" in line.uri] == cups[1:]
