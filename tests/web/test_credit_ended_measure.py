"""A measure whose row of law has ended: refused in code, over HTTP and on the page."""

from datetime import UTC, date, datetime, timedelta

import pytest

from credit.rulebook.reading import rulebook
from credit.rules.measures import Refusal, Standing, measures_for, refusal_of
from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

# The Interim Regulation of 2014, article 18, which the Regulation of 2024 replaced.
ENDED, MATTER = "MG-01", "honours"
LAST = date(2024, 4, 30)
STANDING = Standing(lists=frozenset({"serious_violation"}))


@pytest.fixture
def told(house: House) -> House:
    house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    hand_in(house, "serious_listing", serious(1, listed_on="2024-04-01"))
    return house


def test_the_row_has_an_end_and_the_code_refuses_it_from_the_next_day_on() -> None:
    book = rulebook()
    assert book.measures[ENDED].to_on == LAST

    on_last = refusal_of(book, ENDED, STANDING, MATTER, LAST)
    after = refusal_of(book, ENDED, STANDING, MATTER, LAST + timedelta(days=1))

    assert (on_last, after) == (None, Refusal.NOT_IN_FORCE)


@pytest.mark.parametrize("days", [1, 400])
def test_no_measure_whose_row_has_ended_is_in_any_answer(days: int) -> None:
    day = LAST + timedelta(days=days)

    found = list(measures_for(rulebook(), STANDING, None, day))

    assert found
    assert [one.id for one in found if one.to_on is not None and one.to_on < day] == []


def test_the_interface_refuses_it_from_the_day_on_after_its_last(told: House) -> None:
    path = "/api/v1/credit/applications"
    body = {"uscc": uscc(1), "measure": ENDED, "matter": MATTER}

    today, next_day, last = (
        send(told, "POST", path, {**body, **on}, role="authority")
        for on in ({}, {"on": "2024-05-01"}, {"on": "2024-04-30"})
    )
    check = send(told, "GET", f"/api/v1/credit/check?uscc={uscc(1)}", role="authority")

    assert [one.status_code for one in (today, next_day, last)] == [400, 400, 400]
    assert "not_in_force" in today.get_data(as_text=True)
    assert "not_in_force" in next_day.get_data(as_text=True)
    # On its last day it held; nothing was known of the party then.
    assert "not_meant" in last.get_data(as_text=True)
    assert ENDED not in check.get_data(as_text=True)


def test_the_page_refuses_it_in_words_and_says_when_its_row_ended(told: House) -> None:
    person = sign_in(told, "authority")
    form = f"/work/credit/apply?uscc={uscc(1)}"
    sent = {"uscc": uscc(1), "measure": ENDED, "matter": MATTER}

    offered = text_of(person.get(form))
    zh = person.post("/work/credit/apply", page=form, **sent)
    en = person.post("/work/credit/apply", page=form, lang="en", **sent)

    assert "今日已不在有效期内" in offered
    assert (zh.status_code, en.status_code) == (400, 400)
    assert "已于 2024-04-30 失效" in text_of(zh)
    assert "《企业信息公示暂行条例》（国务院令第654号）第18条" in text_of(zh)
    assert "ended on 2024-04-30" in text_of(en)
    assert ENDED not in text_of(person.get(f"/work/credit/check?q={uscc(1)}"))
    assert "在用：0 项" in text_of(person.get("/work/credit/measures"))
