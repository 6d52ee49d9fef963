"""An installation as `docs/deploy.md` sets it up, and its doors as their roles open them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from base.config import Settings
from jobs.key_files import operator_key_file, read_key_file
from tests.deploy.samples import CUP, PLANT

ROOT = Path(__file__).resolve().parents[2]
GRANTS = ROOT / "deploy/postgres/grants.sql"
ROLES = ROOT / "deploy/postgres/roles.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A database as `docs/deploy.md` sets it up, and the folder that holds its keys."""

    url_of: Callable[[str], str]
    folder: Path

    def settings(self, role: str, **changed: Any) -> Settings:
        return Settings(
            data_dir=self.folder, database_url=self.url_of(role), web_threads=2, **changed
        )


def app_settings(installation: Installation) -> Settings:
    """Return the settings of the web server and the worker; what is long to them is short."""
    return installation.settings("suxin_app", capture_direct_events_max=2, codes_direct_max=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The application as the role of the web server opens it, for whoever has the key."""

    client: FlaskClient
    key: str

    def open(self, method: str, path: str, body: Any = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.client.open(path, method=method, json=body, headers=headers)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.open(method, path, body)
        return answer.status_code, orjson.loads(answer.data)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """Return what the answer holds; it says that what was asked was done."""
        status, found = self.ask(method, path, body)
        assert 200 <= status < 300, (method, path, status, found)
        return found

    def with_key(self, **wanted: Any) -> "Door":
        """Return the door of whoever is granted a key here."""
        granted = self.done("POST", "/api/v1/keys", {"label": "test", **wanted})
        return Door(client=self.client, key=granted["key"])


def operator_of(installation: Installation, app: Flask) -> Door:
    """Return the door of the first operator."""
    key = read_key_file(operator_key_file(installation.folder))
    return Door(client=app.test_client(), key=key or "")


def new_producer(operator: Door) -> tuple[Door, str]:
    """Register a dairy with a plant and a product; return its door and the id of the product."""
    named = {"uscc": "91130109MA0D5R7Y2T", "name_zh": "晴禾乳业", "kind": "plant"}
    party = operator.done("POST", "/api/v1/parties", named)
    site = {"party_id": party["id"], "uri": PLANT, "name_zh": "工厂"}
    product = {"party_id": party["id"], "uri": CUP, "name_zh": "发酵乳"}
    operator.done("POST", "/api/v1/sites", site)
    product_id = operator.done("POST", "/api/v1/products", product)["id"]
    return operator.with_key(role="producer", party_id=party["id"]), product_id
