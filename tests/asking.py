"""Questions to a running server, with patience: a machine with other work answers late."""

from typing import Any

import httpx

from base.tls import trusting_nobody
from tests.waiting import PATIENCE_S


def get(url: str, **options: Any) -> httpx.Response:
    """Ask for an address of this machine."""
    return httpx.get(url, **_patient(options))


def post(url: str, **options: Any) -> httpx.Response:
    """Send to an address of this machine."""
    return httpx.post(url, **_patient(options))


def client(url: str, **options: Any) -> httpx.Client:
    """Return a client that asks a server of this machine one question after another."""
    return httpx.Client(base_url=url, **_patient(options))


def _patient(options: dict[str, Any]) -> dict[str, Any]:
    return {"timeout": PATIENCE_S, "verify": trusting_nobody(), **options}
