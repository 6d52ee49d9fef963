"""How long an entry of a list lasts: the console, the interface and the page answer alike."""

import json
from typing import Any

import pytest

from credit.rulebook.lists import credit_lists
from jobs.commands import run_command_line
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in, visitor
from tests.web.work_world import error_of, text_of

LISTS, PAGES = "/api/v1/credit/lists", "/work/credit/lists"


def _asked(house: House, list_id: str, query: str) -> Any:
    answer = house.ask("GET", f"{LISTS}/{list_id}/term?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


@pytest.mark.parametrize(
    ("list_id", "asked"),
    [
        ("judgment_defaulter", {"listed": "2024-11-22", "item": "4"}),
        ("judgment_defaulter", {"listed": "2024-11-22", "item": "4", "extension": "12"}),
        ("serious_violation", {"listed": "2026-06-01", "ended": "2027-07-01"}),
        ("abnormal_operation", {"listed": "2021-04-30"}),
        ("tax_a", {"listed": "2026-04-01", "until": "2027-03-31"}),
        ("key_attention", {"listed": "2026-06-01"}),
    ],
)
def test_anybody_is_told_what_the_console_tells(
    sqlite_house: House,
    capsys: pytest.CaptureFixture[str],
    list_id: str,
    asked: dict[str, str],
) -> None:
    options = [word for name, value in asked.items() for word in (f"--{name}", value)]
    assert run_command_line(["credit", "term", list_id, *options], {}) == 0
    console = json.loads(capsys.readouterr().out)

    query = "&".join(f"{name}={value}" for name, value in asked.items())
    assert _asked(sqlite_house, list_id, query) == console


def test_a_term_names_its_last_day_and_every_article(sqlite_house: House) -> None:
    told = _asked(sqlite_house, "judgment_defaulter", "listed=2024-11-22&item=4")

    assert (told["listed"], told["last_day"]) == ("2024-11-22", "2026-11-22")
    assert (told["delete_by"], told["provisional"]) == ("2026-11-25", False)
    assert all(row["norm"] and row["rule"] for row in told["because"])
    assert [row["article"] for row in told["delete_because"]]


@pytest.mark.parametrize(
    ("list_id", "query", "paths"),
    [
        ("judgment_defaulter", "", ["listed"]),
        ("judgment_defaulter", "listed=2024-02-30", ["listed"]),
        ("judgment_defaulter", "listed=2024-11-22&item=4&extension=48", ["extension"]),
        ("judgment_defaulter", "listed=2024-11-22&item=4&extension=121", ["extension"]),
        ("judgment_defaulter", "listed=2024-11-22&item=99", ["item"]),
        ("tax_a", "listed=2026-04-01&until=2026-03-31", ["until"]),
        ("serious_violation", "listed=2026-04-01&ended=2026-03-31", ["ended"]),
    ],
)
def test_what_no_row_answers_is_refused_by_its_field(
    sqlite_house: House, list_id: str, query: str, paths: list[str]
) -> None:
    answer = send(sqlite_house, "GET", f"{LISTS}/{list_id}/term?{query}")

    assert answer.status_code in (400, 422)
    assert errors_of(answer) == paths
    assert send(sqlite_house, "GET", f"{LISTS}/gossip/term?listed=2026-04-01").status_code == 404


def test_the_page_of_a_list_leads_to_the_term_with_its_articles(sqlite_house: House) -> None:
    person = sign_in(sqlite_house, "authority")
    at = f"{PAGES}/judgment_defaulter/term"

    leads = text_of(person.get(f"{PAGES}/judgment_defaulter"))
    page = text_of(person.get(f"{at}?listed=2024-11-22&item=4"))
    step = text_of(person.get(f"{PAGES}/abnormal_operation/term?listed=2021-04-30"))
    doubtful = text_of(person.get(f"{PAGES}/tax_violation/term?listed=2026-04-01"))
    wrong = person.get(f"{at}?listed=2024-11-22&item=4&extension=48")

    assert f'href="{at}"' in leads
    assert all(day in page for day in ("2026-11-22", "2026-11-25"))
    assert "《最高人民法院关于公布失信被执行人名单信息的若干规定》" in page
    assert "市场监督管理严重违法失信名单" in step
    assert "2024-04-30" in step
    assert "所依据的条款有的尚未核对原文" in doubtful
    assert wrong.status_code == 400
    assert error_of(wrong, "term", "extension") == "这一名单的条款不允许这样延长。"
    assert visitor(sqlite_house).get(at).status_code == 303


def test_every_list_has_a_term_or_says_which_field_it_lacks(sqlite_house: House) -> None:
    for list_id in credit_lists():
        answer = send(sqlite_house, "GET", f"{LISTS}/{list_id}/term?listed=2026-06-01")

        told = answer.status_code == 200 or errors_of(answer) == ["item"]
        assert told, list_id


def test_the_page_opens_for_every_list_before_anything_was_asked(sqlite_house: House) -> None:
    authority = sign_in(sqlite_house, "authority")

    opened = {one: authority.get(f"{PAGES}/{one}/term") for one in credit_lists()}

    assert {page.status_code for page in opened.values()} == {200}
    lacking = error_of(opened["judgment_defaulter"], "term", "item")
    assert lacking == "没有条款规定以这一理由列入的期限，请写明列入情形的项号。"
