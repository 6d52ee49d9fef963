"""Where goods came from and went, and where they are, over HTTP."""

from typing import Any

import pytest

from tests.instances import at, serial
from tests.trace_room.story import making
from tests.web.epcis_world import get, new_key, post_document, readable
from tests.web.house import House

LINEAGE, STATE = "/api/v1/lineage", "/api/v1/state"


@pytest.fixture
def made(house: House) -> House:
    """Give a house in which one thing was made of another."""
    event = making(1, [], [serial(2)], inputEPCList=[serial(1)])
    assert post_document(house, event).status_code == 202
    return house


def ask(house: House, path: str, **query: str) -> Any:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return readable(get(house, f"{path}?{words}", role="authority"))


def test_the_authority_follows_a_code_to_what_it_became(made: House) -> None:
    answer = ask(made, LINEAGE, code=serial(1), direction="forward").get_json()

    assert [one["uri"] for one in answer["reached"]] == [serial(1), serial(2)]
    assert [step["kind"] for step in answer["steps"]] == ["used_in", "made_by"]
    assert answer["is_cut"] is False


def test_any_written_form_of_a_code_is_the_code(made: House) -> None:
    answer = ask(made, LINEAGE, code="(01)06901234567892(21)S2", direction="backward").get_json()

    assert [one["uri"] for one in answer["reached"]] == [serial(2), serial(1)]


def test_the_state_of_a_code_says_with_whom_it_is_and_that_it_was_used_up(made: House) -> None:
    answer = ask(made, STATE, code=serial(1)).get_json()

    assert (answer["holder"], answer["is_gone"]) == (str(made.party_id), True)
    assert answer["at"].startswith(at(1)[:16])


def test_a_code_that_nobody_named_is_not_found(made: House) -> None:
    for path, more in ((LINEAGE, {"direction": "forward"}), (STATE, {})):
        assert ask(made, path, code=serial(404), **more).status_code == 404


def test_a_direction_that_is_none_is_refused_by_its_path(made: House) -> None:
    answer = ask(made, LINEAGE, code=serial(1), direction="sideways")

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == "direction"


def test_what_is_no_code_is_refused(made: House) -> None:
    assert ask(made, STATE, code="hello").status_code in (400, 422)


def test_a_producer_finds_nothing_of_goods_that_are_not_its_own(made: House) -> None:
    key, _ = new_key(made, 9)

    for path in (f"{LINEAGE}?code={serial(1)}&direction=forward", f"{STATE}?code={serial(1)}"):
        assert get(made, path, key=key).status_code == 404
        assert get(made, path).status_code == 200
