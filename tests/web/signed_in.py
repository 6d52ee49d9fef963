"""Somebody who is signed in to the pages: a browser's cookies and the token of its forms."""

import re
from dataclasses import dataclass
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.house import House

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_ONCE = re.compile(r'name="once" value="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A browser that looks at the pages of a house, in Chinese unless `lang` says otherwise."""

    client: FlaskClient

    def get(self, path: str, *, lang: str = "zh") -> TestResponse:
        headers = {"Accept": "text/html", "Accept-Language": lang}
        return self.client.get(path, headers=headers)

    def post(
        self, path: str, *, page: str = "/work", lang: str = "zh", **values: object
    ) -> TestResponse:
        """Send a form as `page` makes it: with its token."""
        form = {"csrf_token": self.token(page), **values}
        headers = {"Accept": "text/html", "Accept-Language": lang}
        return self.client.post(path, data=form, headers=headers)

    def token(self, page: str = "/work") -> str:
        """Return the token that a page puts into its forms."""
        found = _TOKEN.search(self.get(page).get_data(as_text=True))
        assert found is not None, page
        return unescape(found[1])


def once_of(page: TestResponse) -> str:
    """Return what makes the first form of a page one request."""
    found = _ONCE.search(page.get_data(as_text=True))
    assert found is not None
    return found[1]


def visitor(house: House) -> Visitor:
    """Return somebody who is not signed in."""
    return Visitor(client=house.app.test_client())


def sign_in(house: House, role: str = "producer", *, key: str | None = None) -> Visitor:
    """Return somebody who signed in with a role's key, or with another one."""
    person = visitor(house)
    answer = person.post("/sign-in", page="/sign-in", key=key or house.keys[role])
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return person
