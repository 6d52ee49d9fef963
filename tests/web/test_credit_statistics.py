"""Statistics of credit: whole for the supervision, without names for everybody."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.credit.samples import defaulter, penalty, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

STATISTICS, OPEN = "/api/v1/credit/statistics", "/api/v1/credit/open"


@pytest.fixture
def told(house: House) -> House:
    house.clock.instant += timedelta(days=300)
    person = defaulter(4, iname="张三", cardnum="370202199001011237", type="0")
    hand_in(house, "judgment_default", defaulter(1), defaulter(2), person)
    hand_in(house, "penalty", penalty(1), penalty(2, cf_jdrq="2026-02-31"))
    return house


def _rows(house: House, name: str) -> list[list[str]]:
    answer = house.ask("GET", f"{OPEN}/{name}.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True))))


def test_the_supervision_sees_lists_decisions_and_how_feeds_report(told: House) -> None:
    found = json.loads(send(told, "GET", STATISTICS, role="authority").get_data())

    assert [(one["list"], one["organisations"]) for one in found["listed"]] == [
        ("judgment_defaulter", 2)
    ]
    assert [(one["kind"], one["decisions"]) for one in found["decided"]] == [("penalty", 1)]
    (penalties,) = [one for one in found["feeds"] if one["feed"] == "penalty"]
    assert (penalties["received"], penalties["accepted"], penalties["quarantined"]) == (2, 1, 1)
    assert penalties["late"] == penalties["reported"] == 1


def test_open_data_counts_organisations_and_names_nobody(told: House) -> None:
    listed, decided = _rows(told, "listed"), _rows(told, "decided")

    assert listed[0] == ["day", "list", "region", "industry_section", "organisations"]
    assert [(row[1], row[4]) for row in listed[1:]] == [("judgment_defaulter", "2")]
    assert [row[1] for row in decided[1:]] == ["penalty"]
    told_all = json.dumps([listed, decided], ensure_ascii=False)
    assert not any(word in told_all for word in ("张三", "青岛", uscc(1), "3702021990"))


def test_a_list_that_is_not_public_is_in_no_open_data(told: House) -> None:
    abnormal = {row[1] for row in _rows(told, "listed")[1:]}

    assert "key_attention" not in abnormal
    assert told.ask("GET", f"{OPEN}/people.csv").status_code == 404


def test_days_the_wrong_way_round_are_refused_by_their_field(told: House) -> None:
    answer = send(told, "GET", f"{STATISTICS}?from=2026-05-01&to=2026-04-01", role="authority")

    assert (answer.status_code, errors_of(answer)) == (400, ["from"])


def test_a_producer_sees_no_statistics(told: House) -> None:
    assert send(told, "GET", STATISTICS).status_code == 403
    assert sign_in(told).get("/work/credit/statistics").status_code == 403


@pytest.mark.parametrize("by", ["region", "section"])
def test_the_page_shows_the_counts_in_words(told: House, by: str) -> None:
    page = text_of(sign_in(told, "authority").get(f"/work/credit/statistics?by={by}"))

    assert "失信被执行人" in page
    assert "行政处罚" in page
    assert 'href="/api/v1/credit/open/listed.csv' in page
    assert 'fill="' not in page


def test_the_page_says_what_is_wrong_with_its_days(told: House) -> None:
    visitor = sign_in(told, "authority")

    answer: Any = visitor.get("/work/credit/statistics?from=2026-05-01&to=2026-04-01")

    assert answer.status_code == 400
    assert "起始日期晚于结束日期" in text_of(answer)


@pytest.mark.parametrize("name", ["listed", "decided"])
def test_open_data_is_counted_once_until_credit_changes(told: House, name: str) -> None:
    counted = list[str]()

    def note(*asked: Any) -> None:
        if "FROM credit_fact JOIN" in asked[2] and "GROUP BY" in asked[2]:
            counted.append(asked[2])

    event.listen(told.services.engine, "before_cursor_execute", note)
    first, again = _rows(told, name), _rows(told, name)
    hand_in(told, "judgment_default", defaulter(1), defaulter(2), defaulter(3))
    hand_in(told, "penalty", penalty(3, cf_jdrq="2026-05-01"))
    changed = _rows(told, name)

    assert first == again != changed
    assert len(counted) == 2
