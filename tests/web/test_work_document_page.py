"""An EPCIS document on a page: at once, by the worker, refused in words."""

from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from jobs.capture import capture_queued
from jobs.instance import open_instance
from tests.instances import document_bytes, observation, serial
from tests.web.epcis_world import check
from tests.web.house import House, open_house
from tests.web.issuing_world import stranger
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.test_accounts import enter, new_account
from tests.web.work_world import text_of

PAGE = "/work/document"


def send(person: Visitor, body: bytes, once: str = "") -> TestResponse:
    return person.post(
        PAGE,
        page=PAGE,
        file=(BytesIO(body), "a.json"),
        once=once or once_of(person.get(PAGE)),
    )


def events(count: int) -> bytes:
    return document_bytes([observation(serial(number)) for number in range(count)])


def test_a_short_document_is_recorded_at_once_and_once(house: House) -> None:
    person = sign_in(house)
    once = once_of(person.get(PAGE))

    first, again = send(person, events(3), once), send(person, events(3), once)

    assert first.headers["Location"] == again.headers["Location"]
    assert "已登记 3 个事件" in text_of(person.get(first.headers["Location"]))
    check(house)


def test_a_large_document_of_a_person_with_a_password_goes_to_the_worker(
    database_url: str, tmp_path: Path
) -> None:
    house = open_house(database_url, tmp_path, capture_direct_events_max=2)
    new_account(house)
    person = enter(house)

    place = send(person, events(3)).headers["Location"]
    waiting = text_of(person.get(place))
    worker = open_instance(house.services.settings)
    capture_queued(place.rpartition("/")[2])

    assert "排队中" in waiting
    assert "已登记 3 个事件" in text_of(person.get(place))
    check(house)
    worker.engine.dispose()
    house.services.engine.dispose()


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"", "请选择"), (b"{}", "必须"), (b"no", "JSON")],
    ids=["none", "empty", "no"],
)
def test_what_is_no_document_is_refused_beside_its_field(
    sqlite_house: House, body: bytes, said: str
) -> None:
    answer = send(sign_in(sqlite_house), body)

    assert answer.status_code == 400
    assert said in text_of(answer)


def test_a_document_is_told_of_to_its_own_party_alone(sqlite_house: House) -> None:
    place = send(sign_in(sqlite_house), events(1)).headers["Location"]

    other = sign_in(sqlite_house, key=stranger(sqlite_house))

    assert other.get(place).status_code == 404
