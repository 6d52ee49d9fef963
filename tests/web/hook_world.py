"""Subscribers with programs of their own, which are told of changes of whom they watch."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.instance import Instance
from jobs.watch_hooks import deliver_to_programs
from tests.credit.samples import uscc
from tests.receiving import Receiver
from tests.web.house import House, open_house
from tests.web.issuing_world import send

WATCHES = "/api/v1/credit/watches"
CHANGES = "/api/v1/credit/changes"
HOOK = f"{CHANGES}/hook"
MORNING = datetime(2026, 11, 25, 1, tzinfo=UTC)


def open_to_hooks(url: str, folder: Path, **limits: Any) -> Iterator[House]:
    """Give a house that may tell programs of this very machine, and tries twice."""
    opened = open_house(url, folder, hooks_private_allowed=1, hook_attempts_max=2, **limits)
    opened.clock.instant = MORNING
    yield opened
    opened.services.engine.dispose()


def worker(house: House) -> Instance:
    """Return what a worker of the house has."""
    parts = house.services
    return Instance(
        settings=parts.settings,
        engine=parts.engine,
        clock=parts.clock,
        key_ring=parts.key_ring,
        desk=parts.desk,
        secret=parts.secret,
    )


def deliver(house: House) -> None:
    """Tell every program, as a worker does."""
    deliver_to_programs(worker(house))


def json_of(answer: Any) -> Any:
    """Return what an answer says; it is no refusal."""
    assert answer.status_code < 300, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def watch(house: House, *numbers: int, role: str = "authority") -> None:
    """Have a role watch parties by their numbers."""
    body = {"codes": [uscc(number) for number in numbers], "purpose": "供应商"}
    json_of(send(house, "POST", WATCHES, body, role=role))


def keep_hook(house: House, url: str, *, role: str = "authority") -> str:
    """Keep the address of a role, and return its key."""
    key: str = json_of(send(house, "PUT", HOOK, {"url": url}, role=role))["key"]
    return key


def state_of(house: House, *, role: str = "authority") -> Any:
    """Return a role's hook as the interface tells it."""
    return json_of(send(house, "GET", HOOK, role=role))


def asked_behind(house: House, after: str) -> Any:
    """Return the page of changes behind a token."""
    return json_of(send(house, "GET", f"{CHANGES}?after={after}", role="authority"))


def bodies_of(receiver: Receiver) -> list[Any]:
    """Return what a program was sent."""
    return [json.loads(body) for _headers, body in receiver.got]
