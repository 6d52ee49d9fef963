"""Of a day that has not come nothing is known: no door answers for one as if it had."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

LIST = "/api/v1/credit/lists/serious_violation"
PAGE = "/work/credit/lists/serious_violation"
TODAY, TOMORROW = "2026-06-01", "2026-06-02"


@pytest.fixture
def world(sqlite_house: House) -> House:
    sqlite_house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    hand_in(sqlite_house, "serious_listing", serious(1))
    return sqlite_house


def test_the_interface_refuses_a_day_to_come_by_its_field(world: House) -> None:
    def asked(day: str) -> list[Any]:
        return [
            send(world, "GET", path, role="authority")
            for path in (
                f"/api/v1/credit/check?uscc={uscc(1)}&day={day}",
                f"{LIST}?day={day}",
                f"{LIST}/entries?day={day}",
                f"{LIST}/entries?known={day}",
                f"{LIST}/changes?from={TODAY}&to={day}",
                f"/api/v1/credit/statistics?day={day}",
                f"/api/v1/credit/statistics?to={day}",
                f"/api/v1/credit/grade?uscc={uscc(1)}&day={day}",
                f"/api/v1/credit/grades?uscc={uscc(1)}&day={day}",
                f"/api/v1/credit/supervision?uscc={uscc(1)}&day={day}",
            )
        ]

    refused, answered = asked(TOMORROW), asked(TODAY)

    assert {one.status_code for one in answered} == {200}
    assert {one.status_code for one in refused} == {400}
    fields = ["day", "day", "day", "known", "to", "day", "to", "day", "day", "day"]
    assert [errors_of(one) for one in refused] == [[field] for field in fields]


def test_a_snapshot_of_a_day_to_come_or_known_then_is_refused(world: House) -> None:
    days = ({"day": TOMORROW}, {"known": TOMORROW})

    answers = [send(world, "POST", f"{LIST}/snapshots", one, role="authority") for one in days]

    assert [one.status_code for one in answers] == [400, 400]
    assert [errors_of(one) for one in answers] == [["day"], ["known"]]


@pytest.mark.parametrize(
    "path",
    [
        f"/work/credit/check?q={uscc(1)}&day={TOMORROW}",
        f"{PAGE}?day={TOMORROW}",
        f"{PAGE}?known={TOMORROW}",
        f"{PAGE}/changes?to={TOMORROW}",
        f"/work/credit/statistics?day={TOMORROW}",
    ],
)
def test_a_page_says_so_beside_the_day(world: House, path: str) -> None:
    answer = sign_in(world, "authority").get(path)

    assert answer.status_code == 400
    assert f"未来的日子还没有信息：请查 {TODAY} 或以前的日子。" in text_of(answer)
    assert "当日不在任何名单上" not in text_of(answer)


def test_the_form_of_a_snapshot_refuses_what_will_be_known(world: House) -> None:
    person = sign_in(world, "authority")

    answer = person.post(f"{PAGE}/snapshots", page=f"{PAGE}/snapshots", day=TODAY, known=TOMORROW)

    assert answer.status_code == 400
    assert "未来的日子还没有信息" in text_of(answer)
