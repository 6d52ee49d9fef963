"""Everything that is done with codes, as the role of the web server and the worker may do it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from trace.scans.sweep import sweep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from base.clock import SystemClock
from jobs.instance import open_instance
from jobs.worker import TIMETABLE
from ledger.opening import DEFAULT_LOG, load_signer
from ledger.sealing import seal
from tests.deploy.installed import Door, Installation, app_settings, new_producer, operator_of
from tests.deploy.samples import CUP, PLANT
from tests.live import clean_environment, manage
from web.scan_log import EXTENSION, ScanLog
from web.services import EXTENSION as SERVICES
from web.services import Services

PREFIX = "69212345"
LINKS = "/api/v1/links"
GUESSED_GTIN = "06901234567892"
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14)", "Accept": "text/html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dairy:
    """A producer with one product."""

    door: Door
    product_id: str

    def issue(self, kind: str, count: int, **wanted: Any) -> Any:
        """Return a block of codes of its product, or of a prefix where one is given."""
        on = {} if "prefix" in wanted else {"product_id": self.product_id}
        body = {"kind": kind, "count": count, **on, **wanted}
        return self.door.done("POST", "/api/v1/code-blocks", body)

    def codes(self, block: Mapping[str, Any]) -> list[str]:
        return [one["uri"] for one in self.door.done("GET", at(block, "/codes"))["items"]]


@pytest.fixture
def operator(installation: Installation, app: Flask) -> Door:
    return operator_of(installation, app)


@pytest.fixture
def dairy(operator: Door) -> Dairy:
    door, product_id = new_producer(operator)
    return Dairy(door=door, product_id=product_id)


def at(block: Mapping[str, Any], tail: str = "") -> str:
    return f"/api/v1/code-blocks/{block['id']}{tail}"


def log_of(app: Flask) -> ScanLog:
    found = app.extensions[EXTENSION]
    assert isinstance(found, ScanLog)
    return found


def services_of(app: Flask) -> Services:
    found = app.extensions[SERVICES]
    assert isinstance(found, Services)
    return found


def do_all_jobs(installation: Installation) -> None:
    """Do whatever the timetable has for a worker, once."""
    worker = open_instance(app_settings(installation))
    for row in TIMETABLE:
        module, _, name = row.function.rpartition(".")
        getattr(import_module(module), name)()
    worker.engine.dispose()


def test_a_prefix_is_claimed_confirmed_issued_from_and_ended(dairy: Dairy, operator: Door) -> None:
    producer = dairy.door

    claim = producer.done("POST", "/api/v1/prefixes", {"prefix": PREFIX})
    confirmed = operator.done("POST", f"/api/v1/prefixes/{claim['id']}/confirm")
    blocks = [dairy.issue(kind, 3, prefix=PREFIX) for kind in ("sscc", "gtin")]
    ended = producer.done("POST", f"/api/v1/prefixes/{claim['id']}/end")
    again = producer.done("POST", "/api/v1/prefixes", {"prefix": PREFIX})

    assert (confirmed["state"], ended["state"]) == ("confirmed", "ended")
    assert [block["count"] for block in blocks] == [3, 3]
    assert again["id"] != claim["id"]


def test_keys_of_signed_serials_are_made_retired_and_revoked(dairy: Dairy, operator: Door) -> None:
    first = operator.done("POST", "/api/v1/tag-keys", {})
    block = dairy.issue("suxin_serial", 2)
    second = operator.done("POST", "/api/v1/tag-keys", {})
    operator.done("DELETE", f"/api/v1/tag-keys/{first['id']}")
    keys = {key["id"]: key for key in operator.done("GET", "/api/v1/tag-keys")["items"]}

    assert len(dairy.codes(block)) == 2
    assert keys[first["id"]]["retired_at"]
    assert keys[first["id"]]["revoked_at"]
    assert keys[second["id"]]["retired_at"] is None


def test_codes_are_activated_made_void_and_printed_at_once_and_by_the_worker(
    installation: Installation, dairy: Dairy
) -> None:
    producer, block = dairy.door, dairy.issue("gs1_serial", 20)
    made_of = {"lot": "L1", "site": PLANT}

    short = producer.done("POST", at(block, "/activations"), {"first": 1, "last": 2, **made_of})
    voided = producer.done("POST", at(block, "/voids"), {"first": 2, "last": 3, "reason": "印错"})
    file = producer.open("POST", at(block, "/labels"), {"format": "zpl", "first": 1, "last": 2})
    long = producer.done("POST", at(block, "/activations"), {"first": 4, "last": 12, **made_of})
    labels = producer.done("POST", at(block, "/labels"), {"format": "csv"})
    do_all_jobs(installation)
    tasks = [producer.done("GET", f"/api/v1/tasks/{task['id']}") for task in (long, labels)]
    with producer.open("GET", f"/api/v1/tasks/{labels['id']}/file") as made:
        lines = made.data.count(b"\n")

    assert (short["state"], voided["state"], file.status_code) == ("done", "done", 200)
    assert (long["state"], labels["state"]) == ("waiting", "waiting")
    assert [task["state"] for task in tasks] == ["done", "done"], tasks
    # A heading and eighteen codes: the two that are void are not printed.
    assert lines == 1 + 18
    assert producer.done("GET", at(block))["counts"] == {"free": 8, "activated": 10, "void": 2}


def test_links_are_kept_changed_and_ended(dairy: Dairy) -> None:
    link = {"uri": CUP, "href": "https://maker.example/", "title": "x", "link_type": "gs1:pip"}

    kept = [
        dairy.door.done("POST", LINKS, {**link, "is_default": True, "language": language})
        for language in ("zh", "en")
    ]
    changed = dairy.door.done("PATCH", f"{LINKS}/{kept[0]['id']}", {"is_default": True})
    ended = [dairy.door.done("DELETE", f"{LINKS}/{link['id']}") for link in kept]

    assert changed["is_default"]
    assert all(link["ended_at"] for link in ended)


def test_scans_places_alerts_and_judgements_are_kept(
    installation: Installation, app: Flask, dairy: Dairy
) -> None:
    block = dairy.issue("gs1_serial", 2)
    dairy.door.done("POST", at(block, "/voids"), {"first": 1, "last": 1, "reason": "印错"})
    code = dairy.codes(block)[0]
    place = {"code": code, "lat_tenths": 380, "lon_tenths": 1145}

    shown = app.test_client().get(code.removeprefix("https://id.gs1.org"), headers=BROWSER)
    log_of(app).recorder.flush()
    told = app.test_client().post("/api/v1/scans/place", json=place, headers=BROWSER)
    log_of(app).recorder.flush()
    do_all_jobs(installation)

    assert (shown.status_code, told.status_code) == (200, 204)
    (alert,) = dairy.door.done("GET", "/api/v1/alerts")["items"]
    assert (alert["rule"], alert["code"]) == ("after_void", code)
    said = {"state": "explained", "note": "a clerk looked at it"}
    judged = dairy.door.done("POST", f"/api/v1/alerts/{alert['id']}/judgement", said)
    assert judged["state"] == "explained"
    heat = dairy.door.done("GET", "/api/v1/scans/heat")
    # The one scan has a place, which one device is too few to be shown.
    assert (heat["withheld"], heat["untold"]) == (1, 0)
    assert sweep(services_of(app).engine, SystemClock().now() + timedelta(days=1)) >= 1


def test_guessing_is_kept_and_told(app: Flask, operator: Door) -> None:
    client = app.test_client()

    for half in (range(25), range(25, 28)):
        for number in half:
            path = f"/01/{GUESSED_GTIN}/21/GUESS{number}"
            assert client.get(path, headers=BROWSER).status_code == 404
        # The burst is written once, and then added to.
        log_of(app).recorder.flush()

    (burst,) = operator.done("GET", "/api/v1/bursts")["items"]
    assert burst["missed_count"] > 25


def test_the_sealer_signs_and_checks_what_was_issued(
    installation: Installation, dairy: Dairy, engine_of: Callable[[str], Engine]
) -> None:
    block = dairy.issue("gs1_serial", 2)
    dairy.door.done("POST", at(block, "/voids"), {"first": 1, "last": 1, "reason": "印错"})
    origin = app_settings(installation).origin
    signer = load_signer(installation.folder / "keys", origin, DEFAULT_LOG, may_create=False)

    sealed = seal(engine_of("suxin_sealer"), DEFAULT_LOG, signer, SystemClock())
    env = clean_environment(installation.folder, database_url=installation.url_of("suxin_sealer"))
    checked = manage(env, "fsck")

    assert sealed is not None
    assert (checked.returncode, "nothing found" in checked.stdout) == (0, True), checked.stdout
