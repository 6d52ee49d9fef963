"""Rows in quarantine whose record comes again are closed, so that nothing is counted twice."""

from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import select

from base.db import reading
from credit.casework.feeds import codes_of_feed
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import CreditBatch, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_QUARANTINE
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty, uscc
from tests.instances import Installation

BAD_DAY: Final = penalty(2, cf_jdrq="2026-02-31")
REGISTERED: Final = {
    "企业名称": "青岛第9食品有限公司",
    "统一社会信用代码": uscc(9),
    "主体类型": "法人",
    "行政区划": "370202",
    "成立日期": "2015-06-01",
    "登记状态": "存续",
    "登记机关": "青岛市市场监督管理局",
}


class Desk:
    """Somebody who hands in penalties, one batch after the other."""

    def __init__(self, installation: Installation, intake: IntakeDesk) -> None:
        self.installation, self.intake = installation, intake

    def take(self, *rows: dict[str, str], feed: str = "penalty") -> CreditBatch:
        self.installation.clock.instant += timedelta(hours=1)
        body = csv_of(rows)
        for actor, is_released in ((AUTHORITY, False), (COLLEAGUE, True)):
            batch = take_batch(
                self.intake, actor, FEEDS[feed], body, door=Door.FILE, is_released=is_released
            )
            if batch.seq is not None:
                break
        bring_up_credit(self.intake.journal.engine, self.intake.journal.log)
        return batch

    def rows(self) -> list[tuple[int, str, Any]]:
        row = CREDIT_QUARANTINE.c
        statement = select(row.row_number, row.state, row.retried_in).order_by(
            row.batch_id, row.row_number
        )
        with reading(self.intake.journal.engine) as connection:
            return [(one[0], one[1], one[2]) for one in connection.execute(statement)]

    def codes(self) -> list[tuple[str, int]]:
        with reading(self.intake.journal.engine) as connection:
            return codes_of_feed(connection, self.intake.journal.log, "penalty")


@pytest.fixture
def desk(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> Desk:
    return Desk(*sqlite_world_parts)


@pytest.mark.parametrize(
    ("bad", "mended"),
    [
        ({"cf_jdrq": "2026-02-31"}, {"cf_jdrq": "2026-02-28"}),
        ({"cf_xdr_shxym": uscc(2)[:-1] + "0"}, {}),
        ({"cf_yj": "/", "cf_nr_fk": "5万元"}, {}),
        ({"备注列": "见附件"}, {}),
    ],
    ids=["a day", "a code", "two cells", "a column"],
)
def test_a_row_that_comes_back_mended_is_closed_by_it(
    desk: Desk, bad: dict[str, str], mended: dict[str, str]
) -> None:
    desk.take(penalty(1), penalty(2) | bad)

    again = desk.take(penalty(2) | mended)

    assert desk.rows() == [(3, "mended", again.id)]
    assert desk.codes() == []


def test_a_row_whose_name_the_register_does_not_know_is_closed_by_the_right_name(
    desk: Desk,
) -> None:
    desk.take(REGISTERED, feed="registration")
    desk.take(penalty(9, cf_xdr_mc="青岛另一家食品有限公司"), penalty(1))

    again = desk.take(penalty(9))

    assert desk.rows() == [(2, "mended", again.id)]


def test_what_is_wrong_once_more_waits_once(desk: Desk) -> None:
    desk.take(penalty(1), BAD_DAY)

    again = desk.take(penalty(3), BAD_DAY)

    assert desk.rows() == [(3, "repeated", again.id), (3, "open", None)]
    assert desk.codes() == [("no_such_day", 1)]


def test_a_row_that_is_half_mended_waits_once(desk: Desk) -> None:
    # What only the whole row tells is not told as long as a cell of it is wrong.
    desk.take(penalty(1), penalty(2, cf_yj="/", cf_cfjg="某某局"))

    again = desk.take(penalty(2, cf_cfjg="某某局"))

    assert desk.rows() == [(3, "repeated", again.id), (2, "open", None)]
    assert desk.codes() == [("unknown_authority", 1)]


@pytest.mark.parametrize(
    "other",
    [
        penalty(2, cf_wsh="青农罚〔2026〕77号"),
        penalty(2, cf_xdr_mc="青岛第3食品有限公司", cf_xdr_shxym=uscc(3)),
        penalty(2, cf_nr_fk="6.000000"),
    ],
    ids=["another decision", "another party", "another sum"],
)
def test_a_row_that_says_something_else_beside_closes_nothing(
    desk: Desk, other: dict[str, str]
) -> None:
    desk.take(penalty(1), BAD_DAY)

    desk.take(other)

    assert desk.rows() == [(3, "open", None)]


def test_one_row_closes_one_other(desk: Desk) -> None:
    twins = [penalty(2, cf_wsh="/"), penalty(2, cf_wsh="——")]
    desk.take(penalty(1), *twins)

    desk.take(penalty(2))

    assert sorted(state for _, state, _ in desk.rows()) == ["mended", "open"]
