"""A person's number where enterprises are searched for: in no address, and searched for nowhere."""

from datetime import date
from urllib.parse import quote

import pytest

from credit.feeds.sampling.parties import person_number_of
from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in, visitor
from tests.web.work_world import text_of

PUBLIC = "/credit/lists/serious_violation"
LIST = "/work/credit/lists/serious_violation"
NUMBER = person_number_of(1, date(1990, 3, 7))
SHORT = NUMBER[:6] + NUMBER[8:17]
"""As it was before 1999, with fifteen digits."""
TOLD = "您输入的是自然人的证件号码"
PAGES = (
    f"{PUBLIC}?q={{}}",
    f"{LIST}?q={{}}&day=2026-02-01",
    "/work/credit/warnings?state=all&party={}",
    "/work/credit/names/codes?old={}&new=1",
    "/work/credit/cases/new?kind=listing&uscc={}",
    "/work/credit/watches?code={}",
    "/work/credit/inspections?inspector={}",
)


@pytest.mark.parametrize("text", [NUMBER, SHORT, f"张三 {NUMBER}", f"{'食' * 300} {NUMBER}"])
def test_a_number_that_is_typed_into_a_list_gets_into_no_address(
    sqlite_house: House, text: str
) -> None:
    person = sign_in(sqlite_house, "auditor")

    public = visitor(sqlite_house).client.post(PUBLIC, data={"q": text})
    desk = person.post(LIST, page=LIST, q=text, day="2026-02-01")
    page = text_of(person.get(desk.headers["Location"]))

    assert (public.status_code, public.headers["Location"]) == (303, f"{PUBLIC}?person=1")
    assert desk.headers["Location"] == f"{LIST}?day=2026-02-01&person=1"
    assert TOLD in page
    assert NUMBER not in page


@pytest.mark.parametrize("page", PAGES)
def test_a_number_in_an_address_is_led_out_of_it(sqlite_house: House, page: str) -> None:
    person = sign_in(sqlite_house, "authority")

    answers = [person.get(page.format(quote(text))) for text in (NUMBER, f"张三 {NUMBER}")]
    told = text_of(person.get(answers[0].headers["Location"]))

    for answer in answers:
        left = answer.headers["Location"]
        assert (answer.status_code, left.endswith("person=1")) == (303, True)
        assert NUMBER not in left + answer.get_data(as_text=True)
    assert TOLD in told


def test_whoever_is_not_signed_in_is_led_out_of_it_before_being_asked_who_it_is(
    sqlite_house: House,
) -> None:
    stranger = visitor(sqlite_house)

    first = stranger.get(f"{LIST}?q={NUMBER}")
    then = stranger.get(first.headers["Location"])

    assert first.headers["Location"] == f"{LIST}?person=1"
    assert NUMBER not in str(then.headers) + then.get_data(as_text=True)


def test_codes_and_names_are_searched_for_as_before(sqlite_house: House) -> None:
    hand_in(sqlite_house, "serious_listing", serious(1), serious(2))
    person = sign_in(sqlite_house, "authority")

    by_name = visitor(sqlite_house).client.post(PUBLIC, data={"q": "青岛第1"})
    by_code = person.post(LIST, page=LIST, q=uscc(2))
    found = text_of(visitor(sqlite_house).get(by_name.headers["Location"]))

    assert by_name.headers["Location"] == f"{PUBLIC}?q={quote('青岛第1')}"
    assert by_code.headers["Location"] == f"{LIST}?q={uscc(2)}"
    assert [uscc(one) in found for one in (1, 2)] == [True, False]
    assert visitor(sqlite_house).client.post(PUBLIC, data={}).headers["Location"] == PUBLIC


def test_a_program_is_refused_with_the_field(sqlite_house: House) -> None:
    path = f"/api/v1{PUBLIC}/entries?q={NUMBER}"
    answer = send(sqlite_house, "GET", path, role="authority")

    assert errors_of(answer) == ["q"]
    assert "person" in answer.get_data(as_text=True)
    assert NUMBER not in answer.get_data(as_text=True)
