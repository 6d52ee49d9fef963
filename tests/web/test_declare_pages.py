"""Taking back an event of one's own on a page."""

import re

import pytest

from tests.web.house import House
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.test_trace_pages import producer
from tests.web.trace_world import World, tell_dairy
from tests.web.work_world import text_of


@pytest.fixture
def dairy(sqlite_house: House) -> World:
    return tell_dairy(sqlite_house)


def _own_entry(world: World, name: str) -> tuple[Visitor, int]:
    """Return a party's visitor, and the first entry that it may take back."""
    visitor = producer(world, name)
    for seq in range(60):
        answer = visitor.get(f"/work/entries/{seq}")
        if answer.status_code == 200 and f"/work/entries/{seq}/declare" in text_of(answer):
            return visitor, seq
    raise AssertionError(f"{name} has no event that it may take back")


def _count(world: World) -> int:
    return world.house.services.head_size() or 0


def test_its_recorder_takes_an_event_back_and_is_led_to_record_the_right_one(dairy: World) -> None:
    visitor, seq = _own_entry(dairy, "Dairy")
    page = visitor.get(f"/work/entries/{seq}/declare")
    form = {"once": once_of(page), "reason": "incorrect_data"}

    answer = visitor.post(f"/work/entries/{seq}/declare", **form)

    assert answer.status_code == 303, text_of(answer)
    after = text_of(visitor.get(answer.headers["Location"]))
    assert "登记正确的内容" in after
    assert re.search(r'href="/work/event/new\?step=[^"]+code=', after)
    (declaration,) = set(re.findall(r'href="/work/entries/(\d+)"', after)) - {str(seq)}
    told = text_of(visitor.get(f"/work/entries/{declaration}"))
    assert f'href="/work/entries/{seq}"' in told
    assert "/declare" not in told


def test_a_form_that_is_sent_twice_records_one_declaration(dairy: World) -> None:
    visitor, seq = _own_entry(dairy, "Dairy")
    page = visitor.get(f"/work/entries/{seq}/declare")
    form = {"once": once_of(page), "reason": "did_not_occur"}

    answers = [visitor.post(f"/work/entries/{seq}/declare", **form) for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    after = text_of(visitor.get(f"/work/entries/{seq}"))
    assert len(set(re.findall(r'href="/work/entries/(\d+)"', after)) - {str(seq)}) == 1


def test_without_a_reason_nothing_is_recorded(dairy: World) -> None:
    visitor, seq = _own_entry(dairy, "Dairy")
    page = visitor.get(f"/work/entries/{seq}/declare")

    answer = visitor.post(f"/work/entries/{seq}/declare", once=once_of(page))

    assert answer.status_code == 400
    assert "field-error" in text_of(answer)
    assert f"/work/entries/{seq}/declare" in text_of(visitor.get(f"/work/entries/{seq}"))


def test_nobody_takes_back_what_another_recorded(dairy: World) -> None:
    _, seq = _own_entry(dairy, "Dairy")
    other = producer(dairy, next(name for name in dairy.actors if name != "Dairy"))
    official = sign_in(dairy.house, "authority")

    assert other.get(f"/work/entries/{seq}/declare").status_code == 404
    assert other.post(f"/work/entries/{seq}/declare", reason="x").status_code == 404
    assert official.get(f"/work/entries/{seq}/declare").status_code == 403
    assert "/declare" not in text_of(official.get(f"/work/entries/{seq}"))


@pytest.mark.parametrize("seq", [999_999, 1 << 63, 1 << 90])
def test_what_is_not_there_cannot_be_taken_back(dairy: World, seq: int) -> None:
    assert producer(dairy, "Dairy").get(f"/work/entries/{seq}/declare").status_code == 404
