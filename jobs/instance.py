"""What a worker process works with, opened once when it starts.

One rule: a job finds its database through here, never through a connection of its own making, so
that a process that runs a thousand jobs opens one engine.
"""

from dataclasses import dataclass
from trace.capture import Desk, open_desk
from trace.recall.workdays import use_holidays

from sqlalchemy import Engine

from base.clock import Clock, SystemClock
from base.config import Settings
from base.db import open_database
from base.installation_secret import InstallationSecret
from credit.secret_needs import open_credit_secret
from ledger.opening import DEFAULT_LOG
from parties.issuing.owning import open_owners
from parties.keys import KeyRing

_POOL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """The parts of one worker process."""

    settings: Settings
    engine: Engine
    clock: Clock
    key_ring: KeyRing
    desk: Desk
    secret: InstallationSecret


_OPEN: list[Instance] = []


def open_instance(settings: Settings) -> Instance:
    """Open the parts for this process; jobs that run in it find them by `instance()`."""
    clock = SystemClock()
    use_holidays(settings.holidays_file)
    engine = open_database(settings, pool_size=_POOL)
    secret = open_credit_secret(settings, engine)
    owners = open_owners(engine, clock, secret, DEFAULT_LOG)
    opened = Instance(
        settings=settings,
        engine=engine,
        clock=clock,
        key_ring=KeyRing(engine, clock),
        desk=open_desk(settings, engine, clock, owners),
        secret=secret,
    )
    _OPEN[:] = [opened]
    return opened


def instance() -> Instance:
    """Return the parts of this process; raises `RuntimeError` outside a worker."""
    if not _OPEN:
        raise RuntimeError("jobs run in a worker, which opens its instance when it starts")
    return _OPEN[0]
