"""The city's installation behind a web server on loopback, and those who knock at it.

One rule: whoever asks over HTTP has a key or a session of its own, as in any installation, and is
let in by nothing else. The server runs in this process, on the city's clock.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from threading import Thread
from typing import Any, Final
from uuid import UUID

import httpx
from werkzeug.serving import WSGIRequestHandler, make_server

from parties.actors import Role
from parties.keys import KeyRequest, grant
from web.app import create_app
from web.services import Services

_TIMEOUT_S: Final = 600
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(slots=True, kw_only=True)
class Visitor:
    """A browser that has signed in; its forms carry the token of the page they stand on."""

    client: httpx.Client

    def get(self, path: str) -> str:
        """Return a page."""
        return _good(self.client.get(path)).text

    def post(self, path: str, *, page: str, **values: str) -> httpx.Response:
        """Send the form of a page; raises where it is not taken."""
        token = _TOKEN.search(self.get(page))
        if token is None:
            raise RuntimeError(f"{page} has no form")
        form = {"csrf_token": unescape(token[1]), **values}
        return _good(self.client.post(path, data=form))


@dataclass(slots=True, kw_only=True)
class ServedCity:
    """The running server, with the keys that parties of the city were given for it."""

    services: Services
    url: str
    client: httpx.Client
    _keys: dict[UUID | None, str] = field(default_factory=dict)

    def capture(self, party: UUID, body: bytes) -> None:
        """Post a document as a party does; raises where it is not recorded whole."""
        headers = {"Content-Type": "application/json"}
        _good(self._send("POST", "/epcis/capture", party, content=body, headers=headers))

    def api(self, method: str, path: str, party: UUID | None, body: Any = None) -> Any:
        """Ask the API as a party, or as the authority where there is none."""
        given = {} if body is None else {"json": body}
        return _good(self._send(method, f"/api/v1{path}", party, **given)).json()

    def report(self, path: str) -> bytes:
        """Return a file of the API as the authority."""
        return _good(self._send("GET", f"/api/v1{path}", None)).content

    def sign_in(self, party: UUID | None) -> Visitor:
        """Return a browser in which a party, or the authority, has signed in with its key."""
        headers = {"Accept": "text/html", "Accept-Language": "zh"}
        client = httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT_S)
        person = Visitor(client=client)
        person.post("/sign-in", page="/sign-in", key=self._key_of(party))
        return person

    def _send(self, method: str, path: str, party: UUID | None, **given: Any) -> httpx.Response:
        headers = {**given.pop("headers", {}), "Authorization": f"Bearer {self._key_of(party)}"}
        return self.client.request(method, path, headers=headers, **given)

    def _key_of(self, party: UUID | None) -> str:
        if party not in self._keys:
            role = Role.AUTHORITY if party is None else Role.PRODUCER
            granted = grant(
                self.services.engine,
                KeyRequest(label="city", role=role, party_id=party),
                now=self.services.clock.now(),
                record=self.services.recorder("system"),
            )
            self._keys[party] = granted.text or ""
        return self._keys[party]


@contextmanager
def serve_city(services: Services) -> Iterator[ServedCity]:
    """Serve the application on a free port of loopback until the block ends."""
    app = create_app(services.settings, services=services)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        with httpx.Client(base_url=url, timeout=_TIMEOUT_S) as client:
            yield ServedCity(services=services, url=url, client=client)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    """Serves without a line on the terminal for each request, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- the signature is werkzeug's
        """Say nothing."""


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:2000]}")
    return answer
