"""A product that no event names as a whole is traced by its lots."""

from urllib.parse import quote

import pytest

from parties.actors import Role
from parties.keys import KeyRequest, grant
from tests.parties.samples import NOW, gtin_uri
from tests.web.house import House
from tests.web.signed_in import Visitor, sign_in
from tests.web.trace_world import MIXED, YOGHURT, World, lot_of, tell_dairy
from tests.web.work_world import text_of


@pytest.fixture
def dairy(sqlite_house: House) -> World:
    return tell_dairy(sqlite_house)


def producer(world: World, name: str) -> Visitor:
    request = KeyRequest(label=name, role=Role.PRODUCER, party_id=world.actors[name].party_id)
    key = grant(world.house.services.engine, request, now=NOW, record=lambda *_: None)
    return sign_in(world.house, key=key.text)


def trace_of(code: str) -> str:
    return f"/work/trace?code={quote(code, safe='')}"


@pytest.mark.parametrize("code", [YOGHURT, YOGHURT[-13:]])
def test_supervision_and_the_owner_are_offered_the_lots(dairy: World, code: str) -> None:
    for person in (sign_in(dairy.house, "authority"), producer(dairy, "Dairy")):
        answer = person.get(trace_of(code))

        assert answer.status_code == 200
        assert f'href="{trace_of(lot_of(YOGHURT, "Y20260221"))}"' in text_of(answer)


def test_who_may_see_none_of_its_lots_is_told_nothing_of_a_product(dairy: World) -> None:
    person = producer(dairy, "Farm 1")

    assert person.get(trace_of(MIXED)).status_code == 404
    assert person.get(trace_of(gtin_uri(999))).status_code == 404
