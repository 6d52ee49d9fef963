"""A scan page is kept while nothing is recorded, and not a moment longer."""

import re
from datetime import timedelta
from trace.capture import Submission, submit

from benchmarks.data import GTIN, EventSource
from parties.actors import Role, actor_of_key
from parties.ids import new_id
from schemas.epcis import read_document
from tests.parties.samples import NOW
from tests.web.house import House
from web.held_pages import HELD_S, PAGE_BYTES_MAX, RENEW_S, HeldPages

PAGE = f"/01/{GTIN}/10/held0"


def _record(house: House, source: EventSource, count: int) -> None:
    text = source.document(count).decode()
    body = re.sub("2026-0[0-9]-[0-9]{2}T", f"{NOW.year - 1}-03-01T", text).encode()
    actor = actor_of_key(key_id=new_id(NOW), role=Role.PRODUCER, party_id=house.party_id)
    document = read_document(body, limits=house.services.document_limits)
    submit(house.services.desk, Submission(actor=actor, document=document))


def _page(house: House, path: str = PAGE) -> str:
    # The number of a request is its own, on every page.
    return house.ask("GET", path).text


def test_a_new_event_shows_at_once_on_a_page_that_was_kept(house: House) -> None:
    source = EventSource("held")
    _record(house, source, 2)
    before = _page(house)
    assert _page(house) == before

    _record(house, source, 1)

    assert _page(house) != before


def test_a_kept_page_is_the_page_that_would_be_made(house: House) -> None:
    _record(house, EventSource("held"), 3)
    made = _page(house)

    kept = _page(house)
    house.clock.instant += timedelta(seconds=HELD_S + 1)

    assert kept == made
    assert _page(house) == made


def test_each_language_has_its_own_page_and_arguments_are_never_kept(sqlite_house: House) -> None:
    _record(sqlite_house, EventSource("held"), 2)

    chinese = _page(sqlite_house)
    english = sqlite_house.client.get(PAGE, headers={"Accept-Language": "en"}).text
    with_argument = _page(sqlite_house, f"{PAGE}?x=1")

    assert len({chinese, english, with_argument}) == 3
    assert _page(sqlite_house) == chinese


def test_a_page_is_not_given_out_when_the_log_has_grown_or_the_time_is_up(
    sqlite_house: House,
) -> None:
    size = 7
    held = HeldPages(log_size=lambda: size, clock=sqlite_house.clock)
    held.put(("a",), b"page", size=7)
    assert held.get(("a",)) == b"page"

    size = 8
    assert held.get(("a",)) is None

    size = 7
    sqlite_house.clock.instant += timedelta(seconds=HELD_S)
    assert held.get(("a",)) is None


def test_a_page_that_is_too_large_is_not_kept(sqlite_house: House) -> None:
    held = HeldPages(log_size=lambda: 1, clock=sqlite_house.clock)

    held.put(("a",), bytes(PAGE_BYTES_MAX + 1), size=1)

    assert held.get(("a",)) is None


def test_one_caller_makes_an_ageing_page_anew_while_the_others_still_get_it(
    sqlite_house: House,
) -> None:
    held = HeldPages(log_size=lambda: 1, clock=sqlite_house.clock)
    held.put(("a",), b"old", size=1)
    sqlite_house.clock.instant += timedelta(seconds=RENEW_S)

    answers = [held.get(("a",)) for _ in range(3)]
    held.put(("a",), b"new", size=1)

    assert answers == [None, b"old", b"old"]
    assert held.get(("a",)) == b"new"
