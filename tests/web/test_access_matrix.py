"""Every route for every role: a new route without a row here fails."""

import re
from uuid import UUID

import pytest
from werkzeug.routing import Rule

from tests.web.access_table import EXPECTED, PAGES, ROLES, Door
from tests.web.house import ANONYMOUS, House
from tests.web.signed_in import sign_in, visitor

# The framework answers these by itself, for every route alike.
_AUTOMATIC = {"HEAD", "OPTIONS"}


def doors_of(house: House) -> set[Door]:
    return {
        (method, rule.rule)
        for rule in house.app.url_map.iter_rules()
        for method in (rule.methods or set()) - _AUTOMATIC
    }


def path_of(rule: Rule | str) -> str:
    """Return the rule with something of the right kind in each of its places."""
    text = rule if isinstance(rule, str) else rule.rule
    text = re.sub(r"<uuid:[^>]+>", str(UUID(int=5)), text)
    text = re.sub(r"<int:[^>]+>", "0", text)
    return re.sub(r"<[^>]+>", "x", text)


def test_every_route_has_a_row_and_every_row_a_route(sqlite_house: House) -> None:
    doors = doors_of(sqlite_house)

    assert EXPECTED.keys().isdisjoint(PAGES)
    assert sorted(doors - EXPECTED.keys() - PAGES.keys()) == []
    assert sorted((EXPECTED.keys() | PAGES.keys()) - doors) == []


@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_by_its_doors_alone(sqlite_house: House, role: str) -> None:
    wrong = []

    for method, rule in sorted(doors_of(sqlite_house) & EXPECTED.keys()):
        response = sqlite_house.ask(method, path_of(rule), role=role)
        is_refused = response.status_code in (401, 403)
        if is_refused is (role in EXPECTED[method, rule].split()):
            wrong.append((method, rule, role, response.status_code))
        if is_refused and response.status_code != (401 if role == "anonymous" else 403):
            wrong.append((method, rule, role, response.status_code))
        if response.status_code >= 500:
            wrong.append((method, rule, role, response.status_code))

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_by_signing_in(sqlite_house: House, role: str) -> None:
    is_nobody = role == ANONYMOUS
    person = visitor(sqlite_house) if is_nobody else sign_in(sqlite_house, role)
    token = person.token("/sign-in" if is_nobody else "/work")
    wrong = []

    for (method, rule), roles in sorted(PAGES.items()):
        form = {"csrf_token": token} if method == "POST" else None
        answer = person.client.open(path_of(rule), method=method, data=form)
        is_led_away = answer.headers.get("Location", "").startswith("/sign-in?next=")
        is_refused = answer.status_code == 403
        if is_led_away is not is_nobody or (
            not is_nobody and is_refused is (role in roles.split())
        ):
            wrong.append((method, rule, answer.status_code))
        if answer.status_code >= 500:
            wrong.append((method, rule, answer.status_code))

    assert wrong == []


def test_nobody_enters_with_a_wrong_key(sqlite_house: House) -> None:
    headers = {"Authorization": "Bearer sx_" + "0" * 32 + "_" + "0" * 64}
    entered = []

    for method, rule in sorted(EXPECTED):
        if rule.startswith("/api/v1/"):
            response = sqlite_house.client.open(path_of(rule), method=method, headers=headers)
            if response.status_code != 401:
                entered.append((method, rule, response.status_code))

    assert entered == []
