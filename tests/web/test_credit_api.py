"""Credit over HTTP: the counter's check, public lists, a decision explained."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.credit.samples import defaulter, penalty, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House, open_house
from tests.web.issuing_world import errors_of, send

CHECK = "/api/v1/credit/check"
PERSON = "11010519491231002X"


def _check(house: House, number: int, more: str = "") -> Any:
    house.clock.instant = max(house.clock.now(), datetime(2026, 6, 1, tzinfo=UTC))
    answer = send(house, "GET", f"{CHECK}?uscc={uscc(number)}{more}", role="authority")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def test_a_counter_is_told_lists_and_the_measures_that_bind_for_its_matter(house: House) -> None:
    hand_in(house, "judgment_default", defaulter(1))

    told = _check(house, 1, "&matter=government_procurement")

    (entry,) = told["entries"]
    assert (entry["list"], entry["from"], entry["stops_on"]) == (
        "judgment_defaulter",
        "2025-03-01",
        "2027-03-02",
    )
    assert [one["id"] for one in told["measures"]] == ["MS-01"]
    assert told["measures"][0]["norm"] == "最高人民法院关于公布失信被执行人名单信息的若干规定"


def test_who_was_never_told_of_is_unknown_and_not_clean(house: House) -> None:
    told = _check(house, 5)

    assert (told["known"], told["entries"]) == (False, [])


def test_an_entry_that_has_ended_or_run_out_is_in_no_answer(house: House) -> None:
    hand_in(
        house,
        "serious_listing",
        serious(1),
        serious(2, removed_on="2026-05-01", removed_no="青市监移〔2026〕1号", removed_why="修复"),
        serious(3, listed_on="2023-01-01"),
    )

    assert [len(_check(house, number)["entries"]) for number in (1, 2, 3)] == [1, 0, 0]
    assert len(_check(house, 2, "&day=2026-04-30")["entries"]) == 1
    assert len(_check(house, 3, "&day=2026-01-01")["entries"]) == 1
    assert len(_check(house, 3, "&day=2026-01-02")["entries"]) == 0


def test_a_bar_that_a_law_fixes_outlasts_the_publication_of_its_penalty(house: House) -> None:
    revoked = penalty(1, cf_cflb="吊销许可证件", cf_nr_fk="", cf_ly="食品", cf_jdrq="2022-01-10")
    hand_in(house, "penalty", revoked)

    told = _check(house, 1, "&matter=food_licence")
    house.clock.instant = datetime(2027, 1, 11, 2, tzinfo=UTC)
    later = _check(house, 1, "&matter=food_licence")

    assert [one["id"] for one in told["measures"]] == ["MF-01"]
    assert later["measures"] == []


def test_a_public_list_holds_organisations_in_force_and_never_a_person(house: House) -> None:
    house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    hand_in(
        house,
        "judgment_default",
        defaulter(1),
        defaulter(2, publishdate="2024-01-01"),
        defaulter(3, type="0", iname="王某某", cardnum=PERSON, age="40"),
    )

    answer = send(house, "GET", "/api/v1/credit/lists/judgment_defaulter")

    found = json.loads(answer.get_data())
    assert [one["uscc"] for one in found["listed"]] == [uscc(1)]
    assert "王某某" not in answer.get_data(as_text=True)


def test_a_list_is_read_page_by_page_to_its_end(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=100)
    house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    hand_in(house, "serious_listing", *(serious(number) for number in range(205)))
    found: list[str] = []

    token, pages = "", 0
    while pages == 0 or token:
        path = f"/api/v1/credit/lists/serious_violation?nextPageToken={token}"
        page = json.loads(send(house, "GET", path).get_data())
        found += [one["uscc"] for one in page["listed"]]
        token, pages = page["nextPageToken"], pages + 1

    house.services.engine.dispose()
    assert pages == 3
    assert sorted(found) == sorted(uscc(number) for number in range(205))


def test_a_list_that_no_law_lets_be_public_is_not_there(sqlite_house: House) -> None:
    for name in ("key_attention", "nobodys"):
        assert send(sqlite_house, "GET", f"/api/v1/credit/lists/{name}").status_code == 404


def test_a_decision_is_explained_with_its_articles(sqlite_house: House) -> None:
    body = {"decided": "2026-04-01", "authority": "青岛市农业农村局", "penalties": ["较大数额罚款"]}

    answer = send(sqlite_house, "POST", "/api/v1/credit/explain", body)

    told = json.loads(answer.get_data())
    assert (told["class"], told["repair_earliest_date"]) == ("general", "2026-07-02")
    assert told["because"][0]["article"] == "第二章"


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("uscc=91370200000000001A", "uscc"),
        ("uscc=x", "uscc"),
        ("", "uscc"),
        (f"uscc={uscc(1)}&matter=dancing", "matter"),
        (f"uscc={uscc(1)}&day=2026-02-30", "day"),
        (f"uscc={uscc(1)}&day=9999-12-31", "day"),
    ],
)
def test_a_wrong_question_is_refused_by_its_field(
    sqlite_house: House, query: str, path: str
) -> None:
    answer = send(sqlite_house, "GET", f"{CHECK}?{query}", role="authority")

    assert answer.status_code in (400, 422)
    assert errors_of(answer) == [path]


def test_what_a_later_batch_says_counts_at_once(house: House) -> None:
    hand_in(house, "serious_listing", serious(1))
    assert len(_check(house, 1)["entries"]) == 1

    house.clock.instant += timedelta(hours=1)
    removed = serious(1, removed_on="2026-05-31", removed_no="青市监移〔2026〕9号")
    hand_in(house, "serious_listing", removed)

    assert _check(house, 1)["entries"] == []
