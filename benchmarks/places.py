"""Installations to measure: a database with its ledger, one producer, and its web server.

One rule: everything is set up through the product's own doors; only the load is a benchmark's.
"""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from base.clock import SystemClock
from base.config import Settings
from base.db import transaction
from base.installation_secret import load_secret
from base.processes import start_process, stop_process
from base.redis_server import running_redis
from benchmarks.data import PLANT, PRODUCT
from benchmarks.harness import Bench
from jobs.commands.init import initialise, upgrade
from parties.actors import Actor, Role, actor_of_key
from parties.drafts import PartyDraft, ProductDraft, SiteDraft
from parties.keys import KeyRequest, grant
from parties.register import register_party, register_product, register_site
from parties.tables import PartyKind
from web.services import Services, build_services

ROOT: Final = Path(__file__).resolve().parent.parent
WORKERS: Final = 2
THREADS: Final = 32
_START_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An installation seen from inside: its parts, and a producer who owns plant and product."""

    settings: Settings
    services: Services
    party_id: UUID

    def actor(self) -> Actor:
        """Return the producer as whoever holds its key."""
        return actor_of_key(key_id=uuid4(), role=Role.PRODUCER, party_id=self.party_id)

    def new_key(self) -> str:
        """Grant the producer a key and return its text."""
        parts = self.services
        request = KeyRequest(label="load", role=Role.PRODUCER, party_id=self.party_id)
        record = parts.recorder("system")
        granted = grant(parts.engine, request, now=parts.clock.now(), record=record)
        if granted.text is None:
            raise ValueError("a key that was just made has its text")
        return granted.text


def new_place(bench: Bench, kind: str) -> Place:
    """Return a new installation on a database of this kind."""
    folder = bench.new_folder()
    settings = Settings(
        data_dir=folder,
        database_url=bench.database_url(kind),
        redis_url=bench.closing.enter_context(running_redis(folder)),
        port=free_port(),
        web_workers=WORKERS,
        web_threads=THREADS,
        append_queue_entries_max=1_000_000,
    )
    secret = load_secret(folder / "keys", may_create=True)
    services = build_services(settings, secret=secret)
    bench.closing.callback(services.engine.dispose)
    upgrade(services.engine)
    initialise(settings, services.engine)
    return Place(settings=settings, services=services, party_id=_register(services))


def _register(services: Services) -> UUID:
    now = SystemClock().now()
    with transaction(services.engine) as connection:
        party = PartyDraft(
            name_zh="青禾米业", kind=PartyKind.PLANT, licence_kind="bench", licence_no="1"
        )
        party_id = register_party(connection, party, now=now).id
        site = SiteDraft(party_id=party_id, uri=PLANT, name_zh="青禾碾米厂", name_en="Qinghe mill")
        register_site(connection, site, now=now)
        goods = ProductDraft(party_id=party_id, uri=PRODUCT, name_zh="稻花香米", name_en="Rice")
        register_product(connection, goods, now=now)
    return party_id


def serve(bench: Bench, place: Place) -> str:
    """Start the web server (and the sealer) of an installation; return its address."""
    settings = place.settings
    given = {
        "SUXIN_DATA_DIR": str(settings.data_dir),
        "SUXIN_DATABASE_URL": settings.database_url,
        "SUXIN_REDIS_URL": settings.redis_url,
        "SUXIN_PORT": str(settings.port),
        "SUXIN_WEB_WORKERS": str(settings.web_workers),
        "SUXIN_WEB_THREADS": str(settings.web_threads),
        "SUXIN_APPEND_QUEUE_ENTRIES_MAX": str(settings.append_queue_entries_max),
        "SUXIN_LOG_LEVEL": "warning",
    }
    for command in ("serve", "seal"):
        start(bench, [sys.executable, str(ROOT / "manage.py"), command], given)
    url = f"http://127.0.0.1:{settings.port}"
    wait_for(f"{url}/healthz")
    return url


def start(bench: Bench, argv: Sequence[str], given: Mapping[str, str]) -> None:
    """Start a process that ends with the benchmark; nothing of the caller's settings reaches it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUXIN_")}
    log = bench.closing.enter_context((bench.new_folder() / "log").open("wb"))
    process = start_process(argv, env={**kept, **given}, output=log, cwd=str(ROOT))
    bench.closing.callback(lambda: stop_process(process, seconds_max=20))


def wait_for(url: str) -> None:
    """Return when a server answers at `url`."""
    deadline = time.monotonic() + _START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 -- our own loopback address
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def free_port() -> int:
    """Return a TCP port of the loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
