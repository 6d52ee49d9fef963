"""Everything a request may use, built once per process.

One rule: a view takes what it needs from `services()` and from nowhere else, so that a test can
build the same application on another database, clock and ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from flask import current_app
from sqlalchemy import Engine

from base.clock import Clock, SystemClock
from base.config import Settings
from base.db import open_engine
from base.errors import Busy
from parties.directory import Owners
from parties.keys import KeyRing, Record

EXTENSION: Final = "suxin"

Recorder: TypeAlias = Callable[[str], Record]
"""Returns what records the acts of the actor with that ledger id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One process's parts. `head_size` counts the ledger's entries, None where none is open."""

    settings: Settings
    engine: Engine
    clock: Clock
    key_ring: KeyRing
    owners: Owners
    recorder: Recorder
    head_size: Callable[[], int | None]


def build_services(
    settings: Settings,
    *,
    clock: Clock | None = None,
    recorder: Recorder | None = None,
    head_size: Callable[[], int | None] | None = None,
) -> Services:
    """Open the database of the settings and put a process's parts together."""
    clock = clock or SystemClock()
    engine = open_engine(settings.effective_database_url, pool_size=settings.web_threads)
    return Services(
        settings=settings,
        engine=engine,
        clock=clock,
        key_ring=KeyRing(engine, clock),
        owners=Owners(engine, clock),
        recorder=recorder or _without_ledger,
        head_size=head_size or _no_ledger,
    )


def services() -> Services:
    """Return the parts of the application that serves the current request."""
    parts = current_app.extensions[EXTENSION]
    if not isinstance(parts, Services):
        raise TypeError("the application was not made by create_app")
    return parts


def _without_ledger(actor: str) -> Record:
    # An act that cannot be recorded must not happen.
    raise Busy(f"No ledger is open to record an act of {actor}.", retry_after_s=60)


def _no_ledger() -> int | None:
    return None
