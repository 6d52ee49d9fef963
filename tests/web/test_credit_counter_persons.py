"""A person's number at the counter: in no address and on no page, with the way to the report."""

from datetime import date
from typing import Any

import pytest

from credit.feeds.sampling.parties import person_number_of
from tests.credit.samples import uscc
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

CHECK = "/work/credit/check"
NUMBER = person_number_of(1, date(1990, 3, 7))
MISTYPED = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")


def typed(house: House, text: str, *, role: str = "authority", **more: str) -> Any:
    return sign_in(house, role).post(CHECK, page=CHECK, q=text, **more)


@pytest.mark.parametrize(
    "text", [NUMBER, MISTYPED, f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", f"张三 {NUMBER}"]
)
def test_a_persons_number_gets_into_no_address(sqlite_house: House, text: str) -> None:
    answer = typed(sqlite_house, text)
    page = text_of(sign_in(sqlite_house, "authority").get(answer.headers["Location"]))

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{CHECK}?person=1")
    assert "您输入的是自然人的证件号码" in page
    assert "/work/credit/reports/personal" in page


def test_a_number_in_an_address_is_led_out_of_it(sqlite_house: House) -> None:
    answer = sign_in(sqlite_house, "authority").get(f"{CHECK}?q={NUMBER}")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{CHECK}?person=1")


def test_whoever_may_issue_no_personal_report_is_shown_no_way_to_one(sqlite_house: House) -> None:
    page = text_of(sign_in(sqlite_house, "auditor").get(f"{CHECK}?person=1"))

    assert "您输入的是自然人的证件号码" in page
    assert "/work/credit/reports/personal" not in page


def test_a_code_and_a_name_keep_their_address(sqlite_house: House) -> None:
    code = typed(sqlite_house, uscc(1), matter="bidding")
    name = typed(sqlite_house, "青岛")

    assert code.headers["Location"] == f"{CHECK}?q={uscc(1)}&matter=bidding"
    assert name.headers["Location"] == f"{CHECK}?q=%E9%9D%92%E5%B2%9B"
