"""The whole application on an empty database, with one key of each role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.test import TestResponse

from base.clock import SetClock
from base.config import Settings
from base.db import transaction
from base.errors import Busy
from base.installation_secret import SECRET_BYTES, InstallationSecret
from ledger.checkpoint import origin_of_log
from ledger.note import SignerKey
from ledger.opening import open_log
from parties.actors import Role
from parties.keys import KeyRequest, Record, grant
from tests.migrated import make_tables
from tests.parties.samples import NOW, new_party
from tests.statements import share_statements
from tests.web.known_rules import known_rules
from web.app import create_app
from web.services import Services, build_services

ANONYMOUS = "anonymous"


class _Compiled(BytecodeCache):
    """Keeps what templates were compiled to, for every application of this process."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@dataclass(slots=True)
class Acts:
    """Keeps the acts it was told, with who did them, as the ledger would."""

    told: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    is_away: bool = False

    def recorder(self, actor: str) -> Record:
        def record(kind: str, public: Mapping[str, str], authority: Mapping[str, str]) -> None:
            if self.is_away:
                raise Busy("The ledger is away.", retry_after_s=1)
            self.told.append((actor, kind, dict(public)))

        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An application and what a test needs to knock at its doors."""

    app: Flask
    client: FlaskClient
    services: Services
    clock: SetClock
    acts: Acts
    party_id: UUID
    keys: Mapping[str, str] = field(repr=False)

    def ask(self, method: str, path: str, *, role: str = ANONYMOUS, **options: Any) -> TestResponse:
        """Send one request as the holder of a role's key, or without one."""
        headers = dict(options.pop("headers", {}))
        if role != ANONYMOUS:
            headers["Authorization"] = f"Bearer {self.keys[role]}"
        return self.client.open(path, method=method, headers=headers, **options)


def open_house(url: str, folder: Path, *, now: datetime = NOW, **settings: Any) -> House:
    """Build the application on the database at `url`, which must be empty; keys begin `now`."""
    clock = SetClock(now)
    acts = Acts()
    parts = build_services(
        Settings(data_dir=folder, database_url=url, web_threads=2, **settings),
        clock=clock,
        recorder=acts.recorder,
        head_size=lambda: 7,
        secret=InstallationSecret(bytes(SECRET_BYTES)),
    )
    make_tables(parts.engine)
    share_statements(parts.engine)
    signer = SignerKey.from_seed(origin_of_log(parts.settings.origin, parts.log), bytes(32))
    with transaction(parts.engine) as connection:
        open_log(
            connection,
            log=parts.log,
            origin=parts.settings.origin,
            verifier=signer.verifier(),
            clock=clock,
        )
    party = new_party(parts.engine)
    keys = {}
    for role in Role:
        request = KeyRequest(
            label=role.value, role=role, party_id=party if role is Role.PRODUCER else None
        )
        key = grant(parts.engine, request, now=now, record=lambda *_: None)
        keys[role.value] = key.text or ""
    with known_rules():
        app = create_app(parts.settings, services=parts)
    # A template means the same in every house of this process, and takes long to be compiled.
    app.jinja_env.bytecode_cache = _COMPILED
    return House(
        app=app,
        client=app.test_client(),
        services=parts,
        clock=clock,
        acts=acts,
        party_id=party,
        keys=keys,
    )
